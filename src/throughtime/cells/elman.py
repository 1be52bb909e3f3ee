"""The Elman cell: a fully connected recurrent layer."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from throughtime.cells.cell import Cell, State, uniform_


class Elman(Cell):
    r"""A layer of tanh or relu units, connected to their own values of the step before.

    .. math::
        a^{(t)} &= b + W h^{(t-1)} + u^{(t)} \\
        h^{(t)} &= \tanh(a^{(t)})

    with the drive u(t) = U x(t) in wiring 2.1 (Elman 1990; Goodfellow et al. 2016, 10.2).

    Args:
        hidden_size: H; parameters: ``W`` (H, H) and ``b`` (H).
        nonlinearity: ``"tanh"`` or ``"relu"``.

    Raises:
        ValueError: for another nonlinearity or a size below one.

    Example:
        >>> cell = Elman(4)
        >>> (h,) = cell.step(torch.zeros(2, 4), cell.initial_state(2))
        >>> bool(torch.equal(h, torch.tanh(cell.b).expand(2, 4)))
        True
    """

    squashed = ("h",)

    def __init__(self, hidden_size: int, nonlinearity: Literal["tanh", "relu"] = "tanh") -> None:
        super().__init__(hidden_size, gates=1)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"nonlinearity is 'tanh' or 'relu'; got {nonlinearity!r}")
        self.nonlinearity = nonlinearity
        self.W = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.b = nn.Parameter(torch.empty(hidden_size))
        uniform_(self)

    @property
    def kernel(self) -> str:
        return f"elman_{self.nonlinearity}"

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> State:
        (h,) = state
        a = torch.addmm(drive + self.b, h, self.W.T)
        return (torch.tanh(a) if self.nonlinearity == "tanh" else torch.relu(a),)

    # h = tanh(a)          =>  ∇a = diag(1 - h²) ∇h
    # a = b + W h' + u     =>  ∇h' = Wᵀ ∇a,  ∇u = ∇a,  ∇b = Σ ∇a,  ∇W = Σ ∇a h'ᵀ

    def reverse_step(
        self, drive: Tensor, state: State, new_state: State, grad: State
    ) -> tuple[Tensor, State]:
        (h,), (grad_h,) = new_state, grad
        slope = 1 - h * h if self.nonlinearity == "tanh" else (h > 0).to(h.dtype)
        grad_a = slope * grad_h
        return grad_a, (grad_a @ self.W,)

    def parameter_gradients(
        self, drive: Tensor, state: State, grad: State, grad_drive: Tensor
    ) -> tuple[Tensor, ...]:
        (h_previous,) = state
        return grad_drive.T @ h_previous, grad_drive.sum(0)
