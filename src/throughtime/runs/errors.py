"""The errors for configurations and runs that cannot be used."""

from __future__ import annotations


class ConfigError(ValueError):
    """An invalid configuration; the message names the key and the values that it may have."""


class RunError(ValueError):
    """A run's folder that cannot be created, read or used in this way."""
