"""Two cells that a user of torch would write, as one step in torch's operations."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

State = tuple[Tensor, ...]
Step = Callable[[Tensor, State, Tensor, Tensor, Tensor], State]
"""From u(t) = U x(t), the state at t-1, W, b and p to the state at t, h first."""


def layer_norm_gru(u: Tensor, state: State, W: Tensor, b: Tensor, p: Tensor) -> State:
    """A GRU whose product W h(t-1) has mean 0 and variance 1 in each row, scaled by p."""
    (h,) = state
    u_r, u_z, u_n = (u + b).chunk(3, -1)
    v_r, v_z, v_n = F.layer_norm(h @ W.T, W.shape[:1], p).chunk(3, -1)
    r, z = torch.sigmoid(u_r + v_r), torch.sigmoid(u_z + v_z)
    n = torch.tanh(u_n + r * v_n)
    return (n + z * (h - n),)


def peephole_lstm(u: Tensor, state: State, W: Tensor, b: Tensor, p: Tensor) -> State:
    """An LSTM whose gates see the memory cell: i and f the old c, o the new (Gers et al. 2002)."""
    h, c = state
    a_i, a_f, a_g, a_o = torch.addmm(u + b, h, W.T).chunk(4, -1)
    p_i, p_f, p_o = p.chunk(3)
    i, f = torch.sigmoid(a_i + p_i * c), torch.sigmoid(a_f + p_f * c)
    c = f * c + i * torch.tanh(a_g)
    return torch.sigmoid(a_o + p_o * c) * torch.tanh(c), c


STEPS: dict[str, tuple[Step, int]] = {
    "layer-norm GRU": (layer_norm_gru, 1),
    "peephole LSTM": (peephole_lstm, 2),
}
"""The step, and of how many tensors of size H the state is."""
