"""How a file is read: what ``throughtime train FILE`` can be told of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

FORMATS = ("lines", "running", "table", "conll", "series", "arrays")


@dataclass(frozen=True)
class Reading:
    """What follows from the file where it is left out.

    Args:
        format: one of ``FORMATS``.
        input: the columns that x is made of, with commas between; each may end in ``:kind``.
        target: the column that y is, likewise; of a series one or more.
        split: the column that says which part a row belongs to; of a series also ``column:point``,
            where the test part begins.
        valid: a file to validate on.
        test: a file to test on.
        symbols: what a text without columns is cut into: characters, words, bytes, bpe, bpe:SIZE.
        rare: symbols that training has fewer times are unknown.
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
    def own(self) -> dict[str, Path]:
        """The files of their own that parts have."""
        told = {"valid": self.valid, "test": self.test}
        return {part: Path(name) for part, name in told.items() if name is not None}

    def resolved(self) -> Reading:
        """The same with absolute paths, which hold wherever a run is read again."""
        valid, test = (str(own.resolve()) if (own := self.own.get(part)) else None
                       for part in ("valid", "test"))  # fmt: skip
        return replace(self, valid=valid, test=test)

    def told(self) -> list[str]:
        """The names of what is not left out."""
        return [name for name, value in vars(self).items() if value != getattr(Reading, name)]


AS_IT_IS = Reading()
"""Nothing is told of how a file is read."""
