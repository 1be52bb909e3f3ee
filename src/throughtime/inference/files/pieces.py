"""Files in pieces: the rows that are read, answered and written at once, by any process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from throughtime.data.columns import Column, Number
from throughtime.data.errors import DataError
from throughtime.data.files.opening import stem_of, suffix_of
from throughtime.data.files.signature import PARQUET, kind_of
from throughtime.data.formats.arrow.parquet import read_parquet, row_groups
from throughtime.data.reading import Reading
from throughtime.data.table.table import Table, check_names
from throughtime.inference.rows import cut, tables

SIZE = 2**26
"""Bytes of a piece of a Parquet file, unpacked; a row group is never divided."""

ROWS = 2**12
"""Rows of a table that are answered before the next ones are taken."""


@dataclass(frozen=True)
class Piece:
    """Some rows of a file.

    Args:
        number: its place among all pieces, in the order of the rows.
        path: the file.
        groups: its row groups, if it is of Parquet; None for a file that is read as a whole.

    Example:
        >>> Piece(3, Path("in/people.parquet"), range(2)).name
        '000003-people'
    """

    number: int
    path: Path
    groups: range | None = None

    @property
    def name(self) -> str:
        """The name of its answers: in the order of names, they are in the order of rows."""
        return f"{self.number:06}-{stem_of(self.path)}"

    def tables(self, columns: tuple[Column, ...], reading: Reading) -> Iterator[Table]:
        """Its rows, with their numbers in the file.

        Raises:
            DataError: with file and line, if they cannot be read.
        """
        if self.groups is None:
            return tables(self.path, columns, reading, ROWS)
        sources = {name for column in columns for name in column.sources}
        whole = read_parquet(self.path, self.groups, sources)
        check_names(str(self.path), whole.columns)
        return cut(replace(whole, decimal=reading.decimal), columns, ROWS)


def pieces_of(files: Iterable[Path], columns: tuple[Column, ...], reading: Reading) -> list[Piece]:
    """All pieces of some files, in their order; it depends on the files alone.

    A file is one piece; one of Parquet is as many as its row groups fill, if each row can be read
    without the others. A file that cannot be read is a piece too, whose reader says why.
    """
    found = ((path, groups) for path in files for groups in _groups(path, columns, reading))
    return [Piece(number, path, groups) for number, (path, groups) in enumerate(found)]


def _groups(path: Path, columns: tuple[Column, ...], reading: Reading) -> Iterator[range | None]:
    try:
        bounds = _bounds(path, columns, reading)
    except DataError:
        bounds = None
    yield from [None] if bounds is None else bounds


def _bounds(path: Path, columns: tuple[Column, ...], reading: Reading) -> list[range] | None:
    """The row groups of each piece of a Parquet file; None if it has to be read as a whole."""
    as_rows = reading.format in (None, "table") and reading.sequence is None
    if not (as_rows and path.is_file() and _is_parquet(path)):
        return None
    sizes, numbers = row_groups(path)
    # all numbers that are texts are written in one way, which only the whole column shows
    if not sizes or not {c.name for c in columns if isinstance(c, Number)} <= numbers:
        return None
    found, begin, size = [], 0, 0
    for group, more in enumerate(sizes):
        if group > begin and size + more > SIZE:
            found.append(range(begin, group))
            begin, size = group, 0
        size += more
    return [*found, range(begin, len(sizes))]


def _is_parquet(path: Path) -> bool:
    return suffix_of(path) == ".parquet" or kind_of(path) is PARQUET
