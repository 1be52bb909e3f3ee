"""A panel: several series of one kind, each with its values, inputs and what does not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.times.step import Step


@dataclass(frozen=True, eq=False)
class Series:
    """One series, a value at each step of its time, from its first to its last.

    Args:
        name: its label, several joined by ``/``; empty if there is but one series.
        times: ``(T,)``, ``datetime64``, in UTC if the step has a zone and as it stands if not; or
            int64 or float64 where time is a number.
        y: ``(T, D)``, the targets; NaN where one is missing.
        x: the inputs, each ``(T,)``: float64 with NaN where it is missing, or texts and None.
        static: what does not change within the series.
        rows: ``(T,)``, the row of the table that each step came from; -1 where the time was
            missing.
    """

    name: str
    times: NDArray[Any]
    y: NDArray[np.float64]
    x: dict[str, NDArray[Any]]
    static: dict[str, float | str | None]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.times)

    def followed_by(
        self, times: NDArray[Any], x: Mapping[str, NDArray[Any]] = MappingProxyType({})
    ) -> Series:
        """It with these times after it, at which y is missing, and so is each input that is not in
        ``x``."""
        nothing = np.full((len(times), self.y.shape[1]), np.nan)

        def missing(values: NDArray[Any]) -> NDArray[Any]:
            return np.full(len(times), None if values.dtype == object else np.nan, values.dtype)

        return replace(
            self,
            times=np.concatenate([self.times, times]),
            y=np.concatenate([self.y, nothing]),
            x={n: np.concatenate([v, x.get(n, missing(v))]) for n, v in self.x.items()},
            rows=np.concatenate([self.rows, np.full(len(times), -1)]),
        )

    def upto(self, end: int) -> Series:
        """Its first ``end`` steps."""
        x = {name: values[:end] for name, values in self.x.items()}
        return replace(self, times=self.times[:end], y=self.y[:end], x=x, rows=self.rows[:end])


@dataclass(frozen=True, eq=False)
class Panel:
    """Several series with the same targets, inputs and step of time.

    Args:
        targets: the columns of y.
        known: inputs that are known in the future, as a holiday is.
        past: inputs that are observed only in the past, as a temperature is.
        static: what does not change within any series.
        step: the step of time.
        series: the series, in the order of their names.
        notes: what was understood, a line each, to be printed.
        time: the columns of the time; ``form``: how it is written, where that is known.
        labels: the columns that say of which series a row is.

    Example:
        >>> Panel(("sales",), (), (), (), Step.of("D"), (), ()).step.text
        '1 day'
    """

    targets: tuple[str, ...]
    known: tuple[str, ...]
    past: tuple[str, ...]
    static: tuple[str, ...]
    step: Step
    series: tuple[Series, ...]
    notes: tuple[str, ...]
    time: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    form: str | None = None
