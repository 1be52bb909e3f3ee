"""The protocol of a cell: one step of the recurrence."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from throughtime.whole import whole

State = tuple[Tensor, ...]
"""What a cell remembers: one tensor ``(rows, size)`` or several, the visible h first."""

SAID = ("gates", "squashed", "matrices")
"""What is said of a step for who looks at it."""


class Cell(nn.Module):
    r"""The transition f of :math:`h^{(t)} = f(h^{(t-1)}, x^{(t)}; \theta)`, the same at every step.

    A cell does not know where its input comes from. The wiring adds up what it lets in at t,

    .. math:: u^{(t)} = U x^{(t)} + R^\top x + S y^{(t-1)} + \dots

    and the cell turns this *drive* and the previous state into the next state. To write one,
    say how many drives of ``hidden_size`` a step takes (one for each gate), and write ``step``;
    every wiring, length, gradient method and decoder then works with it.

    ``step`` must treat rows independently and draw no random numbers: the parameters' gradients
    are one product over all steps at once, which relies on both (Goodfellow et al. 2016, 10.2.2).

    Args:
        hidden_size: H, the size of h(t).
        gates: how many vectors of size H the drive has; its size is ``gates * hidden_size``.
        state_sizes: the sizes of the state's tensors, h first. By default the state is h alone.

    Raises:
        ValueError: if a size is not positive, or the first state size is not ``hidden_size``.

    Example:
        A minimal gated unit (Zhou et al. 2016), whole:

        >>> class MinimalGatedUnit(Cell):
        ...     def __init__(self, hidden_size):
        ...         super().__init__(hidden_size, gates=2)
        ...         self.forget = nn.Linear(hidden_size, hidden_size)
        ...         self.propose = nn.Linear(hidden_size, hidden_size)
        ...     def step(self, drive, state):
        ...         (h,), (u_f, u_h) = state, drive.chunk(2, -1)
        ...         f = torch.sigmoid(u_f + self.forget(h))
        ...         return ((1 - f) * h + f * torch.tanh(u_h + self.propose(f * h)),)
        >>> cell = MinimalGatedUnit(3)
        >>> [h.shape for h in cell.step(torch.zeros(5, 6), cell.initial_state(5))]
        [torch.Size([5, 3])]
    """

    pure: ClassVar[bool] = False
    """Whether the step reads nothing that changes but parameters and buffers. The engine then takes
    its trace for granted, and does not try a step at every call."""

    gates: ClassVar[tuple[str, ...]] = ()
    """The names of the drive's vectors of size H, in their order."""

    squashed: ClassVar[tuple[str, ...]] = ()
    """The names of what the step squashes (by σ, tanh or relu), in the order in which it does."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in ("reverse_step", "parameter_gradients", *SAID, "kernel", "pure"):
            owner = next(c for c in cls.__mro__ if "step" in vars(c) or name in vars(c))
            if name not in vars(owner):
                # what is said of the parent's step is not true of another
                setattr(cls, name, getattr(Cell, name))

    def __init__(
        self, hidden_size: int, *, gates: int = 1, state_sizes: tuple[int, ...] | None = None
    ) -> None:
        super().__init__()
        state_sizes = (hidden_size,) if state_sizes is None else state_sizes
        whole("hidden_size", hidden_size)
        whole("gates", gates)
        for size in state_sizes:
            whole("a size of the state", size)
        if state_sizes[:1] != (hidden_size,):
            raise ValueError(
                f"the state's first tensor is h, of size hidden_size={hidden_size}; got "
                f"state_sizes={state_sizes}"
            )
        self.hidden_size = hidden_size
        self.drive_size = gates * hidden_size
        self.state_sizes = state_sizes

    def step(
        self, drive: Float[Tensor, "rows drive"], state: tuple[Float[Tensor, "rows _"], ...]
    ) -> tuple[Float[Tensor, "rows _"], ...]:
        """The state at t from the drive at t and the state at t-1, for independent rows."""
        raise NotImplementedError(
            f"{type(self).__name__} is a cell without a step; write "
            "`def step(self, drive, state): ... return (h,)`"
        )

    @property
    def kernel(self) -> str | None:
        """The engine's name for these equations (engine/kernel.py); None if it has not got them."""
        return None

    def matrices(self) -> dict[str, Tensor]:
        """The matrices (H, H) that h(t-1) is multiplied by, by name; by default every parameter of
        n·H rows and H columns, taken apart."""
        found: dict[str, Tensor] = {}
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2 and parameter.shape[1] == self.hidden_size:
                parts = parameter.detach().split(self.hidden_size)
                if len(parts[-1]) != self.hidden_size:
                    continue
                names = self.gates if len(self.gates) == len(parts) else range(1, len(parts) + 1)
                for gate, part in zip(names, parts, strict=True):
                    found[name if len(parts) == 1 else f"{name}_{gate}"] = part
        return found

    def initial_state(self, rows: int, like: Tensor | None = None) -> State:
        """The zero state for ``rows`` rows, of the dtype and device of ``like``."""
        like = torch.empty(0) if like is None else like
        return tuple(like.new_zeros(rows, size) for size in self.state_sizes)

    # ---- back-propagation through time, in two parts -------------------------------------------
    #
    # Any cell has both by automatic differentiation of its one step. Elman, GRU and LSTM replace
    # them by the equations, written out; the engine takes any other's by a trace (tracing/).

    def reverse_step(
        self, drive: Tensor, state: State, new_state: State, grad: State
    ) -> tuple[Tensor, State]:
        r"""Part 1: :math:`\nabla u^{(t)}` and :math:`\nabla h^{(t-1)}` from :math:`\nabla h^{(t)}`.

        Args:
            drive: u(t), ``(rows, drive_size)``.
            state: the state at t-1.
            new_state: the state at t, that is ``step(drive, state)``.
            grad: the gradient of the loss with respect to ``new_state``.
        """
        with torch.enable_grad():
            inputs = tuple(v.detach().requires_grad_() for v in (drive, *state))
            output = self.step(inputs[0], inputs[1:])
        grads = _vjp(output, inputs, grad)
        return grads[0], grads[1:]

    def parameter_gradients(
        self, drive: Tensor, state: State, grad: State, grad_drive: Tensor
    ) -> tuple[Tensor, ...]:
        """Part 2: the gradient of every parameter, one sum over all steps and rows at once.

        The arguments hold all T·B steps as rows: what part 1 was given and ``grad_drive``, what
        it returned. Gradients come in the order of ``self.parameters()``.
        """
        parameters = tuple(self.parameters())
        if not any(p.requires_grad for p in parameters):
            return tuple(torch.zeros_like(p) for p in parameters)
        with torch.enable_grad():
            output = self.step(drive.detach(), tuple(s.detach() for s in state))
        return _vjp(output, parameters, grad)


def _vjp(output: State, inputs: tuple[Tensor, ...], grad: State) -> tuple[Tensor, ...]:
    """The vector-Jacobian product; zero where an output does not depend on an input."""
    pairs = [(o, g) for o, g in zip(output, grad, strict=True) if o.requires_grad]
    wanted = [v for v in inputs if v.requires_grad]
    found = iter(
        torch.autograd.grad([o for o, _ in pairs], wanted, [g for _, g in pairs], allow_unused=True)
        if pairs and wanted
        else [None] * len(wanted)
    )
    grads = (next(found) if v.requires_grad else None for v in inputs)
    return tuple(
        torch.zeros_like(v) if g is None else g for v, g in zip(inputs, grads, strict=True)
    )


@torch.no_grad()
def remember_(b: nn.Parameter) -> None:
    """The forget gate's bias at 1, of b in the order i, f, g, o, so that c is kept at first
    (Jozefowicz et al. 2015)."""
    b.chunk(4)[1].fill_(1.0)


def uniform_(cell: Cell) -> None:
    """Every parameter drawn from U(-1/√H, 1/√H), as torch.nn's recurrent modules are."""
    bound = 1 / math.sqrt(cell.hidden_size)
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -bound, bound)
