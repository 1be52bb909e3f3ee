"""Train a model on data: one call."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from throughtime.data import DATASETS, Dataset, read
from throughtime.data import load as load_data
from throughtime.inference.run import Run
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import READING, ConfigError, Options
from throughtime.training.prepare import prepare
from throughtime.training.trainer import Trainer

Say = Callable[[str], None]
"""Takes a line of what training says."""


def train(
    data: Dataset | str | Path,
    *,
    out: str | Path | None = None,
    say: Say | None = print,
    **options: Any,
) -> Run:
    """Train a model, and return it with its best weights.

    Args:
        data: as ``tt.data.read`` and ``tt.data.load`` give them; or the name of an embedded set, or
            a path, with the options of how it is read.
        out: a new folder; left out, the next free ``runs/<data>-<wiring>-001``.
        say: where the lines go that tell how training does; None for silence.
        **options: those of the command line by the same names: ``cell``, ``hidden_size``,
            ``epochs``, ``wiring``, …; see :class:`~throughtime.runs.options.Options`.

    Raises:
        ConfigError: if there is no such option, or it has no such value.
        ValueError: if the choices do not fit the data, or each other.
        Diverged: if the loss is no number any more; what was saved before is kept.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = train("digits", max_steps=2, hidden_size=8, out=f"{folder}/run", say=None)
        >>> run.config.wiring, run.config.cell
        ('sequence-to-vector', 'gru')
    """
    told = Options.read({name: value for name, value in options.items() if value is not None})
    if not isinstance(data, Dataset):
        reading = {name: v for name, v in told.told().items() if name in READING}
        if str(data) in DATASETS and not reading:
            data = load_data(str(data))
        else:
            data = read(data, seed=told.seed or 0, **reading)
    elif named := [name for name in ("dataset", *READING) if getattr(told, name) is not None]:
        raise ConfigError(f"{named[0]}: these data have been read already; say it to tt.data.read")
    folder = fit(prepare(told, data, None if out is None else Path(out)), data, say=say)[0]
    return Run.load(folder.path)


def fit(
    folder: RunFolder, data: Dataset, *, resume: bool = False, say: Say | None = None
) -> tuple[RunFolder, str]:
    """Train the model of a folder until something says stop; the folder, and what it was.

    If a new one cannot be trained at all, its folder is removed.

    Raises:
        Diverged: if the loss is no number any more; what was saved before is kept.
        ValueError: if the run cannot be resumed, or was made for other data.
    """
    trainer: Trainer | None = None
    try:
        trainer = Trainer(folder, data, resume=resume, say=say or _nothing)
        return folder, trainer.fit()
    except ValueError:
        if not resume and (trainer is None or not trainer.progress.step):
            shutil.rmtree(folder.path)  # it is ours, and nothing was trained
        raise


def _nothing(line: str) -> None:
    pass
