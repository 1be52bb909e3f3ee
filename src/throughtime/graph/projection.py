"""The matrix of an edge into h(t)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from throughtime.cells.drive import Entering
from throughtime.context.transforms import values_hidden

MANY = 2
"""How many times more symbols than values there are, from which on a batch gets a matrix of the
columns that it names."""


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
            values = torch.cat([nothing, values])[: values.shape[0]]
        of_few = symbols and self.weight.shape[1] > MANY * values.numel()
        if of_few and values.is_cpu and not values_hidden():
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
    """The same edge with the columns of these symbols alone: of thousands of words a batch has a
    few hundred, and the engine would transpose the whole matrix for them."""
    there, numbers = symbols.unique(return_inverse=True)
    none = int((there < 0).sum())  # they come first, and pick no column
    if none == len(there) or int(there[-1]) >= weight.shape[1]:
        return Entering(symbols, weight)
    return Entering(numbers - none, weight.index_select(1, there[none:]))
