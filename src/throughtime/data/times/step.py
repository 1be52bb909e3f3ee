"""The step of time: such as 1 day, 15 minutes, business days, month ends, 1, or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.times.aliases import MICROS, in_words, parsed, several
from throughtime.data.times.zones import offsets_of, pandas, to_utc, to_wall


@dataclass(frozen=True)
class Step:
    """The step of time: such as 1 day, 15 minutes, business days, month ends, 1, or none.

    Args:
        text: the step in words.
        season: the usual season, in steps; 1 if there is none.
        freq: the step as pandas calls it; None of numbers, and of times on no grid.
        by: the step of numbers.
        zone: the zone of the times; None if they are as they stand.
        dates: whether all times are dates, without a time of day.

    Example:
        >>> Step.of("D").after(np.datetime64("2024-02-28"), 2).astype("datetime64[D]").tolist()
        [datetime.date(2024, 2, 29), datetime.date(2024, 3, 1)]
        >>> Step.of("ME").after(np.datetime64("2024-01-31"), 2).astype("datetime64[D]").tolist()
        [datetime.date(2024, 2, 29), datetime.date(2024, 3, 31)]
        >>> Step.of("15min"), Step.of("B").text, Step.of_numbers(1).after(7, 2).tolist()
        (Step('15 minutes'), 'business days', [8, 9])
    """

    text: str
    season: int = 1
    freq: str | None = None
    by: float | None = None
    zone: str | None = None
    dates: bool = False

    def __repr__(self) -> str:
        return f"Step({self.text!r})"

    @classmethod
    def of(cls, freq: str, zone: str | None = None, dates: bool = False) -> Step:
        """The step that pandas calls so.

        Args:
            freq: a number and a unit, as ``15min`` or ``ME``; or ``M@15``.
            zone: the zone of the times.
            dates: whether they have no time of day.
        """
        n, unit = parsed(freq)
        text, whole = in_words(n, unit)
        return cls(text, whole // n if whole % n == 0 else 1, freq, None, zone, dates)

    @classmethod
    def of_numbers(cls, by: float, unit: str = "") -> Step:
        """The step of numbers, such as years.

        Args:
            by: how far each is from the one before.
            unit: what they count.
        """
        text = f"{by:g}" + (f" {unit}{'s' if by != 1 else ''}" if unit else "")
        return cls(text, by=by)

    @property
    def regular(self) -> bool:
        """Whether times are on a grid."""
        return self.freq is not None or self.by is not None

    def after(self, time: Any, count: int) -> NDArray[Any]:
        """The next times after one.

        Args:
            time: a time, in UTC if there is a zone.
            count: how many.

        Raises:
            DataError: if times are on no grid.
        """
        if not self.regular:
            raise DataError(
                "the times are on no regular grid, so that the next ones are not known; expected "
                "them in a file"
            )
        if self.by is not None:
            return time + np.arange(1, count + 1) * self._whole
        start = self._own(np.array([time], "datetime64[us]"))
        if (length := self.length) is not None:
            return self._back(start + np.arange(1, count + 1) * length)
        stamp = pandas().Timestamp(start[0])
        found = pandas().date_range(stamp, periods=count + 1, freq=self.offset, unit="us")
        times = found.to_numpy()
        return self._back(times[times > start[0]][:count])

    def grid(self, first: Any, last: Any) -> NDArray[Any]:
        """The times from a first to a last one, which are both on the grid.

        Example:
            >>> len(Step.of("h").grid(np.datetime64("2024-01-01"), np.datetime64("2024-01-02")))
            25
        """
        if self.by is not None:
            return first + np.arange(round(float((last - first) / self.by)) + 1) * self._whole
        ends = self._own(np.array([first, last], "datetime64[us]"))
        if (length := self.length) is not None:
            return self._back(ends[0] + np.arange((ends[1] - ends[0]) // length + 1) * length)
        start, end = map(pandas().Timestamp, ends)
        found = pandas().date_range(start, end, freq=self.offset, unit="us")
        return self._back(found.to_numpy())

    def written(self, times: NDArray[Any]) -> list[str]:
        """The ISO texts of times for answers: of dates no time of day, of a zone its offset.

        Example:
            >>> times = np.array(["2024-01-31T23:00"], "datetime64[us]")
            >>> Step.of("h").written(times), Step.of("h", "+01:00").written(times)
            (['2024-01-31T23:00:00'], ['2024-02-01T00:00:00+01:00'])
            >>> Step.of("ME", "+01:00", dates=True).written(times)
            ['2024-02-01']
        """
        if times.dtype.kind != "M":
            return [f"{t:.15g}" if isinstance(t, float) else str(t) for t in times.tolist()]
        found = [t.isoformat() for t in to_wall(times, self.zone).astype("datetime64[us]").tolist()]
        if self.dates:
            return [text[:10] for text in found]
        ends = offsets_of(times, self.zone) if self.zone else [""] * len(found)
        return [text + end for text, end in zip(found, ends, strict=True)]

    def lasting(self, count: int) -> str:
        """So many steps in words.

        Example:
            >>> Step.of("15min").lasting(3), Step.of("B").lasting(2), Step.of("D").lasting(1)
            ('45 minutes', '2 business days', '1 day')
        """
        number, _, unit = self.text.partition(" ")
        if number.isdigit() and unit.replace(" ", "").isalpha():
            return several(count * int(number), unit.removesuffix("s"))
        return several(count, "business day" if self.freq == "B" else "step")

    def in_zone(self, zone: str | None, dates: bool) -> Step:
        """The same step, of times in a zone, or of dates."""
        return replace(self, zone=zone, dates=dates)

    @property
    def length(self) -> np.timedelta64 | None:
        """How long the step lasts; None if that changes."""
        if self.freq is None:
            return None
        n, unit = parsed(self.freq)
        return np.timedelta64(n * MICROS[unit], "us") if unit in MICROS else None

    @property
    def offset(self) -> Any:
        """The step as pandas has it."""
        n, unit = parsed(str(self.freq))
        if unit.startswith("M@"):
            return pandas().DateOffset(months=n, day=int(unit[2:]))
        return pandas().tseries.frequencies.to_offset(self.freq)

    @property
    def of_calendar(self) -> bool:
        """Whether it goes by the days of a calendar, so that the zone's clock matters."""
        return self.freq is not None and parsed(self.freq)[1] not in MICROS.keys() - {"D"}

    @property
    def _whole(self) -> float:
        """The step of numbers, whole if it is: whole times stay so."""
        by = float(self.by or 0)
        return int(by) if by.is_integer() else by

    def _own(self, times: NDArray[Any]) -> NDArray[Any]:
        return to_wall(times, self.zone) if self.of_calendar else times

    def _back(self, times: NDArray[Any]) -> NDArray[Any]:
        times = times.astype("datetime64[us]")
        return to_utc(times, self.zone) if self.of_calendar else times


IRREGULAR = Step("irregular")
"""Times on no grid."""
