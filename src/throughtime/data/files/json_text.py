"""Parse JSON from untrusted files."""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from typing import Any

SPACES = " \t\r\n"
"""What may stand between two parts of JSON."""

JSON = (
    "JSON; name it .json if it is a table, such as a list of objects, and .jsonl if it has an "
    "object in every line"
)
"""What a text is that is called something else."""

COMMENTS = ("//", "/*", "#")
"""What begins a comment in files that are nearly JSON."""


def from_json(text: str) -> Any:
    r"""The value of a JSON text; NaN, which Python writes for a missing number, is None.

    Raises:
        ValueError: if the text is not JSON, is nested too deeply, has a key twice in an object, or
            has a lone surrogate.

    Example:
        >>> from_json('{"a": [1, "\\u2603", NaN]}')
        {'a': [1, '☃', None]}
        >>> from_json('["\\ud800"]')
        Traceback (most recent call last):
        ...
        ValueError: '\ud800' in it is half of a character (a lone surrogate)
    """
    value, end = next_json(text, skip(text, 0))
    if (end := skip(text, end)) < len(text):
        raise JSONDecodeError("Extra data", text, end)
    return value


def next_json(text: str, at: int) -> tuple[Any, int]:
    """The JSON value that begins at a place in a text, and the place after it.

    Raises:
        ValueError: as :func:`from_json`.

    Example:
        >>> next_json('{"a": 1} 2', 0)
        ({'a': 1}, 8)
    """
    try:
        value, end = DECODER.raw_decode(text, at)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if text.find("\\u", at, end) >= 0:
        _check_surrogates(value)
    return value, end


def skip(text: str, at: int) -> int:
    """The next place that is no white space.

    Example:
        >>> skip("   a", 0)
        3
    """
    while at < len(text) and text[at] in SPACES:
        at += 1
    return at


def why(error: ValueError) -> str:
    """Why a text is not JSON, and what to do about it where that is known.

    Example:
        >>> try:
        ...     from_json("[1, 2,]")
        ... except ValueError as error:
        ...     why(error)
        'a comma before ]: delete it'
    """
    if not isinstance(error, JSONDecodeError):
        return str(error)
    at = skip(error.doc, error.pos)
    rest, before = error.doc[at : at + 2], error.doc[:at].rstrip()[-1:]
    if rest.startswith(COMMENTS):
        return "a comment, which JSON does not have: delete it"
    if error.msg.startswith("Invalid control character"):
        return (
            r"a quoted text that does not end on its line: close it, or write \n and \t inside it"
        )
    if error.msg == "Extra data":
        more = "a comma" if rest[:1] == "," else "more"
        return f"{more} after the value: delete it"
    if rest[:1] == "'":
        return "single quotes, as Python has them: write it by json.dumps"
    if rest[:1] in ("]", "}") and (before == "," or error.doc[error.pos : error.pos + 1] == ","):
        return f"a comma before {rest[:1]}: delete it"
    return error.msg


def is_json(lines: list[str]) -> bool:
    """Whether the first megabyte is JSON, or begins a longer object or list of objects."""
    if not lines[0].lstrip().startswith(("{", "[")):
        return False
    for text in (lines[0], "\n".join(lines)):
        try:
            found = from_json(text)
        except ValueError:
            continue
        if isinstance(found, dict) or all(line.lstrip().startswith("[") for line in lines):
            return True
    return re.match(r"[\[\s]*\{\s*\"[^\"]*\"\s*:", "\n".join(lines)) is not None


def _check_surrogates(value: Any) -> None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            half = error.object[error.start]
            raise ValueError(f"{half!r} in it is half of a character (a lone surrogate)") from None
    elif isinstance(value, dict | list):
        for part in (*value, *value.values()) if isinstance(value, dict) else value:
            _check_surrogates(part)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; where a key stands twice, one of the values would be lost without a word."""
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for i, key in enumerate(keys) if key in keys[:i])
        raise ValueError(f"the key {twice!r} stands twice in an object: rename one")
    return made


def _constant(name: str) -> float | None:
    return None if name == "NaN" else float(name)


DECODER = JSONDecoder(object_pairs_hook=_unique, parse_constant=_constant)
