"""Which format a file has: by its first bytes, its ending, and what its lines are."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.files import signature
from throughtime.data.files.foreign import true_name
from throughtime.data.files.json_text import JSON, is_json
from throughtime.data.files.opening import stem_of, suffix_of
from throughtime.data.files.text_file import blocks_of
from throughtime.data.formats import arrays, conll, fasta, fasttext, ucr
from throughtime.data.formats.captions.captions import captions_reader
from throughtime.data.formats.sheets.dialect import DELIMITERS
from throughtime.data.formats.tables import is_table, read_table
from throughtime.data.numbers.number import number
from throughtime.data.reading import Reading
from throughtime.data.table.table import Table
from throughtime.data.times.times import times_of

READERS: dict[str, Callable[[Path], Table]] = {
    "conll": conll.read_conll,
    "fasta": fasta.read_fasta,
    "fasttext": fasttext.read_fasttext,
    "ucr": ucr.read_ucr,
}
"""The formats, other than tables, that are read as named columns."""

OF_ROWS = ("table", *READERS)
"""The formats that are read as named columns."""

COLUMNS = {
    "fasta": (None, "sequence:characters"),
    "fasttext": ("text:characters", "label:label"),
    "ucr": ("series:numbers", "label:label"),
}
"""The columns of x and of y, with their kinds, of formats in which they are always the same."""

TEXT = ("", ".txt", ".text", ".md")
"""Endings of texts: only other endings say so little that sentences in columns are looked for."""

ENOUGH_LINES = 20
"""So many lines with equal numbers of commas are not a coincidence."""


def read_rows(path: Path, reading: Reading) -> Table:
    """Read a file of rows, or a folder of pictures with captions, as a table.

    Raises:
        DataError: with file and line, if it cannot be read.
    """
    if reading.format not in (None, "table"):
        return READERS[reading.format](path)
    captions = captions_reader(path)
    return read_table(path, reading) if captions is None else captions(path)


def known_format(path: Path) -> str | None:
    """The format of a file if it is sure, by its first bytes, its ending or all of its lines.

    Returns:
        None for any other text.

    Raises:
        DataError: if the file cannot be read, or is of a kind that is not read, by its true name.
    """
    if path.is_dir():
        return "table"
    ending, kind = suffix_of(path), signature.kind_of(path)
    if kind is not None:
        if kind in signature.TABLES:
            return "table"
        if kind in signature.ARRAYS or (kind is signature.ZIP and ending == ".npz"):
            return "arrays"
        raise signature.refuse(path, kind)
    if ending in fasta.SUFFIXES:
        return "fasta"
    if ending in arrays.SUFFIXES:
        return "arrays"
    named = ending in (".tsv", *TEXT) and stem_of(path).upper().endswith(("_TRAIN", "_TEST"))
    if named and ucr.may_be_ucr(_first_lines(path)):
        return "ucr"
    if conll.is_conll(path):
        return "conll"
    if is_table(path) or captions_reader(path) is not None:
        return "table"
    lines = _first_lines(path)
    if fasta.has_records(lines):
        return "fasta"
    if fasttext.has_labels(lines):
        return "fasttext"
    tagged = ending not in TEXT and conll.has_sentences(lines) and conll.has_tags(lines)
    if tagged and true_name(lines, ending) is None:
        return "conll"
    return None


def format_of(path: Path, reading: Reading) -> str:
    """The format of a file to train on; a text in which every line says more is asked about.

    Raises:
        DataError: as :func:`known_format`; or if the file can be read in two ways, with both.
    """
    known = known_format(path)
    if known == "table" and not any((reading.input, reading.target, reading.split)):
        _check_no_series_in_rows(path)
    if known is not None:
        return known
    first = _first_lines(path)
    lines = [line for line in first if line.strip()]
    if not lines:
        return "lines"  # whose reader says that there are none
    if name := true_name(lines, suffix_of(path)):
        raise DataError(f"{path}: {name}")
    if is_json(lines):
        raise DataError(f"{path}: {JSON}; or give --format lines to model its text")
    if conll.has_sentences(first):
        told: str | None = (
            "every line has as many columns, and there are blank lines between; give --format "
            "conll for sentences with a word and its tags in each line"
        )
        as_told = "conll"
    else:
        told, as_told = _ways(lines), "table"
    if reading.input is not None or reading.target is not None or reading.split is not None:
        return as_told if told else "lines"  # whose reader says that it has no columns
    if told and reading.symbols is None:
        raise DataError(f"{path}: {told}, or give --format lines to model the text of the lines")
    return "lines"


def _check_no_series_in_rows(path: Path) -> None:
    """Refuse to guess at lines of numbers without names, of which one is a class.

    Raises:
        DataError: with both ways of reading them.
    """
    if suffix_of(path) not in (".csv", ".tsv") or signature.kind_of(path) is not None:
        return
    lines = [line.replace(";", " ") for line in _first_lines(path)]
    turned = [" ".join(reversed(ucr.fields(line))) for line in lines]
    if ucr.may_be_ucr(lines):
        way = "give --format ucr if the first is the class of the series after it"
    elif ucr.may_be_ucr(turned):
        way = (
            "if the last is the class of the series before it, write it first and give --format ucr"
        )
    else:
        return
    raise DataError(
        f"{path}: every line is numbers; {way}, or --format series if each line is a step of a "
        "series"
    )


def _ways(lines: list[str]) -> str | None:
    """What lines that are more than text have, and the format for it; None if they are text."""
    rows = [ucr.fields(line) for line in lines]
    if len(lines) > 1 and all(_is_number(word) for row in rows for word in row):
        if ucr.may_be_ucr(lines):
            return (
                "every line is numbers, the first a whole one; give --format ucr if it is the "
                "class of the series after it, --format series if each line is a step of a series"
            )
        if len({len(row) for row in rows}) == 1:
            many = "a number" if len(rows[0]) == 1 else f"{len(rows[0])} numbers"
            return f"every line is {many}; give --format series for a series with a step in each"
        spaced = (
            "" if all("," not in line for line in lines) else "write spaces for the commas and "
        )
        return (
            f"every line is numbers, of different length; {spaced}give --symbols words if each "
            'number is a symbol, write {"y": [1.5, 2]} in each line of a .jsonl for series of them'
        )
    if _are_times_and_numbers(lines):
        return (
            "every line is a time and numbers; write a tab after each, and name the file "
            ".tsv, for a series with a step in each line"
        )
    if found := _labels_before(lines):
        return (
            f"every line begins with one of {', '.join(found)}; write a tab after it, and name the "
            "file .tsv, if that is its label"
        )
    for delimiter in DELIMITERS:
        tabs = delimiter == "\t"  # in files with tabs, quotes are often no quotes
        rows = list(
            csv.reader(
                lines,
                delimiter=delimiter,
                quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
            )
        )
        counts = {len(row) for row in rows}
        if len(counts) != 1 or counts == {1}:
            continue
        count = counts.pop()
        quoted = any(f'{delimiter}"' in line or line.startswith('"') for line in lines)
        tight = not any(f"{delimiter} " in line for line in lines)  # as in no sentence
        if tabs or (len(lines) >= ENOUGH_LINES and (count > 2 or quoted or tight)):
            name = "a tab" if tabs else repr(delimiter)
            return (
                f"every line has {count} columns with {name} between; give --format table to read "
                "them as columns"
            )
    return None


def _labels_before(lines: list[str]) -> list[str]:
    """The few whole numbers with which lines of text begin; none if there are others."""
    begins = [line.split(maxsplit=1) for line in lines]
    if len(lines) < ENOUGH_LINES or any(len(words) < 2 or "\t" in words[0] for words in begins):
        return []
    found = sorted({words[0] for words in begins})
    whole = all(re.fullmatch(r"[-+]?\d", word) for word in found)
    return found if whole and len(found) > 1 else []


def _are_times_and_numbers(lines: list[str]) -> bool:
    """Whether every line is a time, of up to three words, and numbers after it."""
    rows = [line.split() for line in lines]
    if len(rows) < 2 or any(number(row[-1].replace(",", ".")) is None for row in rows):
        return False
    for count in range(1, 4):
        after = [word.replace(",", ".") for row in rows for word in row[count:]]
        if any(len(row) <= count for row in rows) or any(number(word) is None for word in after):
            continue
        before = [" ".join(row[:count]) for row in rows]
        if all(map(CLOCK.fullmatch, before)) or times_of(before) is not None:
            return True
    return False


CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?")
"""A time without a day."""


def _is_number(word: str) -> bool:
    """Whether a word is a number; with noughts before it (0110) it is a string of symbols."""
    return number(word) is not None and re.match(r"[-+]?0\d", word) is None


def _first_lines(path: Path) -> list[str]:
    """The lines of the first block of a text, without one that the block has cut."""
    blocks = blocks_of(path)
    first = next(blocks)
    lines = first.split("\n")
    return lines[:-1] if len(lines) > 1 else lines
