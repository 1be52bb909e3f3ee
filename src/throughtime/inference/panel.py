"""The series that a run was trained on, or that a later file has, as the run reads them."""

from __future__ import annotations

from io import BufferedIOBase
from pathlib import Path

from throughtime.data.columns.measured import check_kind
from throughtime.data.columns.panel import Panel
from throughtime.data.errors import DataError
from throughtime.data.formats.memory import table_of
from throughtime.data.panel.folder import series_table
from throughtime.data.panel.level import level
from throughtime.data.panel.more import more
from throughtime.data.panel.parts import Cuts, cuts_of
from throughtime.data.panel.reader import Understood, understood
from throughtime.data.reading import Reading
from throughtime.data.table.table import Table
from throughtime.inference.forecast import column_of
from throughtime.inference.rows import STDIN, name_of
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder


def own_panel(run: RunFolder) -> Panel:
    """The series of the data that a run was trained on, with its inputs.

    Raises:
        RunError: if they were rows in memory, which have to be given.
        DataError: if the file cannot be read any more.
    """
    column_of(run)
    if run.config.dataset is None:
        raise RunError(f"{run.path}: was trained on rows in memory; give them")
    return _own(run, run.config.dataset).panel


def own_cuts(run: RunFolder) -> tuple[Panel, Cuts]:
    """The series of the data that a run was trained on, and where their parts begin.

    Raises:
        RunError: if they were rows in memory, or have changed since.
        DataError: if the file cannot be read any more.
    """
    column_of(run)
    run.data()  # says what is wrong, if what is held out is not what it was
    assert run.config.dataset is not None
    found = _own(run, run.config.dataset)
    cuts = cuts_of(found.panel, found.cut)
    assert cuts is not None  # or there would have been nothing to train on
    return found.panel, cuts


def _own(run: RunFolder, dataset: str) -> Understood:
    return understood(*series_table(Path(dataset), run.config.reading))


def later_panel(run: RunFolder, source: object, before: Panel | None = None) -> Panel:
    """The series of a later file or of rows in memory, read as the run's own were, all of a history
    until the same time.

    Args:
        run: a model of series.
        source: a path, an open file, or rows in memory.
        before: the history that a file of future inputs follows; if None, the source is a history.

    Raises:
        DataError: with file, line and series, if it cannot be read as the run's own.
    """
    column = column_of(run)
    learned = column.panel
    assert learned is not None
    table, reading = _table(run, source)
    if before is not None:
        return more(table, before, reading)
    history = more(table, learned, reading)
    check_kind(history, column.what, table.at)
    return level(history)


def _table(run: RunFolder, source: object) -> tuple[Table, Reading]:
    if isinstance(source, BufferedIOBase):
        if name_of(source) == STDIN:
            raise DataError("series are read as a whole; give a file by its name")
        source = Path(name_of(source))
    reading = run.config.reading
    if isinstance(source, str | Path):
        return series_table(Path(source), reading)
    return table_of(source, column="text"), reading
