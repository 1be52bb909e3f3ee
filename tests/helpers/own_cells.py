"""Cells as users write them, of all that one can write."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.helpers.models import Trace
from throughtime.cells.cell import Cell, State


class LayerNormGRU(Cell):
    """As a user would write it."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=3)
        self.W = nn.Linear(hidden_size, 3 * hidden_size, bias=False)
        self.of_drive = nn.LayerNorm(3 * hidden_size)
        self.of_state = nn.LayerNorm(3 * hidden_size)
        self.gain = 1.0

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = state
        u_r, u_z, u_n = self.of_drive(drive).chunk(3, -1)
        v_r, v_z, v_n = self.of_state(self.W(h)).chunk(3, -1)
        z = torch.sigmoid(u_z + v_z)
        n = torch.tanh(self.gain * u_n + torch.sigmoid(u_r + v_r) * v_n)
        return ((1 - z) * n + z * h,)


class Peephole(Cell):
    """LSTM whose gates see c (Gers and Schmidhuber 2000)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=4, state_sizes=(hidden_size, hidden_size))
        self.W = nn.Linear(hidden_size, 4 * hidden_size)
        self.p = nn.Parameter(torch.randn(3, hidden_size))

    def step(self, drive: Tensor, state: State) -> State:
        h, c = state
        i, f, g, o = (drive + self.W(h)).chunk(4, -1)
        c = torch.sigmoid(f + self.p[1] * c) * c + torch.sigmoid(i + self.p[0] * c) * g.tanh()
        return torch.sigmoid(o + self.p[2] * c) * c.tanh(), c


class Heads(LayerNormGRU):
    """Its rows have more than one dimension in between."""

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h.view(len(h), 2, -1).softmax(-1).reshape(len(h), -1),)


class Choosing(LayerNormGRU):
    """Looks at its values."""

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h if float(h.detach().sum()) > 0.1 else 0.5 * h,)


class Turned(LayerNormGRU):
    """Has its rows as columns in between."""

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h.T.tanh().exp().T,)


class Masked(LayerNormGRU):
    """Has a buffer."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.register_buffer("mask", torch.arange(hidden_size) / hidden_size)

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h * self.mask,)


class Holding(LayerNormGRU):
    """Has a tensor that is neither parameter nor buffer."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.held = torch.arange(hidden_size) / hidden_size

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h * self.held.to(h.dtype),)


class Leaky(Cell):
    """What it takes of the drive is not seen in what h(t) has of h(t-1)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.W = nn.Parameter(torch.randn(hidden_size, hidden_size) / hidden_size)
        self.gain = 1.0

    def step(self, drive: Tensor, state: State) -> State:
        return (0.9 * state[0] + self.gain * drive + 0.1 * state[0] @ self.W.T,)


Formula = Callable[..., Tensor | State]


class Written(Cell):
    """A formula of the drive, the state, and some parameters."""

    def __init__(self, hidden_size: int, formula: Formula, parts: int) -> None:
        super().__init__(hidden_size, state_sizes=(hidden_size,) * parts)
        self.formula = formula
        self.W = nn.Linear(hidden_size, hidden_size)
        self.a = nn.Parameter(torch.rand(hidden_size) + 0.5)
        self.g = nn.Parameter(torch.tensor(0.3))
        self.norm = nn.LayerNorm(hidden_size)

    def step(self, drive: Tensor, state: State) -> State:
        new = self.formula(self, drive, *state)
        return (new,) if isinstance(new, Tensor) else new


def rms(v: Tensor) -> Tensor:
    return v * torch.rsqrt(v.pow(2).mean(-1, keepdim=True) + 1e-5)


ONE: dict[str, Formula] = {
    "relu": lambda s, u, h: torch.relu(u + s.W(h)),
    "leaky relu": lambda s, u, h: F.leaky_relu(u + s.W(h), 0.1),
    "prelu": lambda s, u, h: F.prelu(u + s.W(h), s.a),
    "gelu": lambda s, u, h: F.gelu(u + s.W(h)),
    "gelu by tanh": lambda s, u, h: F.gelu(u + s.W(h), approximate="tanh"),
    "silu": lambda s, u, h: F.silu(u + s.W(h)),
    "elu": lambda s, u, h: F.elu(u + s.W(h)),
    "mish": lambda s, u, h: F.mish(u + s.W(h)),
    "softplus": lambda s, u, h: F.softplus(u + s.W(h)),
    "softsign": lambda s, u, h: F.softsign(u + s.W(h)),
    "softmax": lambda s, u, h: torch.softmax(u + s.W(h), -1),
    "hardtanh": lambda s, u, h: F.hardtanh(u + s.W(h)),
    "clamp": lambda s, u, h: (u + s.W(h)).clamp(-0.5, 0.5),
    "clamp from below": lambda s, u, h: torch.tanh(u + s.W(h)).clamp(min=0.1),
    "rms norm": lambda s, u, h: rms(u + s.W(h)) * s.a,
    "layer norm": lambda s, u, h: s.norm(torch.tanh(s.W(h) + u)),
    "unit vector": lambda s, u, h: F.normalize(u + s.W(h), dim=-1),
    "short vector": lambda s, u, h: u / u.norm(dim=-1, keepdim=True).clamp(min=1) + 0.5 * h,
    "variance": lambda s, u, h: (u + s.W(h)) / (u.var(-1, keepdim=True) + 1).sqrt(),
    "a number": lambda s, u, h: torch.tanh(s.g * u + (1 - s.g) * h),
    "decay": lambda s, u, h: torch.exp(-s.a.abs()) * h + u,
    "where": lambda s, u, h: torch.where(u > 0, torch.tanh(h), u * s.a),
    "maximum": lambda s, u, h: torch.maximum(u, torch.tanh(s.W(h))),
    "minimum": lambda s, u, h: torch.minimum(torch.tanh(u), s.W(h)),
    "sin and cos": lambda s, u, h: torch.sin(u) + torch.cos(s.W(h)),
    "shift": lambda s, u, h: torch.cat([h[:, 1:], u[:, :1]], -1) + 0.1 * s.W(h),
    "of the drive": lambda s, u, h: torch.tanh(s.W(u) + s.W(h)),
    "a product with a vector": lambda s, u, h: torch.tanh(s.W(h) + u + (h * s.a).sum(-1, True)),
    "power": lambda s, u, h: torch.sigmoid(u) ** 1.5 * h + torch.tanh(u) ** 3,
    "magnitude": lambda s, u, h: torch.tanh(u + s.W(h)).abs() - 0.5 * h.sign(),
    "zeros and ones": lambda s, u, h: torch.ones_like(h) * u + torch.zeros_like(h),
    "orthogonal": lambda s, u, h: u + h @ torch.matrix_exp(s.W.weight - s.W.weight.T),
    "no gradient": lambda s, u, h: torch.tanh(u + s.W(h).detach() * h),
    "no state": lambda s, u, h: torch.tanh(u * s.a),
    "no drive": lambda s, u, h: torch.tanh(s.W(h) + 1),
    "lerp": lambda s, u, h: torch.lerp(h, torch.tanh(u), torch.sigmoid(s.W(h))),
    "a torch cell": lambda s, u, h: torch.gru_cell(
        u, h, s.W.weight.repeat(3, 1), s.W.weight.repeat(3, 1), s.a.repeat(3), s.a.repeat(3)
    ),
    "truths": lambda s, u, h: torch.where((u > 0) & (h < 0.5) | ~(u < 1), torch.tanh(h), u * s.a),
    "log softmax": lambda s, u, h: torch.log_softmax(u + s.W(h), -1),
    "log sigmoid": lambda s, u, h: F.logsigmoid(u + s.W(h)),
    "one of the units": lambda s, u, h: torch.tanh(u + s.W(h) * h[:, :1] + h[:, -1, None]),
    "overwritten": lambda s, u, h: (u + s.W(h)).mul_(0.5).add_(u).tanh_(),
}
TWO: dict[str, Formula] = {
    "two parts": lambda s, u, h, c: (c + 0.1 * u, torch.tanh(s.W(h))),
    "exchanged": lambda s, u, h, c: (c + 0 * u, h),
    "parts of them": lambda s, u, h, c: (torch.cat([c[:, 1:], h[:, :1]], -1) + u, h),
    "passed on": lambda s, u, h, c: (h, c),
    "twice": lambda s, u, h, c: (torch.tanh(h + c + u),) * 2,
}

TRACED: dict[str, Callable[[int], Cell]] = {
    "own": Trace,
    "layer-norm GRU": LayerNormGRU,
    "peephole LSTM": Peephole,
    "masked": Masked,
    "leaky": Leaky,
    **{name: partial(Written, formula=formula, parts=1) for name, formula in ONE.items()},
    **{name: partial(Written, formula=formula, parts=2) for name, formula in TWO.items()},
}
"""Those that the engine takes."""

NOT_TRACED: dict[str, Callable[[int], Cell]] = {
    "heads": Heads,
    "choosing": Choosing,
    "turned": Turned,
    "holding": Holding,
    "roll": lambda n: Written(n, lambda s, u, h: torch.roll(torch.tanh(s.W(h)), 1, -1) + u, 1),
}
"""Those that it does not."""
