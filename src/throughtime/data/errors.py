"""The error for data that cannot be used."""

from __future__ import annotations


class DataError(ValueError):
    """Data that cannot be read or used; the message begins with the file and line, if any.

    The message is one line: line ends in quoted names and values are escaped.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message.replace("\r", "\\r").replace("\n", "\\n"))
