"""Train a model on data, by one call."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from throughtime.data import Dataset, Reading, read
from throughtime.data import load as load_data
from throughtime.inference.run import Run
from throughtime.runs.alone import alone
from throughtime.runs.errors import ConfigError
from throughtime.runs.folder import RunFolder
from throughtime.runs.names import STATE
from throughtime.runs.options import OF_STOPPING, READING, Options
from throughtime.training.prepare import prepare
from throughtime.training.processes import ALONE, Processes, ProcessLost, together
from throughtime.training.trainer import ASKED, INTERRUPTED, Trainer
from throughtime.training.watching import OnEpoch, OnUpdate

Say = Callable[[str], None]
"""Receives each line of the log of training."""


def train(
    data: object = None,
    *,
    out: str | Path | None = None,
    resume: str | Path | None = None,
    say: Say | None = print,
    on_epoch: OnEpoch | None = None,
    on_update: OnUpdate | None = None,
    **options: Any,
) -> Run:
    """Train a model, or go on with one, and return it with its best weights.

    Ctrl-C stops it after the update at hand; what goes on with it is said.

    In a script that ``torchrun`` starts, its processes train together, each on its share of every
    batch: all call this alike, the first one writes, says and calls what is given to be called, and
    each is returned the run.

    Args:
        data: a data set from ``tt.data.read`` or ``tt.data.load``; or the name of an embedded set;
            or whatever ``tt.data.read`` takes, with its options. To resume a run, it is left out,
            but for rows in memory: they are given once more.
        out: a new folder; left out, the next free ``runs/<data>-<wiring>-001``.
        resume: the folder of a run to go on with. It keeps its options, but for those of when to
            stop: ``epochs``, ``max_steps``, ``max_seconds``, ``patience`` and ``save_every``.
        say: receives each line of the log; None for silence.
        on_epoch: is called after each validation with its row of ``metrics.csv``, as a dict with
            ``"epoch"``, ``"step"``, ``"train nats"``, ``"valid nats"``, …. If it returns True,
            training stops, and ``resume`` goes on with it; what it raises is raised here.
        on_update: is called after each update with its numbers, as a dict with ``"step"``,
            ``"nats"`` per symbol, ``"gradient norm"``, ``"learning rate"``, …, and stops training
            likewise.
        **options: the options of the command line, by the same names: ``cell``, ``hidden_size``,
            ``epochs``, ``wiring``, …; see :class:`~throughtime.runs.options.Options`.

    Raises:
        ConfigError: if an option does not exist, its value is invalid, or a resumed run keeps it.
        ValueError: if the choices do not fit the data, or each other; if the data are not those
            that the resumed run was made for; or if it was interrupted before the first validation,
            so that there are no best weights yet.
        Diverged: if the loss is not finite; the weights saved before are kept.
        ProcessLost: if one of several processes ends; what was saved is kept.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = train("digits", max_steps=2, hidden_size=8, out=f"{folder}/run", say=None)
        ...     steps = train(resume=f"{folder}/run", max_steps=4, say=None).metrics[-1]["step"]
        >>> run.config.wiring, run.config.cell, steps
        ('sequence-to-vector', 'gru', 4)
    """
    told = Options.read({name: value for name, value in options.items() if value is not None})
    if told.dataset is not None:
        raise ConfigError("dataset: the data are the first argument of tt.train")
    with together() as processes:
        changes = None if resume is None else told.told()
        if resume is None:
            data = dataset_of(data, told)
        else:
            folder, data = resumed(Path(resume), data, changes or {}, {"out": out})
        if not processes.lead:
            folder, _ = follow(data, changes, processes)
            return Run.load(folder.path, folder.config.device)
        if resume is None:
            path = None if out is None else Path(out)
            folder, changes = begun(told, data, path, processes, say or _nothing)
        folder, reason = fit(
            folder,
            data,
            resume=changes,
            say=say,
            on_epoch=on_epoch,
            on_update=on_update,
            processes=processes,
        )
    if reason in (INTERRUPTED, ASKED) and say is not None:
        say(f"Stopped: {reason}. Go on with: {folder.resumption}")
    return Run.load(folder.path, folder.config.device)


def begun(
    told: Options, data: Dataset, out: Path | None, processes: Processes, say: Say
) -> tuple[RunFolder, dict[str, Any] | None]:
    """A new run in a new folder, and None; or the one that these processes have begun before they
    were started anew, and no options that change.

    Raises:
        ValueError: as :func:`~throughtime.training.prepare.prepare` does.
    """
    path = processes.launch.noted(processes.number)
    if path is not None and (path / STATE).exists():
        return RunFolder.load(path, "last"), {}
    if path is not None:  # they died before anything was saved
        shutil.rmtree(path, ignore_errors=True)
    folder = prepare(told, data, out, say=say)
    processes.launch.note(processes.number, folder.path)
    return folder, None


def resumed(
    path: Path, data: object, changes: Mapping[str, Any], others: Mapping[str, object]
) -> tuple[RunFolder, Dataset]:
    """A run to go on with, and its data.

    Args:
        path: the folder.
        data: what it was trained on, as :func:`train` takes it; None for data that can be read
            again.
        changes: the options that are given.
        others: arguments that a resumed run does not take, by name; None for those not given.

    Raises:
        ConfigError: if an option is given that a resumed run keeps.
        ValueError: if the folder is no run, or the data cannot be read.
    """
    refused = [name for name, value in others.items() if value is not None]
    refused += [name for name in changes if name not in OF_STOPPING]
    if refused:
        raise ConfigError(
            f"{', '.join(refused)}: a resumed run keeps its choices; only "
            f"{', '.join(OF_STOPPING)} may change"
        )
    folder = RunFolder.load(path, "last").replaced(**changes)  # refuses values that cannot be
    if data is None:
        return folder, folder.data()
    return folder, _dataset(data, folder.config.split_seed, folder.config.reading)


def dataset_of(data: object, told: Options) -> Dataset:
    """The data to train on, from whatever they were given as.

    Raises:
        ConfigError: if there are none, or options are given of how to read what was read already.
        ValueError: if they cannot be read.
    """
    reading = {name: value for name, value in told.told().items() if name in READING}
    if isinstance(data, Dataset) and (reading or told.split_seed is not None):
        name = "split_seed" if told.split_seed is not None else next(iter(reading))
        raise ConfigError(f"{name}: the data were read already; give it to tt.data.read")
    return _dataset(data, told.dividing_seed, Reading(**reading))


def _dataset(data: object, seed: int, reading: Reading) -> Dataset:
    if data is None:
        raise ConfigError("no data are given; expected them as the first argument")
    if isinstance(data, Dataset):
        return data
    if isinstance(data, str):
        return load_data(data, seed, reading)
    return read(data, seed=seed, **vars(reading))


def fit(
    folder: RunFolder,
    data: Dataset,
    *,
    resume: Mapping[str, Any] | None = None,
    say: Say | None = None,
    first: Iterable[str] = (),
    on_epoch: OnEpoch | None = None,
    on_update: OnUpdate | None = None,
    until: float = math.inf,
    processes: Processes = ALONE,
) -> tuple[RunFolder, str]:
    """Train the model of a folder; return the folder and the reason why training stopped.

    If training fails before the first update, a new folder is removed.

    Args:
        folder: a new one, or one that was opened to be resumed.
        data: the data to train on.
        resume: to resume a run, the options that change; others are as the run has them by now.
        say: receives each line of the log.
        first: the first lines of the log.
        on_epoch: is called after each validation; if it returns True, training stops.
        on_update: is called after each update, likewise.
        until: the moment, by ``time.monotonic``, at which training is interrupted as by Ctrl-C.
        processes: those that train together, of which this is the first.

    Raises:
        Diverged: if the loss is not finite; the weights saved before are kept.
        ValueError: if the run cannot be resumed, or was made for other data.
        OSError: if ``say`` raises it, as where the disk is full; what was trained is saved.
        ProcessLost: if another process ends; what was saved is kept.
    """
    say = say or _nothing
    trainer: Trainer | None = None
    try:
        processes.wait()  # they read the folder, and nothing is written meanwhile
        with alone(folder.path) as lock:
            if resume is not None:
                folder = folder.again().replaced(**resume)
            folder = replace(folder, lock=lock)
            trainer = Trainer(
                folder,
                data,
                resume=resume is not None,
                say=say,
                on_epoch=on_epoch,
                on_update=on_update,
                until=until,
                processes=processes,
            )
            if resume:
                folder.save_config()
            for line in first:
                say(line)
            processes.told(folder.path)
            reason = trainer.fit()
            processes.wait()
            return folder, reason
    except Exception as error:
        # whatever it is, an empty folder would be in the way of the next try
        if resume is None and (trainer is None or not trainer.progress.step):
            folder.remove()
        elif isinstance(error, ProcessLost):
            raise ProcessLost(f"{error}; go on with: {folder.resumption}") from None
        raise


def follow(
    data: Dataset, changes: Mapping[str, Any] | None, processes: Processes
) -> tuple[RunFolder, str]:
    """Train as one of the processes that come after the first, from what that one has saved.

    Args:
        data: the data to train on.
        changes: to resume a run, the options that change.
        processes: those that train together.

    Raises:
        Exception: as :func:`fit` does.
    """
    processes.wait()
    path = processes.told(Path())
    folder = RunFolder.load(path, "last").replaced(**(changes or {}))
    trainer = Trainer(folder, data, resume=True, say=_nothing, processes=processes)
    try:
        reason = trainer.fit()
    except ProcessLost as error:
        raise ProcessLost(f"{error}; go on with: {folder.resumption}") from None
    processes.wait()
    return folder, reason


def _nothing(line: str) -> None:
    pass
