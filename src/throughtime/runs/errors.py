"""What goes wrong with runs, as opposed to data."""

from __future__ import annotations


class RunError(ValueError):
    """A run's folder that cannot be made, or read."""
