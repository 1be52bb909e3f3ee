"""Data by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

from throughtime.data.dataset import Dataset
from throughtime.data.embedded.digits import digits, digits_pixels
from throughtime.data.embedded.glyphs import glyphs
from throughtime.data.embedded.mackey_glass import mackey_glass
from throughtime.data.embedded.python_reference import python_reference
from throughtime.data.embedded.python_tokens import python_tokens
from throughtime.data.embedded.unicode_names import unicode_names
from throughtime.data.errors import DataError
from throughtime.data.formats import arrays, conll, table
from throughtime.data.formats.arrays import read_arrays
from throughtime.data.formats.columns import as_data, read_columns
from throughtime.data.formats.folder import table_in
from throughtime.data.formats.lines import read_lines
from throughtime.data.formats.reading import AS_IT_IS, FORMATS, Reading
from throughtime.data.formats.running import read_running
from throughtime.data.formats.series import is_series, read_series

OF_TEXT = ("format", "symbols", "rare", "valid", "test")
"""What can be told of a text without columns."""

DATASETS: dict[str, Callable[[], Dataset]] = {
    "glyphs": glyphs,
    "unicode-names": unicode_names,
    "python-reference": python_reference,
    "python-tokens": python_tokens,
    "digits": digits,
    "digits-pixels": digits_pixels,
    "mackey-glass": mackey_glass,
}
"""The embedded sets: made of what an installation has anyway, without a download."""


def load(name_or_path: str | Path, seed: int = 0, reading: Reading = AS_IT_IS) -> Dataset:
    """An embedded set by its name, or else a file, read as ``reading`` says or its name suggests.

    A file is CoNLL-style by ``.conll``, ``.conllu``, ``.iob`` or ``.bio``, as a ``.tsv`` with blank
    lines, or by an ending that says nothing (``eng.train``) if its first lines look so; a table by
    ``.csv``, ``.tsv``, ``.jsonl`` or ``.parquet``, and a series if it has numbers alone; arrays by
    ``.mat`` or ``.npz``; else it has one sequence a line. A folder is the table in it, or pictures
    with their captions beside them. The parts of an embedded set are fixed and need no seed. A file
    that has the name of an embedded set is reached as ``./name``.

    Raises:
        DataError: if there is neither, or the file cannot be used; the message begins with file
            and line.

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
    if name in DATASETS:
        if told := reading.told():
            raise DataError(f"--{told[0]}: {name} is an embedded set, which is read as it is")
        return DATASETS[name]()
    if Path(name).exists():
        return _read(Path(name), seed, reading)
    near = difflib.get_close_matches(name, DATASETS, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise DataError(
        f"no embedded set and no file called {name!r}{hint} The embedded sets are: "
        + ", ".join(DATASETS)
    )


def _read(path: Path, seed: int, reading: Reading) -> Dataset:
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
            f"--symbols: {path} has columns; say it of one, as in --target NAME:{reading.symbols}"
        )
    if form == "arrays":
        if told := [name for name in reading.told() if name != "format"]:
            raise DataError(f"--{told[0]}: {path} has its parts and sequences by their names")
        return as_data(path, read_arrays(path), [], ("y", None))
    return read_series(path, reading) if form == "series" else read_columns(path, seed, reading)


def _format(path: Path, reading: Reading) -> str:
    if reading.format is not None:
        if reading.format not in FORMATS:
            raise DataError(f"no format {reading.format!r}; expected one of {', '.join(FORMATS)}")
        return reading.format
    if path.is_dir():
        return "table"
    if conll.is_conll(path):
        return "conll"
    if path.suffix.lower() in arrays.SUFFIXES:
        return "arrays"
    if not table.is_table(path):
        return "lines"
    return "series" if is_series(table.read_table(path), reading) else "table"
