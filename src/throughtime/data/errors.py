"""What is wrong with data."""

from __future__ import annotations


class DataError(ValueError):
    """Data that cannot be read or used; the message begins with the file and line, if any."""
