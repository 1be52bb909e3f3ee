"""The times at which series are cut into training, validation and test."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from throughtime.data.columns.panel import Panel

SHARES = (0.8, 0.9)
"""How many of all steps are before validation, and before the test."""


class Cuts(NamedTuple):
    """Where the parts begin.

    Args:
        valid: the time of the first step that is for validation.
        test: that of the first for the test.
    """

    valid: Any
    test: Any


def cuts_of(panel: Panel, cut: object = None) -> Cuts | None:
    """Where the parts of a panel begin; None if no value is there.

    Args:
        panel: the series.
        cut: the time where the test begins; the last ninth of the steps before it are for
            validation. If None, the last tenth of all steps is for test, and the tenth before it
            for validation.

    Example:
        >>> from throughtime.data.columns.panel import Series
        >>> from throughtime.data.times.step import Step
        >>> one = Series("a", np.arange(20), np.ones((20, 1)), {}, {}, np.arange(20))
        >>> panel = Panel(("v",), (), (), (), Step.of_numbers(1), (one,), ())
        >>> [int(time) for time in cuts_of(panel)], ends_of(panel, cuts_of(panel))
        ([16, 18], [[16, 18, 20]])
    """
    times = np.sort(np.concatenate([s.times[~np.isnan(s.y).all(1)] for s in panel.series]))
    if not len(times):
        return None
    if cut is None:
        return Cuts(*(times[min(int(len(times) * share), len(times) - 1)] for share in SHARES))
    before = times[times < cut]
    return Cuts(before[len(before) * 8 // 9] if len(before) else cut, cut)


def ends_of(panel: Panel, cuts: Cuts | None) -> list[list[int]]:
    """How many steps of each series are before the end of training, validation and test."""
    if cuts is None:
        return [[0, 0, len(s)] for s in panel.series]
    return [
        [*(int(np.searchsorted(s.times, point)) for point in cuts), len(s)] for s in panel.series
    ]
