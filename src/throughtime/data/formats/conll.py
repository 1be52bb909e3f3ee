"""CoNLL-style files: one token per line, in columns, and a blank line between sentences."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.files.opening import suffix_of
from throughtime.data.files.text_file import lines_of
from throughtime.data.table.table import Table

SUFFIXES = (".conll", ".conllu", ".iob", ".bio")

DOCUMENT = "-DOCSTART-"
"""The beginning of a line between two documents."""

UNIVERSAL = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
"""The columns of CoNLL-U (universaldependencies.org/format.html)."""

WORD = re.compile(r"\d+")
ID = re.compile(r"\d+([-.]\d+)?")
"""The ids of CoNLL-U: 8 is a word, 8-9 a token made of two words, 8.1 an empty node."""

NAMES = (
    *("id", "token", "word", "form", "lemma", "text", "sentence", "sent", "sentenceid", "doc"),
    *("po", "postag", "upo", "xpo", "chunk", "tag", "label", "ner", "nertag", "iob", "entity"),
)
"""What columns are called, without an s at the end."""

OFTEN = 5
"""The fewest tokens for each tag, on average, of tags for sure."""

ROWS, SHARE = 20, 0.9
"""So many lines, and such a share of all, with equal numbers of columns are not a coincidence."""


def is_conll(path: Path) -> bool:
    """Whether a file is CoNLL-style by its name, or as a .tsv with blank lines between its rows.

    Raises:
        DataError: if a .tsv cannot be read.
    """
    ending = suffix_of(path)
    if ending == ".tsv":
        return any(not line.strip() for line in lines_of(path)[:-1])
    return ending in SUFFIXES


def has_sentences(lines: list[str]) -> bool:
    """Whether lines have equal numbers of columns, and blank lines between sentences.

    A few lines with other numbers are mistakes, which the reader names.

    Example:
        >>> has_sentences(["the D", "cat N", ""] * 10)
        True
    """
    rows = [_columns(line) for line in lines if line.strip() and not line.startswith(DOCUMENT)]
    count, times = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    return (
        len(rows) >= ROWS
        and count > 1
        and times >= SHARE * len(rows)
        and any(not a.strip() and b.strip() for a, b in pairwise(lines))
    )


def has_tags(lines: list[str]) -> bool:
    """Whether the last words of lines occur again as tags do; those of verses hardly do.

    Example:
        >>> has_tags(["the D", "cat N", ""] * 10), has_tags(["my love", "oh dear", "be mine"])
        (True, False)
    """
    rows = [_columns(line) for line in lines if line.strip() and not line.startswith(DOCUMENT)]
    return OFTEN * len({row[-1] for row in rows}) <= len(rows)


def read_conll(path: Path) -> Table:
    """One sentence per row; a value of a column is the list of its strings.

    The columns are called 1, 2, …, or by their names in CoNLL-U. They are separated by tabs, or by
    spaces if a line has no tab. Comments, multiword tokens and empty nodes of CoNLL-U are left out.
    A line that begins with ``#`` is a comment if it has another number of columns than most; or if
    ``#`` stands alone above a sentence, before what no token has in its last column: in a file of
    two columns, ``# s12`` is a comment, ``# O`` and ``#sunny O`` are tokens.

    Raises:
        DataError: with file and line, if a line has more or fewer columns than most.
    """
    lines = lines_of(path)
    rows = [_columns(line) for line in lines]
    sure = [row for line, row in zip(lines, rows, strict=True) if row and not _perhaps_none(line)]
    sure = sure or [row for row in rows if row]
    counts = Counter(map(len, sure))
    count = counts.most_common(1)[0][0] if counts else 0
    last = Counter(row[-1] for row in sure)
    tabs = any("\t" in line for line in lines if not _perhaps_none(line))
    universal = count == len(UNIVERSAL) and (
        suffix_of(path) == ".conllu" or all(ID.fullmatch(row[0]) for row in sure)
    )
    sentences: list[tuple[int, list[list[str]]]] = []
    inside = False
    for number, (line, row) in enumerate(zip(lines, rows, strict=True), 1):
        if not row or line.startswith(DOCUMENT):
            inside = False
            continue
        above = row[0] == "#" and not inside and row[-1] not in last
        if line.startswith("#") and (above or len(row) != count or (tabs and "\t" not in line)):
            continue
        if len(row) != count:
            raise DataError(
                f"{path}:{number}: {len(row)} columns; expected {count}, as most lines have, or a "
                "blank line between sentences"
            )
        if universal and not WORD.fullmatch(row[0]):
            if ID.fullmatch(row[0]):
                continue
            raise DataError(
                f"{path}:{number}: the id {row[0]!r}; expected a number, as in 8, 8-9 or 8.1"
            )
        if not inside:
            sentences.append((number, []))
            inside = True
        sentences[-1][1].append(row)
    if sentences and _are_names(sentences[0][1][0], last):
        raise DataError(
            f"{path}:{sentences[0][0]}: the names of columns ({', '.join(sentences[0][1][0])}); "
            "expected a token: delete the line, the columns are called 1, 2, …"
        )
    for mark in ";,|":
        if count == 1 and all(mark in row[0] for row in sure):
            raise DataError(
                f"{path}: a column in each line, with {mark!r} in it; expected columns with tabs "
                "or spaces between: replace it by a tab"
            )
    if not sentences:
        raise DataError(f"{path}: no sentences; expected a token a line, and blank lines between")
    names = UNIVERSAL if universal else tuple(str(i + 1) for i in range(count))
    columns = {
        name: [[row[i] for row in rows] for _, rows in sentences] for i, name in enumerate(names)
    }
    return Table(path, columns, [line for line, _ in sentences])


def _are_names(row: list[str], last: Counter[str]) -> bool:
    """Whether the first row is names: words for what columns have, and a tag that is none."""
    said = [word.lower().rstrip("s").replace("_", "") for word in row]
    return last[row[-1]] == 1 and sum(word in NAMES for word in said) > 1 and len(said) > 1


def _perhaps_none(line: str) -> bool:
    """Whether a line may be no token but a comment, or stand between documents."""
    return line.startswith(("#", DOCUMENT))


def _columns(line: str) -> list[str]:
    return line.rstrip().split("\t") if "\t" in line.strip() else line.split()
