"""The options of how a file is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

FORMATS = ("lines", "running", "table", "conll", "series", "arrays", "fasta", "fasttext", "ucr")


@dataclass(frozen=True)
class Reading:
    """How a file is read; an option that is None follows from the file.

    Args:
        format: one of ``FORMATS``.
        input: the columns of x, separated by commas; each may end in ``:kind``.
        target: the column of y, which may end in ``:kind``; of a series, one or more columns.
        split: the column that says the part of each row; of a series also ``column:point``, the
            point in time where the test part begins.
        valid: a separate file to validate on.
        test: a separate file to test on.
        symbols: the symbols of a text without columns: characters, words, bytes, bpe or bpe:SIZE.
        rare: symbols with fewer occurrences in training than this are unknown.
    """

    format: str | None = None
    input: str | None = None
    target: str | None = None
    split: str | None = None
    valid: str | None = None
    test: str | None = None
    symbols: str | None = None
    rare: int = 1

    @property
    def part_files(self) -> dict[str, Path]:
        """The separate files for valid and test, by part."""
        told = {"valid": self.valid, "test": self.test}
        return {part: Path(name) for part, name in told.items() if name is not None}

    def resolved(self) -> Reading:
        """The same options with absolute paths, valid in every working directory."""
        valid, test = (str(file.resolve()) if (file := self.part_files.get(part)) else None
                       for part in ("valid", "test"))  # fmt: skip
        return replace(self, valid=valid, test=test)

    def told(self) -> list[str]:
        """The names of the options that were given."""
        return [name for name, value in vars(self).items() if value != getattr(Reading, name)]


AS_IT_IS = Reading()
"""No option is given: how a file is read follows from the file."""
