"""Long short-term memory with layer normalization."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from throughtime.cells.cell import Cell, State, remember_, uniform_


class LayerNormLSTM(Cell):
    r"""An LSTM whose drive, recurrent product and memory cell are normalized over the units.

    .. math::
        (a_i, a_f, a_g, a_o) &= \alpha_u \odot N(u) + \alpha_v \odot N(W h') + b \\
        i, f, o &= \sigma(a_i), \sigma(a_f), \sigma(a_o) \qquad g = \tanh(a_g) \\
        c &= f \odot c' + i \odot g \\
        h &= o \odot \tanh(\alpha_c \odot N(c) + \beta_c)

    where h', c' are the state at t-1, u is the drive, and N(v) is v with mean 0 and variance 1,
    :math:`(v - \mathrm{mean}(v)) / \sqrt{\mathrm{var}(v) + 10^{-5}}`: of each row's 4H numbers
    together, and of c's H (Ba et al. 2016, supplement; three biases there
    are b here, for their sum is all that matters). Every α starts at 1, and the forget gate's bias
    at 1, as the LSTM's.

    Args:
        hidden_size: H; parameters: ``W`` (4H, H), ``b``, ``alpha_u`` and ``alpha_v`` (4H), in the
            order i, f, g, o; ``alpha_c`` and ``beta_c`` (H).

    Example:
        How large a drive is makes no difference, unless it is close to zero:

        >>> cell, u = LayerNormLSTM(4), torch.randn(2, 16)
        >>> (h, _), (other, _) = (cell.step(v, cell.initial_state(2)) for v in (100 * u, 200 * u))
        >>> bool(torch.allclose(h, other))
        True
    """

    pure = True
    gates = ("i", "f", "g", "o")
    squashed = ("f", "i", "g", "tanh c", "o")

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=4, state_sizes=(hidden_size, hidden_size))
        self.W = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.b = nn.Parameter(torch.empty(4 * hidden_size))
        uniform_(self)
        remember_(self.b)
        self.alpha_u = nn.Parameter(torch.ones(4 * hidden_size))
        self.alpha_v = nn.Parameter(torch.ones(4 * hidden_size))
        self.alpha_c = nn.Parameter(torch.ones(hidden_size))
        self.beta_c = nn.Parameter(torch.zeros(hidden_size))

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        h, c = state
        a = layer_norm(drive, self.b.shape, self.alpha_u, self.b)
        a = a + layer_norm(h @ self.W.T, self.b.shape, self.alpha_v)
        a_i, a_f, a_g, a_o = a.chunk(4, -1)
        c = torch.sigmoid(a_f) * c + torch.sigmoid(a_i) * torch.tanh(a_g)
        read = torch.tanh(layer_norm(c, self.beta_c.shape, self.alpha_c, self.beta_c))
        return torch.sigmoid(a_o) * read, c
