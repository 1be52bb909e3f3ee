"""What one writes with torch where there is no module for it: a loop over time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Categorical
from torch.nn import functional as F

from benchmarks.as_steps import steps_of
from benchmarks.own_cells import STEPS
from benchmarks.rows.as_step import AsStep
from benchmarks.rows.forced import Forced
from benchmarks.rows.generation import COLD, Text
from benchmarks.rows.own_cell import OwnCell
from benchmarks.rows.training import Layer
from benchmarks.run import Run
from throughtime.cells import Cell, State

NAME = "torch loop"
VERSION = torch.__version__

CELLS: dict[str, Callable[[int, int], Any]] = {
    "tanh": nn.RNNCell,
    "gru": nn.GRUCell,
    "lstm": nn.LSTMCell,
}


@torch.no_grad()
def _cell(kind: str, U: Tensor, W: Tensor, b: Tensor, m: Tensor) -> Any:
    cell = CELLS[kind](U.shape[1], W.shape[1])
    cell.weight_ih.copy_(U)
    cell.weight_hh.copy_(W)
    cell.bias_ih.copy_(b)
    cell.bias_hh.zero_()
    if kind == "gru":
        cell.bias_hh[-len(m) :] = m
    return cell


def infer(layer: Layer) -> Run:
    """torch.nn's cell, step by step."""
    U, W, b, m, x, _ = (torch.from_numpy(a) for a in layer.arrays())
    cell = _cell(layer.cell, U, W, b, m)

    @torch.inference_mode()
    def step() -> tuple[Tensor]:
        state, outputs = None, []
        for now in x:
            state = cell(now, state)
            outputs.append(state[0] if isinstance(state, tuple) else state)
        return (torch.stack(outputs),)

    return Run(step)


stream = infer


def generate(text: Text) -> Run:
    """torch.nn's cell, a readout and a Categorical."""
    S, W, b, m, V, c = (torch.from_numpy(a) for a in text.arrays())
    cell = _cell(text.cell, S, W, b, m)
    readout = nn.Linear(text.hidden, text.symbols)
    with torch.no_grad():
        readout.weight.copy_(V)
        readout.bias.copy_(c)

    @torch.inference_mode()
    def drawn(temperature: float) -> Tensor:
        fed, state, y = torch.zeros(1, text.symbols), None, []
        for _ in range(text.length):
            state = cell(fed, state)
            h = state[0] if isinstance(state, tuple) else state
            symbol = Categorical(logits=readout(h) / temperature, validate_args=False).sample()
            fed = F.one_hot(symbol, text.symbols).float()
            y.append(symbol)
        return torch.cat(y)

    return Run(lambda: drawn(1.0), check=lambda: (drawn(COLD),))


def force(problem: Forced) -> Run:
    """One step after the other, as if h(t) came from h(t-1)."""
    *weights, x, y = (torch.from_numpy(a) for a in problem.arrays())
    U, S, b, V, c = (w.requires_grad_() for w in weights)

    def step() -> tuple[Tensor, ...]:
        fed, log_p = torch.zeros(problem.rows, problem.symbols), torch.zeros(problem.rows)
        for now, symbol in zip(x, y, strict=True):
            h = torch.tanh(now @ U.T + fed @ S.T + b)
            output = Categorical(logits=torch.addmm(c, h, V.T), validate_args=False)
            log_p = log_p + output.log_prob(symbol)
            fed = F.one_hot(symbol, problem.symbols).float()
        return (log_p.detach(), *torch.autograd.grad(-log_p.mean(), (U, S, b, V, c)))

    return Run(step)


def own(problem: OwnCell) -> Run:
    """The step in a loop, differentiated by autograd."""
    return differentiated(problem, hidden_states)


def as_step(problem: AsStep) -> Run:
    """A step of ours in a loop, differentiated by autograd."""

    def states(cell: Cell, x: Tensor, U: Tensor, state: State) -> Tensor:
        outputs = []
        for u in F.linear(x, U):
            state = cell.step(u, state)
            outputs.append(state[0])
        return torch.stack(outputs)

    return steps_of(problem, states)


def hidden_states(
    kind: str, x: Tensor, U: Tensor, W: Tensor, b: Tensor, p: Tensor
) -> Tensor:  # fmt: skip
    """h(1) … h(T)."""
    formula, states = STEPS[kind]
    state = (x.new_zeros(x.shape[1], W.shape[1]),) * states
    outputs = []
    for u in F.linear(x, U):
        state = formula(u, state, W, b, p)
        outputs.append(state[0])
    return torch.stack(outputs)


def differentiated(problem: OwnCell, states: Callable[..., Tensor]) -> Run:
    """Training steps of a function like :func:`hidden_states`."""
    *weights, x, arriving = (torch.from_numpy(a) for a in problem.arrays())
    own = [w.requires_grad_() for w in weights]

    def step() -> tuple[Tensor, ...]:
        h = states(problem.cell, x, *own)
        return (h.detach(), *torch.autograd.grad(h, own, arriving))

    return Run(step)
