"""The engine's sweeps on tensors: what ``engine.h`` says, with torch owning every buffer."""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.parametrize import is_parametrized

from throughtime.cells.cell import Cell, State
from throughtime.drive import Drive
from throughtime.kernels.library import loaded

REALS = {torch.float32: "f32", torch.float64: "f64"}

SAVED = {"elman_tanh": 0, "elman_relu": 0, "gru": 4, "lstm": 4}
"""Vectors of H numbers that a step forward saves for its reverse, by the engine's cell."""

EDGES = 3
"""How many edges the engine takes; more are added up beforehand."""

EDGE = ("size", "vectors", "symbols", "weight", "grad_vectors", "grad_weight")

FIELDS = (
    *("steps", "rows", "units", "lengths", "order", "W", "b", "m"),
    *(f"{field}_{e}" for e in range(EDGES) for field in EDGE),
    *("given", "constant", "start", "first_h", "first_c", "h", "c", "saved"),
    *("grad_h", "grad_c", "grad_first_h", "grad_first_c"),
    *("grad_given", "grad_constant", "grad_start", "grad_W", "grad_b", "grad_m"),
    *("scratch", "threads", "parallel", "team"),
)
"""``Sweep`` of ``engine.h``, field by field."""

AT = {name: i for i, name in enumerate(FIELDS)}

Sweep = ctypes.c_int64 * len(FIELDS)

ENOUGH = 1 << 20
"""Multiplications of a sweep from which on a second thread is worth waking."""

MOST_THREADS = 256


class Ragged(NamedTuple):
    """How many steps each row has, and the rows from the longest to the shortest."""

    lengths: Tensor
    order: Tensor


def takes(cell: Cell, drive: Drive, state: State) -> bool:
    """Whether the engine has this cell, in this dtype, on this device."""
    dtype = state[0].dtype
    if cell.kernel is None or dtype not in REALS or len(drive.edges) > EDGES:
        return False
    tensors = (*drive.tensors(), *state, *cell.parameters())
    suits = all(v.dtype in (dtype, torch.int64) and v.device.type == "cpu" for v in tensors)
    return suits and not is_parametrized(cell) and loaded() is not None


def ragged(alive: Tensor | None) -> Ragged | None:
    """From where rows still have a step: once ended, a row never goes on."""
    if alive is None:
        return None
    lengths = alive.sum(0)
    return Ragged(lengths, lengths.argsort(descending=True))


class Call:
    """One call of the engine: a ``Sweep``, filled field by field, and the tensors it points to."""

    def __init__(self, cell: Cell, drive: Drive, state: State, rows: Ragged | None) -> None:
        assert cell.kernel is not None
        self.cell, self.like = cell, state[0]
        self.steps, self.rows = drive.steps, len(state[0])
        self.argument = Sweep()
        self.kept: list[Tensor] = []
        self.set(steps=self.steps, rows=self.rows, units=cell.hidden_size)
        if rows is not None:
            self.point(lengths=rows.lengths, order=rows.order)

    def set(self, **numbers: int) -> None:
        for name, number in numbers.items():
            self.argument[AT[name]] = number

    def point(self, **tensors: Tensor | None) -> None:
        """Point fields to tensors; to dense copies, where they are not dense."""
        for name, tensor in tensors.items():
            if tensor is not None:
                dense = tensor.detach().contiguous()
                # which live until the engine has returned
                self.kept.append(dense)
                self.argument[AT[name]] = dense.data_ptr()

    def enter(self, drive: Drive) -> None:
        """Point to what enters the drive.

        Raises:
            ValueError: if a shape is not what the cell's size asks for. The engine believes what it
                is told, and a wrong shape would be memory that is not ours.
        """
        steps, rows, D = self.steps, self.rows, self.cell.drive_size
        for e, (values, weight) in enumerate(drive.edges):
            size = weight.shape[-1]
            kind = "vectors" if values.dtype.is_floating_point else "symbols"
            shape = (steps, rows, size) if kind == "vectors" else (steps, rows)
            self._check("the weight of an edge", weight, (D, size))
            self._check(f"an edge's {kind}", values, shape)
            self.set(**{f"size_{e}": size})
            self.point(**{f"{kind}_{e}": values, f"weight_{e}": weight})
        for name, tensor, shape in (
            ("given", drive.given, (steps, rows, D)),
            ("constant", drive.constant, (rows, D)),
            ("start", drive.start, (rows, D)),
        ):
            if tensor is not None:
                self._check(f"the drive that is {name}", tensor, shape)
                self.point(**{name: tensor})

    def remember(self, parameters: tuple[Tensor, ...], state: State) -> None:
        """Point to the parameters and the state before the first step."""
        H, D = self.cell.hidden_size, self.cell.drive_size
        for name, tensor, shape in zip("Wbm", parameters, ((D, H), (D,), (H,)), strict=False):
            self._check(name, tensor, shape)
            self.point(**{name: tensor})
        for part, tensor in zip("hc", state, strict=False):
            self._check(f"the first {part}", tensor, (self.rows, H))
            self.point(**{f"first_{part}": tensor})

    def _check(self, name: str, tensor: Tensor, expected: tuple[int, ...]) -> None:
        if tensor.shape != expected:
            raise ValueError(
                f"{type(self.cell).__name__}: {name} has shape {tuple(tensor.shape)}; "
                f"expected {expected}"
            )

    def run(self, sweep: str) -> None:
        """Call the engine.

        Raises:
            IndexError: if a symbol is not below the number of symbols.
        """
        library = loaded()
        assert library is not None
        work = self.steps * self.rows * self.cell.drive_size * self.cell.hidden_size
        if work >= ENOUGH and library.parallel:
            threads = min(torch.get_num_threads(), MOST_THREADS)
            self.set(threads=threads, parallel=library.parallel, team=library.team)
        else:
            self.set(threads=1)
        name, real = self.cell.kernel, REALS[self.like.dtype]
        assert name is not None
        size = library.function(name, f"{sweep}_scratch", real)(self.argument)
        scratch = torch.empty(size + ALIGNED, dtype=torch.uint8)
        self.set(scratch=-(-scratch.data_ptr() // ALIGNED) * ALIGNED)
        if wrong := library.function(name, sweep, real)(self.argument):
            size = self.argument[AT[f"size_{wrong - 1}"]]
            raise IndexError(f"a symbol is not below {size}, the number of symbols of its edge")


ALIGNED = 64
"""The engine's scratch starts at a whole number of so many bytes."""


def forward(
    cell: Cell, drive: Drive, state: State, rows: Ragged | None, *, keep: bool
) -> tuple[State, Tensor | None]:
    """The states at 1 … T, and what :func:`reverse` needs of the steps, if ``keep``.

    Raises:
        ValueError: if a shape is not what the cell's size asks for.
        IndexError: if a symbol is not below the number of symbols.
    """
    assert cell.kernel is not None
    H, batch = cell.hidden_size, len(state[0])
    states = tuple(s.new_empty(drive.steps, batch, H) for s in state)
    saved = state[0].new_empty(drive.steps, batch, SAVED[cell.kernel] * H) if keep else None
    call = Call(cell, drive, state, rows)
    call.enter(drive)
    call.remember(tuple(cell.parameters()), state)
    call.point(**dict(zip("hc", states, strict=False)), saved=saved)
    call.run("forward")
    return states, saved


def reverse(
    cell: Cell,
    parameters: tuple[Tensor, ...],
    drive: Drive,
    state: State,
    states: State,
    saved: Tensor,
    rows: Ragged | None,
    grad_states: tuple[Tensor | None, ...],
    wanted: tuple[bool, ...],
    *,
    learning: bool,
) -> tuple[Tensor | None, ...]:
    """The gradients of the ``wanted`` of the drive's tensors, of the first state and, if
    ``learning``, of the parameters."""

    def like(tensor: Tensor | None, want: bool) -> Tensor | None:
        return (
            torch.empty(tensor.shape, dtype=state[0].dtype) if want and tensor is not None else None
        )

    grad_drive = [like(v, want) for v, want in zip(drive.tensors(), wanted, strict=True)]
    grad_first = [like(s, True) for s in state]
    learned = [like(p, learning) for p in parameters]
    call = Call(cell, drive, state, rows)
    call.enter(drive)
    call.remember(parameters, state)
    call.point(
        **dict(zip("hc", states, strict=False)),
        saved=saved,
        **dict(zip(("grad_h", "grad_c"), grad_states, strict=False)),
        **dict(zip(("grad_first_h", "grad_first_c"), grad_first, strict=False)),
        **dict(zip(("grad_W", "grad_b", "grad_m"), learned, strict=False)),
        **dict(zip(_names_of_gradients(drive), grad_drive, strict=True)),
    )
    call.run("reverse")
    return (*grad_drive, *grad_first, *learned)


def _names_of_gradients(drive: Drive) -> list[str]:
    """The fields for the gradients of ``drive.tensors()``."""
    names = [f"grad_{v}_{e}" for e in range(len(drive.edges)) for v in ("vectors", "weight")]
    rest = ("given", "constant", "start")
    return names + [f"grad_{name}" for name in rest if getattr(drive, name) is not None]
