"""The columns of an Arrow table as the values that a text file would have."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from throughtime.data.columns.image import KEYS
from throughtime.data.errors import DataError
from throughtime.data.files.opening import check_size
from throughtime.data.formats.arrow.periods import beginnings, freq_of
from throughtime.data.storage.stored import ColumnWriter
from throughtime.data.table.table import Table
from throughtime.extras import needed_for

LARGEST = 2**28
"""Bytes of the values that any file may make, each of which takes more as one of Python's."""

POINTER = 8
"""The bytes that any value takes in a list of Python."""


def check_values(path: Path, made: int) -> None:
    """Refuse a table that would fill the memory: one far larger than its file.

    Args:
        path: the file.
        made: the bytes of its values.

    Raises:
        DataError: if they are too many.
    """
    check_size(path, made, "values", LARGEST)


@contextmanager
def readable(path: Path, form: str, module: str) -> Iterator[tuple[Any, Any]]:
    """pyarrow and the module of it that reads a file; what they say of a damaged one is a
    ``DataError``.

    Args:
        path: the file.
        form: the name of its format: Parquet or Arrow.
        module: the module, such as ``pyarrow.parquet``.

    Raises:
        DataError: if pyarrow is missing, or the file is damaged.
    """
    with needed_for(f"{path}: reading {form}"):
        arrow, reader = import_module("pyarrow"), import_module(module)
    try:
        yield arrow, reader
    except (OSError, EOFError, arrow.ArrowException, UnicodeDecodeError, struct.error) as error:
        reason, a = " ".join(str(error).split()), "an" if form == "Arrow" else "a"
        raise DataError(f"{path}: cannot be read as {a} {form} file ({reason})") from None
    finally:
        arrow.default_memory_pool().release_unused()  # or Arrow keeps it for its next table


def table_of_batches(path: Path, tables: Iterable[Any], first: int = 1) -> Table:
    """The table of a file that is read some rows at a time.

    Args:
        path: the file.
        tables: ``pyarrow.Table`` of the rows, one after the other.
        first: the number of the first row.

    Raises:
        DataError: if there are no rows, or they are far larger than the file.
    """
    writer, names, made, rows = ColumnWriter(0), list[str](), 0, 0
    zones: dict[str, str] = {}
    for table in tables:
        made += sum(_bytes(chunk) for column in table.columns for chunk in column.chunks)
        check_values(path, made)
        columns = plain_columns(table, str(path))
        if not names:
            names, writer = list(columns), ColumnWriter(len(columns))
            zones = zones_of(table)
        writer.extend(columns.values())
        rows += len(table)
    if not rows:
        raise DataError(f"{path}: no rows; expected some")
    found = dict(zip(names, writer.columns(), strict=True))
    return Table(path, found, range(first, first + rows), zones=zones)


def zones_of(table: Any) -> dict[str, str]:
    """The zones of those columns of an Arrow table that are times with a zone.

    Example:
        >>> arrow = import_module("pyarrow")
        >>> moments = arrow.array([0], arrow.timestamp("s", tz="Europe/Berlin"))
        >>> zones_of(arrow.table({"at": moments, "v": [1]}))
        {'at': 'Europe/Berlin'}
    """
    return {f.name: f.type.tz for f in table.schema if _is("timestamp", f.type) and f.type.tz}


def plain_columns(table: Any, where: str) -> dict[str, list[Any]]:
    """The columns of an Arrow table as lists of Python's values.

    Decimals are numbers, dates and times are texts in ISO's notation, periods their first days or
    times, durations are seconds, bytes are texts if all of them are UTF-8, and NaN is a missing
    value. A column of objects becomes
    columns such as ``user.name``, unless they are pictures with their names.

    Args:
        table: a ``pyarrow.Table``.
        where: the file, for messages.

    Raises:
        DataError: if two columns have the same name.
    """
    columns: dict[str, list[Any]] = {}
    for field, whole in zip(table.schema, table.columns, strict=True):
        for name, column in _flat(field.name, whole):
            if name in columns:
                raise DataError(f"{where}: two columns are called {name!r}; rename one")
            if (freq := freq_of(field)) is not None:
                columns[name] = beginnings(column, freq)
                continue
            try:
                columns[name] = _plain(column)
            except ValueError as error:  # where Arrow would need pandas
                raise DataError(f"{where}: column {name!r} is {column.type}: {error}") from None
    return columns


def _flat(name: str, column: Any) -> Iterator[tuple[str, Any]]:
    kind = column.type
    names = [kind.field(i).name for i in range(kind.num_fields)] if _is("struct", kind) else []
    if not names or set(names) <= KEYS:
        yield name, column
        return
    for inner, values in zip(names, column.flatten(), strict=True):
        yield from _flat(f"{name}.{inner}", values)


# ---- how large the values are ------------------------------------------------------------------


def _bytes(array: Any) -> int:
    """The bytes of all values of an array, each counted as often as it occurs."""
    kind = array.type
    least = POINTER * len(array)
    if _is("dictionary", kind):
        return max(least, _repeated(array))
    if _is("string_view", kind) or _is("binary_view", kind):
        words = np.frombuffer(array.buffers()[1], np.int32)[4 * array.offset :: 4]
        return max(least, int(words[: len(array)].sum(dtype=np.int64)))
    if _is("map", kind):
        return least + _bytes(array.keys) + _bytes(array.items)
    if _is("list", kind) or _is("large_list", kind) or _is("fixed_size_list", kind):
        return least + _bytes(array.flatten())
    if _is("struct", kind):
        return least + sum(_bytes(field) for field in array.flatten())
    if _is("list_view", kind) or _is("large_list_view", kind):
        return least + _bytes(array.values) * max(1, len(array))
    return max(least, array.nbytes)


def _repeated(array: Any) -> int:
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    values = array.dictionary
    if arrow.types.is_string(values.type) or arrow.types.is_binary(values.type):
        return compute.sum(compute.binary_length(values).take(array.indices)).as_py() or 0
    each = -(-_bytes(values) // max(1, len(values)))
    return each * len(array)


# ---- the values ----------------------------------------------------------------------------------


def _plain(column: Any) -> list[Any]:
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    kind = column.type
    if _is("dictionary", kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if _is("floating", kind):
        column = compute.if_else(compute.is_nan(column), None, column)
    elif (coarse := _in_microseconds(kind)) != kind:
        column = column.cast(coarse, safe=False)
    values: list[Any] = column.to_pylist()
    if _is("binary", kind) or _is("large_binary", kind) or _is("fixed_size_binary", kind):
        return _texts(values)
    if arrow.types.is_nested(kind) or arrow.types.is_decimal(kind) or arrow.types.is_temporal(kind):
        return [_as_in_text(value) for value in values]
    return values


def _in_microseconds(kind: Any) -> Any:
    """A type without nanoseconds, which Python's times do not have."""
    arrow = import_module("pyarrow")
    if _is("timestamp", kind) and kind.unit == "ns":
        return arrow.timestamp("us", tz=kind.tz)
    if _is("duration", kind) and kind.unit == "ns":
        return arrow.duration("us")
    if _is("time64", kind) and kind.unit == "ns":
        return arrow.time64("us")
    if _is("list", kind) or _is("large_list", kind):
        inner = _in_microseconds(kind.value_type)
        return kind if inner == kind.value_type else arrow.list_(inner)
    return kind


def _texts(values: list[Any]) -> list[Any]:
    """Bytes as texts if all of them are UTF-8, else as they are."""
    try:
        return [None if value is None else value.decode() for value in values]
    except UnicodeDecodeError:
        return values


def _as_in_text(value: Any) -> Any:
    """A value, or a list or object of values, as JSON would have it."""
    match value:
        case Decimal():
            return float(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return _texts([value])[0]
        case float() if value != value:
            return None
        case list():
            return [_as_in_text(inner) for inner in value]
        case dict() if not set(value) <= KEYS:
            return {key: _as_in_text(inner) for key, inner in value.items()}
    return value


def _is(name: str, kind: Any) -> bool:
    arrow = import_module("pyarrow")
    return getattr(arrow.types, f"is_{name}")(kind)
