"""Ancestral sampling of symbols by the engine: which processes it takes, and what it is told."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.context.autocast import full_precision
from throughtime.context.share import here
from throughtime.distribution.process import Process
from throughtime.distribution.sampling import Drawn, Sampling
from throughtime.engine import generation
from throughtime.engine.generation import End, Generation
from throughtime.graph.prepared import has_step
from throughtime.lengths.end_of_sequence import EndOfSequence
from throughtime.lengths.halt import Halt
from throughtime.lengths.length import Length
from throughtime.wiring import Edge

ENDS = {
    Length.split: End.DECIDED,
    EndOfSequence.split: End.END_SYMBOL,
    Halt.split: End.HALT,
}
"""What ends a sequence in the engine, by how a length splits o(t)."""


def takes(process: Process) -> bool:
    """Whether the engine can draw from the process.

    It draws symbols, feeds back none but those that are drawn, and has these cells, all in one
    dtype on the CPU.
    """
    graph = process.graph
    if not process.output.symbolic or type(process.length).split not in ENDS:
        return False
    if graph.wiring.feedback not in (None, Edge.OBSERVED):
        return False
    return has_step(graph, process.state.tensors())


def draw(sampling: Sampling) -> Drawn:
    """One sequence of symbols for each row, of a process that the engine :func:`takes`.

    A row's symbols depend on a seed, which torch's generator gives, and the row's number alone: so
    the first n of many draws are those of n draws, however many threads there are, and a row's are
    the same in whichever of several processes it is.

    Raises:
        ValueError: if an o(t) is not a number.
    """
    seed = here().seed()
    limit, rows = sampling.limit, sampling.process.rows
    if sampling.lengths is not None:
        limit = int(sampling.lengths.max()) if rows else 0
    with full_precision(sampling.process.graph.c):
        return Drawn(*generation.generate(_generation(sampling, limit), limit, seed))


def _generation(sampling: Sampling, limit: int) -> Generation:
    process, warp = sampling.process, sampling.warp
    graph, observed, start, weight = process.graph, None, None, None
    if graph.wiring.feedback is not None:
        assert process.state.fed is not None
        weight = graph.first.S.weight
        start = graph.first.S(process.state.fed).to(process.dtype).contiguous()
    layers: list[generation.Layer] = []
    for (r,), state in zip(graph.layers, process.state.cells, strict=True):
        assert r.cell.kernel is not None
        initial = state if r.direction else r.cell.initial_state(process.rows, graph.c)
        layers.append(
            generation.Layer(
                r.cell.kernel,
                tuple(r.cell.parameters()),
                initial,
                r.U.weight if layers else weight,
                bool(r.direction),
            )
        )
    if sampling.observed is not None and sampling.keep is not None:
        keep = sampling.keep[:, : sampling.observed.shape[1]]
        observed = torch.where(keep, sampling.observed.long(), -1).T
    return Generation(
        layers,
        _entering(process, sampling.lengths, limit),
        start,
        graph.V,
        graph.c,
        process.output.size,
        End.DECIDED if sampling.lengths is not None else ENDS[type(process.length).split],
        lengths=sampling.lengths,
        observed=observed,
        temperature=warp.temperature,
        top_k=warp.top_k,
        top_p=warp.top_p,
        greedy=warp.greedy,
    )


def _entering(process: Process, lengths: Tensor | None, limit: int) -> Tensor:
    """What enters the lowest layer by other edges than the output's: ``(T, rows, drive)`` or, at
    every step the same, ``(rows, drive)``."""
    graph, x, countdown = process.graph, None, None
    if process.x is not None:
        x = process.x.values[:, :limit].transpose(0, 1)
    if process.length.features:
        assert lengths is not None
        remaining = lengths - torch.arange(limit, device="cpu")[:, None]
        countdown = process.length.countdown(remaining.clamp(min=1), process.dtype)
    entering = graph.entering(process.state, x, countdown).to(process.dtype)
    size = graph.first.cell.drive_size
    return entering.expand(process.rows, size) if entering.dim() < 3 else entering
