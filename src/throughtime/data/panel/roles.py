"""What each column of a panel is: a target, an input, or what does not change within a series."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.panel.clock import Clock, names_in
from throughtime.data.panel.labels import Groups
from throughtime.data.panel.values import is_static, missing, numbers_at, values_at
from throughtime.data.reading import Reading
from throughtime.data.series.calendar import is_time
from throughtime.data.series.modelled import values_in
from throughtime.data.table.table import Table

KNOWN, PAST = "known", "past"
"""What an input may be: known in the future, or observed only in the past."""


@dataclass(frozen=True, eq=False)
class Roles:
    """The columns of a panel by what they are, and their values in each row.

    Args:
        targets: the columns of y.
        known: inputs that are known in the future.
        past: inputs that are observed only in the past.
        static: what does not change within any series.
        values: the values of all of these.
        notes: what is to be said of columns that are left out.
    """

    targets: tuple[str, ...]
    known: tuple[str, ...]
    past: tuple[str, ...]
    static: tuple[str, ...]
    values: dict[str, NDArray[Any]]
    notes: tuple[str, ...] = ()


def roles_of(table: Table, reading: Reading, clock: Clock, groups: Groups) -> Roles:
    """What each column is, by the options, and by whether it changes within a series.

    Without ``--input`` the columns that do not change within any series are static, and the others
    are left out. Without ``--target`` and ``--input`` all numbers of a single series that change
    are its targets.

    Raises:
        DataError: with the options, if it is not known which column is the target.

    Args:
        table: the rows.
        reading: the options, of which ``target`` and ``input`` matter here.
        clock: the time of the rows.
        groups: the series of the rows.

    Example:
        >>> from pathlib import Path
        >>> rows = {"t": ["1", "2"], "sales": ["3", "4"], "promo": ["0", "1"], "town": ["x", "x"]}
        >>> table = Table(Path("a.csv"), rows, [2, 3])
        >>> import numpy as np
        >>> clock = Clock(("t",), np.array([1, 2]))
        >>> groups = Groups((), np.zeros(2, np.int64), ("",))
        >>> told = Reading(target="sales", input="promo:known,town")
        >>> roles = roles_of(table, told, clock, groups)
        >>> roles.targets, roles.known, roles.past, roles.static
        (('sales',), ('promo',), (), ('town',))
    """
    used = {*clock.columns, *groups.columns}
    told = inputs_in(table, reading.input) if reading.input is not None else {}
    targets = _targets(table, reading, {*used, *told}, groups)
    for name in told:
        if name in used or name in targets:
            what = "the target" if name in targets else "the time or the label of the series"
            raise DataError(f"{table.path}: --input {name}: it is {what}; leave it out of --input")
    values: dict[str, NDArray[Any]] = {name: numbers_at(table, name) for name in targets}
    rest = [name for name in table.columns if name not in used and name not in targets]
    static, left = [], []
    for name in told or rest:
        found = values_at(table, name)
        if told.get(name) == KNOWN:  # it may change in the future, if it never has so far
            pass
        elif is_static(found, groups.of) and (told or not _is_label(found, groups)):
            static.append(name)
        elif not told:
            left.append(name)
            continue
        values[name] = found
    changing = {name: kind for name, kind in told.items() if name not in static}
    if told:
        left = [name for name in rest if name not in told]
    return Roles(
        targets,
        tuple(name for name, kind in changing.items() if kind == KNOWN),
        tuple(name for name, kind in changing.items() if kind == PAST),
        tuple(static),
        values,
        (*_said_of_several(targets, reading), *_said(left, reading, table)),
    )


def inputs_in(table: Table, text: str) -> dict[str, str]:
    """The inputs that an option names, and whether each is known in the future.

    Raises:
        DataError: if one is not there, or is neither known nor past.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"promo": ["1"], "rain": ["2"]}, [2])
        >>> inputs_in(table, "promo:known, rain")
        {'promo': 'known', 'rain': 'past'}
    """
    found = {}
    for part in text.split(","):
        name, kind = part.strip(), PAST
        if not name:
            continue
        if name not in table.columns and ":" in name:
            name, _, kind = name.rpartition(":")
            if name in table.columns and kind not in (KNOWN, PAST):
                raise DataError(
                    f"--input {part.strip()}: {kind!r} is no kind of an input of several series; "
                    f"expected {name}:{KNOWN}, if it is known in the future, or {name}:{PAST}"
                )
        table.column(name)
        found[name] = kind
    return found


def _targets(table: Table, reading: Reading, used: set[str], groups: Groups) -> tuple[str, ...]:
    if reading.target is not None:
        text = reading.target
        bare = text.removesuffix(":number") if text not in table.columns else text
        names = names_in(table, bare)
        if taken := [name for name in names if name in used]:
            raise DataError(
                f"{table.path}: --target {taken[0]}: it is the time, the label of the series or an "
                "input; expected a column of numbers that is none of these"
            )
        return names
    numeric = [name for name in table.columns
               if name not in used and table.numbers(name).are_numbers]  # fmt: skip
    some = [n for n in numeric if not is_time(table, n)]
    changing = [n for n in some if not is_static(values_at(table, n), groups.of)] or some or numeric
    if not groups.columns and reading.input is None:  # but for ids, other times and row numbers
        changing = [name for name in values_in(table) if name in changing] or changing
        if changing:
            return tuple(changing)
    if len(changing) == 1:
        return tuple(changing)
    if not changing:
        raise DataError(
            f"{table.path}: no column is numeric beside the time and the labels; expected a target."
            f" The columns are: {', '.join(table.columns)}"
        )
    ways = ", or ".join(f"--target {shlex.quote(name)}" for name in changing)
    raise DataError(
        f"{table.path}: {len(changing)} columns may be the target: {', '.join(changing)}; give "
        f"{ways} (several by commas), and --input NAME:known or NAME:past for what is an input"
    )


def _is_label(values: NDArray[Any], groups: Groups) -> bool:
    """Whether texts are another name of each series."""
    if values.dtype != object or len(groups.names) < 2 or bool(missing(values).any()):
        return False
    return len(set(values.tolist())) == len(groups.names)


def _said_of_several(targets: Sequence[str], reading: Reading) -> Iterable[str]:
    if reading.target is None and len(targets) > 1:
        yield f"modelled together: {', '.join(targets)} (--target says what is modelled)"


def _said(left: Sequence[str], reading: Reading, table: Table) -> Iterable[str]:
    if left:
        hint = " (--input NAME:known or NAME:past says what is an input)"
        yield f"left out: {', '.join(left)}" + ("" if reading.input is not None else hint)
