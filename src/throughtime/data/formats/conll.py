"""CoNLL-style files: one token per line, in columns, and a blank line between sentences."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.formats.arrays import SUFFIXES as OF_ARRAYS
from throughtime.data.formats.table import Table
from throughtime.data.formats.tables import SUFFIXES as OF_TABLES
from throughtime.data.formats.text_file import blocks_of, lines_of

SUFFIXES = (".conll", ".conllu", ".iob", ".bio")

DOCUMENT = "-DOCSTART-"
"""The beginning of a line between two documents."""

UNIVERSAL = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
"""The columns of CoNLL-U (universaldependencies.org/format.html)."""


TEXT = ("", ".txt", ".text", ".md")
"""Endings of files that are always read as lines of text."""

ROWS = 20
"""So many lines with equal numbers of columns are not a coincidence."""


def is_conll(path: Path) -> bool:
    """Whether a file is CoNLL-style.

    By its name; or as a .tsv with blank lines between its rows; or, with an unknown ending
    (``eng.train``), if its first lines have equal numbers of columns and blank lines between them.
    """
    ending = path.suffix.lower()
    if ending in SUFFIXES:
        return True
    if ending == ".tsv":
        return any(not line.strip() for line in lines_of(path)[:-1])
    if ending in (*TEXT, *OF_TABLES, *OF_ARRAYS):
        return False
    lines = next(blocks_of(path)).split("\n")[:-1]
    rows = [_columns(line) for line in lines if line.strip() and not line.startswith(DOCUMENT)]
    return (
        len(rows) >= ROWS
        and len(rows[0]) > 1
        and all(len(row) == len(rows[0]) for row in rows)
        and any(not a.strip() and b.strip() for a, b in pairwise(lines))
    )


def read_conll(path: Path) -> Table:
    """One sentence per row; a value of a column is the list of its strings.

    The columns are called 1, 2, …, or by their names in CoNLL-U. They are separated by tabs, or by
    spaces if a line has no tab. A line that begins with ``#`` is a comment, unless it has as many
    columns as the others. Multiword tokens and empty nodes of CoNLL-U are left out.

    Raises:
        DataError: with file and line, if a line has more or fewer columns than those before.
    """
    sentences: list[tuple[int, list[list[str]]]] = []
    count, inside = 0, False
    for line_number, line in enumerate(lines_of(path), 1):
        if not line.strip() or line.startswith(DOCUMENT):
            inside = False
            continue
        row = _columns(line)
        if line.startswith("#") and len(row) != count:
            continue
        count = count or len(row)
        if len(row) != count:
            raise DataError(
                f"{path}:{line_number}: {len(row)} columns; expected {count}, as the lines before, "
                "or a blank line between sentences"
            )
        if count == len(UNIVERSAL) and not row[0].isdigit():
            continue
        if not inside:
            sentences.append((line_number, []))
            inside = True
        sentences[-1][1].append(row)
    if not sentences:
        raise DataError(f"{path}: no sentences; expected a token a line, and blank lines between")
    universal = count == len(UNIVERSAL)
    names = UNIVERSAL if universal else tuple(str(i + 1) for i in range(count))
    columns = {
        name: [[row[i] for row in rows] for _, rows in sentences] for i, name in enumerate(names)
    }
    return Table(path, columns, [line for line, _ in sentences])


def _columns(line: str) -> list[str]:
    return line.rstrip().split("\t") if "\t" in line else line.split()
