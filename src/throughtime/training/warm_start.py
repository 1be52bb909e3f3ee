"""Start from the weights of another run, where they fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from throughtime.cells import Cell
from throughtime.data.columns.column import shown
from throughtime.data.schema import Schema
from throughtime.graph.graph import Graph
from throughtime.runs.build import Model
from throughtime.runs.errors import ConfigError
from throughtime.runs.folder import RunFolder
from throughtime.training.axes import END, Axis, Place, axes

SHOWN = 8
"""How many symbols are named at most."""

TIME = {1: "", -1: ", backward in time", 0: ", without h(t-1)"}
"""The directions of a recurrence, in words."""


@torch.no_grad()
def warm_start(model: Model, schema: Schema, path: str) -> list[str]:
    """Give a model the best weights of a run, and say what does not fit.

    A parameter fits one of the same name and sizes, if what it belongs to has the same equations:
    what enters, is or leaves a GRU is nothing to an LSTM, though it may have as many gates. Along
    an axis on which columns stand, what stands for the same symbol of a column of the same name and
    kind is taken, wherever it stands there; a symbol that the run has not seen begins as it would
    without the run.

    Args:
        model: receives the weights.
        schema: its columns.
        path: the folder of the run.

    Raises:
        ConfigError: if no matrix fits.
        ValueError: if it is no run, or damaged.
    """
    run = RunFolder.load(Path(path))
    theirs = dict(run.model.named_parameters())
    here, there = axes(model, schema), axes(run.model, run.schema)
    cells, their_cells = dict(_cells(model)), dict(_cells(run.model))
    fit, part, matrices, lines = 0, 0, 0, list[str]()
    of_columns: dict[str, set[Place]] = {}
    anew: set[Place] = set()
    for name, mine in model.named_parameters():
        if name in theirs and cells.get(name) != their_cells.get(name):
            missing: set[Place] | str = (
                f"it is of {their_cells.get(name)} there, {cells.get(name)} here"
            )
        else:
            missing = _take(mine, theirs.get(name), here.get(name), there.get(name))
        if isinstance(missing, str):
            lines.append(f"  {name} begins anew: {missing}")
            continue
        fit, part, matrices = fit + 1, part + bool(missing), matrices + (mine.dim() > 1)
        anew |= missing
        for place in here[name].places if name in here else ():
            of_columns.setdefault(place.column, set()).add(place)
    if not matrices:
        raise ConfigError(
            f"warm_start (--from on the command line) is {path!r}, of which no matrix fits: "
            f"{lines[0].strip()}"
        )
    total = len(list(model.parameters()))
    in_part = f", {part} of them in part" if part else ""
    lines.insert(0, f"started from {path}: {fit} of {total} parameters fit{in_part}")
    return lines + [
        _said(column or "the text", len(places), anew & places)
        for column, places in of_columns.items()
        if anew & places
    ]


def _cells(model: Model) -> Iterator[tuple[str, str]]:
    """Of each parameter that is of use with one cell alone, that cell and where it is.

    These are the cell's own, its h(0), the matrices of the edges into it, whose rows are entries
    of u(t), and V with c, which read its h(t).
    """
    names = {id(p): name for name, p in model.named_parameters()}
    for graph in (m for m in model.modules() if isinstance(m, Graph)):
        for number, layer in enumerate(graph.layers, 1):
            for r in layer:
                of = f"{_equations(r.cell)} in layer {number}{TIME[r.direction]}"
                yield from ((names[id(p)], of) for p in r.parameters())
        if graph.output is not None:
            of = f"the h(t) of {_equations(graph.layers[-1][0].cell)}"
            yield from ((names[id(p)], of) for p in (graph.V, graph.c))


def _equations(cell: Cell) -> str:
    """A cell's class, and all else that its equations depend on but its sizes."""
    sizes = {*vars(Cell(1)), "training"}
    options = {
        key: value
        for key, value in vars(cell).items()
        if not key.startswith("_") and key not in sizes and isinstance(value, str | int | float)
    }
    own = "" if type(cell).__module__.startswith("throughtime.") else f"{type(cell).__module__}:"
    arguments = ", ".join(f"{key}={value!r}" for key, value in options.items())
    return f"{own}{type(cell).__qualname__}" + (f"({arguments})" if arguments else "")


def _take(
    mine: nn.Parameter, theirs: Tensor | None, here: Axis | None, there: Axis | None
) -> set[Place] | str:
    """Take what fits of a parameter: what begins anew along its axis, or why nothing fits."""
    if theirs is None:
        return "the run has none of this name"
    axis = None if here is None else here.number
    sizes = [
        [size for i, size in enumerate(p.shape) if i != axis] + [p.dim()] for p in (mine, theirs)
    ]
    if sizes[0] != sizes[1]:
        return f"{_size(theirs)} there, {_size(mine)} here"
    if here is None or there is None:
        if here is not there:
            return "it stands for columns in one of the two alone"
        mine.copy_(theirs)
        return set()
    known = {place: i for i, place in enumerate(there.places)}
    pairs = [(i, known[place]) for i, place in enumerate(here.places) if place in known]
    if not pairs:
        return "none of its columns' symbols are there"
    to, of = torch.tensor(pairs).T
    mine.index_copy_(here.number, to, theirs.index_select(here.number, of).to(mine))
    return set(here.places) - set(known)


def _said(column: str, count: int, anew: set[Place]) -> str:
    """Which symbols of a column begin anew, and how many do not."""
    named = sorted("the end" if p.symbol == END else shown(p.symbol) for p in anew)
    return (
        f"  of {column}, {count - len(anew):,} of {count:,} symbols or entries are there; "
        f"{len(anew):,} begin anew: {', '.join(named[:SHOWN])}" + ", …" * (len(named) > SHOWN)
    )


def _size(parameter: Tensor) -> str:
    return " × ".join(map(str, parameter.shape)) or "one number"
