"""Delimited text, as CSV and TSV, as a table."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.formats.dialect import rows_of
from throughtime.data.formats.header import named
from throughtime.data.formats.opening import suffix_of
from throughtime.data.formats.table import Table, check_width
from throughtime.data.formats.text_file import lines_of


def read_delimited(path: Path, header: bool | None = None) -> Table:
    """Read a delimited file; all values are texts.

    Args:
        path: the file.
        header: whether the first line names the columns; None if that follows from the rows.

    Raises:
        DataError: with file and line, if a row does not have the same columns as the others, or if
            it cannot be known whether the first line is names.
    """
    rows = rows_of(path, lines_of(path), "\t" if suffix_of(path) == ".tsv" else None)
    check_width(str(path), len(rows[0][1]))
    return named(path, rows, header)
