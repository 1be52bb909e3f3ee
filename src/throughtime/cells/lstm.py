"""Long short-term memory."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from throughtime.cells.cell import Cell, State, remember_, uniform_


class LSTM(Cell):
    r"""Long short-term memory, with the gates in torch.nn's order.

    .. math::
        (a_i, a_f, a_g, a_o) &= u + b + W h' \\
        i, f, o &= \sigma(a_i), \sigma(a_f), \sigma(a_o) \qquad g = \tanh(a_g) \\
        c &= f \odot c' + i \odot g \\
        h &= o \odot \tanh(c)

    where h', c' are the state at t-1 and u is the drive (Hochreiter & Schmidhuber 1997; forget
    gate: Gers et al. 2000). The forget gate's bias starts at 1, so that a new model remembers
    (Jozefowicz et al. 2015).

    Args:
        hidden_size: H; parameters: ``W`` (4H, H) and ``b`` (4H), in the order i, f, g, o.

    Example:
        >>> cell = LSTM(4)
        >>> [s.shape for s in cell.step(torch.zeros(2, 16), cell.initial_state(2))]
        [torch.Size([2, 4]), torch.Size([2, 4])]
    """

    gates = ("i", "f", "g", "o")
    squashed = ("i", "f", "g", "o", "tanh c")

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=4, state_sizes=(hidden_size, hidden_size))
        self.W = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.b = nn.Parameter(torch.empty(4 * hidden_size))
        uniform_(self)
        remember_(self.b)

    @property
    def kernel(self) -> str:
        return "lstm"

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        h, c = state
        i, f, g, o = self._gates(drive, h)
        c = f * c + i * g
        return o * torch.tanh(c), c

    def _gates(self, drive: Tensor, h: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        a_i, a_f, a_g, a_o = torch.addmm(drive + self.b, h, self.W.T).chunk(4, -1)
        return torch.sigmoid(a_i), torch.sigmoid(a_f), torch.tanh(a_g), torch.sigmoid(a_o)

    def reverse_step(
        self, drive: Tensor, state: State, new_state: State, grad: State
    ) -> tuple[Tensor, State]:
        (h, c), (_, c_new), (grad_h, grad_c) = state, new_state, grad
        i, f, g, o = self._gates(drive, h)
        # h(t) = o tanh(c(t))
        tanh_c = torch.tanh(c_new)
        grad_o, grad_c = grad_h * tanh_c, grad_c + grad_h * o * (1 - tanh_c * tanh_c)
        # c(t) = f c' + i g
        grad_f, grad_i, grad_g = grad_c * c, grad_c * g, grad_c * i
        # i, f, o = σ(a),   g = tanh(a)
        grad_a = torch.cat(
            [
                grad_i * i * (1 - i),
                grad_f * f * (1 - f),
                grad_g * (1 - g * g),
                grad_o * o * (1 - o),
            ],
            -1,
        )
        # a = u + b + W h'
        return grad_a, (grad_a @ self.W, grad_c * f)

    def parameter_gradients(
        self, drive: Tensor, state: State, grad: State, grad_drive: Tensor
    ) -> tuple[Tensor, ...]:
        return grad_drive.T @ state[0], grad_drive.sum(0)
