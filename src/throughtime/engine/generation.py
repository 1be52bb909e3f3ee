"""Generation of symbols in closed loop: what ``generate.h`` says, on tensors."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import torch
from torch import Tensor

from throughtime.cells.cell import State
from throughtime.cells.drive import Drive, Entering
from throughtime.context.share import here
from throughtime.engine import sweep
from throughtime.engine.dense import dense
from throughtime.engine.kernel import KERNELS
from throughtime.engine.library import loaded

FIELDS = (
    *("steps", "rows", "layers", "layer", "units", "symbols", "V", "c", "ends", "lengths"),
    *("observed", "temperature", "top_p", "top_k", "greedy", "seed", "first", "every"),
    *("values", "taken", "scratch", "threads", "parallel", "team"),
)
"""``Generation`` of ``generate.h``, field by field."""

ROOM = 256
"""Steps that there is memory for at first, where nobody knows when a sequence will end."""


class End(IntEnum):
    """What ends a sequence, in the order of ``generate.h``."""

    DECIDED = 0
    END_SYMBOL = 1
    HALT = 2


class Layer(NamedTuple):
    """A layer of a model that generates.

    Args:
        kernel: the engine's name of the cell.
        parameters: the cell's parameters.
        state: the state before the first step.
        weight: the matrix of the edge from the layer below; in the lowest layer, of the edge from
            the symbol before, None without such an edge.
        recurrent: whether there is an edge from h(t-1).
    """

    kernel: str
    parameters: tuple[Tensor, ...]
    state: State
    weight: Tensor | None
    recurrent: bool


@dataclass(frozen=True, eq=False)
class Generation:
    """What is drawn: one sequence of symbols for each row.

    Args:
        layers: the lowest first.
        entering: what enters the lowest layer besides symbols, ``(T, rows, drive_size)`` or, at
            every step the same, ``(rows, drive_size)``.
        start: what stands for the symbol before the first, ``(rows, drive_size)``.
        V: o(t) = c + V h(t).
        c: likewise.
        symbols: how many of the units of o(t) stand for symbols.
        end: what ends a sequence.
        lengths: how many symbols each row has, if that is decided.
        observed: ``(T, rows)``, the symbols that take the place of draws; a negative one does not.
        temperature: divides o(t).
        top_k: only the k most probable symbols.
        top_p: only the most probable symbols that together have this probability.
        greedy: the most probable symbol instead of a draw.
    """

    layers: Sequence[Layer]
    entering: Tensor
    start: Tensor | None
    V: Tensor
    c: Tensor
    symbols: int
    end: End
    lengths: Tensor | None = None
    observed: Tensor | None = None
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    greedy: bool = False

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.entering.shape[-2]


def generate(of: Generation, limit: int, seed: int) -> tuple[Tensor, Tensor, int]:
    """The symbols ``(rows, T)``, how many each row has, and how many rows have been cut.

    Args:
        of: what is drawn.
        limit: the most symbols that a row may have.
        seed: a row's draws are a function of the seed, its number in the whole batch and the step.

    Raises:
        ValueError: if an o(t) is not a number.
    """
    room = limit if of.lengths is not None else min(limit, ROOM)
    while True:
        values, taken, cut = _generated(of, room, seed)
        if not cut or room == limit:
            return values[:, : int(taken.max()) if of.rows else 0], taken, cut
        # from the beginning, which is the same: a draw is a function of seed, row and step
        room = min(limit, 4 * room)


def _generated(of: Generation, limit: int, seed: int) -> tuple[Tensor, Tensor, int]:
    values = torch.zeros(of.rows, limit, dtype=torch.int64, device="cpu")
    taken = torch.zeros(of.rows, dtype=torch.int64, device="cpu")
    if not of.rows:
        return values, taken, 0
    calls = _calls(of)
    steps, work = max(limit, 1), sum(call.work for call in calls)
    numbers_of = [n for call in calls for n in (KERNELS[call.kernel].number, *call.argument)]
    layer = (ctypes.c_int64 * len(numbers_of))(*numbers_of)
    optional = {"lengths": of.lengths, "observed": of.observed}
    tensors = {"V": of.V, "c": of.c, "values": values, "taken": taken}
    tensors |= {name: v for name, v in optional.items() if v is not None}
    tensors = {name: dense(v.detach()) for name, v in tensors.items()}
    library = loaded()
    assert library is not None
    numbers = {
        **{name: v.data_ptr() for name, v in tensors.items()},
        "steps": limit,
        "rows": of.rows,
        "layers": len(calls),
        "layer": ctypes.addressof(layer),
        "units": len(of.c),
        "symbols": of.symbols,
        "ends": of.end,
        "temperature": _bits(of.temperature),
        "top_p": _bits(1.0 if of.top_p is None else of.top_p),
        "top_k": of.top_k or 0,
        "greedy": of.greedy,
        "seed": seed,
        "first": here().rank,
        "every": here().count,
        "threads": library.threads(work * steps, of.rows),
        "parallel": library.parallel,
        "team": library.team,
    }
    argument = (ctypes.c_int64 * len(FIELDS))(*(numbers.get(name, 0) for name in FIELDS))
    real = sweep.REALS[of.c.dtype]
    scratch = sweep.Scratch(library.function("generate_scratch", real)(argument))
    argument[FIELDS.index("scratch")] = scratch.start
    cut = library.function("generate", real)(argument)
    if cut < 0:
        raise ValueError("an o(t) of the model is not a number; are its parameters finite?")
    return values, taken, cut


def _calls(of: Generation) -> list[sweep.Call]:
    """The sweep of each layer's one step."""
    calls: list[sweep.Call] = []
    below, start = torch.full((1, of.rows), -1, device="cpu"), of.start
    for layer in of.layers:
        # both are written to, so they are not the model's own
        old = tuple(s.clone(memory_format=torch.contiguous_format) for s in layer.state)
        new = tuple(s.new_empty(1, *s.shape) for s in old)
        edges = () if layer.weight is None else (Entering(below, layer.weight),)
        drive = Drive(1, edges, start=start)
        kernel_sweep = sweep.Sweep(layer.kernel, layer.parameters, drive, old)
        call = sweep.Call(kernel_sweep, new, None)
        if not layer.recurrent:
            call.set("W", 0)
        if not calls:
            call.point("given" if of.entering.dim() == 3 else "constant", of.entering)
        calls.append(call)
        below, start = new[0], None
    return calls


def _bits(number: float) -> int:
    """A double as the whole number that has the same bits."""
    return int(struct.unpack("q", struct.pack("d", number))[0])
