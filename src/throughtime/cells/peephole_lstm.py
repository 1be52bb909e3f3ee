"""Long short-term memory whose gates see the memory cell."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from throughtime.cells.cell import Cell, State, remember_, uniform_


class PeepholeLSTM(Cell):
    r"""An LSTM whose gates see c through peepholes: i and f the old one, o the new one.

    .. math::
        (a_i, a_f, a_g, a_o) &= u + b + W h' \\
        i, f &= \sigma(a_i + p_i \odot c'), \sigma(a_f + p_f \odot c') \qquad g = \tanh(a_g) \\
        c &= f \odot c' + i \odot g \\
        h &= \sigma(a_o + p_o \odot c) \odot \tanh(c)

    where h', c' are the state at t-1 and u is the drive (Gers & Schmidhuber 2000); a unit's gates
    see its own c alone. The forget gate's bias starts at 1, as the LSTM's.

    Args:
        hidden_size: H; parameters: ``W`` (4H, H) and ``b`` (4H), in the order i, f, g, o; ``p``
            (3H), in the order i, f, o.

    Example:
        >>> cell = PeepholeLSTM(4)
        >>> [s.shape for s in cell.step(torch.zeros(2, 16), cell.initial_state(2))]
        [torch.Size([2, 4]), torch.Size([2, 4])]
    """

    pure = True
    gates = ("i", "f", "g", "o")
    squashed = ("i", "f", "g", "o", "tanh c")

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=4, state_sizes=(hidden_size, hidden_size))
        self.W = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.b = nn.Parameter(torch.empty(4 * hidden_size))
        self.p = nn.Parameter(torch.empty(3 * hidden_size))
        uniform_(self)
        remember_(self.b)

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        h, c = state
        p_i, p_f, p_o = self.p.chunk(3)
        a_i, a_f, a_g, a_o = torch.addmm(drive + self.b, h, self.W.T).chunk(4, -1)
        i, f = torch.sigmoid(a_i + p_i * c), torch.sigmoid(a_f + p_f * c)
        c = f * c + i * torch.tanh(a_g)
        return torch.sigmoid(a_o + p_o * c) * torch.tanh(c), c
