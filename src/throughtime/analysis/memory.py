"""How far a model remembers: the norm of the gradient of the loss at t with respect to h(s)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from throughtime.analysis.intervals import ratios
from throughtime.analysis.nodes import Line, Unfolded, unfolded
from throughtime.data.examples import Examples
from throughtime.evaluation.likelihood import decoder
from throughtime.graph.direction import reverse
from throughtime.runs.build import Model
from throughtime.wiring import Edge

FORGOTTEN = 0.01
"""A lag is forgotten where so much of the gradient is left."""

FEWEST_LAGS = 3
"""The rate is that of so many lags at least, if there are as many."""


@dataclass(frozen=True, eq=False)
class Decay:
    """How the gradient decays with the lag.

    Args:
        share: ``(K,)``, what is left of the gradient at lag 0, 1, …; 1 at lag 0.
        low: ``(K,)``, the lower end of its 95 % interval; None where rows are too few for one.
        high: the upper end.
        rate: λ of the fit share ≈ e^(a + λ·lag), in nats a step; -inf if a share is zero.
        rates: its 95 % interval.
        fitted: a and the first and the last lag of the fit.
        length: the first lag at which less than 1 % is left; None if there is none.
    """

    share: Tensor
    low: Tensor | None
    high: Tensor | None
    rate: float
    rates: tuple[float, float] | None
    fitted: tuple[float, int, int]
    length: int | None


@dataclass(frozen=True, eq=False)
class Reach:
    """The norms of ∂L(t)/∂h(s).

    Args:
        norms: ``(rows, T, T)``, by t and then s; zero on padding.
        there: ``(rows, T)``, at which t there is a loss.
        alive: ``(rows, T)``, which steps each row has.
        past: whether the recurrence runs forward in time, so that s before t is the past.
    """

    norms: Tensor
    there: Tensor
    alive: Tensor
    past: bool = True

    def mean(self) -> Tensor:
        """The mean over the rows that have a loss at t, ``(T, T)``; not a number if none has."""
        return self.norms.sum(0) / self.there.sum(0)[:, None]

    def decay(self) -> Decay:
        r"""What is left of the gradient k steps back, over all t and rows:

        .. math:: D(k) = \frac{\sum \lVert \partial L^{(t)} / \partial h^{(t-k)} \rVert}
                              {\sum \lVert \partial L^{(t)} / \partial h^{(t)} \rVert}

        Both sums are of the same t and rows, those with t > k. Of a model that runs backward alone
        h(t+k) takes the place of h(t-k). The rate is the least squares fit of log D(k) on k, from
        lag 1 to where 1 % is left. Intervals are those of the bootstrap over rows.
        """
        steps = self.norms.shape[1]
        norms = self.norms if self.past else self._backward()
        at_t = norms.diagonal(dim1=1, dim2=2)
        sums = [
            torch.stack([norms.diagonal(-k, 1, 2).sum(1), at_t[:, k:].sum(1)], 1)
            for k in range(steps)
        ]
        pairs = torch.stack(sums, 1).double()
        pairs = pairs[:, pairs[..., 1].sum(0) > 0]  # nothing is known of other lags
        if not pairs.shape[1]:
            raise ValueError("the gradient of every loss is zero: there is nothing that decays")
        share, resampled = ratios(pairs)
        below = (share < FORGOTTEN).nonzero().flatten().tolist()
        length = below[0] if below else None
        end = len(share) - 1 if length is None else length
        first = 1 if len(share) > FEWEST_LAGS else 0
        end = max(end, min(FEWEST_LAGS, len(share) - 1))
        a, rate = _line(share[first : end + 1][None], first)
        low = high = rates = None
        if resampled is not None:
            tails = share.new_tensor([0.025, 0.975])
            low, high = resampled.nanquantile(tails, 0)
            there = resampled[:, first : end + 1]
            slopes = _line(there[(there > 0).all(1)], first)[1]
            if len(slopes) * 2 > len(there):  # in the others a lag is in no row
                rates = tuple(slopes.quantile(tails).tolist())
        return Decay(share, low, high, float(rate), rates, (float(a), first, end), length)

    def _backward(self) -> Tensor:
        """The norms of each row with its time reversed."""
        alive = self.alive.T
        by_t = reverse(self.norms.transpose(0, 1), alive)
        norms = reverse(by_t.permute(2, 1, 0), alive).permute(1, 2, 0)
        return norms * (self.alive[:, :, None] & self.alive[:, None])  # behind its end is no value


def reach(model: Model, rows: Examples) -> Reach:
    r"""How much h(s) matters to the loss at t:

    .. math:: G^{(t,s)} = \left\lVert \frac{\partial L^{(t)}}{\partial h^{(s)}} \right\rVert,
              \qquad L^{(t)} = -\log p(y^{(t)} \mid y^{(1)} \dots y^{(t-1)}, x)

    h(s) is the whole state after step s, of all layers (of an LSTM h and c, of a loop through the
    output also what it feeds back), for that is what a model remembers with. The gradient is the
    total one in the unfolded graph, where y is given; so a wiring whose only edge from step to step
    carries y has none from t to s < t. Of both directions s > t matters too, by h of the backward
    one. With one output after the last step, there is L(τ) alone.

    Exact, by T backward passes over T steps: for tens of rows, not thousands, see
    :func:`~throughtime.analysis.some`. Of an encoder and decoder it is the decoder's.

    Args:
        model: the model; nothing is dropped.
        rows: the examples.

    Raises:
        ValueError: if there is no step.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal(), input_size=2)
        >>> x, y = tt.Sequence(torch.randn(8, 6, 2)), tt.Sequence(torch.randn(8, 6, 1))
        >>> found = reach(model, tt.data.Examples(x, y))
        >>> found.norms.shape, bool(found.norms[:, 2, 3:].any())
        (torch.Size([8, 6, 6]), False)
        >>> found.decay().rate < 0
        True
    """
    graph = unfolded(model, rows)
    steps = graph.losses.shape[1]
    if decoder(model).wiring.emits_last:
        norms = torch.where(graph.there[..., None], _norms(graph, graph.losses.sum())[:, None], 0.0)
    else:
        there = graph.there.any(0).tolist()
        nothing = torch.zeros_like(graph.losses)
        norms = torch.stack(
            [
                _norms(graph, graph.losses[:, t].sum()) if there[t] else nothing
                for t in range(steps)
            ],
            1,
        )
    norms = norms * graph.there[..., None]
    wiring = decoder(model).wiring
    past = not (Edge.BACKWARD in wiring and Edge.HIDDEN not in wiring)
    return Reach(norms.detach().cpu(), graph.there.cpu(), graph.alive.cpu(), past)


def _norms(graph: Unfolded, loss: Tensor) -> Tensor:
    """‖∂L/∂h(s)‖ of each row at each s, ``(rows, T)``; rows are independent of each other."""
    nodes = [part for line in graph.lines for state in line.nodes for part in state]
    found = iter(torch.autograd.grad(loss, nodes, retain_graph=True, allow_unused=True))
    squares = torch.zeros_like(graph.losses.T)
    for line, direction in zip(graph.lines, graph.directions, strict=True):
        squares = squares + _squares(
            line, [[next(found) for _ in s] for s in line.nodes], direction
        )
    return torch.where(graph.alive, squares.T.sqrt(), 0.0)


def _squares(line: Line, grads: list[list[Tensor | None]], direction: int) -> Tensor:
    """‖∂L/∂h(s)‖² of one line, ``(T, rows)``, in the order of time."""
    none = line.drive.new_zeros(line.drive.shape[1])
    squares = torch.stack(
        [sum((none if g is None else g.square().sum(-1) for g in of), none) for of in grads]
    )
    return reverse(squares[..., None], line.alive)[..., 0] if direction < 0 else squares


def _line(shares: Tensor, first: int) -> tuple[Tensor, Tensor]:
    """Intercept and slope of log share on the lag, of shares ``(*, lags)`` from a first lag on."""
    if shares.shape[-1] < 2 or bool((shares <= 0).any()):
        return shares.new_tensor(0.0), shares.new_full((len(shares),), -math.inf)
    lags = torch.arange(first, first + shares.shape[-1]).to(shares)
    logs, off = shares.log(), lags - lags.mean()
    slope = (logs * off).sum(-1) / off.square().sum()
    return logs.mean(-1) - slope * lags.mean(), slope
