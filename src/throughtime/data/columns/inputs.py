"""What enters a model of series beside their own past: inputs at each step, and what is static."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data.columns.calendar import GAP, gaps, size_of, told
from throughtime.data.columns.column import Column, keys, shown
from throughtime.data.columns.panel import Series
from throughtime.data.errors import DataError
from throughtime.outputs import Output


@dataclass(frozen=True)
class Entry:
    """One input: a number, standardised, or a label, as a one-hot vector.

    A number that may be missing has a second entry, 1 where it is, and is then 0, the mean. A label
    that is missing or that training has not seen is all zeros.

    Args:
        name: its column.
        past: whether it is observed only in the past: the model is given that of the step before.
        labels: the labels that training has; None of a number.
        mean: of a number.
        unit: the standard deviation of a number, or 1 if that is zero.
        flagged: whether a number may be missing.
        part: what of the time it is, see :mod:`~throughtime.data.columns.calendar`; None of a
            column.
        zone: by whose clock.
    """

    name: str
    past: bool = False
    labels: tuple[str, ...] | None = None
    mean: float = 0.0
    unit: float = 1.0
    flagged: bool = False
    part: str | None = None
    zone: str | None = None

    @classmethod
    def of(cls, name: str, values: NDArray[Any], past: bool) -> Entry:
        """Learn from the values of training.

        Args:
            name: the column.
            values: ``(n,)``: float64 with NaN where it is missing, or texts and None.
            past: whether it is observed only in the past.
        """
        if values.dtype == object:
            return cls(name, past, tuple(sorted({v for v in values.tolist() if v is not None})))
        seen = values[~np.isnan(values)]
        if not len(seen):
            return cls(name, past, flagged=True)
        spread = float(seen.std())
        return cls(
            name, past, None, float(seen.mean()), spread or 1.0, past or len(seen) < len(values)
        )

    @property
    def size(self) -> int:
        """How many entries of the vector it has."""
        if self.part is not None and self.part != GAP:
            return size_of(self.part)
        return 1 + self.flagged if self.labels is None else len(self.labels)

    def encode_series(self, series: Series) -> NDArray[np.float32]:
        """The entries of a series, ``(T, size)``.

        Raises:
            DataError: as :meth:`encode`.
        """
        if self.part is None:
            return self.encode(series.x[self.name])
        if self.part == GAP:
            return self.encode(gaps(series.times))
        return told(self.part, series.times, self.zone)

    @property
    def unknown(self) -> NDArray[np.float32]:
        """The entries where it is not observed any more, ``(size,)``; NaN if it is no input of the
        past."""
        if not self.past:
            return np.full(self.size, np.nan, np.float32)
        nothing = np.array([np.nan]) if self.labels is None else np.array([None], object)
        return self.encode(nothing)[0]

    def encode(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """The entries of values ``(T,)``, ``(T, size)``.

        Raises:
            DataError: if the values are of another kind than in training.
        """
        if (values.dtype == object) != (self.labels is not None):
            has = ("texts", "numbers") if self.labels is None else ("numbers", "texts")
            raise DataError(f"column {self.name!r} has {has[0]}; expected {has[1]}, as in training")
        if self.past:
            nothing = None if self.labels is not None else np.nan
            values = np.concatenate([np.array([nothing], values.dtype), values[:-1]])
        if self.labels is not None:
            return (values[:, None] == np.array(self.labels, object)[None]).astype(np.float32)
        missing = np.isnan(values)
        if missing.any() and not self.flagged:
            raise DataError(
                f"column {self.name!r} is missing at a step, which it never is in training; fill "
                "it in, or train on data that lack some of it"
            )
        z = np.where(missing, 0.0, (values - self.mean) / self.unit)
        found = [z, missing] if self.flagged else [z]
        return np.stack(found, 1).astype(np.float32)


class Entries(Column):
    """Several inputs, side by side in one vector."""

    inputs: tuple[Entry, ...] = ()

    def of(self, entries: Sequence[Entry]) -> Self:
        """With these inputs."""
        self.inputs, self.size = tuple(entries), sum(e.size for e in entries)
        return self

    def places(self, name: str) -> slice | None:
        """Where in the vector the entries of an input are; None if there is no such input."""
        before = 0
        for entry in self.inputs:
            if entry.name == name:
                return slice(before, before + entry.size)
            before += entry.size
        return None

    def parse(self, value: Any, folder: Path = Path()) -> Any:
        raise DataError("the inputs of series are read by --time and --series, not one by one")

    def fit(self, parsed: Sequence[Any], rare: int) -> None:
        raise TypeError("inputs are learned by Entry.of()")

    def encode(self, parsed: Any) -> Tensor:
        raise TypeError("inputs are encoded by encode_series()")

    def decode(self, value: Tensor) -> Any:
        return value.tolist()

    def output(self) -> Output:
        raise DataError(f"{self.name}: inputs of series are no y")

    def describe(self) -> str:
        return f"{', '.join(e.name for e in self.inputs)}"

    def state(self) -> dict[str, Any]:
        return {"entries": [asdict(entry) for entry in self.inputs]}

    def load_state(self, state: Mapping[str, Any]) -> None:
        (entries,) = keys(state, "entries")
        try:
            fields: list[dict[str, Any]] = [
                {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
                for entry in entries
            ]
            found = [Entry(**entry) for entry in fields]
        except (TypeError, AttributeError):
            raise DataError(f"the inputs {shown(entries)}, damaged") from None
        if not all(e.unit > 0 and np.isfinite([e.mean, e.unit]).all() for e in found):
            raise DataError("a mean or a unit that is not a finite number")
        self.of(found)

    def alike(self, other: Column) -> bool:
        def learned(entry: Entry) -> tuple[Any, ...]:
            return entry.name, entry.past, entry.labels, entry.flagged

        if not isinstance(other, Entries) or len(self.inputs) != len(other.inputs):
            return False
        return all(
            learned(a) == learned(b)
            and (a.part, a.zone) == (b.part, b.zone)
            and np.allclose([a.mean, a.unit], [b.mean, b.unit], rtol=1e-6, atol=1e-6 * a.unit)
            for a, b in zip(self.inputs, other.inputs, strict=True)
        )


class Inputs(Entries):
    """x(t) of series: what is known of each step, and what was observed at the one before."""

    kind: ClassVar[str] = "inputs"
    sequence = stepwise = True

    def encode_series(self, series: Series) -> Tensor:
        """x(1) … x(T), ``(T, size)``.

        Raises:
            DataError: if the values of a column are of another kind than in training, or missing
                where they never were.
        """
        return torch.from_numpy(np.concatenate([e.encode_series(series) for e in self.inputs], 1))

    @property
    def unknown(self) -> Tensor | None:
        """x(t) after the origin of a forecast, ``(size,)``: what is observed only in the past is
        missing, and all else is NaN, which stands for what it is. None if nothing is of the past.

        Example:
            >>> Inputs("t,u").of([Entry("t"), Entry("u", past=True, flagged=True)]).unknown
            tensor([nan, 0., 1.])
        """
        if not any(entry.past for entry in self.inputs):
            return None
        return torch.from_numpy(np.concatenate([e.unknown for e in self.inputs]))


class Static(Entries):
    """The vector x of series: what does not change within one."""

    kind: ClassVar[str] = "static"
    sequence = stepwise = False

    def encode_series(self, series: Series) -> Tensor:
        """x, ``(size,)``.

        Raises:
            DataError: as :meth:`Inputs.encode_series`.
        """
        found = []
        for entry in self.inputs:
            value = series.static[entry.name]
            number = entry.labels is None
            array = np.array([value], np.float64) if number else np.array([value], object)
            found.append(entry.encode(array)[0])
        return torch.from_numpy(np.concatenate(found))
