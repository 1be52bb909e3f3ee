"""JSON as a table: an object for each row, on lines or in a list; or a list for each column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.faults import fault
from throughtime.data.files.foreign import check_beginning
from throughtime.data.files.json_text import from_json, next_json, skip, why
from throughtime.data.files.opening import suffix_of
from throughtime.data.files.text_file import blocks_of, lines_in
from throughtime.data.splitting import FEWEST, NAMES
from throughtime.data.storage.stored import ROWS, ColumnWriter
from throughtime.data.table.nested import Records, flat, objects_in
from throughtime.data.table.table import Table, check_width

Row = tuple[int, Any]
"""The line that a value begins at, and the value."""

OF_LINES = (".jsonl", ".ndjson")
"""The endings of files with a JSON value on every line."""

SUFFIXES = (".json", *OF_LINES)

BEGINS = re.compile(r"\s*([\[{\"'/#\d-]|(true|false|null|NaN)\b)")
"""What a value of JSON begins with, or a comment, or what Python writes."""

RECORDS = "expected a list of objects, one for each row"
AS_RECORDS = "pandas writes a list of objects, one for each row, by to_json(orient='records')"


def read_json(path: Path) -> Table:
    """Read a ``.json`` or ``.jsonl`` file.

    The rows are objects: on every line, one after the other, or in a list, which may be inside of
    an object if it is the only list of objects there. A row may lack a key, whose value is then
    missing; objects inside of rows become columns such as ``user.name``. Or there is a list for
    each column; or one of pandas' forms: ``split``, ``columns`` and ``index``.

    Raises:
        DataError: with file and line, if it is not JSON, or is JSON of another form; or by its true
            name, if it is a web page.
    """
    first = next((line for line in lines_in(path) if line.strip()), "")
    check_beginning(path, [first])
    if first and BEGINS.match(first) is None:
        raise DataError(
            f"{path}: {first.strip()[:40]!r} begins no JSON; name the file .csv or .tsv if it is "
            "delimited text, and .txt if it is a text"
        )
    if suffix_of(path) in OF_LINES or _are_values(path):
        return _rows(path, _by_line(path), " on every line")
    text = "".join(blocks_of(path))
    values = list(_values(path, text))
    if len(values) != 1 or not isinstance(values[0][1], dict | list):
        return _rows(path, values, " for each row")
    whole = values[0][1]
    if isinstance(whole, list):
        return _rows(path, _items(text, skip(text, 0)), " in the list")
    return _of_object(path, text, whole)


# ---- values and their lines --------------------------------------------------------------------


def _are_values(path: Path) -> bool:
    """Whether there are several lines, of which the first is a whole object."""
    filled = list(islice((line for line in lines_in(path) if line.strip()), 2))
    if len(filled) < 2 or not filled[0].lstrip().startswith("{"):
        return False
    try:
        return isinstance(from_json(filled[0]), dict)
    except ValueError:
        return False


def _by_line(path: Path) -> Iterator[Row]:
    for number, line in enumerate(lines_in(path), 1):
        if line.strip():
            try:
                value = from_json(line)
            except ValueError as error:
                fault(number, f"{path}:{number}: not JSON ({why(error)})")
            else:
                yield number, value


def _values(path: Path, text: str) -> Iterator[Row]:
    """All values of a text, one after the other."""
    at, line = skip(text, 0), 1 + text.count("\n", 0, skip(text, 0))
    while at < len(text):
        try:
            value, end = next_json(text, at)
        except ValueError as error:
            wrong = error.lineno if isinstance(error, JSONDecodeError) else line
            raise DataError(f"{path}:{wrong}: not JSON ({why(error)})") from None
        yield line, value
        after = skip(text, end)
        line += text.count("\n", at, after)
        if text[after : after + 1] in (",", "]", "}"):
            raise DataError(f"{path}:{line}: not JSON ({text[after]!r} after the value: delete it)")
        at = after


def _items(text: str, at: int) -> list[Row]:
    """The items of the list that begins at a place in a text of sound JSON, with their lines."""
    found: list[Row] = []
    line = 1 + text.count("\n", 0, at)
    begin = skip(text, at + 1)
    while text[begin] != "]":
        line += text.count("\n", at, begin)
        value, end = next_json(text, begin)
        found.append((line, value))
        at, begin = begin, skip(text, end)
        if text[begin] == ",":
            begin = skip(text, begin + 1)
    return found


def _inside(text: str, keys: tuple[str, ...]) -> int:
    """The place in a text of sound JSON where the value begins that is found by these keys."""
    at = skip(text, 0)
    for wanted in keys:
        key = None
        while key != wanted:
            at = skip(text, at + 1)  # after a brace or a comma
            key, at = next_json(text, at)
            at = skip(text, skip(text, at) + 1)  # after the colon
            if key != wanted:
                at = skip(text, next_json(text, at)[1])
    return at


# ---- forms of a table --------------------------------------------------------------------------


def _rows(path: Path, values: Iterable[Row], where: str) -> Table:
    """Objects as rows."""
    records, numbers, remaining = Records(), ColumnWriter(1), iter(values)
    while some := list(islice(remaining, ROWS)):
        rows, lines = [], []
        for line, value in some:
            if not isinstance(value, dict):
                hint = f": {AS_RECORDS}" if isinstance(value, list) else ': {"text": …}'
                fault(line, f"{path}:{line}: {_named(value)}; expected an object{where}{hint}")
                continue
            try:
                rows.append(flat(value))
                lines.append(line)
            except ValueError as error:
                fault(line, f"{path}:{line}: {error}")
        records.write(rows)
        check_width(str(path), len(records))
        numbers.extend([lines])
    if not records.rows:
        raise DataError(f"{path}: no rows; expected some objects")
    (at,) = numbers.columns()
    columns = records.columns()
    if not columns:
        raise DataError(f"{path}:{at[0]}: an object without keys; expected a value for a column")
    return Table(path, columns, at, notes=() if records.lacking is None else (records.lacking,))


def _of_object(path: Path, text: str, whole: dict[str, Any]) -> Table:
    """One object as a table."""
    lists = dict(_lists_of_objects(whole))
    columns = _split(whole)
    if columns is None and len(lists) == 1 and not _is_columns(whole):
        keys = next(iter(lists))
        table = _rows(path, _items(text, _inside(text, keys)), f" in {'.'.join(keys)}")
        _check_not_nested(table, ".".join(keys))
        others = [key for key in whole if key != keys[0]]
        said = f"the rows are {'.'.join(keys)} of one object"
        if others:
            said += f", without {', '.join(others[:NAMED])}"
        return replace(table, notes=(said, *table.notes))
    if columns is None and _is_columns(whole):
        columns = whole
    if columns is None and not lists:
        columns = _by_index(path, whole)
    if columns is not None:
        check_width(str(path), len(columns))
        return Table(path, columns, [1] * len(next(iter(columns.values()))))
    if lists:
        names = ", ".join(map(".".join, lists))
        raise DataError(
            f"{path}: an object with {len(lists)} lists of objects ({names}); expected one: write "
            "each list to a file of its own, and say which is what by --valid and --test"
        )
    raise DataError(
        f"{path}: a JSON object with the keys {', '.join(list(whole)[:NAMED]) or '(none)'}; "
        f"{RECORDS}: write the list that holds the rows to a file of its own"
    )


def _check_not_nested(table: Table, where: str) -> None:
    """Refuse few rows that have the real ones inside, as SQuAD's articles have their questions."""
    first = ((name, values[0]) for name, values in table.columns.items())
    found = [f"{name}: {objects_in(v)}" for name, v in first if isinstance(v, list)
             and objects_in(v)]  # fmt: skip
    if found and len(table) < FEWEST:
        raise DataError(
            f"{table.at(0)}: {len(table):,} in the list {where}, with others inside ({found[0]}); "
            f"{RECORDS}: write what is a row to a list of its own, without objects inside"
        )


NAMED = 6
"""So many keys are named in a message."""


def _is_columns(whole: dict[str, Any]) -> bool:
    """Whether an object is a list for each column, of one length; not all hold objects."""
    values = list(whole.values())
    if {"columns", "data"} <= whole.keys() <= {"columns", "index", "data"}:
        return False  # the form split, with something wrong in it
    if not all(isinstance(value, list) and value for value in values):
        return False
    if all(key.lower() in NAMES for key in whole):
        return False  # parts of the data, whose rows are no objects
    plain = any(not isinstance(value[0], dict) for value in values)
    return plain and len({len(value) for value in values}) == 1


def _lists_of_objects(
    whole: dict[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """All lists that begin with an object, inside of objects alone, by their keys."""
    for key, value in whole.items():
        if isinstance(value, dict):
            yield from _lists_of_objects(value, (*above, key))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield (*above, key), value


def _split(whole: dict[str, Any]) -> dict[str, Any] | None:
    """The columns of pandas' form ``split``: names and rows apart."""
    names, rows = whole.get("columns"), whole.get("data")
    if not (isinstance(names, list) and isinstance(rows, list) and names and rows):
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return None
    return {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}


def _by_index(path: Path, whole: dict[str, Any]) -> dict[str, Any] | None:
    """The columns of an object of objects: pandas' ``columns``, or its ``index``."""
    inner = list(whole.values())
    if not inner or not all(isinstance(value, dict) and value for value in inner):
        return None
    if any(value.keys() != inner[0].keys() for value in inner):
        return None
    outside, inside = (all(key.isdigit() for key in keys) for keys in (whole, inner[0]))
    if outside == inside:
        raise DataError(
            f"{path}: an object of objects ({', '.join(list(whole)[:3])}, … with "
            f"{', '.join(list(inner[0])[:3])}, …), each of which may be a row or a column: "
            + AS_RECORDS
        )
    if inside:
        return {name: list(values.values()) for name, values in whole.items()}
    return {name: [row[name] for row in inner] for name in inner[0]}


def _named(value: Any) -> str:
    """What a value is, in JSON's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    return {str: "a text", int: "a number", float: "a number", list: "a list"}[type(value)]
