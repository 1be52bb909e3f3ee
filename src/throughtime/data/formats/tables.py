"""Read a table by the reader of its format: CSV, TSV, JSON, Parquet, Arrow or a workbook."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from throughtime.data.files.opening import check_regular, suffix_of
from throughtime.data.files.signature import ARROW, EXCEL, OLD_EXCEL, PARQUET, kind_of
from throughtime.data.formats.arrow.arrow import SUFFIXES as ARROW_FILES
from throughtime.data.formats.arrow.arrow import read_arrow
from throughtime.data.formats.arrow.parquet import read_parquet
from throughtime.data.formats.json_rows import SUFFIXES as JSON_FILES
from throughtime.data.formats.json_rows import read_json
from throughtime.data.formats.sheets.delimited import read_delimited
from throughtime.data.formats.sheets.excel import SUFFIXES as WORKBOOKS
from throughtime.data.formats.sheets.excel import read_excel
from throughtime.data.reading import AS_IT_IS, Reading
from throughtime.data.table.grouped import grouped
from throughtime.data.table.table import Table, check_names

SUFFIXES = (".csv", ".tsv", *JSON_FILES, ".parquet", *ARROW_FILES, *WORKBOOKS)


def is_table(path: Path) -> bool:
    """Whether a file is a table, by its ending.

    Example:
        >>> is_table(Path("a.csv.gz")), is_table(Path("a.txt"))
        (True, False)
    """
    return suffix_of(path) in SUFFIXES


def read_table(path: Path, reading: Reading = AS_IT_IS) -> Table:
    """Read a table in the format of the file's ending; delimited text, if the ending is another.

    Args:
        path: the file.
        reading: whether the first row names the columns, the decimal mark, and the column by which
            rows are one sequence.

    Raises:
        DataError: with file and line, if the table cannot be read; or if a column has no name.
    """
    with _without_collector():
        table = replace(_read(path, reading.header), decimal=reading.decimal)
    check_names(str(path), table.columns)
    return table if reading.sequence is None else grouped(table, reading.sequence)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Without Python's search for cycles, which rows do not have: it takes most of the time where
    there are many."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _read(path: Path, header: bool | None) -> Table:
    check_regular(path)
    suffix, kind = suffix_of(path), kind_of(path)
    if suffix == ".parquet" or kind is PARQUET:
        return read_parquet(path)
    if suffix in ARROW_FILES or kind is ARROW:
        return read_arrow(path)
    if suffix in JSON_FILES:
        return read_json(path)
    if suffix in WORKBOOKS or kind in (EXCEL, OLD_EXCEL):
        return read_excel(path, header)
    return read_delimited(path, header)
