"""Search for good options of training, by one call that can be interrupted and repeated."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from throughtime.data import Dataset
from throughtime.runs.build import build
from throughtime.runs.config import Config
from throughtime.runs.errors import ConfigError
from throughtime.runs.options import Options
from throughtime.training import space as spaces
from throughtime.training.prepare import usual_dropout
from throughtime.training.resolve import resolve
from throughtime.training.space import Space
from throughtime.training.study import Study
from throughtime.training.swept import Sweep
from throughtime.training.train import Say, dataset_of
from throughtime.training.trials import Trials
from throughtime.whole import whole

TRIALS = 30
"""So many models are trained where nothing else is said."""

OF_TIME = ("save_every", "threads", "device")
"""Options that may be others when a sweep is gone on with: they change nothing but time."""


def sweep(
    data: object = None,
    *,
    trials: int = TRIALS,
    max_seconds: float | None = None,
    search: str | Path | Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    say: Say | None = print,
    **options: Any,
) -> Sweep:
    """Train many models with different options, and return them, the best on validation first.

    Optuna draws the options of each trial from what the trials before it gave (TPE); the first one
    has what ``train`` does by itself. After each epoch a trial is pruned if it was never as good as
    the median of the others at that epoch; its folder is removed then, and its numbers are kept.

    The same call again goes on with a sweep that was interrupted or killed: finished trials are
    kept, and one that died goes on where it was saved last. Several processes share a sweep if each
    makes this call. Ctrl-C and ``max_seconds`` save the trial at hand, which goes on likewise.

    Args:
        data: as for ``tt.train``.
        trials: the number of trials, by all calls together.
        max_seconds: this call stops after so long. It is no option of a trial, whose time would
            then decide its result.
        search: what is searched: a file of TOML, or a mapping, with a table for each option that
            has ``choices``, or ``low`` and ``high`` with ``log`` or ``step``. Left out: cell,
            hidden_size, layers, dropout, batch_size, learning_rate and weight_decay.
        out: the folder of the study and the runs; left out, ``runs/<data>-sweep``.
        say: receives a line for each trial; None for silence.
        **options: options of training, the same in all trials, and not searched. Each trial takes
            as many ``epochs`` as ``train`` would, or those that are given here, as ``max_steps``.

    Raises:
        ConfigError: if an option, or what is searched, is not valid.
        ValueError: if the options do not fit the data, or the folder has a sweep of other data,
            options or space.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     found = sweep("digits", trials=2, search={"hidden_size": {"choices": [4, 8]}},
        ...                   max_steps=2, out=f"{folder}/sweep", say=None)
        ...     found.best.config.hidden_size in (4, 8), list(found.importances)
        (True, ['hidden_size'])
    """
    until = math.inf
    if max_seconds is not None:
        Options.read({"max_seconds": max_seconds})
        until = time.monotonic() + max_seconds
    whole("trials", trials)
    told = Options.read({name: value for name, value in options.items() if value is not None})
    if told.dataset is not None:
        raise ConfigError("dataset: the data are the first argument of tt.sweep")
    space = None if search is None else spaces.searched(search, told)
    loaded = dataset_of(data, told)
    usual = resolve(told, loaded)
    if space is None:
        space = spaces.without(spaces.usual(usual.batch_size), told)
    first = {name: dimension.first for name, dimension in space.items()}
    resolve(Options.read({**told.told(), **first}), loaded)  # what fits no trial is said now
    name = re.sub(r"[^\w.-]+", "-", loaded.name)
    folder = Path("runs", f"{name}-sweep") if out is None else Path(out)
    fixed, reading = told.told(), _reading(told, loaded)
    of = {
        "data": loaded.digest,
        "options": {n: v for n, v in {**reading, **fixed}.items() if n not in OF_TIME},
        "space": {name: dimension.saved() for name, dimension in space.items()},
    }
    source = None if loaded.source is None else loaded.source.name
    with Study(folder, of, space, usual.seed) as study:
        work = Trials(study, loaded, told, trials, until, say or _nothing)
        reason = work.train(_defaults(usual, loaded, space, told))
        found = work.trials()
        shares, measure = study.importances(), work.measure
        return Sweep(folder, source, reading, fixed, found, measure, shares, reason)


def _defaults(usual: Config, data: Dataset, space: Space, told: Options) -> dict[str, Any]:
    """What training does by itself with each option that is searched, if that is in the space."""
    values = usual.model_dump()
    if told.dropout is None:
        values["dropout"] = usual_dropout(build(usual, data.schema), data)
    return {name: values[name] for name, dimension in space.items() if values[name] in dimension}


def _reading(told: Options, data: Dataset) -> dict[str, Any]:
    """How data that come from a file were read and divided, as a command would say it."""
    source = data.source
    if source is None or source.name is None:
        return {}
    division = {} if source.seed == (told.seed or 0) else {"split_seed": source.seed}
    return {**{name: getattr(source.reading, name) for name in source.reading.told()}, **division}


def _nothing(line: str) -> None:
    pass
