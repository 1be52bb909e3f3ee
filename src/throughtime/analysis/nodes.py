"""The unfolded graph of some examples, in which every h(t) is a node that can be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from throughtime.cells.cell import Cell, State
from throughtime.data.examples import Examples
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decoder, log_prob, stand_ins, there, y_of
from throughtime.gradients.gradient import Gradient
from throughtime.gradients.recursion import Recursion, last
from throughtime.runs.build import Model
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


class Line(NamedTuple):
    """One cell's way through time; of a loop through the model's own output, all of it as one cell.

    Where it runs backward, its first step is each row's last.

    Args:
        cell: the transition f.
        drive: u(1) … u(T), ``(T, rows, drive_size)``.
        start: the state before the first step.
        nodes: the state after each step, as what the next step and the layer above are given.
        alive: ``(T, rows)``, which rows take the step.
        recurrent: whether a step is given the state of the step before.
    """

    cell: Cell
    drive: Tensor
    start: State
    nodes: list[State]
    alive: Tensor
    recurrent: bool

    @property
    def size(self) -> int:
        """S, how many numbers the state is."""
        return sum(self.cell.state_sizes)

    @property
    def before(self) -> State:
        """The state before each step, ``(T, rows, size)`` for each of its tensors."""
        states = (self.start, *self.nodes[:-1])
        return tuple(torch.stack(parts).detach() for parts in zip(*states, strict=True))


class Nodes(Gradient):
    """The plain loop, which keeps what it passes: the state after each step, as a node of its own.

    A node is what the steps to come and the layer above are given. In an LSTM h(t) is computed
    from c(t), and yet the gradient with respect to the node c(t) is that of what comes after the
    step alone: h and c are coordinates of one state.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def scan(self, recursion: Recursion) -> tuple[Tensor, State]:
        same = recursion.added_up
        u, alive, state = same.u, same.alive, same.state
        if alive is None:
            alive = torch.ones(u.shape[:2], dtype=torch.bool, device=u.device)
        nodes: list[State] = []
        for drive, here in zip(u.unbind(0), alive[..., None].unbind(0), strict=True):
            before = state if same.recurrent else same.state
            new = same.cell.step(drive, before)
            state = tuple(torch.where(here, n, s) for n, s in zip(new, before, strict=True))
            nodes.append(state)
        start = tuple(s.detach() for s in same.state)
        line = Line(same.cell, u.detach(), start, nodes, alive, same.recurrent)
        self.lines.append(line)
        if not nodes:
            return u.new_zeros(0, u.shape[1], same.cell.hidden_size), same.state
        h = torch.stack([s[0] for s in nodes])
        return h, last(tuple(torch.stack(s) for s in zip(*nodes, strict=True)), same.state)


@dataclass(frozen=True, eq=False)
class Unfolded:
    """Examples along the unfolded graph of a model.

    Args:
        losses: L(t) = -log p of what step t gives, ``(rows, T)``; also of the decision to stop,
            which is a step of its own. Of a model with one output after the last step, L(τ) alone.
        there: ``(rows, T)``, which of them there are.
        alive: ``(rows, T)``, which steps the rows take.
        lines: each cell's way, the lowest layer first, and of a layer forward before backward.
        directions: 1 or -1 for each line; 0 without recurrence.
    """

    losses: Tensor
    there: Tensor
    alive: Tensor
    lines: tuple[Line, ...]
    directions: tuple[int, ...]


@contextmanager
def differentiated(model: Model, gradient: Gradient) -> Iterator[None]:
    """Differentiate the model (of an encoder and decoder, the decoder) in another way meanwhile,
    without dropout, and with the same draws every time."""
    inner, training = decoder(model), model.training
    kept = inner.gradient
    inner.gradient = gradient
    model.eval()
    try:
        with torch.random.fork_rng(), torch.enable_grad():
            torch.manual_seed(0)
            yield
    finally:
        inner.gradient = kept
        model.train(training)


def unfolded(model: Model, rows: Examples) -> Unfolded:
    """The unfolded graph of a model along some examples: y is given, x too.

    Raises:
        ValueError: if there is no row or no step.
    """
    nodes, inner = Nodes(), decoder(model)
    with differentiated(model, nodes):
        losses, is_there = losses_of(model, there(model, rows))
    loop = inner.wiring.feedback in (Edge.EXPECTED, Edge.OUTPUT)
    directions = (1,) if loop else inner.wiring.directions * len(inner.graph.layers)
    lines = tuple(nodes.lines[-len(directions) :])  # others have filled in missing values
    if not lines or not lines[0].alive.any():
        raise ValueError("there is no step to look at: give examples with at least one")
    steps = lines[0].drive.shape[0]  # what is behind them is padding
    return Unfolded(losses[:, :steps], is_there[:, :steps], lines[0].alive.T, lines, directions)


def losses_of(model: Model, rows: Examples) -> tuple[Tensor, Tensor]:
    """L(t), ``(rows, T)``, and which of them there are; see :class:`Unfolded`."""
    p = y_of(model, rows)
    if not isinstance(p, SequenceDistribution):
        return _of_last(-log_prob(p, rows.y, absent=0.0), rows)
    p, y = given(p, rows)
    terms, is_there = p.terms(y), _there(p, y, rows)
    values, decisions = terms.values, terms.decisions
    losses = -(pad(values, (0, decisions.shape[1] - values.shape[1])) + decisions)
    return torch.where(is_there, losses, 0.0), is_there


def given(p: SequenceDistribution, rows: Examples) -> tuple[SequenceDistribution, Sequence]:
    """The distribution of these rows' y, and y with draws of the model where it is missing."""
    assert isinstance(rows.y, Sequence)
    if p.batch_shape != rows.y.batch_shape:
        p = p.expand(rows.y.batch_shape)
    observed = rows.observed
    if observed is None:
        return p, stand_ins(p, rows.y)
    return p.seeing(rows.y, observed if p.output.independent else observed.all(-1))


def _there(p: SequenceDistribution, y: Sequence, rows: Examples) -> Tensor:
    """Which of the steps are measured: not those of a series that are given, or missing."""
    t = torch.arange(y.steps + 1, device=y.device)
    found = t < y.lengths[:, None] + int(p.length.stops)
    if rows.start is not None and rows.observed is not None:
        seen = rows.observed.any(-1)[:, : y.steps] & (t[:-1] >= rows.start[:, None])
        found[:, :-1] &= seen
    return found


def _of_last(loss: Tensor, rows: Examples) -> tuple[Tensor, Tensor]:
    """One loss a row, at its own last step."""
    assert isinstance(rows.x, Sequence)
    t = torch.arange(rows.x.steps, device=loss.device)
    at = t == rows.x.lengths[:, None] - 1
    return torch.where(at, loss[:, None], 0.0), at
