"""What is right, made wrong in one of many ways that a seed decides."""

from __future__ import annotations

import copy
import json
import math
from random import Random
from typing import Any

WORDS = (
    *(b"", b"\n", b"\n\n", b"\r", b"\r\n", b" ", b"\t", b",", b";", b"|", b'"', b'""', b"#", b":"),
    *(b"0", b"-1", b"1e308", b"1e999", b"nan", b"-inf", b"9" * 40, b"null", b"true", b"{}", b"[]"),
    *(b"{", b"}", b"[" * 3000, b"\\ud800", b"\x00", b"\xff", b"\xc3", b"\xef\xbb\xbf"),
    *("\N{REPLACEMENT CHARACTER}".encode(), "\u2028".encode(), "\N{SNOWMAN}".encode()),
)
"""What readers of files may stumble over."""

ODD: tuple[Any, ...] = (
    *(None, True, False, "", " ", "a", "\n", "\r\n", "\ud800", "\0", "\N{REPLACEMENT CHARACTER}"),
    *(0, 1, -1, 2**31, 2**63, 10**400, 0.5, -0.0, 1e-320, 1e308, math.nan, -math.inf),
    *([], [[]], [0], [[1], [1, 2]], [1, "a"], ["a", ""], [None], {}, {"a": 1}, "1,2", "a:label"),
)
"""Values that may stand where others are expected."""


def damaged(draw: Random, whole: bytes) -> bytes:
    """Bytes that differ from these in one to four places."""
    for _ in range(draw.choice((1, 1, 2, 4))):
        a, b = sorted(draw.randrange(len(whole) + 1) for _ in "ab")
        near = min(b, a + draw.choice((1, 2, 8, 100)))
        lines = whole.split(b"\n")
        i, j = draw.randrange(len(lines)), draw.randrange(len(lines))
        whole = draw.choice(
            (
                lambda a=a, w=whole: w[:a],
                lambda a=a, b=near, w=whole: w[:a] + w[b:],
                lambda a=a, b=near, w=whole: w[:b] + w[a:b] * draw.choice((1, 3, 200)) + w[b:],
                lambda a=a, b=near, w=whole: w[:a] + draw.randbytes(b - a) + w[b:],
                lambda a=a, w=whole: w[:a] + draw.choice(WORDS) + w[a:],
                lambda a=a, b=near, w=whole: w[:a] + draw.choice(WORDS) + w[b:],
                lambda i=i, j=j, v=lines: b"\n".join([*v[:i], v[j], *v[i + 1 :]]),
                lambda i=i, v=lines: b"\n".join(v[:i] + v[i + 1 :]),
                lambda i=i, v=lines: b"\n".join([*v[:i], draw.choice(WORDS), *v[i + 1 :]]),
            )
        )()
    return whole


def odd(draw: Random, value: Any) -> Any:
    """A value as JSON has them, with something else in one to three places."""
    value = copy.deepcopy(value)
    for _ in range(draw.choice((1, 1, 2, 3))):
        value = _odd(draw, value)
    return value


def _odd(draw: Random, value: Any) -> Any:
    keys: list[Any] = list(value) if isinstance(value, dict) else []
    if isinstance(value, list):
        keys = list(range(len(value)))
    if not keys or draw.random() < 0.15:
        return copy.deepcopy(draw.choice(ODD))
    key, what = draw.choice(keys), draw.random()
    if what < 0.1:
        del value[key]
    elif what < 0.2 and isinstance(value, list):
        value.insert(key, value[key])
    elif what < 0.2:
        value[draw.choice(("", "a", "kind", "\ud800"))] = value[key]
    else:
        value[key] = _odd(draw, value[key])
    return value


def json_lines(rows: list[Any]) -> bytes:
    """An object a line."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
