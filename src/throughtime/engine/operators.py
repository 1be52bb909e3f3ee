"""The engine's sweeps as operators of torch, for recorded graphs and fake tensors.

``torch.ops.throughtime.forward`` and ``.reverse`` run :mod:`throughtime.engine.sweep`, as all of
the library does. Here ``torch.compile`` and ``torch.export`` learn what they must know to leave the
two in a graph as they are: the shapes of what comes out, and that one is the other's gradient.

What is computed at once calls ``sweep`` itself: to be found by torch, with its rule for gradients,
would take an operator longer than a small one runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from torch import Tensor
from torch.library import custom_op

from throughtime.cells.cell import State
from throughtime.cells.drive import Drive, Entering
from throughtime.engine import sweep
from throughtime.engine.kernel import KERNELS
from throughtime.engine.sweep import EDGES, REALS, Ragged, Sweep
from throughtime.whole import whole


class Inputs(NamedTuple):
    """What both operators take, in the types that an operator's arguments can have."""

    kernel: str
    parameters: list[Tensor]
    steps: int
    edges: list[Tensor]
    """The values and the weight of each edge."""
    given: Tensor | None
    constant: Tensor | None
    start: Tensor | None
    state: list[Tensor]
    lengths: Tensor | None
    order: Tensor | None
    recurrent: bool

    @classmethod
    def of(cls, sweep: Sweep) -> Inputs:
        """The inputs of a sweep, taken apart; :attr:`sweep` puts them together again."""
        drive, rows = sweep.drive, sweep.rows
        return cls(
            sweep.kernel,
            list(sweep.parameters),
            drive.steps,
            [v for edge in drive.edges for v in edge],
            drive.given,
            drive.constant,
            drive.start,
            list(sweep.state),
            None if rows is None else rows.lengths,
            None if rows is None else rows.order,
            sweep.recurrent,
        )

    def checked(self) -> Sweep:
        """The sweep, of which anybody may have given anything: what the types of the arguments do
        not say, and the engine would believe. What has which shape and dtype, ``sweep.Call`` says.

        Raises:
            ValueError: if the kernel is none, there is more or less than it has, or the lengths
                and the order are not those of the rows.
        """
        if self.kernel not in KERNELS:
            raise ValueError(f"no kernel {self.kernel!r}; expected one of {', '.join(KERNELS)}")
        kernel = KERNELS[self.kernel]
        whole("steps", self.steps, least=0)
        for name, found, expected in (
            ("parameters", self.parameters, len(kernel.parameters)),
            ("state", self.state, len(kernel.state)),
            ("edges", self.edges, len(self.edges) // 2 * 2),
        ):
            if len(found) != expected:
                raise ValueError(
                    f"{self.kernel}: {name} has {len(found)} tensors; expected {expected}"
                )
        if len(self.edges) > 2 * EDGES:
            raise ValueError(f"{self.kernel}: more than {EDGES} edges; add up what enters")
        for name, v in (("parameters", self.parameters[0]), ("state", self.state[0])):
            if v.dim() != 2 or v.dtype not in REALS:
                raise ValueError(
                    f"{self.kernel}: the first of {name} is {v.dtype} of shape {tuple(v.shape)}; "
                    "expected a matrix of float32 or float64"
                )
        if any(weight.dim() != 2 for weight in self.edges[1::2]):
            raise ValueError(f"{self.kernel}: the weight of an edge is no matrix")
        if (self.lengths is None) != (self.order is None):
            raise ValueError(f"{self.kernel}: lengths and order go together; one is missing")
        sweep = self.sweep
        if sweep.rows is not None:
            sweep.rows.check(self.steps, len(self.state[0]))
        return sweep

    @property
    def sweep(self) -> Sweep:
        """The sweep of these inputs."""
        edges = map(Entering, self.edges[::2], self.edges[1::2])
        drive = Drive(self.steps, tuple(edges), self.given, self.constant, self.start)
        rows = None
        if self.lengths is not None and self.order is not None:
            rows = Ragged(self.lengths, self.order)
        return Sweep(
            self.kernel, tuple(self.parameters), drive, tuple(self.state), rows, self.recurrent
        )


INPUTS = (
    "str kernel, Tensor[] parameters, SymInt steps, Tensor[] edges, Tensor? given, "
    "Tensor? constant, Tensor? start, Tensor[] state, Tensor? lengths, Tensor? order, "
    "bool recurrent"
)
"""The same in the language of torch's schemas."""


def forward(sweep: Sweep, *, keep: bool) -> State:
    """The states at 1 … T by the operator, differentiable if ``keep``.

    Example:
        >>> from throughtime.cells import Elman
        >>> cell, drive = Elman(4), Drive.of(torch.zeros(5, 2, 4))
        >>> parameters, state = tuple(cell.parameters()), cell.initial_state(2)
        >>> (h,) = forward(Sweep("elman_tanh", parameters, drive, state), keep=True)
        >>> h.shape, h.requires_grad
        (torch.Size([5, 2, 4]), True)
    """
    states, _ = _forward(*Inputs.of(sweep), keep)
    return tuple(states)


# ---- what they compute ---------------------------------------------------------------------------


@custom_op(
    "throughtime::forward",
    mutates_args=(),
    device_types="cpu",
    schema=f"({INPUTS}, bool keep) -> (Tensor[], Tensor)",
)
def _forward(*arguments: Any) -> tuple[list[Tensor], Tensor]:
    """The states, and what ``reverse`` needs of the steps: nothing, if not to ``keep``."""
    *inputs, keep = arguments
    of = Inputs(*inputs)
    states, saved = sweep.forward(of.checked(), keep=keep)
    return list(states), of.state[0].new_empty(0) if saved is None else saved


@custom_op(
    "throughtime::reverse",
    mutates_args=(),
    device_types="cpu",
    schema=f"({INPUTS}, Tensor[] states, Tensor saved, Tensor?[] grad_states, bool[] wanted, "
    "bool learning) -> Tensor[]",
)
def _reverse(*arguments: Any) -> list[Tensor]:
    """The gradients that are wanted, and no others: of the drive's tensors, of the first state, and
    of the parameters if ``learning``."""
    *inputs, states, saved, grad_states, wanted, learning = arguments
    grads = sweep.reverse(
        Inputs(*inputs).checked(), tuple(states), saved, tuple(grad_states), tuple(wanted),
        learning=learning,
    )  # fmt: skip
    return [g for g in grads if g is not None]


# ---- what a graph must know of them --------------------------------------------------------------


@_forward.register_fake
def _forward_blank(*arguments: Any) -> tuple[list[Tensor], Tensor]:
    *inputs, keep = arguments
    of = Inputs(*inputs)
    states, saved = sweep.blank(of.kernel, of.steps, tuple(of.state), keep=keep)
    return list(states), of.state[0].new_empty(0) if saved is None else saved


@_reverse.register_fake
def _reverse_blank(*arguments: Any) -> list[Tensor]:
    *inputs, _, _, _, wanted, learning = arguments
    of = Inputs(*inputs)
    drive = [v for v, want in zip(of.sweep.drive.tensors(), wanted, strict=True) if want]
    parameters = of.parameters if learning else []
    return [v.new_empty(v.shape) for v in (*drive, *of.state, *parameters)]


def _remember(ctx: Any, inputs: tuple[Any, ...], output: tuple[list[Tensor], Tensor]) -> None:
    of, (states, saved) = Inputs(*inputs[:-1]), output
    ctx.keep = inputs[-1]
    ctx.kernel, ctx.steps, ctx.recurrent = of.kernel, of.steps, of.recurrent
    lists = (of.parameters, of.edges, of.state, states)
    ctx.sizes = [len(tensors) for tensors in lists]
    ctx.save_for_backward(
        *(v for tensors in lists for v in tensors),
        *(of.given, of.constant, of.start, of.lengths, of.order, saved),
    )
    ctx.mark_non_differentiable(saved)
    ctx.set_materialize_grads(False)


def _gradient(ctx: Any, grad_states: list[Tensor | None], _: None) -> tuple[Any, ...]:
    if not ctx.keep:
        raise RuntimeError("nothing was kept of the steps for a gradient; give keep=True")
    tensors = iter(ctx.saved_tensors)
    parameters, edges, state, states = ([next(tensors) for _ in range(n)] for n in ctx.sizes)
    given, constant, start, lengths, order, saved = tensors
    of = Inputs(
        ctx.kernel, parameters, ctx.steps, edges, given, constant, start, state, lengths, order,
        ctx.recurrent,
    )  # fmt: skip
    want = Inputs(*ctx.needs_input_grad[:-1])
    wanted = [
        w
        for w, v in zip((*want.edges, *want[4:7]), (*edges, given, constant, start), strict=True)
        if v is not None
    ]
    learning = any(want.parameters)
    found = iter(_reverse(*of, states, saved, grad_states, wanted, learning))

    def gradients(wants: Iterable[Any]) -> list[Tensor | None]:
        return [next(found) if w else None for w in wants]

    by_edges, by_rest = gradients(want.edges), gradients(want[4:7])
    by_state, learned = gradients([True] * len(state)), gradients([learning] * len(parameters))
    return None, learned, None, by_edges, *by_rest, by_state, None, None, None, None


_forward.register_autograd(_gradient, setup_context=_remember)
