"""The options of training; what is left out follows from the data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from throughtime.runs import kinds as k
from throughtime.runs.errors import ConfigError
from throughtime.runs.seal import is_sealed

M = TypeVar("M", bound=BaseModel)


class Options(BaseModel):
    """The options of training, as given; None for those that are left out.

    Raises:
        ConfigError: from :meth:`read`, if a key is unknown or a value is invalid.

    Example:
        >>> Options.read({"dataset": "digits", "cell": "gruu"})
        Traceback (most recent call last):
        ...
        throughtime.runs.errors.ConfigError: cell is 'gruu'; expected 'elman', ...
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: k.Data | None = None
    seed: k.Seed | None = None
    split_seed: k.SplitSeed | None = None
    format: k.Format | None = None
    input: k.Input | None = None
    target: k.Target | None = None
    split: k.Split | None = None
    valid: k.Valid | None = None
    test: k.Test | None = None
    symbols: k.Symbols | None = None
    rare: k.Rare | None = None
    header: k.Header | None = None
    decimal: k.Decimal | None = None
    sequence: k.SequenceBy | None = None
    time: k.TimeBy | None = None
    series: k.SeriesBy | None = None
    calendar: k.Calendar | None = None
    images: k.Images | None = None
    pixels: k.Pixels | None = None

    cell: k.CellName | None = None
    hidden_size: k.HiddenSize | None = None
    layers: k.Layers | None = None
    dropout: k.Dropout | None = None
    wiring: k.WiringText | None = None
    output: k.OutputText | None = None
    length: k.LengthText | None = None
    initial_state: k.InitialState | None = None
    warm_start: k.WarmStart | None = None
    vectors: k.Vectors | None = None
    freeze: k.Freeze | None = None

    gradient: k.GradientText | None = None
    forcing: k.ForcingText | None = None
    batch_size: k.BatchSize | None = None
    batch_symbols: k.BatchSymbols | None = None
    steps: k.Steps | None = None
    learning_rate: k.LearningRate | None = None
    optimiser: k.OptimiserName | None = None
    schedule: k.ScheduleName | None = None
    weight_decay: k.WeightDecay | None = None
    clip: k.Clip | None = None
    class_weights: k.ClassWeights | None = None
    epochs: k.Epochs | None = None
    max_steps: k.MaxSteps | None = None
    max_seconds: k.MaxSeconds | None = None
    save_every: k.SaveEvery | None = None
    patience: k.Patience | None = None
    threads: k.Threads | None = None
    device: k.DeviceName | None = None
    precision: k.Precision | None = None

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Options:
        """Options from keys and values."""
        return read_as(cls, values)

    @classmethod
    def load(cls, path: Path) -> Options:
        """Options from a JSON file, which may be a run's config.json.

        Raises:
            ConfigError: if the file is missing or is not a JSON object of options.
        """
        values = load_json(path)
        if "checksum" in values and not is_sealed(path.read_bytes()):
            raise ConfigError(
                f"{path}: was changed since training wrote it; if that was you, delete its line "
                '"checksum"'
            )
        try:
            return cls.read({k: v for k, v in values.items() if k not in OF_THE_FILE})
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None

    @property
    def dividing_seed(self) -> int:
        """The seed that divides rows into parts."""
        return (self.seed or 0) if self.split_seed is None else self.split_seed

    def told(self) -> dict[str, Any]:
        """The options that were given, by name."""
        return {name: value for name, value in self if value is not None}


READING = (
    *("format", "input", "target", "split", "valid", "test", "symbols", "rare"),
    *("header", "decimal", "sequence", "time", "series", "calendar", "images", "pixels"),
)
"""The options of how a file is read."""

OF_STOPPING = ("epochs", "max_steps", "max_seconds", "patience", "save_every", "device")
"""The options of when to stop and to save, and where, which may change when a run is resumed."""

VERSION = "version"
"""The key of config.json for the version of the folder's format."""

OF_THE_FILE = ("checksum", VERSION, "run", "after")
"""The keys of config.json that are no options."""


def help_of(name: str) -> str:
    """The description of an option, in one line."""
    annotation = Options.model_fields[name].annotation
    for part in getattr(annotation, "__args__", (annotation,)):
        for found in getattr(part, "__metadata__", ()):
            if text := getattr(found, "description", None):
                return str(text)
    raise AssertionError(f"the option {name} is not described")


def read_as(kind: type[M], values: Mapping[str, Any]) -> M:
    """Values as a pydantic model.

    Raises:
        ConfigError: if a key is unknown or a value is invalid; one line for all errors.
    """
    try:
        plain = {k: str(v) if isinstance(v, PurePath) else v for k, v in values.items()}
        return kind.model_validate(plain)
    except ValidationError as error:
        raise ConfigError("; ".join(_reason(dict(e)) for e in error.errors())) from None


def load_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        ConfigError: if the file is missing or is not a JSON object.
    """
    from throughtime.data.errors import DataError  # here, since it imports torch
    from throughtime.data.files.json_text import from_json
    from throughtime.data.files.opening import check_regular

    try:
        if path.exists():
            check_regular(path)
        values = from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except DataError as error:
        raise ConfigError(str(error)) from None
    except ValueError as error:
        raise ConfigError(f"{path}: not a JSON file ({error}); expected an object") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: a {type(values).__name__}; expected a JSON object of keys")
    return values


def _reason(error: Mapping[str, Any]) -> str:
    """One line for one of pydantic's errors: the key, its value, and the values it may have."""
    key = str(error["loc"][0]) if error["loc"] else "a key"
    if error["type"] == "extra_forbidden":
        return f"no key {key!r}; the keys are {', '.join(Options.model_fields)}"
    if error["type"] == "missing":
        return f"no {key} is given; expected one"
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{key}: {message}"
    message = message[0].lower() + message[1:]
    message = message.removeprefix("input should be ")
    return f"{key} is {error['input']!r}; expected {message}"
