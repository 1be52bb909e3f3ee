"""Read data by name: an embedded set, a file, or rows in memory."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from throughtime.data.dataset import Dataset
from throughtime.data.embedded import DATASETS
from throughtime.data.errors import DataError
from throughtime.data.files.opening import check_regular, stem_of
from throughtime.data.formats.arrays import read_arrays
from throughtime.data.formats.captions.captions import captions_reader
from throughtime.data.formats.folder import table_in
from throughtime.data.formats.guess import COLUMNS, format_of
from throughtime.data.formats.memory import table_of
from throughtime.data.formats.tables import read_table
from throughtime.data.pairs.columns import as_data, of_table, read_columns
from throughtime.data.pairs.roles import kinds_of
from throughtime.data.panel.dated import by_its_time
from throughtime.data.panel.folder import series_table
from throughtime.data.panel.reader import series_data
from throughtime.data.panel.reading import is_panel
from throughtime.data.reading import AS_IT_IS, FORMATS, Reading
from throughtime.data.series.series import as_series, is_series
from throughtime.data.source import Source
from throughtime.data.table.table import Table
from throughtime.data.texts.lines import read_lines
from throughtime.data.texts.running import read_running
from throughtime.extras import needed_for

OF_TEXT = ("format", "symbols", "rare", "valid", "test")
"""The options that a text without columns has."""


def load(name_or_path: str | Path, seed: int = 0, reading: Reading = AS_IT_IS) -> Dataset:
    """Read an embedded set by its name, or a file by its path.

    The format of a file is ``reading.format``, or else follows from its name:

    - ``.conll``, ``.conllu``, ``.iob``, ``.bio``: CoNLL-style columns. So is a ``.tsv`` with blank
      lines, or a file with an unknown ending (``eng.train``) whose first lines look like it;
    - ``.csv``, ``.tsv``, ``.jsonl``, ``.parquet``: a table; one of numbers alone is a series;
    - ``.fa``, ``.fasta``, ``.fastq`` and the like, or by its lines: biological sequences;
    - every line begins with ``__label__``: fastText's texts with labels;
    - ``…_TRAIN.tsv`` of numbers: labelled series as in the UCR archive;
    - ``.mat``, ``.npz``: arrays;
    - any other text: one sequence per line.

    Each may be packed (``.csv.gz``, also ``.bz2`` and ``.xz``). What is no text is refused by its
    true name; a text that can be read in two ways, such as one of numbers, with both.

    A folder is read as the table in it, or as pictures with captions beside them. The parts of an
    embedded set are fixed and need no seed. A file with the name of an embedded set is reached as
    ``./name``.

    Args:
        name_or_path: the name of an embedded set, or the path of a file or folder.
        seed: decides the division of a file into parts, 80/10/10.
        reading: how a file is read.

    Raises:
        DataError: if there is no such set or file, or the file cannot be used; the message begins
            with file and line.

    Example:
        >>> load("digits")
        Dataset('digits': train 1423, valid 197, test 177)
        >>> load("digit")
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: no embedded set and no file called 'digit'; did you mean
        'digits'? The embedded sets are: glyphs, unicode-names, ...
    """
    name = str(name_or_path)
    if isinstance(name_or_path, str) and name in DATASETS:  # a Path is never one
        if told := reading.told():
            raise DataError(
                f"--{told[0]}: {name} is an embedded set and takes no such option; leave it out"
            )
        module, _, maker = DATASETS[name].maker.partition(":")
        with needed_for(f"the data set {name}"):
            make: Callable[[], Dataset] = getattr(import_module(module), maker)
            return replace(make(), source=Source(name))
    if Path(name).exists():
        return _of_file(Path(name), seed, reading)
    _check_local(name)
    near = difflib.get_close_matches(name, DATASETS, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise DataError(
        f"no embedded set and no file called {name!r}{hint} The embedded sets are: "
        + ", ".join(DATASETS)
    )


def read(source: object, *, seed: int = 0, name: str = "rows", **options: Any) -> Dataset:
    """A file, a folder, rows in memory or a data frame, as data to train on.

    Args:
        source: the path of a file or folder; a list of dicts; a list of texts, each a sequence; or
            a table of pandas, polars or Arrow.
        seed: decides the division into parts, 80/10/10.
        name: the name of the data, for rows in memory; a file has its own name.
        **options: ``input``, ``target``, ``split`` and the other options of
            :class:`~throughtime.data.reading.Reading`.

    Raises:
        DataError: if the data cannot be used; with file and line, or the row.
        TypeError: if there is no such option.

    Example:
        >>> rows = [{"word": "ab" * (1 + i % 20), "long": "yes" if i % 20 > 9 else "no"}
        ...         for i in range(40)]
        >>> data = read(rows, input="word:characters", target="long")
        >>> data, data.schema.y.kind
        (Dataset('rows': train 32, valid 4, test 4), 'label')
    """
    reading = Reading(**options)
    if isinstance(source, str | Path):
        if not Path(source).exists():
            _check_local(str(source))
            raise DataError(f"{source}: no such file; check the name")
        return _of_file(Path(source), seed, reading)
    if reading.format is not None or reading.symbols is not None:
        told = "format" if reading.format is not None else "symbols"
        raise DataError(f"{told} is for files; rows have their columns, as in target='name:words'")
    rows = table_of(source, column="text")
    data = _series(rows, reading, name)
    if data is None:
        data = of_table(rows, partial(read_table, reading=reading), name, seed, reading)
    return replace(data, source=Source(None, reading.resolved(), seed))


def _check_local(name: str) -> None:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", name):  # a Path has lost one of two slashes
        raise DataError(
            f"{name}: an address, from which nothing is read; download the file, and give its path"
        )


def _of_file(path: Path, seed: int, reading: Reading) -> Dataset:
    data = _read(path, seed, reading)
    known = replace(reading.resolved(), **data.seen)
    return replace(data, source=Source(str(path.resolve()), known, seed))


def _read(path: Path, seed: int, reading: Reading) -> Dataset:
    for file in (path, *reading.part_files.values()):
        if file.exists() and not file.is_dir():
            check_regular(file)
    if path.is_dir() and (reading.time is not None or reading.series is not None):
        return series_data(*series_table(path, reading), path.name)
    if path.is_dir():
        path = table_in(path)
    form = _format(path, reading)
    if form in ("lines", "running"):
        if told := [name for name in reading.told() if name not in OF_TEXT]:
            raise DataError(
                f"--{told[0]}: {path} is read as text, which has no columns; rename it to what it "
                "is (.csv, .tsv, .jsonl, .parquet, .conll), or give --format"
            )
        if form == "running":
            return read_running(path, reading)
        return read_lines(path, seed, reading)
    if reading.symbols is not None:
        raise DataError(
            f"--symbols: {path} has columns; give it to one, as in --target NAME:{reading.symbols}"
        )
    if form == "arrays":
        if told := [name for name in reading.told() if name != "format"]:
            raise DataError(f"--{told[0]}: {path} is a file of named arrays; leave the option out")
        parts = read_arrays(path)
        of_x, of_y = kinds_of(parts["train"], [], ("y", None))
        return as_data(path, stem_of(path.absolute()), parts, of_x, of_y, {"y"})
    x, y = COLUMNS.get(form, (None, None))
    named = replace(reading, format=form, input=reading.input or x, target=reading.target or y)
    captions = path.is_dir() or captions_reader(path) is not None
    if form != "series" and (reading.format is not None or form != "table" or captions):
        return read_columns(path, seed, named)
    table = read_table(path, reading)
    data = _series(table, reading, stem_of(path))
    return read_columns(path, seed, named, table) if data is None else data


def _series(table: Table, reading: Reading, name: str) -> Dataset | None:
    """A table as series by their times; as one in the order of its rows; None if it is none."""
    if is_panel(table, reading):
        return series_data(table, reading, name)
    if reading.format != "series" and not is_series(table, reading):
        return None
    if (by_time := by_its_time(table, reading)) is not None:
        return series_data(table, by_time, name)
    return as_series(table, reading, name)


def _format(path: Path, reading: Reading) -> str:
    if reading.format is None:
        return format_of(path, reading)
    if reading.format not in FORMATS:
        raise DataError(f"no format {reading.format!r}; expected one of {', '.join(FORMATS)}")
    return reading.format
