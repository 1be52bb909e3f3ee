"""Train a model on data, by one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from throughtime.data import Dataset, Reading, read
from throughtime.data import load as load_data
from throughtime.inference.run import Run
from throughtime.runs.alone import alone
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import READING, ConfigError, Options
from throughtime.training.prepare import prepare
from throughtime.training.trainer import Trainer

Say = Callable[[str], None]
"""Receives each line of the log of training."""


def train(
    data: object,
    *,
    out: str | Path | None = None,
    say: Say | None = print,
    **options: Any,
) -> Run:
    """Train a model, and return it with its best weights.

    Args:
        data: a data set from ``tt.data.read`` or ``tt.data.load``; or the name of an embedded set;
            or whatever ``tt.data.read`` takes, with its options.
        out: a new folder; left out, the next free ``runs/<data>-<wiring>-001``.
        say: receives each line of the log; None for silence.
        **options: the options of the command line, by the same names: ``cell``, ``hidden_size``,
            ``epochs``, ``wiring``, …; see :class:`~throughtime.runs.options.Options`.

    Raises:
        ConfigError: if an option does not exist, or its value is invalid.
        ValueError: if the choices do not fit the data, or each other; or if it was interrupted
            before the first validation, so that there are no best weights yet.
        Diverged: if the loss is not finite; the weights saved before are kept.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = train("digits", max_steps=2, hidden_size=8, out=f"{folder}/run", say=None)
        >>> run.config.wiring, run.config.cell
        ('sequence-to-vector', 'gru')
    """
    told = Options.read({name: value for name, value in options.items() if value is not None})
    if told.dataset is not None:
        raise ConfigError("dataset: the data are the first argument of tt.train")
    if not isinstance(data, Dataset):
        reading = {name: v for name, v in told.told().items() if name in READING}
        if isinstance(data, str):
            data = load_data(data, told.dividing_seed, Reading(**reading))
        else:
            data = read(data, seed=told.dividing_seed, **reading)
    elif named := [n for n in ("split_seed", *READING) if getattr(told, n) is not None]:
        raise ConfigError(f"{named[0]}: the data were read already; give it to tt.data.read")
    folder = fit(prepare(told, data, None if out is None else Path(out)), data, say=say)[0]
    return Run.load(folder.path)


def fit(
    folder: RunFolder,
    data: Dataset,
    *,
    resume: Mapping[str, Any] | None = None,
    say: Say | None = None,
    first: Iterable[str] = (),
) -> tuple[RunFolder, str]:
    """Train the model of a folder; return the folder and the reason why training stopped.

    If training fails before the first update, a new folder is removed.

    Args:
        folder: a new one, or one that was opened to be resumed.
        data: the data to train on.
        resume: to resume a run, the options that change; others are as the run has them by now.
        say: receives each line of the log.
        first: the first lines of the log.

    Raises:
        Diverged: if the loss is not finite; the weights saved before are kept.
        ValueError: if the run cannot be resumed, or was made for other data.
        OSError: if ``say`` raises it, as where the disk is full; what was trained is saved.
    """
    say = say or _nothing
    trainer: Trainer | None = None
    try:
        with alone(folder.path) as lock:
            if resume is not None:
                folder = folder.again()
                folder = folder.replaced(**resume)
            folder = replace(folder, lock=lock)
            trainer = Trainer(folder, data, resume=resume is not None, say=say)
            if resume:
                folder.save_config()
            for line in first:
                say(line)
            return folder, trainer.fit()
    except Exception:
        if resume is None and (trainer is None or not trainer.progress.step):
            folder.remove()  # nothing was trained
        raise


def _nothing(line: str) -> None:
    pass
