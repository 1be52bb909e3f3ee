"""Made-up shops: daily counts by weekday and promotion, some days missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel, Series
from throughtime.data.times.step import Step


def shop(name: str, steps: int, size: float, seed: int = 0, missing: float = 0.0) -> Series:
    """One shop, of about so many sold a day."""
    rng = np.random.default_rng(seed)
    promo = (rng.random(steps) < 0.2).astype(float)
    weekend = np.arange(steps) % 7 >= 5
    y = rng.poisson(size * (1 + weekend) * (1 + promo)).astype(float)
    y[rng.random(steps) < missing] = np.nan
    times = np.datetime64("2024-01-01", "us") + np.arange(steps) * np.timedelta64(1, "D")
    region = "north" if seed % 2 else "south"
    return Series(name, times, y[:, None], {"promo": promo}, {"region": region}, np.arange(steps))


def shops(count: int = 3, steps: int = 100, missing: float = 0.05, counts: bool = True) -> Panel:
    """Several shops, each three times as large as the one before."""
    series = [shop(f"s{i}", steps, 2.0 * 3**i, i, missing) for i in range(count)]
    if not counts:
        series = [with_y(s, s.y + 0.25) for s in series]
    step = Step.of("D", dates=True)
    return Panel(
        ("sales",), ("promo",), (), ("region",), step, tuple(series), (), ("date",), ("shop",)
    )


def with_y(series: Series, y: NDArray[np.float64]) -> Series:
    """The series with other values."""
    return Series(series.name, series.times, y, series.x, series.static, series.rows)


def csv_of(panel: Panel, path: Path, *, targets: bool = True) -> Path:
    """A long table of the panel, without the rows whose target is missing."""
    lines = ["date,shop," + ("sales," if targets else "") + "promo,region"]
    for series in panel.series:
        times = panel.step.written(series.times)
        for t, time in enumerate(times):
            y = series.y[t, 0]
            if targets and np.isnan(y):
                continue
            value = f"{y:g}," if targets else ""
            promo, region = f"{series.x['promo'][t]:g}", series.static["region"]
            lines.append(f"{time},{series.name},{value}{promo},{region}")
    path.write_text("\n".join(lines) + "\n")
    return path
