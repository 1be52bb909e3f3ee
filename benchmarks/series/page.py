"""docs/results-series.md, from what was measured."""

from __future__ import annotations

import math
import platform
import statistics
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from scipy.stats import t as student

from benchmarks.series.ten import TEN

Found = Mapping[str, Any]


def page(found: Found, there: Mapping[str, str]) -> Iterator[str]:
    """The page, line by line."""
    yield "# Forecasts of series, beside other libraries\n"
    yield (
        "Written by `python -m benchmarks.series`. All ways are given the same histories, and what "
        "they draw is measured by the same code (`tt`'s own backtest: CRPS in units of the mean "
        "absolute value, MASE). Ours is `throughtime train` at its defaults, one thread; nothing "
        "was chosen on the test. Where there are several seeds, the mean and the standard "
        "deviation.\n"
    )
    versions = ", ".join(f"{name} {version}" for name, version in there.items()) or "none"
    yield f"Found beside ours: {versions}; torch {torch.__version__.split('+')[0]}, Python " + (
        f"{platform.python_version()}.\n"
    )
    for part, lines in (("sunspots", _sunspots), ("ten", _ten), ("shops", _shops),
                        ("speed", _speed)):  # fmt: skip
        if part in found:
            yield from lines(found[part])
            yield ""


def _table(headings: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |\n|{' --- |' * len(headings)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _of(values: list[float], digits: int = 3) -> str:
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.{digits}f}{spread}"


def _interval(values: list[float]) -> str:
    """Student's interval of the mean over seeds."""
    if len(values) < 2:
        return ""
    wide = float(student.ppf(0.975, len(values) - 1)) * statistics.stdev(values)
    mean, half = statistics.mean(values), wide / math.sqrt(len(values))
    return f"{mean - half:.3f} to {mean + half:.3f}"


def _sunspots(found: Found) -> Iterator[str]:
    yield (
        "## Sunspots, 1921 to 1955, one step ahead\n\nThe squared error of the mean in units of "
        "1535, for both alike, and how often the central 90 % have the value in them. The linear "
        "part of ours is fitted to the years until 1920, as the first AR(9) is; its net is trained "
        "on those until 1896, as the second one is, and chosen on those between.\n"
    )
    rows = (
        (name, _of([s["error"] for s in seeds]), _interval([s["error"] for s in seeds]),
         _of([s["coverage"] for s in seeds]), str(len(seeds)))
        for name, seeds in found.items()
    )  # fmt: skip
    yield from _table(
        ("", "squared error / 1535", "95 % interval of its mean", "coverage of 90 %", "seeds"), rows
    )


def _ten(found: Found) -> Iterator[str]:
    yield "\n## Ten series\n"
    yield from _table(
        ("series", "what it is", "from"),
        ((name, TEN[name].about, TEN[name].package) for name in found),
    )
    names = list(dict.fromkeys(way for ways in found.values() for way in ways))
    for metric in ("CRPS", "MASE"):
        yield f"\n{metric}:\n"
        rows = [
            (name, *(_of([s["all"][metric] for s in ways[way]], 4) if way in ways else ""
                     for way in names))
            for name, ways in found.items()
        ]  # fmt: skip
        means = ("relative to seasonal naive, geometric mean",
                 *(relative(found, way, metric) for way in names))  # fmt: skip
        yield from _table(("series", *names), iter([*rows, means]))
    yield (
        "\nAll series end together in a December, once they are moved by whole years, and their "
        "last 36 months, 24 quarters or 18 years are the test: 12, 8 or 6 steps from each of five "
        "origins. ETS and Theta are fitted anew at each origin, and the nets are not. One of all: "
        "one model of the six series by month, and one of the three by quarter."
    )


def relative(found: Found, way: str, metric: str) -> str:
    """The geometric mean over series of a metric, relative to that of the seasonal naive forecast,
    of those series that the way is of."""
    logs = []
    for ways in found.values():
        if way in ways:
            own = statistics.mean(s["all"][metric] for s in ways[way])
            logs.append(math.log(own / ways["seasonal naive"][0]["all"][metric]))
    return f"{math.exp(statistics.mean(logs)):.3f}" + (
        "" if len(logs) == len(found) else f" ({len(logs)} of them)"
    )


def _shops(found: Found) -> Iterator[str]:
    yield (
        "\n## Shops whose distribution is known\n\n200 shops, three years of counts by day, with "
        "promotions, holidays and days that are missing, drawn by "
        "`benchmarks/series/shops.py`; 28 days from each of four origins in the last 112.\n"
    )
    names = ("CRPS", "MASE", "coverage of 50%", "coverage of 80%", "coverage of 95%")
    best = found["the generator itself"][0]["all"]["CRPS"]
    rows = (
        (way, *(_of([s["all"][name] for s in seeds], 4) for name in names),
         f"{statistics.mean(s['all']['CRPS'] for s in seeds) / best:.3f}", str(len(seeds)))
        for way, seeds in found.items()
    )  # fmt: skip
    yield from _table(("", *names, "CRPS beside the generator's", "seeds"), rows)


def _speed(found: Found) -> Iterator[str]:
    yield (
        "\n## Windows a second in training\n\nAn LSTM of two layers of 40 units on the shops, 32 "
        "windows of 56 days an update, one thread; the first 20 updates are not timed.\n"
    )
    ours = found["ours"]["windows"]
    rows = (
        (way, f"{speed['windows']:,.0f}", f"{ours / speed['windows']:.1f}")
        for way, speed in found.items()
    )
    yield from _table(("", "windows a second", "ours is faster by"), rows)
