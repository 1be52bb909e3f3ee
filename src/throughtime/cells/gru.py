"""The gated recurrent unit."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from throughtime.cells.cell import Cell, State, uniform_


class GRU(Cell):
    r"""Gated recurrent unit, with the reset gate after the product as in torch.nn.

    .. math::
        r &= \sigma(u_r + b_r + W_r h') \\
        z &= \sigma(u_z + b_z + W_z h') \\
        n &= \tanh(u_n + b_n + r \odot (W_n h' + m)) \\
        h &= (1 - z) \odot n + z \odot h'

    where h' is h(t-1) and u = (u_r, u_z, u_n) is the drive (Cho et al. 2014; the reset after
    the product as in the first version of arXiv:1406.1078 and in cuDNN).

    Args:
        hidden_size: H; parameters: ``W`` (3H, H) and ``b`` (3H) in the order r, z, n; ``m`` (H).

    Example:
        >>> cell = GRU(4)
        >>> [h.shape for h in cell.step(torch.zeros(2, 12), cell.initial_state(2))]
        [torch.Size([2, 4])]
    """

    gates = ("r", "z", "n")
    squashed = ("r", "z", "n")

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=3)
        self.W = nn.Parameter(torch.empty(3 * hidden_size, hidden_size))
        self.b = nn.Parameter(torch.empty(3 * hidden_size))
        self.m = nn.Parameter(torch.empty(hidden_size))
        uniform_(self)

    @property
    def kernel(self) -> str:
        return "gru"

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        (h,) = state
        _, z, n, _ = self._gates(drive, h)
        return (n + z * (h - n),)

    def _gates(self, drive: Tensor, h: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """r, z, n, and the product W_n h' + m that r resets."""
        u_r, u_z, u_n = (drive + self.b).chunk(3, -1)
        v_r, v_z, v_n = (h @ self.W.T).chunk(3, -1)
        r, z, v_n = torch.sigmoid(u_r + v_r), torch.sigmoid(u_z + v_z), v_n + self.m
        return r, z, torch.tanh(u_n + r * v_n), v_n

    def reverse_step(
        self, drive: Tensor, state: State, new_state: State, grad: State
    ) -> tuple[Tensor, State]:
        (h,), (grad_h,) = state, grad
        r, z, n, v_n = self._gates(drive, h)
        # h(t) = (1 - z) n + z h'
        grad_z, grad_n = grad_h * (h - n), grad_h * (1 - z)
        # n = tanh(u_n + b_n + r v_n),   v_n = W_n h' + m
        grad_u_n = grad_n * (1 - n * n)
        grad_r, grad_v_n = grad_u_n * v_n, grad_u_n * r
        # z = σ(u_z + b_z + W_z h'),   r = σ(u_r + b_r + W_r h')
        grad_u_z, grad_u_r = grad_z * z * (1 - z), grad_r * r * (1 - r)
        grad_drive = torch.cat([grad_u_r, grad_u_z, grad_u_n], -1)
        grad_v = torch.cat([grad_u_r, grad_u_z, grad_v_n], -1)
        return grad_drive, (grad_h * z + grad_v @ self.W,)

    def parameter_gradients(
        self, drive: Tensor, state: State, grad: State, grad_drive: Tensor
    ) -> tuple[Tensor, ...]:
        (h,) = state
        r = self._gates(drive, h)[0]
        grad_u_r, grad_u_z, grad_u_n = grad_drive.chunk(3, -1)
        grad_v_n = grad_u_n * r
        grad_v = torch.cat([grad_u_r, grad_u_z, grad_v_n], -1)
        return grad_v.T @ h, grad_drive.sum(0), grad_v_n.sum(0)
