"""A sheet of a workbook (.xlsx, .xls, .ods) as a table."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.header import named
from throughtime.data.formats.opening import suffix_of
from throughtime.data.formats.signature import kind_of
from throughtime.data.formats.table import Table, check_width
from throughtime.data.formats.text_file import blocks_of
from throughtime.extras import needed_for

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def read_excel(path: Path, header: bool | None = None) -> Table:
    """Read the one sheet of a workbook that has cells; dates and times become texts as in ISO,
    durations seconds.

    Raises:
        DataError: with file and row, if the workbook is damaged, or has no sheet with cells or
            several; by its true name, if it is a text.
    """
    if kind_of(path) is None:  # a text
        raise DataError(f"{path}: {_true_name(path)}, though its name ends in {suffix_of(path)}")
    with needed_for(f"{path}: reading Excel"):
        calamine = import_module("python_calamine")
    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                      for name in book.sheet_names}  # fmt: skip
    except (calamine.CalamineError, OSError) as error:
        raise DataError(f"{path}: cannot be read as a workbook ({error})") from None
    filled = {name: rows for name, rows in sheets.items() if rows}
    if len(filled) != 1:
        raise DataError(
            f"{path}: {len(filled)} sheets with cells ({', '.join(filled) or 'none'}); expected "
            "one: save the one that is meant as a file of its own"
        )
    (sheet,) = filled.values()
    width = max(map(len, sheet))
    check_width(str(path), width)
    rows = [
        (number, [_plain(value) for value in row])
        for number, row in enumerate(sheet, 1)
        if any(value != "" for value in row)
    ]
    return named(path, rows, header)


def _plain(value: Any) -> Any:
    """A cell as a text file would have it: a workbook keeps whole numbers as fractions."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def _true_name(path: Path) -> str:
    """What a text is that some programs call a workbook, and what to do with it."""
    begins = next(blocks_of(path)).lstrip()[:100].lower()
    if begins.startswith("<"):
        what = "HTML" if "html" in begins or "<table" in begins else "XML"
        return f"{what}; open it in a spreadsheet and save it as .xlsx or .csv"
    return "delimited text; name it .csv (or .tsv, if tabs divide it)"
