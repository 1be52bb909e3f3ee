"""The engine's sweeps on tensors: the calls of ``engine.h``, whose memory torch owns."""

from __future__ import annotations

import ctypes
from typing import NamedTuple, NoReturn

import torch
from torch import Tensor

from throughtime.cells.cell import State
from throughtime.cells.drive import Drive, Tensors
from throughtime.engine import memory
from throughtime.engine.dense import dense
from throughtime.engine.kernel import KERNELS
from throughtime.engine.library import in_use, loaded

REALS = {torch.float32: "f32", torch.float64: "f64"}

EDGES = 3
"""How many edges the engine takes; more are added up beforehand."""

EDGE = ("size", "vectors", "symbols", "weight", "grad_vectors", "grad_weight")

FIELDS = (
    *("steps", "rows", "units", "lengths", "order", "W", "b", "m"),
    *(f"{field}_{e}" for e in range(EDGES) for field in EDGE),
    *("given", "constant", "constant_rows", "start", "first_h", "first_c", "h", "c", "saved"),
    *("grad_h", "grad_c", "grad_first_h", "grad_first_c"),
    *("grad_given", "grad_constant", "grad_start", "grad_W", "grad_b", "grad_m"),
    *("scratch", "threads", "parallel", "team"),
)
"""``Sweep`` of ``engine.h``, field by field."""

WHOLE = ("symbols", "lengths", "order")
"""The fields that point to whole numbers; the others point to reals."""

AT = {name: i for i, name in enumerate(FIELDS)}

Argument = ctypes.c_int64 * len(FIELDS)


class Ragged(NamedTuple):
    """How many steps each row has, and the rows from the longest to the shortest."""

    lengths: Tensor
    order: Tensor

    @classmethod
    def of(cls, alive: Tensor | None) -> Ragged | None:
        """From where rows still have a step, ``(T, rows)``: once ended, a row never goes on."""
        if alive is None:
            return None
        lengths = alive.sum(0)
        return cls(lengths, lengths.argsort(descending=True))

    def check(self, steps: int, rows: int) -> None:
        """Raise a ``ValueError`` if these are not the lengths and the order of so many rows."""
        lengths, order = self
        for name, v in zip(self._fields, self, strict=True):
            if v.dtype is not torch.int64 or v.shape != (rows,) or not v.is_cpu:
                raise ValueError(
                    f"{name} is {v.dtype} of shape {tuple(v.shape)} on {v.device}; expected int64 "
                    f"of shape ({rows},) on the CPU"
                )
        if bool(((lengths < 0) | (lengths > steps)).any()):
            raise ValueError(f"lengths are {lengths.tolist()}; expected 0 to {steps}")
        if not torch.equal(order.sort()[0], torch.arange(rows)):
            raise ValueError(f"order is {order.tolist()}; expected each of {rows} rows once")
        if bool((lengths[order].diff() > 0).any()):
            raise ValueError("order is not from the longest row to the shortest")


class Sweep(NamedTuple):
    """What a sweep through time is made of.

    Args:
        kernel: the name of one of the ``KERNELS``.
        parameters: the cell's, in their order.
        drive: u(1) … u(T), not yet added up.
        state: the state before the first step.
        rows: None if every row has T steps.
        recurrent: whether there is the edge h(t-1) → h(t); without it every step starts from zeros.
    """

    kernel: str
    parameters: Tensors
    drive: Drive
    state: State
    rows: Ragged | None = None
    recurrent: bool = True


def can_read(tensors: Tensors, dtype: torch.dtype) -> bool:
    """Whether there is an engine that can read these tensors: symbols, or numbers of this dtype."""
    if dtype not in REALS:
        return False
    for v in tensors:
        if (v.dtype is not dtype and v.dtype is not torch.int64) or not v.is_cpu:
            return False
    return loaded() is not None


class Call:
    """One call of the engine: a ``Sweep``, filled field by field, and the tensors it points to."""

    def __init__(self, sweep: Sweep, states: State, saved: Tensor | None) -> None:
        """Point to all that forward and reverse read or write.

        Raises:
            ValueError: if a shape is not what the other shapes ask for. The engine believes what it
                is told, and a wrong shape would be memory that is not ours.
        """
        name, parameters, drive, state, rows, recurrent = sweep
        kernel = KERNELS[name]
        steps, batch = drive.steps, len(state[0])
        H = parameters[0].shape[-1]
        D = kernel.gates * H
        self.kernel, self.dtype = name, state[0].dtype
        self.real = REALS[self.dtype]
        self.work = steps * batch * D * H
        self.argument, self.kept = Argument(), list[Tensor]()
        self.set("steps", steps)
        self.set("rows", batch)
        self.set("units", H)
        shapes = {"W": (D, H), "b": (D,), "m": (H,)}
        for parameter, tensor in zip(kernel.parameters, parameters, strict=True):
            self.point(parameter, tensor, shapes[parameter])
        for e, (values, weight) in enumerate(drive.edges):
            size, vectors = weight.shape[-1], values.dtype.is_floating_point
            self.set(f"size_{e}", size)
            self.point(f"weight_{e}", weight, (D, size))
            if vectors:
                self.point(f"vectors_{e}", values, (steps, batch, size))
            else:
                self.point(f"symbols_{e}", values, (steps, batch))
        self.point("given", drive.given, (steps, batch, D))
        self.point("constant", drive.constant, (batch, D))
        self.point("start", drive.start, (batch, D))
        self.of_states = (steps, batch, H)
        for part, first, after in zip(kernel.state, state, states, strict=True):
            self.point(f"first_{part}", first, (batch, H))
            self.point(part, after, self.of_states)
        self.point("saved", saved, (steps, batch, kernel.saved * H))
        if rows is not None:
            self.point("lengths", rows.lengths, (batch,))
            self.point("order", rows.order, (batch,))
        if not recurrent:
            self.set("W", 0)

    def set(self, name: str, number: int) -> None:
        """Fill in a number."""
        self.argument[AT[name]] = number

    def point(
        self, name: str, tensor: Tensor | None, expected: tuple[int, ...] | None = None
    ) -> None:
        """Point to a tensor; to a dense copy, if it is not dense; to nothing, if there is none."""
        if tensor is None:
            return
        kind = torch.int64 if name.startswith(WHOLE) else self.dtype
        if tensor.dtype is not kind or not tensor.is_cpu:
            raise ValueError(
                f"{self.kernel}: {name.rstrip('_012')} is {tensor.dtype} on {tensor.device}; "
                f"expected {kind} on the CPU"
            )
        if expected is not None and tensor.shape != expected:
            raise ValueError(
                f"{self.kernel}: {name.rstrip('_012')} has shape "
                f"{tuple(tensor.shape)}; expected {expected}"
            )
        tensor = dense(tensor)
        self.kept.append(tensor)  # so that a copy lives until the engine has returned
        self.argument[AT[name]] = tensor.data_ptr()

    def run(self, name: str) -> None:
        """Call the engine: ``forward`` or ``reverse``.

        Raises:
            IndexError: if a symbol is not below the number of symbols.
        """
        library = in_use()
        self.set("threads", library.threads(self.work))
        self.set("parallel", library.parallel)
        self.set("team", library.team)
        scratch = Scratch(
            library.function(f"{self.kernel}_{name}_scratch", self.real)(self.argument)
        )
        self.set("scratch", scratch.start)
        if wrong := library.function(f"{self.kernel}_{name}", self.real)(self.argument):
            self.refuse(wrong)

    def refuse(self, wrong: int) -> NoReturn:
        """Raise the ``IndexError`` for what the engine has returned."""
        symbols = self.argument[AT[f"size_{wrong - 1}"]]
        raise IndexError(f"a symbol is not below {symbols}, the number of symbols of its edge")


class Scratch:
    """Memory for the engine to write to, aligned to 64 bytes."""

    def __init__(self, size: int) -> None:
        self.memory = torch.empty(size + 64, dtype=torch.uint8, device="cpu")
        self.start = -(-self.memory.data_ptr() // 64) * 64


def blank(kernel: str, steps: int, state: State, *, keep: bool) -> tuple[State, Tensor | None]:
    """The tensors that :func:`forward` fills, with nothing in them yet."""
    h, states = state[0], tuple(s.new_empty(steps, *s.shape) for s in state)
    shape = (steps, len(h), KERNELS[kernel].saved * h.shape[-1])
    return states, memory.empty(shape, h) if keep else None


def forward(sweep: Sweep, *, keep: bool) -> tuple[State, Tensor | None]:
    """The states at 1 … T, and what :func:`reverse` needs of the steps, if ``keep``.

    Raises:
        ValueError: if a shape is not what the other shapes ask for.
        IndexError: if a symbol is not below the number of symbols.
        RuntimeError: if no engine is in use.
    """
    states, saved = blank(sweep.kernel, sweep.drive.steps, sweep.state, keep=keep)
    Call(sweep, states, saved).run("forward")
    return states, saved


def reverse(
    sweep: Sweep,
    states: State,
    saved: Tensor,
    grad_states: tuple[Tensor | None, ...],
    wanted: tuple[bool, ...],
    *,
    learning: bool,
) -> tuple[Tensor | None, ...]:
    """The gradients of the ``wanted`` of the drive's tensors, of the first state and, if
    ``learning``, of the parameters.

    Raises:
        RuntimeError: if no engine is in use.
    """
    call, kernel = Call(sweep, states, saved), KERNELS[sweep.kernel]

    def gradient(name: str, of: Tensor) -> Tensor:
        grad = of.new_empty(of.shape)
        call.point(name, grad)  # which refuses a gradient of symbols
        return grad

    for part, arriving in zip(kernel.state, grad_states, strict=True):
        call.point(f"grad_{part}", arriving, call.of_states)
    drive = sweep.drive
    grads = [
        gradient(name, v) if want else None
        for name, v, want in zip(_names_of_gradients(drive), drive.tensors(), wanted, strict=True)
    ]
    grads += [
        gradient(f"grad_first_{part}", v) for part, v in zip(kernel.state, sweep.state, strict=True)
    ]
    grads += [
        gradient(f"grad_{name}", v) if learning else None
        for name, v in zip(kernel.parameters, sweep.parameters, strict=True)
    ]
    call.run("reverse")
    return tuple(grads)


def _names_of_gradients(drive: Drive) -> list[str]:
    """The fields for the gradients of ``drive.tensors()``."""
    names = [f"grad_{v}_{e}" for e in range(len(drive.edges)) for v in ("vectors", "weight")]
    rest = ("given", "constant", "start")
    return names + [f"grad_{name}" for name in rest if getattr(drive, name) is not None]
