"""Series that end at the same time, from which all are forecast."""

from __future__ import annotations

from dataclasses import replace

from throughtime.data.columns.panel import Panel, Series


def level(panel: Panel) -> Panel:
    """The series, all until the last time of any: what is not there is missing.

    A shop whose last day is not reported yet is forecast from the same day on as the others. Times
    on no grid stay as they are.

    Example:
        >>> import numpy as np
        >>> from throughtime.data.times.step import Step
        >>> def series(name, steps):
        ...     y = np.ones((steps, 1))
        ...     return Series(name, np.arange(steps), y, {}, {}, np.arange(steps))
        >>> both = (series("a", 3), series("b", 2))
        >>> panel = Panel(("v",), (), (), (), Step.of_numbers(1), both, ())
        >>> level(panel).series[1].y[:, 0].tolist()
        [1.0, 1.0, nan]
    """
    if not panel.step.regular or not panel.series:
        return panel
    end = max(series.times[-1] for series in panel.series)
    return replace(panel, series=tuple(_until(panel, series, end) for series in panel.series))


def _until(panel: Panel, series: Series, end: object) -> Series:
    times = panel.step.grid(series.times[-1], end)[1:]
    return series.followed_by(times) if len(times) else series
