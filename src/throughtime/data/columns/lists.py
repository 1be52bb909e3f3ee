"""Lists of numbers that a cell has as a text."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from throughtime.data.number import number


def is_list(value: Any) -> bool:
    """Whether a text is two numbers or more with spaces between, or a list in brackets."""
    if not isinstance(value, str):
        return False
    text = value.strip()
    if text.startswith("[") and text.endswith("]"):
        return isinstance(_read(text), list)
    words = text.split()
    return len(words) > 1 and all(number(word) is not None for word in words)


def as_list(value: Any) -> Any:
    """The list that a text is; any other value as it is.

    Example:
        >>> as_list("0.5 1"), as_list("[1, 2]"), as_list("['a', 'b']"), as_list("a b")
        ([0.5, 1], [1, 2], ['a', 'b'], 'a b')
    """
    if not is_list(value):
        return value
    if value.strip().startswith("["):
        return _read(value.strip())
    return [int(word) if re.fullmatch(r"[-+]?\d+", word) else float(word)
            for word in value.split()]  # fmt: skip


def _read(text: str) -> Any:
    """A list as JSON or Python writes it, or numbers as NumPy does, without commas."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    words = text[1:-1].split()
    numbers = [number(word) for word in words]
    return numbers if words and None not in numbers else None
