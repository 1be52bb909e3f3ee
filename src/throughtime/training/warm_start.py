"""Start from the weights of another run, where they fit."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from throughtime.data.schema import Schema
from throughtime.runs.build import Model
from throughtime.runs.errors import ConfigError
from throughtime.runs.folder import RunFolder
from throughtime.training.axes import Axis, axes

SHOWN = 8
"""How many symbols are named at most."""


@torch.no_grad()
def warm_start(model: Model, schema: Schema, path: str) -> list[str]:
    """Give a model the best weights of a run, and say what does not fit.

    A parameter fits one of the same name and sizes. Along an axis on which columns stand, what
    stands for the same symbol of a column of the same name is taken, wherever it stands there; a
    symbol that the run has not seen begins as it would without the run.

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
    fit, matrices, lines, unseen = 0, 0, list[str](), set[str]()
    for name, mine in model.named_parameters():
        found = _fitting(mine, theirs.get(name), here.get(name), there.get(name))
        if isinstance(found, str):
            lines.append(f"  {name} begins anew: {found}")
            continue
        fit, matrices = fit + 1, matrices + (mine.dim() > 1)
        _take(mine, theirs[name], *found)
        if (axis := here.get(name)) is not None:
            taken = set(found[1].tolist())
            unseen |= {str(s) for i, (_, s) in enumerate(axis.places) if i not in taken and s != -1}
    total = len(list(model.parameters()))
    if not matrices:
        raise ConfigError(f"from is {path!r}, of which no matrix fits: {lines[0].strip()}")
    lines.insert(0, f"started from {path}: {fit} of {total} parameters fit")
    if unseen:
        named = ", ".join(sorted(unseen)[:SHOWN]) + (", …" if len(unseen) > SHOWN else "")
        lines.append(f"  {len(unseen):,} symbols or entries that it has not begin anew: {named}")
    return lines


Found = tuple[int, Tensor, Tensor]
"""An axis, places on it here, and the same places there."""


def _fitting(
    mine: Tensor, theirs: Tensor | None, here: Axis | None, there: Axis | None
) -> Found | str:
    """What fits of a parameter, or why nothing does."""
    if theirs is None:
        return "the run has none of this name"
    axis = None if here is None else here.number
    sizes = [
        [size for i, size in enumerate(p.shape) if i != axis] + [p.dim()] for p in (mine, theirs)
    ]
    sizes_differ = sizes[0] != sizes[1] or (here is None and mine.shape != theirs.shape)
    if sizes_differ:
        return f"{_size(theirs)} there, {_size(mine)} here"
    if here is None or there is None:
        if here is not there:
            return "it stands for columns in one of the two alone"
        every = torch.arange(mine.shape[0])
        return 0, every, every
    known = {place: i for i, place in enumerate(there.places)}
    pairs = [(i, known[place]) for i, place in enumerate(here.places) if place in known]
    if not pairs:
        return "none of its columns' symbols are there"
    to, of = torch.tensor(pairs).T
    return here.number, to, of


def _take(mine: Tensor, theirs: Tensor, axis: int, to: Tensor, of: Tensor) -> None:
    mine.index_copy_(axis, to, theirs.index_select(axis, of).to(mine))


def _size(parameter: Tensor) -> str:
    return " × ".join(map(str, parameter.shape))
