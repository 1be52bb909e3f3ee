"""Small files to read, as tests write them."""

from collections.abc import Callable
from pathlib import Path

Write = Callable[[str, str | bytes], Path]
"""Writes a file of a name, and returns its path."""
