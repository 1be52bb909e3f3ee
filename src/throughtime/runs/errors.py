"""The error for runs that cannot be used."""

from __future__ import annotations


class RunError(ValueError):
    """A run's folder that cannot be created, read or used in this way."""
