"""minLSTM: a memory whose gates do not see h(t-1), so that the recurrence is linear."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from throughtime.cells.cell import Cell, State, uniform_


class MinLSTM(Cell):
    r"""Units that each mix their old value with a new one, in shares that the drive decides.

    .. math::
        i, f &= \sigma(u_i + b_i), \sigma(u_f + b_f) \\
        n &= u_n + b_n \\
        h &= \frac{f}{i + f} \odot h' + \frac{i}{i + f} \odot n

    where h' is h(t-1) and u = (u_i, u_f, u_n) is the drive (Feng et al. 2024, section 3.2). The
    shares are 1 together, so that h stays of one size however long the sequence is; i / (i + f) is
    computed as σ(ln i - ln f), in which nothing is too small.

    Args:
        hidden_size: H; parameter: ``b`` (3H), in the order i, f, n.

    Example:
        >>> cell = MinLSTM(1)
        >>> u = torch.tensor([[-200.0, -300.0, 7.0]])  # both gates are nearly shut, f more so
        >>> (h,) = cell.step(u, (torch.tensor([[3.0]]),))
        >>> bool(torch.equal(h, 7 + cell.b[None, 2:]))
        True
    """

    pure = True
    gates = ("i", "f", "n")
    squashed = ("share of n",)

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=3)
        self.b = nn.Parameter(torch.empty(3 * hidden_size))
        uniform_(self)

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        (h,) = state
        a_i, a_f, n = (drive + self.b).chunk(3, -1)
        share = torch.sigmoid(logsigmoid(a_i) - logsigmoid(a_f))
        return (h + share * (n - h),)
