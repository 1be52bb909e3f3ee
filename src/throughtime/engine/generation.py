"""Generation in closed loop by the engine: what ``generate.h`` says, of a distribution."""

from __future__ import annotations

import ctypes
import struct
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.utils.parametrize import is_parametrized

from throughtime.cells.drive import Drive, Entering
from throughtime.context.autocast import full_precision
from throughtime.context.transforms import recorded, transforming
from throughtime.engine import sweep
from throughtime.engine.library import loaded
from throughtime.lengths.end_of_sequence import EndOfSequence
from throughtime.lengths.halt import Halt
from throughtime.lengths.predicted import PredictedLength
from throughtime.lengths.same_as_input import SameAsInput
from throughtime.lengths.unending import Unending
from throughtime.outputs.categorical import Categorical
from throughtime.wiring import Edge

if TYPE_CHECKING:
    from throughtime.distribution.decoding import Draws
    from throughtime.distribution.distribution import SequenceDistribution

CELLS = ("elman_tanh", "elman_relu", "gru", "lstm")
"""The engine's cells, in the order of ``generate.h``."""

FIELDS = (
    *("steps", "rows", "layers", "layer", "units", "symbols", "V", "c", "ends", "lengths"),
    *("observed", "temperature", "top_p", "top_k", "greedy", "seed", "values", "taken"),
    *("scratch", "threads", "parallel", "team"),
)
"""``Generation`` of ``generate.h``, field by field."""

DECIDED, END_SYMBOL, HALT = range(3)

LENGTHS = {
    SameAsInput: DECIDED,
    PredictedLength: DECIDED,
    Unending: DECIDED,
    EndOfSequence: END_SYMBOL,
    Halt: HALT,
}
"""Who decides that a sequence ends."""


def takes(p: SequenceDistribution) -> bool:
    """Whether the engine draws from p: symbols, of which none but the own is fed back, by cells
    that it has, all in one dtype on the CPU."""
    graph = p.graph
    if not isinstance(p.output, Categorical) or transforming():
        return False
    if graph.wiring.feedback not in (None, Edge.OBSERVED) or Edge.BACKWARD in graph.wiring:
        return False
    if type(p.length) not in LENGTHS:
        return False
    cells = [r.cell for (r,) in graph.layers]
    if any(cell.kernel is None or is_parametrized(cell) for cell in cells):
        return False
    parameters = tuple(graph.parameters())
    tensors = (*parameters, *p.state.tensors())
    return sweep.suit(tensors, p.dtype) and not recorded(tensors)


def draw(draws: Draws) -> tuple[Tensor, Tensor, int]:
    """The symbols ``(rows, T)``, how many each row has, and how many rows have been cut; of a
    distribution that the engine :func:`takes`.

    A row's symbols depend on a seed, which torch's generator gives, and the row's number alone: so
    the first n of many draws are those of n draws, however many threads there are.

    Raises:
        ValueError: if an o(t) is not a number.
    """
    p, limit, lengths = draws.p, draws.limit, draws.lengths
    seed, rows = int(torch.randint(-(2**63), 2**63 - 1, (), device="cpu")), p.batch_shape.numel()
    if lengths is not None:
        limit = int(lengths.max()) if rows else 0
    room = limit if lengths is not None else min(limit, ROOM)
    while True:
        with full_precision(p.graph.c):
            values, taken, cut = _draw(draws, room, seed)
        if not cut or room == limit:
            return values[:, : int(taken.max()) if rows else 0], taken, cut
        # from the beginning, which is the same: a draw is a function of seed, row and step
        room = min(limit, 4 * room)


ROOM = 256
"""Steps that there is memory for at first, where nobody knows when a sequence will end."""


def _draw(draws: Draws, limit: int, seed: int) -> tuple[Tensor, Tensor, int]:
    p, warp, lengths = draws.p, draws.warp, draws.lengths
    assert isinstance(p.output, Categorical)
    graph, rows = p.graph, p.batch_shape.numel()
    values = torch.zeros(rows, limit, dtype=torch.int64, device="cpu")
    taken = torch.zeros(rows, dtype=torch.int64, device="cpu")
    if not rows:
        return values, taken, 0
    calls = _layers(p, lengths, limit)
    steps, work = max(limit, 1), sum(call.work for call in calls)
    numbers_of = [n for call in calls for n in (CELLS.index(call.kernel), *call.argument)]
    layer = (ctypes.c_int64 * len(numbers_of))(*numbers_of)
    tensors = {"V": graph.V, "c": graph.c, "values": values, "taken": taken}
    if lengths is not None:
        tensors["lengths"] = lengths
    if draws.fed is not None and draws.keep is not None:
        kept = draws.keep[:, : draws.fed.shape[1]]
        tensors["observed"] = torch.where(kept, draws.fed.long(), -1).T
    tensors = {name: v.detach().contiguous() for name, v in tensors.items()}
    library = loaded()
    assert library is not None
    threads = library.threads(work * steps, rows)
    numbers = {
        **{name: v.data_ptr() for name, v in tensors.items()},
        "steps": limit,
        "rows": rows,
        "layers": len(calls),
        "layer": ctypes.addressof(layer),
        "units": len(graph.c),
        "symbols": p.output.size,
        "ends": DECIDED if lengths is not None else LENGTHS[type(p.length)],
        "temperature": _bits(warp.temperature),
        "top_p": _bits(1.0 if warp.top_p is None else warp.top_p),
        "top_k": warp.top_k or 0,
        "greedy": draws.greedy,
        "seed": seed,
        "threads": threads,
        "parallel": library.parallel,
        "team": library.team,
    }
    argument = (ctypes.c_int64 * len(FIELDS))(*(numbers.get(name, 0) for name in FIELDS))
    real = sweep.REALS[p.dtype]
    scratch = sweep.Scratch(library.function("generate_scratch", real)(argument))
    argument[FIELDS.index("scratch")] = scratch.start
    cut = library.function("generate", real)(argument)
    if cut < 0:
        raise ValueError("an o(t) of the model is not a number; are its parameters finite?")
    return values, taken, cut


def _layers(p: SequenceDistribution, lengths: Tensor | None, limit: int) -> list[sweep.Call]:
    """The sweep of each layer's one step."""
    graph, state = p.graph, p.state
    rows = p.batch_shape.numel()
    first = graph.first
    entering = _entering(p, lengths, limit)
    edges, start = [], None
    if graph.wiring.feedback is not None:
        assert state.fed is not None
        nothing = torch.full((1, rows), -1, device="cpu")
        start = first.S(state.fed).to(p.dtype).contiguous()
        edges = [Entering(nothing, first.S.weight)]
    calls: list[sweep.Call] = []
    below = entering
    for (r,), before in zip(graph.layers, state.cells, strict=True):
        # both are written to, so they are not the model's own
        old = tuple(s.clone(memory_format=torch.contiguous_format) for s in before)
        if not r.direction:
            old = r.cell.initial_state(rows, graph.c)
        new = tuple(s.new_empty(1, *s.shape) for s in old)
        if calls:
            edges, start = [Entering(below, r.U.weight)], None
        drive = Drive(1, tuple(edges), start=start)
        assert r.cell.kernel is not None
        parameters = tuple(r.cell.parameters())
        call = sweep.Call(sweep.Sweep(r.cell.kernel, parameters, drive, old), new, None)
        if not r.direction:
            call.set("W", 0)
        if not calls:
            call.point("given" if entering.dim() == 3 else "constant", entering)
        calls.append(call)
        below = new[0]
    return calls


def _entering(p: SequenceDistribution, lengths: Tensor | None, limit: int) -> Tensor:
    """What enters the lowest layer by other edges than the output's: ``(T, rows, drive)`` or, at
    every step the same, ``(rows, drive)``."""
    x = countdown = None
    if p.x is not None:
        x = p.x.values[:, :limit].transpose(0, 1)
    if isinstance(p.length, PredictedLength):
        assert lengths is not None
        remaining = lengths - torch.arange(limit, device="cpu")[:, None]
        countdown = p.length.countdown(remaining.clamp(min=1), p.dtype)
    entering = p.graph.entering(p.state, x, countdown).to(p.dtype)
    D, rows = p.graph.first.cell.drive_size, p.batch_shape.numel()
    return entering.expand(rows, D) if entering.dim() < 3 else entering


def _bits(number: float) -> int:
    """A double as the whole number that has the same bits."""
    return int(struct.unpack("q", struct.pack("d", number))[0])
