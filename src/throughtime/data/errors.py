"""What is wrong with data."""

from __future__ import annotations


class DataError(ValueError):
    """Data that cannot be read or used; the message begins with the file and line, if any.

    It is one line, whatever the names and values are that it repeats.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message.replace("\r", "\\r").replace("\n", "\\n"))
