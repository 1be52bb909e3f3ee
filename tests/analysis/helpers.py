"""Models of which the theory says what they do through time."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import throughtime as tt
from tests.helpers.models import make, problem
from throughtime.cells.cell import Cell, State
from throughtime.data import Examples

GENERATOR = tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)")


class Linear(Cell):
    """h(t) = W h(t-1) + u(t)."""

    def __init__(self, W: Tensor) -> None:
        super().__init__(len(W))
        self.W = nn.Parameter(W)

    def step(self, drive: Tensor, state: State) -> State:
        return (state[0] @ self.W.T + drive,)


def rotation(size: int, scale: float = 1.0) -> Tensor:
    """An orthogonal matrix, times a number."""
    q = torch.linalg.qr(torch.randn(size, size, dtype=torch.float64))[0]
    return scale * q


def linear(W: Tensor, layers: int = 1) -> tt.RecurrentModel:
    """A linear net with an output at each step, whose V keeps every norm."""
    model = tt.RecurrentModel(
        [Linear(W.clone()) for _ in range(layers)],
        tt.wirings.HIDDEN_TO_HIDDEN,
        tt.outputs.Categorical(len(W)),
        input_size=2,
    ).double()
    with torch.no_grad():
        model.graph.V.copy_(rotation(len(W)))
    return model


def rows_for(model: tt.RecurrentModel, lengths: tuple[int, ...]) -> Examples:
    """Random examples for a model."""
    given = problem(model, lengths)
    x: tt.Sequence | Tensor | None = None
    if given.x is not None:
        x = tt.Sequence(given.x.detach(), given.lengths)
    vector = None if given.vector is None else given.vector.detach()
    y = given.y if model.wiring.emits_last else tt.Sequence(given.y, given.lengths)
    if x is None and vector is not None:
        return Examples(vector, y)
    # an input at each step and a vector is what series have
    start = None if vector is None else torch.zeros(len(lengths), dtype=torch.int64)
    return Examples(x, y, vector=vector, start=start)


__all__ = ["GENERATOR", "Linear", "linear", "make", "rotation", "rows_for"]
