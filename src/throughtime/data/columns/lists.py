"""Lists in a cell of text, such as [0.5, 1] or 0.5 1."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Callable
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import number


def as_list(value: Any) -> Any:
    """The list that a text is, in brackets or as numbers with spaces between; any other value.

    Example:
        >>> as_list("0.5 1"), as_list("[1, 2]"), as_list("['a', 'b']"), as_list("a b")
        ([0.5, 1], [1, 2], ['a', 'b'], 'a b')
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("[") and text.endswith("]"):
        found = _read(text)
        return found if isinstance(found, list) else value
    words = text.split()
    if len(words) < 2 or any(number(word) is None for word in words):
        return value
    return [int(word) if re.fullmatch(r"[-+]?\d+", word) else float(word) for word in words]


def check_numbers(value: list[Any]) -> None:
    """Refuse a list of what is known and is no number: one printed short, or spans of a text.

    Raises:
        DataError: with what it is, and what to write.

    Example:
        >>> check_numbers(as_list("[1. 2. ... 9.]"))
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a list that was printed short (...), so numbers are not
        in the file; expected all of them: write them by tolist(), or a Parquet file
    """
    if _has(value, lambda v: v is ...):
        raise DataError(
            "a list that was printed short (...), so numbers are not in the file; expected all of "
            "them: write them by tolist(), or a Parquet file"
        )
    if _has(value, lambda v: isinstance(v, dict)) or all(map(_is_span, value)):
        raise DataError(
            "a list of objects or of spans of a text, which are not read; expected a list of "
            "numbers, or a tag for each token, as in CoNLL"
        )


def _has(value: list[Any], what: Callable[[Any], bool]) -> bool:
    return any(_has(v, what) if isinstance(v, list) else what(v) for v in value)


def _is_span(value: Any) -> bool:
    """Whether a value is as ``[0, 4, "PER"]``."""
    return isinstance(value, list) and [type(v) for v in value] == [int, int, str]


def _read(text: str) -> Any:
    """A list as JSON or Python writes it, or numbers as NumPy does, without commas."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return _of_words(text)


def _of_words(text: str) -> list[Any] | None:
    """A list of numbers, or of lists of them, with spaces or commas between; else None.

    Example:
        >>> _of_words("[[0. 1.5]\\n [nan 3. ]]"), _of_words("[a b]")
        ([[0.0, 1.5], [nan, 3.0]], None)
    """
    whole: list[Any] = []
    open_lists = [whole]
    for word in re.findall(r"[\[\]]|[^\s,\[\]]+", text):
        if word == "[":
            open_lists[-1].append([])
            open_lists.append(open_lists[-1][-1])
        elif word == "]":
            open_lists.pop()
            if not open_lists:
                return None
        elif word.lower() in NO_NUMBERS:
            open_lists[-1].append(NO_NUMBERS[word.lower()])
        elif (found := number(word)) is not None:
            open_lists[-1].append(found)
        else:
            return None
    return whole[0] if len(open_lists) == len(whole) == 1 and whole[0] else None


NO_NUMBERS = {"nan": math.nan, "none": math.nan, "inf": math.inf, "-inf": -math.inf, "...": ...}
"""What else stands in lists of numbers, which names a mistake rather than a text."""
