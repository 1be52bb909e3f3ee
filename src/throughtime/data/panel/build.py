"""The series of a panel, from the values of rows and their places in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Series
from throughtime.data.panel.grid import Grid
from throughtime.data.panel.labels import Groups
from throughtime.data.panel.ordered import Ordered
from throughtime.data.panel.roles import Roles


def series_of(
    roles: Roles,
    groups: Groups,
    ordered: Ordered,
    grids: Sequence[Grid],
    rows: NDArray[np.int64],
) -> tuple[Series, ...]:
    """The series, with a value at each time, missing where the time has no row.

    Args:
        roles: the values of each row.
        groups: the series of each row.
        ordered: the rows in the order of time.
        grids: the times of each series.
        rows: the number of each row in the table of the file.

    Example:
        >>> roles = Roles(("v",), (), (), (), {"v": np.array([5.0, 4.0])})
        >>> groups = Groups((), np.zeros(2, np.int64), ("",))
        >>> ordered = Ordered(np.array([1, 0]), groups.of, np.array([1, 3]), None, ())
        >>> grid = Grid(np.array([1, 2, 3]), np.array([0, 2]))
        >>> (series,) = series_of(roles, groups, ordered, [grid], np.arange(2))
        >>> series.y[:, 0].tolist(), series.rows.tolist()
        ([4.0, nan, 5.0], [1, -1, 0])
    """
    found, begins = [], ordered.begins
    for number, (name, grid) in enumerate(zip(groups.names, grids, strict=True)):
        of_series = ordered.rows[begins[number] : begins[number + 1]]
        length = len(grid.times)
        y = np.full((length, len(roles.targets)), np.nan)
        for i, target in enumerate(roles.targets):
            y[grid.at, i] = roles.values[target][of_series]
        numbers = np.full(length, -1, np.int64)
        numbers[grid.at] = rows[of_series]
        x = {n: _spread(roles.values[n][of_series], grid) for n in (*roles.known, *roles.past)}
        static = {n: _plain(roles.values[n][of_series[0]]) for n in roles.static}
        found.append(Series(name, grid.times, y, x, static, numbers))
    return tuple(found)


def _spread(values: NDArray[Any], grid: Grid) -> NDArray[Any]:
    """Values at their times, missing at the others."""
    found: NDArray[Any] = np.full(len(grid.times), np.nan)
    if values.dtype == object:
        found = np.full(len(grid.times), None, object)
    found[grid.at] = values
    return found


def _plain(value: Any) -> float | str | None:
    """A static value; None if it is missing."""
    if value is None or isinstance(value, str):
        return value
    return None if np.isnan(value) else float(value)
