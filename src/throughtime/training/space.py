"""What a sweep searches: for some options of training, the values that trials may have."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeAlias, get_args, get_origin

from throughtime.runs.errors import ConfigError
from throughtime.runs.options import READING, Options

SAME_FOR_ALL = (
    *("dataset", *READING, "seed", "split_seed"),
    *("max_seconds", "save_every", "threads", "device"),
)
"""The options that are no matter of search: those of the data, or else trials could not be compared
by their validation; and those that change nothing but time."""

SEARCHABLE = tuple(name for name in Options.model_fields if name not in SAME_FOR_ALL)
"""The options that can be searched."""


@dataclass(frozen=True)
class Choices:
    """One of several values."""

    choices: tuple[Any, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.choices))

    def __contains__(self, value: object) -> bool:
        return value in self.choices

    @property
    def first(self) -> Any:
        """One of the values."""
        return self.choices[0]

    def saved(self) -> dict[str, Any]:
        """The table that it is read from."""
        return {"choices": list(self.choices)}


@dataclass(frozen=True)
class Range:
    """A number from ``low`` to ``high``, both included; if both are whole, a whole number.

    Args:
        low: the lowest.
        high: the highest.
        log: whether its logarithm is searched evenly.
        step: from one number to the next, beginning at ``low``; None for any number.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __str__(self) -> str:
        how = " (log)" if self.log else "" if self.step is None else f" by {self.step:g}"
        return f"{self.low:g} to {self.high:g}{how}"

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float) or not self.low <= value <= self.high:
            return False
        return self.step is None or _steps(self.low, value, self.step) % 1 == 0

    @property
    def first(self) -> float:
        """One of the values."""
        return self.low

    def saved(self) -> dict[str, Any]:
        """The table that it is read from."""
        found: dict[str, Any] = {"low": self.low, "high": self.high}
        if self.log:
            found["log"] = True
        return found if self.step is None else {**found, "step": self.step}


Space: TypeAlias = dict[str, Choices | Range]
"""What is searched of each option, by its name."""


def usual(rows: int) -> Space:
    """What is searched where nothing else is said, around what ``train`` does by itself.

    Args:
        rows: the number of rows in a batch that training takes by itself.

    Example:
        >>> print(usual(32)["batch_size"], usual(32)["learning_rate"], sep="; ")
        8 to 64 (log); 0.0005 to 0.02 (log)
    """
    return {
        "cell": Choices(("gru", "lstm")),
        "hidden_size": Range(32, 256, log=True),
        "layers": Range(1, 2),
        "dropout": Range(0.0, 0.5, step=0.1),
        "batch_size": Range(max(rows // 4, 1), max(rows * 2, 2), log=True),
        "learning_rate": Range(0.0005, 0.02, log=True),
        "weight_decay": Range(0.01, 1.0, log=True),
    }


def load(path: Path) -> Space:
    """The space in a file of TOML: a table for each option.

    Raises:
        ConfigError: if it cannot be read, or is not such a file.
    """
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f"{path}: no regular file; expected TOML with a table per option")
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8, as TOML is") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(_not_toml(path, text, error)) from None
    return read(values, str(path))


def read(values: Mapping[str, Any], where: str = "search") -> Space:
    """The space of a mapping: for each option the choices, or low and high.

    Args:
        values: as TOML has it.
        where: how messages begin.

    Raises:
        ConfigError: if an option cannot be searched, or a value of it is not valid.

    Example:
        >>> read({"cell": {"choices": ["gru", "lstm"]}, "layers": {"low": 1, "high": 3}})
        {'cell': Choices(choices=('gru', 'lstm')), 'layers': Range(low=1, high=3, log=False, ...)}
        >>> read({"layers": {"low": 3, "high": 1}})
        Traceback (most recent call last):
        ...
        throughtime.runs.errors.ConfigError: search: layers: low is 3 and high is 1; expected low ≤
        high
    """
    if not values:
        raise ConfigError(f"{where}: nothing to search; expected a table for each option")
    try:
        return {name: _dimension(name, table) for name, table in values.items()}
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def searched(search: str | Path | Mapping[str, Any], told: Options) -> Space:
    """What is searched by a file or a mapping, but for the options that are given.

    Raises:
        ConfigError: if it is not valid, or if nothing is left.
    """
    found = read(search) if isinstance(search, Mapping) else load(Path(search))
    return without(found, told)


def without(space: Space, told: Options) -> Space:
    """A space without the options that are given.

    Raises:
        ConfigError: if nothing is left.
    """
    left = {name: dimension for name, dimension in space.items() if name not in told.told()}
    if not left:
        raise ConfigError(
            f"nothing is left to search, since {', '.join(space)} are given; leave one out"
        )
    return left


def _dimension(name: str, table: Any) -> Choices | Range:
    if name in SAME_FOR_ALL:
        raise ConfigError(
            f"{name} is the same in all trials, and not searched; give it as an option of its own"
        )
    if name not in SEARCHABLE:
        raise ConfigError(f"no option {name!r}; those to search are {', '.join(SEARCHABLE)}")
    expected = "expected choices = […], or low and high, with log = true or step = …"
    if not isinstance(table, Mapping):
        raise ConfigError(f"{name} is {table!r}; {expected}")
    if unknown := [key for key in table if key not in ("choices", "low", "high", "log", "step")]:
        raise ConfigError(f"{name}: no key {unknown[0]!r}; {expected}")
    if ("choices" in table) == bool(table.keys() - {"choices"}):
        raise ConfigError(f"{name} has {', '.join(table) or 'nothing'}; {expected}")
    return _choices(name, table["choices"]) if "choices" in table else _range(name, table)


def _choices(name: str, values: Any) -> Choices:
    if not isinstance(values, list | tuple) or not values:
        raise ConfigError(f"{name}: choices is {values!r}; expected a list of one or more")
    found = tuple(_valid(name, value) for value in values)
    if twice := [value for i, value in enumerate(found) if value in found[:i]]:
        raise ConfigError(f"{name}: {twice[0]!r} is in choices twice")
    return Choices(found)


def _range(name: str, table: Mapping[str, Any]) -> Range:
    if _kind(name) not in (int, float):
        raise ConfigError(f"{name}: low and high are for numbers; expected choices = […]")
    if missing := [key for key in ("low", "high") if key not in table]:
        raise ConfigError(f"{name}: no {missing[0]} is given; expected low and high")
    low, high = (_valid(name, table[key]) for key in ("low", "high"))
    log, step = table.get("log", False), table.get("step")
    if not isinstance(log, bool):
        raise ConfigError(f"{name}: log is {log!r}; expected true or false")
    if low > high:
        raise ConfigError(f"{name}: low is {low} and high is {high}; expected low ≤ high")
    if log and low <= 0:
        raise ConfigError(f"{name}: low is {low}; expected more than 0, since log = true")
    if step is not None:
        if log:
            raise ConfigError(f"{name}: log and step exclude each other; leave one out")
        whole = _kind(name) is int
        number = isinstance(step, int if whole else int | float) and not isinstance(step, bool)
        if not number or not 0 < step < math.inf:
            what = "a whole number" if whole else "a number"
            raise ConfigError(f"{name}: step is {step!r}; expected {what} of more than 0")
        if _steps(low, high, step) % 1:
            raise ConfigError(f"{name}: from {low} to {high} are no whole steps of {step}")
    return Range(low, high, log, step)


def _steps(low: float, high: float, step: float) -> Decimal:
    """The number of steps from ``low`` to ``high``, as they are written."""
    return (Decimal(str(high)) - Decimal(str(low))) / Decimal(str(step))


def _valid(name: str, value: Any) -> Any:
    """A value as the option has it.

    Raises:
        ConfigError: if the option cannot have it.
    """
    kind = _kind(name)
    allowed = {int: int | float, float: int | float}.get(kind, kind)
    if isinstance(value, bool) or not isinstance(value, allowed):
        words = {int: "a whole number", float: "a number", str: "a text"}
        raise ConfigError(f"{name} is {value!r}; expected {words[kind]}")
    return getattr(Options.read({name: value}), name)


def _kind(name: str) -> type:
    """The type of an option's values: int, float or str."""
    parts = get_args(Options.model_fields[name].annotation)
    kind = next(part for part in parts if part is not type(None))
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind if kind in (int, float) else str


def _not_toml(path: Path, text: str, error: Exception) -> str:
    """The file and line where TOML ends to be TOML."""
    said = str(error)
    reason, _, place = said.partition(" (at ")
    line = place.removeprefix("line ").partition(",")[0]
    if not line.isdigit():
        line = str(text.count("\n", 0, len(text.rstrip())) + 1)
    return f"{path}:{line}: not TOML ({reason}); expected lines such as choices = [1, 2]"
