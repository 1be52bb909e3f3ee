"""Parse JSON from untrusted files."""

from __future__ import annotations

import json
from typing import Any


def from_json(text: str) -> Any:
    r"""The value of a JSON text.

    Raises:
        ValueError: if the text is not JSON, is nested too deeply, or has a lone surrogate.

    Example:
        >>> from_json('{"a": [1, "\\u2603"]}')
        {'a': [1, '☃']}
        >>> from_json('["\\ud800"]')
        Traceback (most recent call last):
        ...
        ValueError: '\ud800' in it is half of a character (a lone surrogate)
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if "\\u" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            half = error.object[error.start]
            raise ValueError(f"{half!r} in it is half of a character (a lone surrogate)") from None
    return value
