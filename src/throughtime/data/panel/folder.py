"""A folder of files with the same columns, of which each is a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.formats.tables import is_table, read_table
from throughtime.data.panel.long import free, joined_tables, with_column
from throughtime.data.reading import Reading
from throughtime.data.table.table import Table


def series_table(path: Path, reading: Reading) -> tuple[Table, Reading]:
    """The rows of a file, or of all tables in a folder, of which each is a series that is named
    after its file; and how the series are told apart then.

    Args:
        path: the file or folder.
        reading: how they are read; ``series`` names labels within the files, if there are any.

    Raises:
        DataError: if a folder has no tables, or one has other columns than the first.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("a.csv", "b.csv"):
        ...         text = "day,v\\n2024-01-01,1\\n2024-01-02,2\\n"
        ...         _ = (Path(folder) / name).write_text(text)
        ...     table, told = series_table(Path(folder), Reading(time="day"))
        >>> list(table.columns), table.column("file"), told.series
        (['file', 'day', 'v'], ['a', 'a', 'b', 'b'], 'file')
    """
    if not path.is_dir():
        return read_table(path, reading), reading
    table, label = files_table(sorted(filter(is_table, path.iterdir())), reading)
    by = label if reading.series is None else f"{label},{reading.series}"
    return table, replace(reading, series=by)


def files_table(paths: Sequence[Path], reading: Reading) -> tuple[Table, str]:
    """The rows of files with the same columns, and the column with the file's name.

    Raises:
        DataError: if there are no files, or one has other columns than the first.
    """
    if not paths:
        raise DataError("there are no files; expected one for each series")
    tables = [read_table(path, reading) for path in paths]
    first = list(tables[0].columns)
    for table in tables[1:]:
        if set(table.columns) != set(first):
            raise DataError(
                f"{table.path}: has the columns {', '.join(table.columns)}; expected those of "
                f"{tables[0].path}: {', '.join(first)}"
            )
    stems = [path.stem for path in paths]
    names = stems if len(set(stems)) == len(stems) else [path.name for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    joined = joined_tables(paths[0].parent, tables, first)
    label = free("file", first)
    of = [name for name, table in zip(names, tables, strict=True) for _ in range(len(table))]
    return with_column(joined, label, of), label
