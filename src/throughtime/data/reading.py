"""The options of how a file is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from throughtime.data.errors import DataError

LARGEST = 64
"""The most rows or columns of pixels of a picture, where nothing else is said."""

FORMATS = ("lines", "running", "table", "conll", "series", "arrays", "fasta", "fasttext", "ucr")

OF_PICTURES = ("images", "pixels")
"""The options that concern pictures alone."""


@dataclass(frozen=True)
class Reading:
    """How a file is read; an option that is None follows from the file.

    Args:
        format: one of ``FORMATS``.
        input: the columns of x, separated by commas; each may end in ``:kind``, of several series
            in ``:known`` (in the future) or ``:past``.
        target: the column of y, which may end in ``:kind``; of a series, one or more columns.
        split: the column that says the part of each row; of a series also ``column:point``, the
            point in time where the test part begins.
        valid: a separate file to validate on.
        test: a separate file to test on.
        symbols: the symbols of a text without columns: characters, words, bytes, bpe or bpe:SIZE.
        rare: symbols with fewer occurrences in training than this are unknown.
        header: whether the first line of a delimited file names its columns.
        decimal: the decimal mark of numbers, ``.`` or ``,``; the other one marks thousands.
        sequence: the column whose value is the same in all rows of one sequence.
        images: the folder of the pictures that a file names.
        pixels: the most rows or columns of pixels of a picture; larger ones are scaled down.
        time: of several series, the column of the time, or columns, separated by commas.
        series: the column that says of which series a row is, or columns, separated by commas;
            ``columns``, if each column is a series.
        calendar: of several series, what of the time is an input: hour, weekday, month, year,
            ``holidays:DE`` or those of another country; or none.
    """

    format: str | None = None
    input: str | None = None
    target: str | None = None
    split: str | None = None
    valid: str | None = None
    test: str | None = None
    symbols: str | None = None
    rare: int = 1
    header: bool | None = None
    decimal: str | None = None
    sequence: str | None = None
    images: str | None = None
    pixels: int = LARGEST
    time: str | None = None
    series: str | None = None
    calendar: str | None = None

    @property
    def part_files(self) -> dict[str, Path]:
        """The separate files for valid and test, by part."""
        told = {"valid": self.valid, "test": self.test}
        return {part: Path(name) for part, name in told.items() if name is not None}

    def check_one_division(self) -> None:
        """Refuse two ways to divide the rows into parts.

        Raises:
            DataError: if there are both a column and files for them.
        """
        if self.split is not None and self.part_files:
            raise DataError(
                "--split and files for --valid or --test exclude each other; leave one out"
            )

    def resolved(self) -> Reading:
        """The same options with absolute paths, valid in every working directory."""
        valid, test, images = (
            None if path is None else str(Path(path).resolve())
            for path in (self.valid, self.test, self.images)
        )
        return replace(self, valid=valid, test=test, images=images)

    def told(self) -> list[str]:
        """The names of the options that were given."""
        return [name for name, value in vars(self).items() if value != getattr(Reading, name)]


AS_IT_IS = Reading()
"""No option is given: how a file is read follows from the file."""
