"""The configuration of a run: every choice, given or decided."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from throughtime.data.reading import Reading
from throughtime.runs import options as o
from throughtime.runs.errors import ConfigError, RunError
from throughtime.runs.names import CONFIG
from throughtime.runs.options import OF_THE_FILE, READING, VERSION, load_json, read_as
from throughtime.runs.seal import BLANK, is_sealed, sealed

FORMAT = 7
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
        >>> from throughtime.training.resolve import resolve
        >>> config = resolve(o.Options(hidden_size=16), load("digits"))
        >>> config.cell, config.hidden_size, config.wiring, config.learning_rate
        ('gru', 16, 'sequence-to-vector', 0.005)
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: o.Data | None
    seed: o.Seed
    split_seed: o.SplitSeed
    format: o.Format | None
    input: o.Input | None
    target: o.Target | None
    split: o.Split | None
    valid: o.Valid | None
    test: o.Test | None
    symbols: o.Symbols | None
    rare: o.Rare
    header: o.Header | None
    decimal: o.Decimal | None
    sequence: o.SequenceBy | None
    images: o.Images | None
    pixels: o.Pixels

    cell: o.CellName
    hidden_size: o.HiddenSize
    layers: o.Layers
    dropout: o.Dropout
    wiring: o.WiringText
    output: o.OutputText
    length: o.LengthText | None
    initial_state: o.InitialState
    warm_start: o.WarmStart | None
    vectors: o.Vectors | None
    freeze: o.Freeze | None

    gradient: o.GradientText
    forcing: o.ForcingText
    batch_size: o.BatchSize
    batch_symbols: o.BatchSymbols
    steps: o.Steps | None
    learning_rate: o.LearningRate
    optimiser: o.OptimiserName
    schedule: o.ScheduleName
    weight_decay: o.WeightDecay | None
    clip: o.Clip
    class_weights: o.ClassWeights | None
    epochs: o.Epochs
    max_steps: o.MaxSteps | None
    max_seconds: o.MaxSeconds | None
    save_every: o.SaveEvery
    patience: o.Patience
    threads: o.Threads
    device: o.DeviceName
    precision: o.Precision

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
