"""One place where the maths is made wrong, and where it should be noticed."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """One change of one file of ``src/throughtime``, and the tests that should see it first."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return f"{self.file}: {self.what}"
