"""A made panel of shops whose true distribution is known: counts by day, with promotions, holidays
and days that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel
from throughtime.inference.naive import Paths

Floats = NDArray[np.float64]

FIRST = np.datetime64("2021-01-01")
"""The first day."""

DAYS = 1_095
"""Three years."""

HELD = 112
"""So many days at the end are the test."""

HOLIDAYS = ("01-01", "04-02", "05-01", "05-13", "08-15", "10-03", "11-01", "12-24", "12-25",
            "12-26")  # fmt: skip
"""The holidays of each year, known to all shops."""

REGIONS = ("north", "south", "east", "west")
"""Regions, of which each has its season."""

MISSING = 0.03
"""The share of days that are missing."""


@dataclass(frozen=True, eq=False)
class Shops:
    r"""Counts y(t) of several shops, each with a negative binomial of known mean and dispersion.

    .. math::
        y_i(t) \sim NB(\mu_i(t), k_i), \quad
        \log \mu_i(t) = \ell_i + w_i(t \bmod 7) + a_i \cos(2\pi (t/365.25 - \varphi_i))
                        + b_i\, \text{promo}_i(t) + c_i\, \text{holiday}(t) + r_i(t)

        r_i(t + 1) = 0.9\, r_i(t) + 0.2 \log \frac{1 + y_i(t)}{1 + \mu_i(t)}

    with variance μ + μ²/k; on a missing day r(t + 1) = 0.9 r(t), so what is missing tells nothing,
    and the distribution of what comes is known exactly given what is there.

    Args:
        count: how many shops.
        days: how many days.
        seed: of all that is drawn.

    Example:
        >>> shops = Shops.drawn(count=3, days=60)
        >>> shops.y.shape, bool((shops.y[~np.isnan(shops.y)] % 1 == 0).all())
        ((3, 60), True)
    """

    base: Floats
    weekday: Floats
    phase: Floats
    height: Floats
    effect: Floats
    of_holiday: Floats
    dispersion: Floats
    region: NDArray[np.int64]
    promo: Floats
    holiday: Floats
    y: Floats

    @classmethod
    def drawn(cls, count: int = 200, days: int = DAYS, seed: int = 0) -> Shops:
        """Shops, their promotions, and counts of all days but the missing ones."""
        rng = np.random.default_rng(seed)
        region = rng.integers(0, len(REGIONS), count)
        weeks = rng.random((count, -(-days // 7))) < 0.12
        shops = cls(
            base=rng.normal(3.0, 1.0, count),
            weekday=np.array([-0.2, -0.2, -0.1, 0.0, 0.3, 0.5, -0.3])
            + rng.normal(0, 0.15, (count, 7)),
            phase=np.array([0.0, 0.5, 0.3, 0.8])[region],
            height=rng.uniform(0.1, 0.5, count),
            effect=rng.normal(0.5, 0.15, count),
            of_holiday=rng.normal(-0.8, 0.2, count),
            dispersion=rng.uniform(5.0, 30.0, count),
            region=region,
            promo=np.repeat(weeks, 7, 1)[:, :days].astype(np.float64),
            holiday=_holidays(days),
            y=np.full((count, days), np.nan),
        )
        gone = rng.random((count, days)) < MISSING
        r = np.zeros(count)
        for t in range(days):
            mean, y = shops.drawn_at(t, r, rng)
            shops.y[:, t] = np.where(gone[:, t], np.nan, y)
            r = follow(r, mean, shops.y[:, t])
        return shops

    def known(self, t: int) -> Floats:
        """log μ(t) without r(t), ``(shops,)``."""
        season = np.cos(2 * np.pi * (t / 365.25 - self.phase))
        weekday = self.weekday[:, int((FIRST + t).astype("datetime64[D]").astype(int) + 3) % 7]
        inputs = self.effect * self.promo[:, t] + self.of_holiday * self.holiday[t]
        return np.asarray(self.base + weekday + self.height * season + inputs)

    def drawn_at(self, t: int, r: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """The means of a day and draws of its counts, for r(t) of shape ``(*, shops)``."""
        mean = np.exp(self.known(t) + r)
        return mean, rng.poisson(rng.gamma(self.dispersion, mean / self.dispersion)).astype(float)

    @property
    def names(self) -> list[str]:
        """The names of the shops."""
        return [f"shop {i:03d}" for i in range(len(self.y))]

    def rows(self) -> dict[str, list[Any]]:
        """The table of them: a row for each shop and day, without those that are missing."""
        shop, day = np.nonzero(~np.isnan(self.y))
        return {
            "shop": [self.names[i] for i in shop],
            "date": np.datetime_as_string(FIRST + day).tolist(),
            "sales": self.y[shop, day].astype(int).tolist(),
            "promo": self.promo[shop, day].astype(int).tolist(),
            "holiday": self.holiday[day].astype(int).tolist(),
            "region": [REGIONS[self.region[i]] for i in shop],
        }

    def own(self, paths: int, seed: int = 0) -> Paths:
        """The generator's own forecast: draws of its distribution given the history."""

        def forecast(history: Panel, steps: int) -> list[Floats]:
            rng, names = np.random.default_rng(seed), {n: i for i, n in enumerate(self.names)}
            at = [names[series.name] for series in history.series]
            ends = {int((s.times[-1].astype("datetime64[D]") - FIRST).astype(int)) + 1
                    for s in history.series}  # fmt: skip
            (end,) = ends  # all of a history until the same day, as the origin of a backtest is
            r = np.zeros(len(self.y))
            for t in range(end):
                r = follow(r, np.exp(self.known(t) + r), self.y[:, t])
            r = np.tile(r, (paths, 1))
            drawn = np.empty((paths, len(self.y), steps))
            for h in range(steps):
                mean, y = self.drawn_at(end + h, r, rng)
                drawn[:, :, h] = y
                r = follow(r, mean, y)
            return [drawn[:, i, :, None] for i in at]

        return forecast


def follow(r: Floats, mean: Floats, y: Floats) -> Floats:
    """r(t + 1), given y(t), NaN where it is missing."""
    news = np.where(np.isnan(y), 0.0, np.log1p(y) - np.log1p(mean))
    return np.asarray(0.9 * r + 0.2 * news)


def _holidays(days: int) -> Floats:
    dates = np.datetime_as_string(FIRST + np.arange(days))
    return np.isin([date[5:] for date in dates], HOLIDAYS).astype(np.float64)
