"""The independently recurrent network: a layer whose units see no other's old value."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from throughtime.cells.cell import Cell, State, uniform_


class IndRNN(Cell):
    r"""A layer of relu units, each connected to its own value of the step before.

    .. math::
        h = \mathrm{relu}(u + b + \mathrm{clip}(w, -1, 1) \odot h')

    where h' is h(t-1) and u is the drive (Li et al. 2018). Over T steps a unit may magnify what it
    holds by w^T, so they bound ``|w|`` by the T-th root of 2; the bound here, 1, is that for every
    T. A weight beyond it counts as ±1, and has no gradient. The weights start evenly from 0 to 1,
    as there: some units forget at once, and some hardly.

    Args:
        hidden_size: H; parameters: ``w`` and ``b`` (H).

    Example:
        >>> cell = IndRNN(2)
        >>> with torch.no_grad():
        ...     cell.w[:], cell.b[:] = torch.tensor([0.5, 3.0]), 0.0
        >>> cell.step(torch.ones(1, 2), (torch.ones(1, 2),))[0].tolist()
        [[1.5, 2.0]]
    """

    pure = True
    squashed = ("h",)

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.w = nn.Parameter(torch.empty(hidden_size))
        self.b = nn.Parameter(torch.empty(hidden_size))
        uniform_(self)
        nn.init.uniform_(self.w, 0.0, 1.0)

    def matrices(self) -> dict[str, Tensor]:
        return {"w": torch.diag(self.w.detach().clamp(min=-1, max=1))}

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        (h,) = state
        return (torch.relu(drive + self.b + self.w.clamp(-1, 1) * h),)
