"""A sheet of a workbook (.xlsx, .xls, .ods) as a table."""

from __future__ import annotations

import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.files.opening import BLOCK, check_size, suffix_of
from throughtime.data.files.signature import kind_of
from throughtime.data.files.text_file import blocks_of
from throughtime.data.formats.sheets.header import named
from throughtime.data.formats.sheets.tidy import Row, untitled
from throughtime.data.table.table import Table, check_width
from throughtime.extras import needed_for

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

SHEET = re.compile(r"xl/worksheets/[^/]*\.xml")
CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
"""The sheets in a workbook, and a cell in one."""

FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"(?![^>]*t="str")[^>]{0,99}>\s*<f[^>]{0,99}>[^<]{1,999}</f>\s*'
    rb"(<v\s*/>|<v>\s*</v>|</c>)"
)
"""A cell with a formula and no value; the value of one that gives a text may be empty."""

LONGEST_CELL, BYTES_OF_CELL = 2000, 32
"""The most bytes of such a beginning of a cell, and the bytes that the reader takes for one."""


def read_excel(path: Path, header: bool | None = None) -> Table:
    """Read the one sheet of a workbook that has cells; dates and times become texts as in ISO,
    durations seconds.

    Raises:
        DataError: with file and row, if the workbook is damaged, or has no sheet with cells or
            several; by its true name, if it is a text.
    """
    if kind_of(path) is None:  # a text
        raise DataError(f"{path}: {_true_name(path)}, though its name ends in {suffix_of(path)}")
    try:
        _check_cells(path)
    # the last one: a packed file with a password
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path}: cannot be read as a workbook ({error})") from None
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
    rows: list[Row] = [
        (number, [_plain(value) for value in row])
        for number, row in enumerate(sheet, 1)
        if any(value != "" for value in row)
    ]
    rows, notes = untitled(rows)
    columns = [list(column) for column in zip(*(row for _, row in rows), strict=True)]
    return named(path, rows, header, columns, [number for number, _ in rows], notes)


def _check_cells(path: Path) -> None:
    """Refuse an .xlsx that would fill the memory: a sheet is made up to its last row and column.

    Raises:
        DataError: if it has too many cells, such as one with a value far below all others.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        check_size(path, sum(member.file_size for member in archive.infolist()), "text")
        for name in archive.namelist():
            if not SHEET.fullmatch(name):
                continue
            last_row = last_column = 0
            with archive.open(name) as sheet:
                before = b""
                while block := sheet.read(BLOCK):
                    block = before + block
                    for letters, digits in CELL.findall(block):
                        last_row = max(last_row, int(digits))
                        last_column = max(last_column, _column(letters))
                    if (found := FORMULA.search(block)) is not None:
                        raise DataError(
                            f"{path}: cell {found[1].decode()} has a formula without its value, as "
                            "programs write that do not reckon; open the workbook in a "
                            "spreadsheet, and save it"
                        )
                    before = block[-LONGEST_CELL:]
            check_size(path, last_row * last_column * BYTES_OF_CELL, f"cells ({last_row:,} rows)")


def _column(letters: bytes) -> int:
    """The number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


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
