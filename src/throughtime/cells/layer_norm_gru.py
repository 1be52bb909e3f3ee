"""The gated recurrent unit with layer normalization."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from throughtime.cells.cell import Cell, State, uniform_


class LayerNormGRU(Cell):
    r"""A GRU whose drive and recurrent product are normalized over the units.

    .. math::
        (a_r, a_z) &= \alpha_u \odot N(u_{rz}) + \alpha_v \odot N(W_{rz} h') + b_{rz} \\
        r, z &= \sigma(a_r), \sigma(a_z) \\
        n &= \tanh(\alpha_{un} \odot N(u_n) + b_n + r \odot (\alpha_{vn} \odot N(W_n h') + m)) \\
        h &= (1 - z) \odot n + z \odot h'

    where h' is h(t-1), u = (u_r, u_z, u_n) is the drive, and N(v) is v with mean 0 and variance 1,
    :math:`(v - \mathrm{mean}(v)) / \sqrt{\mathrm{var}(v) + 10^{-5}}`: of each row's 2H numbers of
    both gates together, and of n's H (Ba et al. 2016, supplement, with z for their 1 - z, as in the
    GRU; two biases of the gates there are b here, for their sum is all that matters). Every α
    starts at 1.

    Args:
        hidden_size: H; parameters: ``W`` (3H, H), ``b``, ``alpha_u`` and ``alpha_v`` (3H), in the
            order r, z, n; ``m`` (H).

    Example:
        >>> cell = LayerNormGRU(4)
        >>> [h.shape for h in cell.step(torch.zeros(2, 12), cell.initial_state(2))]
        [torch.Size([2, 4])]
    """

    pure = True
    gates = ("r", "z", "n")
    squashed = ("r", "z", "n")

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=3)
        self.W = nn.Parameter(torch.empty(3 * hidden_size, hidden_size))
        self.b = nn.Parameter(torch.empty(3 * hidden_size))
        self.m = nn.Parameter(torch.empty(hidden_size))
        uniform_(self)
        self.alpha_u = nn.Parameter(torch.ones(3 * hidden_size))
        self.alpha_v = nn.Parameter(torch.ones(3 * hidden_size))

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        (h,) = state
        gates, n = 2 * self.hidden_size, self.hidden_size
        (u, u_n), (v, v_n) = (w.split((gates, n), -1) for w in (drive, h @ self.W.T))
        (b, b_n), (alpha_u, alpha_un), (alpha_v, alpha_vn) = (
            p.split((gates, n)) for p in (self.b, self.alpha_u, self.alpha_v)
        )
        a = layer_norm(u, (gates,), alpha_u, b) + layer_norm(v, (gates,), alpha_v)
        r, z = torch.sigmoid(a).chunk(2, -1)
        v_n = layer_norm(v_n, (n,), alpha_vn, self.m)
        new = torch.tanh(layer_norm(u_n, (n,), alpha_un, b_n) + r * v_n)
        return (new + z * (h - new),)
