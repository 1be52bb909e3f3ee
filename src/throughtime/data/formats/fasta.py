"""FASTA and FASTQ: records of a name and a biological sequence, over one line or many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.files.text_file import lines_of
from throughtime.data.table.table import Table

SUFFIXES = (".fa", ".fasta", ".fna", ".faa", ".ffn", ".frn", ".fq", ".fastq")

COMMENT = ";"
"""What begins a line that is no part of a record, in FASTA."""

LETTERS = re.compile(r"[A-Za-z*.-]+")
"""Letters of nucleotides or amino acids, a stop (*) and gaps (-, .)."""

SURELY = re.compile(r"[A-Z*.-]+|[acgtun]+")
"""A line of a sequence that is no word of a text."""

Record = tuple[int, str, str, str]
"""The line that a record begins at, its name, its sequence, and the qualities of its letters."""


def read_fasta(path: Path) -> Table:
    """One record per row, with the columns ``id`` and ``sequence``, and of FASTQ also ``quality``.

    ``id`` is all of the line after ``>`` or ``@``. The lines of a sequence are joined.

    Raises:
        DataError: with file and line, if a record is not complete, or has what is no letter.
    """
    lines = [line.rstrip() for line in lines_of(path)]
    first = next((line for line in lines if line and not line.startswith(COMMENT)), "")
    if not first.startswith((">", "@")):
        raise DataError(
            f"{path}:{lines.index(first) + 1}: {first[:40]!r}; expected a record that begins with "
            "> (FASTA) or @ (FASTQ) and its name"
        )
    fastq = first.startswith("@")
    records = list(_fastq(path, lines) if fastq else _fasta(path, lines))
    columns = {"id": [r[1] for r in records], "sequence": [r[2] for r in records]}
    if fastq:
        columns["quality"] = [r[3] for r in records]
    return Table(path, columns, [r[0] for r in records])


def has_records(lines: list[str]) -> bool:
    """Whether lines are the beginning of a FASTA or FASTQ file beyond doubt.

    Example:
        >>> has_records([">a", "ACGT", "AC", ">b", "GT"]), has_records(["> so he said", "Yes."])
        (True, False)
        >>> has_records(["@r1", "ACGT", "+", "IIII"])
        True
    """
    if len(lines) > 1 and lines[0].startswith(">"):
        rows = [line.rstrip() for line in lines if line.strip()]
        named = all(len(row) > 1 and not row[1].isspace() for row in rows if row[0] == ">")
        return named and all(row[0] == ">" or SURELY.fullmatch(row) for row in rows)
    return (
        len(lines) > 3
        and lines[0].startswith("@")
        and LETTERS.fullmatch(lines[1].rstrip()) is not None
        and lines[2].rstrip() in ("+", "+" + lines[0].rstrip()[1:])
        and len(lines[1].rstrip()) == len(lines[3].rstrip())
    )


def _fasta(path: Path, lines: list[str]) -> Iterator[Record]:
    begin, name, parts = 0, "", list[str]()
    for number, line in enumerate([*lines, ">"], 1):
        if line.startswith(">"):
            if begin and not parts:
                raise DataError(f"{path}:{begin}: no sequence below {name!r}; expected its letters")
            if begin:
                yield begin, name, "".join(parts), ""
            begin, name, parts = number, line[1:].strip(), []
        elif line and not line.startswith(COMMENT):
            parts.append(_letters(path, number, line))


def _fastq(path: Path, lines: list[str]) -> Iterator[Record]:
    at = 0
    while at < len(lines):
        begin, head = at + 1, lines[at]
        at += 1
        if not head:
            continue
        if not head.startswith("@"):
            raise DataError(f"{path}:{begin}: {head[:40]!r}; expected a record's @ and name")
        sequence = quality = ""
        while at < len(lines) and not lines[at].startswith("+"):
            sequence += _letters(path, at + 1, lines[at])
            at += 1
        at += 1  # the line of +
        while at < len(lines) and len(quality) < len(sequence):
            quality += lines[at]
            at += 1
        if not sequence or len(quality) != len(sequence):
            raise DataError(
                f"{path}:{begin}: {len(sequence)} letters with {len(quality)} qualities; expected "
                "a sequence, a line with +, and a quality for each letter"
            )
        yield begin, head[1:].strip(), sequence, quality


def _letters(path: Path, number: int, line: str) -> str:
    if LETTERS.fullmatch(line) is None:
        wrong = next((letter for letter in line if LETTERS.fullmatch(letter) is None), "")
        raise DataError(
            f"{path}:{number}: {wrong!r} in a sequence; expected letters, *, - and . alone"
        )
    return line
