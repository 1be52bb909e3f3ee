"""The engine's sweeps on tensors: what ``engine.h`` says, with torch owning every buffer."""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.parametrize import is_parametrized

from throughtime.cells.cell import Cell, State
from throughtime.kernels.library import loaded

REALS = {torch.float32: "f32", torch.float64: "f64"}

SAVED = {"elman_tanh": 0, "elman_relu": 0, "gru": 4, "lstm": 4}
"""Vectors of H numbers that a step forward saves for its reverse, by the engine's cell."""

FIELDS = (
    *("steps", "rows", "units", "lengths", "order", "W", "b", "m", "drive"),
    *("first_h", "first_c", "h", "c", "saved"),
    *("grad_h", "grad_c", "grad_drive", "grad_product", "grad_first_h", "grad_first_c"),
    *("grad_W", "grad_b", "grad_m", "scratch", "threads", "parallel"),
)
"""``Sweep`` of ``engine.h``, field by field."""

Sweep = ctypes.c_int64 * len(FIELDS)

ENOUGH = 1 << 20
"""Multiplications of a sweep from which on a second thread is worth waking."""


class Ragged(NamedTuple):
    """How many steps each row has, and the rows from the longest to the shortest."""

    lengths: Tensor
    order: Tensor


def takes(cell: Cell, drive: Tensor, state: State) -> bool:
    """Whether the engine has this cell, in this dtype, on this device."""
    if cell.kernel is None or drive.dtype not in REALS or is_parametrized(cell):
        return False
    tensors = (drive, *state, *cell.parameters())
    return all(v.device.type == "cpu" and v.dtype == drive.dtype for v in tensors) and (
        loaded() is not None
    )


def ragged(alive: Tensor | None) -> Ragged | None:
    """From where rows still have a step: once ended, a row never goes on."""
    if alive is None:
        return None
    lengths = alive.sum(0)
    return Ragged(lengths, lengths.argsort(descending=True))


def forward(
    cell: Cell, drive: Tensor, state: State, rows: Ragged | None, *, keep: bool
) -> tuple[State, Tensor | None]:
    """The states at 1 … T, and what :func:`reverse` needs of the steps, if ``keep``.

    Raises:
        ValueError: if a shape is not what the cell's size asks for.
    """
    assert cell.kernel is not None
    steps, batch = drive.shape[:2]
    H = cell.hidden_size
    states = tuple(drive.new_empty(steps, batch, H) for _ in state)
    saved = drive.new_empty(steps, batch, SAVED[cell.kernel] * H) if keep else None
    inputs = {
        **_parameters(cell, tuple(cell.parameters())),
        **_named("first", state),
        "drive": drive,
    }
    _check(cell, inputs, batch)
    _call("forward", cell, drive, rows, **inputs, **_named("", states), saved=saved)
    return states, saved


def reverse(
    cell: Cell,
    parameters: tuple[Tensor, ...],
    state: State,
    states: State,
    saved: Tensor,
    rows: Ragged | None,
    grad_states: tuple[Tensor | None, ...],
    *,
    learning: bool,
) -> tuple[Tensor | None, ...]:
    """The gradients of the drive, of the first state and, if ``learning``, of the parameters."""
    grad_drive = states[0].new_empty(*states[0].shape[:2], cell.drive_size)
    grad_first = tuple(torch.empty_like(s, memory_format=torch.contiguous_format) for s in state)
    learned = [
        torch.empty_like(p, memory_format=torch.contiguous_format) if learning else None
        for p in parameters
    ]
    _call(
        "reverse",
        cell,
        grad_drive,
        rows,
        **_parameters(cell, parameters),
        **_named("first", state),
        **_named("", states),
        saved=saved,
        **_named("grad", grad_states),
        grad_drive=grad_drive,
        grad_product=torch.empty_like(states[0]) if cell.kernel == "gru" else None,
        **_named("grad_first", grad_first),
        **dict(zip(("grad_W", "grad_b", "grad_m"), learned, strict=False)),
    )
    return (grad_drive, *grad_first, *learned)


def _parameters(cell: Cell, tensors: tuple[Tensor, ...]) -> dict[str, Tensor | None]:
    names = [name for name, _ in cell.named_parameters()]
    return dict(zip(names, tensors, strict=True))


def _named(prefix: str, parts: tuple[Tensor | None, ...]) -> dict[str, Tensor | None]:
    """The parts of a state: h, and of an LSTM c."""
    return {f"{prefix}_{part}".lstrip("_"): v for part, v in zip("hc", parts, strict=False)}


def _check(cell: Cell, inputs: dict[str, Tensor | None], batch: int) -> None:
    """The engine believes what it is told; a wrong shape would be memory that is not ours."""
    H, D = cell.hidden_size, cell.drive_size
    expected = {"W": (D, H), "b": (D,), "m": (H,), "first_h": (batch, H), "first_c": (batch, H)}
    for name, tensor in inputs.items():
        assert tensor is not None
        shape = (*tensor.shape[:2], D) if name == "drive" else expected[name]
        if tensor.shape != shape:
            raise ValueError(
                f"{type(cell).__name__}: {name} has shape {tuple(tensor.shape)}; expected {shape}"
            )


def _call(
    sweep: str, cell: Cell, like: Tensor, rows: Ragged | None, **tensors: Tensor | None
) -> None:
    """Run a sweep of steps, rows and a dtype ``like`` the drive's."""
    library = loaded()
    assert library is not None
    assert cell.kernel is not None
    steps, batch, size = like.shape
    heavy = steps * batch * size * cell.hidden_size >= ENOUGH and library.parallel
    threads = max(1, min(torch.get_num_threads(), batch)) if heavy else 1
    if rows is not None:
        tensors |= rows._asdict()
    # contiguous copies, where there are any, live until the engine has returned
    dense = {name: v.detach().contiguous() for name, v in tensors.items() if v is not None}
    values = {name: v.data_ptr() for name, v in dense.items()}
    values |= {"steps": steps, "rows": batch, "units": cell.hidden_size, "threads": threads}
    values["parallel"] = library.parallel
    argument = Sweep(*(values.get(name, 0) for name in FIELDS))
    real = REALS[like.dtype]
    scratch = like.new_empty(library.function(cell.kernel, "scratch", real)(argument))
    argument[FIELDS.index("scratch")] = scratch.data_ptr()
    library.function(cell.kernel, sweep, real)(argument)
