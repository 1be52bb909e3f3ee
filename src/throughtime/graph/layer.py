"""What a model's layers are made of: edges with their matrices, and a cell run through time."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive, Entering
from throughtime.context.transforms import blind
from throughtime.gradients.gradient import Gradient, Tensors
from throughtime.gradients.recursion import Recursion
from throughtime.graph.direction import reverse

MANY = 2
"""Times as many symbols as values from which on a batch is worth its own matrix."""


class Projection(nn.Module):
    """The matrix of an edge into h(t): U, R, S or C of the drive u(t) = U x(t) + Rᵀx + S y(t-1) + …

    A symbol stands for its one-hot vector, whose product with the matrix is one of its columns: so
    symbols ``(*,)`` are gathered, and only vectors ``(*, size)`` are multiplied.

    Args:
        size: of a vector, or how many symbols there are.
        drive_size: the size of u(t).
        bound: entries start in U(-bound, bound); at zero, if it is zero.

    Example:
        >>> U = Projection(5, 3, bound=0.5)
        >>> bool(torch.allclose(U(torch.tensor([2])), U(torch.eye(5)[[2]])))
        True
    """

    def __init__(self, size: int, drive_size: int, bound: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(drive_size, size))
        if bound:
            nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, value: Tensor) -> Tensor:
        return Entering(value, self.weight).project()

    def entering(self, values: Tensor, *, later: bool = False) -> Entering:
        """What the edge brings at each step: of values ``(T, rows, …)``, time first.

        ``later`` is for an edge from t-1 to t: nothing enters at the first step.
        """
        symbols = not values.dtype.is_floating_point
        values = values.long() if symbols else values
        if later:
            nothing = torch.full_like(values[:1], -1 if symbols else 0)
            values = torch.cat([nothing, values[:-1]])
        if symbols and not blind() and self.weight.shape[1] > MANY * values.numel():
            return _of_those_there(values, self.weight)
        return Entering(values, self.weight)

    def vector(self, value: Tensor) -> Tensor:
        """The value as a vector: a symbol's one-hot vector, and a vector as it is."""
        if value.dtype.is_floating_point:
            return value
        symbols = torch.arange(self.weight.shape[1], device=value.device)
        return (value[..., None] == symbols).to(self.weight.dtype)

    def start_for(self, size: float) -> None:
        """Start where each step's drive varies by about one, for symbols and bits.

        U(-1/√H, 1/√H) is made for sums of H terms. A symbol brings one column and no more, and a
        few bits as few: so entries start in U(-2/s, 2/s), with which the drive's variance is 4/3
        (docs/performance.md and docs/defaults.md say what it gives).

        Args:
            size: s, the root of how many columns are added up, on the mean; of symbols 1.
        """
        nn.init.uniform_(self.weight, -2 / size, 2 / size)


def _of_those_there(symbols: Tensor, weight: Tensor) -> Entering:
    """The same edge with a matrix of those columns alone that the symbols name: of thousands of
    words a batch has a few hundred, and the engine would turn over the whole matrix for them."""
    there, numbers = symbols.unique(return_inverse=True)
    none = int((there < 0).sum())  # they come first, and pick no column
    if none == len(there) or int(there[-1]) >= weight.shape[1]:
        return Entering(symbols, weight)
    return Entering(numbers - none, weight.index_select(1, there[none:]))


class Recurrence(nn.Module):
    """One cell with the edges that enter it, in one direction of time.

    Args:
        cell: the transition.
        direction: 1 reads time forward, -1 backward; 0 has no edge from step to step, so that
            every step starts from the zero state and all steps are one batched call.
        edges: for each edge into the cell, its letter and the size of what it brings: U the input
            or the layer below, R the vector, S the previous output, C the countdown.
        learned: whether the initial state is learned instead of zero.
    """

    U: Projection
    R: Projection
    S: Projection
    C: Projection

    def __init__(self, cell: Cell, direction: int, edges: dict[str, int], learned: bool) -> None:
        super().__init__()
        self.cell, self.direction = cell, direction
        bound = 1 / math.sqrt(cell.hidden_size)
        for letter, size in edges.items():
            self.add_module(letter, Projection(size, cell.drive_size, bound))
        if "S" in edges:  # what stands for y(0), where there is no y(0)
            self.start = nn.Parameter(torch.zeros(edges["S"]))
        self.initial = nn.ParameterList(
            nn.Parameter(torch.zeros(size)) for size in cell.state_sizes if learned and direction
        )

    def initial_state(self, rows: int) -> State:
        """h(0) for ``rows`` rows: zero or learned; nothing where no edge carries it."""
        if not self.direction:
            return ()
        if len(self.initial):
            return tuple(p.expand(rows, -1) for p in self.initial)
        return self.cell.initial_state(rows, next(self.parameters()))

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> tuple[Tensor, State]:
        """One step: h(t), and the state to go on from."""
        if not self.direction:
            return self.cell.step(drive, self.cell.initial_state(drive.shape[0], drive))[0], ()
        state = self.cell.step(drive, state)
        return state[0], state

    def run(
        self,
        drive: Drive,
        state: State,
        alive: Bool[Tensor, "T rows"] | None,
        gradient: Gradient,
        *,
        cut: bool = False,
    ) -> tuple[Float[Tensor, "T rows H"], State]:
        """h(1) … h(T), and the state of each row at its own end (backward: at its beginning).

        Where time runs both ways it cannot be cut into the gradient's stretches for the model as
        a whole; with ``cut``, it is cut here.
        """
        if not self.direction:
            zeros = self.cell.initial_state(drive.rows, next(self.parameters()))
            return gradient.scan(Recursion(self.cell, drive, zeros, recurrent=False))[0], ()
        if not cut:
            states = gradient.scan(Recursion(self.cell, drive, state, alive))
            return states[0], tuple(s[-1] for s in states) if drive.steps else state

        def stretch(carry: Tensors, steps: Tensors, _: Tensors) -> tuple[Tensors, Tensors]:
            states = gradient.scan(Recursion(self.cell, steps[0], carry, *steps[1:]))
            return tuple(s[-1] for s in states) if len(steps[0]) else carry, (states[0],)

        u, backward = drive.sum(), self.direction < 0
        steps = (reverse(u, alive) if backward else u, *(() if alive is None else (alive,)))
        state, (h,) = gradient.fold(stretch, state, steps, (), self.cell)
        return reverse(h, alive) if backward else h, state
