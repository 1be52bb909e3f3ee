"""What is wrong with one row: reading ends there, or the row is set aside and reading goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from throughtime.data.errors import DataError


class Fault(NamedTuple):
    """A row that cannot be read.

    Args:
        line: the line that it begins at.
        reason: what is wrong, with file and line.
    """

    line: int
    reason: str


_ASIDE: ContextVar[list[Fault] | None] = ContextVar("_ASIDE", default=None)


@contextmanager
def setting_aside() -> Iterator[list[Fault]]:
    """A context in which rows that cannot be read are left out, and are in the list that it gives.

    So it is only where each row stands by itself, as JSON on a line does. In delimited text a row
    with another number of cells puts in doubt how all others were cut.

    Example:
        >>> with setting_aside() as faults:
        ...     fault(7, "a.jsonl:7: not JSON")
        >>> faults
        [Fault(line=7, reason='a.jsonl:7: not JSON')]
    """
    faults: list[Fault] = []
    before = _ASIDE.set(faults)
    try:
        yield faults
    finally:
        _ASIDE.reset(before)


def fault(line: int, reason: str) -> None:
    """Say what is wrong with a row that stands by itself.

    Raises:
        DataError: with the reason, unless such rows are set aside.
    """
    error = DataError(reason)
    aside = _ASIDE.get()
    if aside is None:
        raise error
    aside.append(Fault(line, str(error)))
