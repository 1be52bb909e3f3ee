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
    """The list that a text is, in brackets or as numbers with a mark between; any other value.

    Example:
        >>> as_list("0.5 1"), as_list("[1, 2]"), as_list("['a', 'b']"), as_list("a b")
        ([0.5, 1], [1, 2], ['a', 'b'], 'a b')
        >>> as_list("['a' 'b']"), as_list("('a', 'b')"), as_list("{a,b}"), as_list("0.5|1")
        (['a', 'b'], ['a', 'b'], ['a', 'b'], [0.5, 1])
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if (printed := PRINTED.fullmatch(text)) is not None:
        text = printed[1]
    if text[:1] in BRACKETS and text.endswith(BRACKETS[text[0]]):
        found = _read(text)
    elif text[:1] in FIRST:
        found = _of_numbers(text)
    else:
        return value
    return value if found is None else found


def is_bracketed(text: str) -> bool:
    """Whether a text is a list in brackets.

    Example:
        >>> is_bracketed("['a']"), is_bracketed("[a, b"), is_bracketed("1 2")
        (True, False, False)
    """
    return text.strip()[:1] in BRACKETS and isinstance(as_list(text), list)


BRACKETS = {"[": "]", "(": ")", "{": "}"}
"""What lists, tuples and sets stand in."""

PRINTED = re.compile(r"(?:array|tensor)\((\[.*\])(?:,\s*dtype=[\w.']+)?\)", re.DOTALL)
"""An array as NumPy or PyTorch prints it."""

FIRST = frozenset("0123456789+-.")
"""What a number may begin with."""

TEXT = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
TEXTS = re.compile(rf"\[\s*(?:{TEXT})(?:\s+(?:{TEXT}|\.\.\.))+\s*\]")
"""Texts as NumPy prints them, with spaces between, which Python would join to one."""

NAMES = re.compile(r"\{([^{}:'\"\s][^{}:'\"]*)\}")
"""A list as PostgreSQL writes it."""


def check_values(value: list[Any]) -> None:
    """Refuse a list of what is known and is no value: one printed short, or spans of a text.

    Raises:
        DataError: with what it is, and what to write.

    Example:
        >>> check_values(as_list("[1. 2. ... 9.]"))
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a list that was printed short (...), so values are not
        in the file; expected all of them: write them by tolist(), or a Parquet file
    """
    if _has(value, lambda v: v is ...):
        raise DataError(
            "a list that was printed short (...), so values are not in the file; expected all of "
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


def _read(text: str) -> list[Any] | None:
    """A list as JSON, Python, NumPy or PostgreSQL writes it; else None."""
    if TEXTS.fullmatch(text):
        return [ast.literal_eval(word) for word in re.findall(rf"{TEXT}|\.\.\.", text)]
    if text[0] == "{":  # a set, whose order Python would lose
        if (names := NAMES.fullmatch(text)) is not None:
            return [_plain(name) for name in names[1].split(",")]
        text = f"[{text[1:-1]}]"
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return list(found) if isinstance(found, list | tuple) else None
    return _of_words(text)


def _of_numbers(text: str) -> list[Any] | None:
    """Numbers without brackets, with spaces or one mark between; else None.

    A comma may also be a decimal one, or mark thousands: then it is none. Codes with noughts
    before them, such as 030, are no numbers.

    Example:
        >>> _of_numbers("1;2.5"), _of_numbers("1,2,3"), _of_numbers("1,5"), _of_numbers("1,234,567")
        ([1, 2.5], [1, 2, 3], None, None)
    """
    mark = next((mark for mark in "|;," if mark in text), None)
    words = text.split(mark)
    if len(words) < 2 or any(number(word) is None or CODE.match(word) for word in words):
        return None
    if mark == "," and ", " not in text:
        whole = all("." not in word for word in words[:-1])
        if whole and (len(words) == 2 or THOUSANDS.fullmatch(text)):
            return None
    return [_plain(word) for word in words]


CODE = re.compile(r"\s*[-+]?0\d")
"""How a code with noughts before it begins, such as the 030 of a telephone."""

THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?")
"""A number with commas between thousands, as in 1,234,567 or, in India, 12,34,567."""


def _plain(word: str) -> int | float | str:
    """A number as an int where it is written so; another word without spaces around it."""
    word = word.strip()
    if re.fullmatch(r"[-+]?\d+", word):
        return int(word)
    found = number(word)
    return word if found is None else found


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
        elif word.lower() in OTHERS:
            open_lists[-1].append(OTHERS[word.lower()])
        elif number(word) is not None and not CODE.match(word):
            open_lists[-1].append(_plain(word))
        else:
            return None
    return whole[0] if len(open_lists) == len(whole) == 1 and whole[0] else None


OTHERS = {
    **{"nan": math.nan, "none": math.nan, "inf": math.inf, "-inf": -math.inf, "...": ...},
    **{"true": True, "false": False},
}
"""What else stands in lists of numbers: flags, or what names a mistake rather than a text."""
