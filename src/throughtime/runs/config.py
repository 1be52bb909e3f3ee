"""The configuration of a run: every choice, given or decided."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from throughtime.data.reading import Reading
from throughtime.runs import kinds as k
from throughtime.runs.errors import ConfigError, RunError
from throughtime.runs.names import CONFIG
from throughtime.runs.options import OF_THE_FILE, READING, VERSION, load_json, read_as
from throughtime.runs.seal import BLANK, is_sealed, sealed

FORMAT = 9
"""The version of the folder format that this library writes and reads."""


class Config(BaseModel):
    """Every choice of a run: as given, or as decided from the data.

    The options of how the file is read stay as given: None means that they follow from the file.
    ``split_seed`` is the seed that divided the rows into parts. None means, for ``dataset``, rows
    in memory; for ``length``, that y is one value; for ``steps``, that y is not one long row; for
    ``max_steps`` and ``max_seconds``, no limit; for ``class_weights``, that all labels weigh the
    same; for ``weight_decay``, that the optimiser is no AdamW; for ``warm_start``, ``vectors`` and
    ``freeze``, that all is drawn anew, and trained.

    Example:
        >>> from throughtime.data import load
        >>> from throughtime.runs.options import Options
        >>> from throughtime.training.resolve import resolve
        >>> config = resolve(Options(hidden_size=16), load("digits"))
        >>> config.cell, config.hidden_size, config.wiring, config.learning_rate
        ('gru', 16, 'sequence-to-vector', 0.005)
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: k.Data | None
    seed: k.Seed
    split_seed: k.SplitSeed
    format: k.Format | None
    input: k.Input | None
    target: k.Target | None
    split: k.Split | None
    valid: k.Valid | None
    test: k.Test | None
    symbols: k.Symbols | None
    rare: k.Rare
    header: k.Header | None
    decimal: k.Decimal | None
    sequence: k.SequenceBy | None
    time: k.TimeBy | None
    series: k.SeriesBy | None
    calendar: k.Calendar | None
    images: k.Images | None
    pixels: k.Pixels

    cell: k.CellName
    hidden_size: k.HiddenSize
    layers: k.Layers
    dropout: k.Dropout
    wiring: k.WiringText
    output: k.OutputText
    length: k.LengthText | None
    initial_state: k.InitialState
    warm_start: k.WarmStart | None
    vectors: k.Vectors | None
    freeze: k.Freeze | None

    gradient: k.GradientText
    forcing: k.ForcingText
    batch_size: k.BatchSize
    batch_symbols: k.BatchSymbols
    steps: k.Steps | None
    learning_rate: k.LearningRate
    optimiser: k.OptimiserName
    schedule: k.ScheduleName
    weight_decay: k.WeightDecay | None
    clip: k.Clip
    class_weights: k.ClassWeights | None
    epochs: k.Epochs
    max_steps: k.MaxSteps | None
    max_seconds: k.MaxSeconds | None
    save_every: k.SaveEvery
    patience: k.Patience
    threads: k.Threads
    device: k.DeviceName
    precision: k.Precision

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Config:
        """A configuration from keys and values.

        Raises:
            ConfigError: if a key is unknown or missing, or a value is invalid.
        """
        return read_as(cls, values)

    @classmethod
    def load(cls, path: Path) -> Config:
        """The configuration in a run's folder.

        Raises:
            ValueError: if it is missing, damaged, or of another version of the format.
        """
        return cls.of(read_json(path), path)

    @classmethod
    def of(cls, saved: Saved, path: Path) -> Config:
        """The configuration that was saved in a run's folder.

        Raises:
            ConfigError: if a key is unknown or missing, or a value is invalid.
        """
        try:
            return cls.read(saved.values)
        except ConfigError as error:
            raise ConfigError(f"{path / CONFIG}: {error}") from None

    def written(self, run: str, after: str = "") -> bytes:
        """The content of a run's config.json: readable JSON.

        Args:
            run: the identity of the run.
            after: the checksum of the state that training goes on from; empty if there is none.
        """
        of_the_file = {"checksum": BLANK, VERSION: FORMAT, "run": run, "after": after}
        values = {**of_the_file, **self.model_dump()}
        return sealed(f"{json.dumps(values, indent=2, ensure_ascii=False)}\n".encode())

    @property
    def reading(self) -> Reading:
        """How the file was read."""
        return Reading(**{name: getattr(self, name) for name in READING})

    def replaced(self, **values: Any) -> Config:
        """The same configuration with other values for some keys.

        Raises:
            ConfigError: if a value is invalid.
        """
        return self.read({**self.model_dump(), **values})


class Saved(NamedTuple):
    """The keys and values of a run's configuration, unchecked, and what its file says besides.

    Args:
        values: the keys and values.
        run: the identity of the run.
        checksum: that of the file.
        after: the checksum of the state that training went on from with it.
    """

    values: dict[str, Any]
    run: str
    checksum: str
    after: str


def read_json(path: Path) -> Saved:
    """What a run's folder has as its configuration.

    Raises:
        ValueError: if the folder has no configuration, or one that was changed or is of another
            version of the format.
    """
    file = path / CONFIG
    if not file.is_file():
        raise RunError(
            f"{path}: not a run, since it has no {CONFIG}; expected a folder that `train` made"
        )
    values = load_json(file)
    intact = is_sealed(file.read_bytes())
    again = f"train --config {shlex.quote(str(file))}"
    version = values.get(VERSION, 1)
    if version != FORMAT and (intact or "checksum" not in values):
        raise RunError(
            f"{path}: a run in format {version!r}, and this throughtime reads format {FORMAT}; "
            f"train again ({again} has the same choices), or use the version that made it"
        )
    if not intact:
        raise RunError(
            f"{file}: was changed since training wrote it, or is damaged; put it back, or train "
            f'again ({again}, without its line "checksum", takes these choices)'
        )
    if missing := [key for key in OF_THE_FILE if key not in values]:
        raise RunError(f"{file}: has no {missing[0]!r}; put back the one that training wrote")
    choices = {k: v for k, v in values.items() if k not in OF_THE_FILE}
    return Saved(choices, str(values["run"]), values["checksum"], values["after"])
