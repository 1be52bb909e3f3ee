"""JSON as a table: an object for each row, on lines or in a list; or a list for each column."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.json_text import from_json
from throughtime.data.formats.opening import suffix_of
from throughtime.data.formats.table import Table
from throughtime.data.formats.text_file import lines_of

Row = tuple[int, Any]
"""The line that a value begins at, and the value."""


def read_json(path: Path) -> Table:
    """Read a ``.json`` or ``.jsonl`` file.

    A list of objects, or an object on every line: the rows; an object of lists of one length: the
    columns. Every row has the same keys.

    Raises:
        DataError: with file and line, if it is not JSON, or is JSON of another form.
    """
    lines = lines_of(path)
    filled = [line for line in lines if line.strip()]
    begin = filled[0].lstrip() if filled else ""
    if begin.startswith("[") and suffix_of(path) not in LINES:
        return _table(path, list(_items(path, "\n".join(lines))))
    if suffix_of(path) not in LINES and (len(filled) < 2 or not _is_json(begin)):
        return _columns(path, "\n".join(lines))
    return _table(path, [(n, _value(path, n, line)) for n, line in enumerate(lines, 1)
                         if line.strip()])  # fmt: skip


LINES = (".jsonl", ".ndjson")
"""The endings of files with a JSON value on every line."""


def _is_json(text: str) -> bool:
    try:
        from_json(text)
    except ValueError:
        return False
    return True


def _value(path: Path, line: int, text: str) -> Any:
    try:
        return from_json(text)
    except ValueError as error:
        raise DataError(f"{path}:{line}: not JSON ({error})") from None


def _items(path: Path, text: str) -> Iterator[Row]:
    """The items of a JSON list, and the line that each begins at."""
    decoder, end = JSONDecoder(), len(text)
    at = text.index("[") + 1
    line = 1 + text.count("\n", 0, at)
    separator = ""
    while True:
        begin = _skip(text, at)
        if begin < end and text[begin] == "]" and separator != ",":
            if _skip(text, begin + 1) < end:
                raise DataError(f"{path}:{line}: more than one JSON value; expected one list")
            return
        line += text.count("\n", at, begin)
        try:
            _, after = decoder.raw_decode(text, begin)
            yield line, from_json(text[begin:after])
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, JSONDecodeError) else str(error)
            raise DataError(f"{path}:{line}: not JSON ({reason})") from None
        line += text.count("\n", begin, after)
        at = _skip(text, after)
        line += text.count("\n", after, at)
        separator = text[at : at + 1]
        if separator == ",":
            at += 1
        elif separator != "]":
            raise DataError(f"{path}:{line}: not JSON; expected a comma or the end of the list")


def _skip(text: str, at: int) -> int:
    """The next place that is not a space."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _columns(path: Path, text: str) -> Table:
    try:
        whole = from_json(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        reason = getattr(error, "msg", error)
        raise DataError(f"{path}:{line}: not JSON ({reason})") from None
    if isinstance(whole, dict) and whole:
        values = list(whole.values())
        if all(isinstance(v, list) for v in values) and len({len(v) for v in values}) == 1:
            count = len(values[0])
            if count:
                return Table(path, whole, [1] * count)
        keys = ", ".join(map(str, list(whole)[:6]))
        raise DataError(
            f"{path}: a JSON object with the keys {keys}; expected a list of objects, one for each "
            "row: write the list that holds the rows to a file of its own"
        )
    raise DataError(f"{path}: a JSON {type(whole).__name__}; expected a list of objects")


def _table(path: Path, rows: list[Row]) -> Table:
    if not rows:
        raise DataError(f"{path}: no rows; expected some objects")
    names: list[str] = []
    for line, value in rows:
        if not isinstance(value, dict):
            of = " in the list" if suffix_of(path) not in LINES else " on every line"
            raise DataError(f"{path}:{line}: a {type(value).__name__}; expected an object{of}")
        names = names or list(value)
        if set(value) != set(names):
            raise DataError(
                f"{path}:{line}: has {', '.join(value) or 'no keys'}; expected "
                f"{', '.join(names)}, as the rows before"
            )
    columns = {name: [value[name] for _, value in rows] for name in names}
    for name, values in columns.items():
        _check(path, name, values, [line for line, _ in rows])
    return Table(path, columns, [line for line, _ in rows])


def _check(path: Path, name: str, values: list[Any], lines: list[int]) -> None:
    """Refuse objects inside a row."""
    for value, line in zip(values, lines, strict=True):
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            what = "a list of objects" if isinstance(value, list) else "an object"
            raise DataError(
                f"{path}:{line}: column {name!r} has {what} ({', '.join(map(str, inner))}); "
                "expected a text, a number, or a list of them: write what the model reads or "
                "predicts to columns of their own"
            )
