"""minGRU: a gated unit whose gate does not see h(t-1), so that the recurrence is linear."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from throughtime.cells.cell import Cell, State, uniform_


class MinGRU(Cell):
    r"""Units that each mix their old value with a new one, in a share that the drive decides.

    .. math::
        z &= \sigma(u_z + b_z) \\
        n &= u_n + b_n \\
        h &= (1 - z) \odot h' + z \odot n

    where h' is h(t-1) and u = (u_z, u_n) is the drive (Feng et al. 2024, section 3.1; z is the
    share of the new value, as there). No unit sees another's old value, so that a step is H
    products where a GRU's is 3H².

    Args:
        hidden_size: H; parameter: ``b`` (2H), in the order z, n.

    Example:
        >>> cell = MinGRU(1)
        >>> u = torch.tensor([[100.0, 7.0]])  # takes all of the new value
        >>> (h,) = cell.step(u, (torch.tensor([[3.0]]),))
        >>> bool(torch.equal(h, 7 + cell.b[None, 1:]))
        True
    """

    pure = True
    gates = ("z", "n")
    squashed = ("z",)

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=2)
        self.b = nn.Parameter(torch.empty(2 * hidden_size))
        uniform_(self)

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        (h,) = state
        a_z, n = (drive + self.b).chunk(2, -1)
        return (h + torch.sigmoid(a_z) * (n - h),)
