"""Checksums inside files, which show whether a file is as it was written."""

from __future__ import annotations

import re
from hashlib import sha256

BLANK = "0" * 64
"""What stands in place of the checksum while it is made."""

SEAL = re.compile(rb'"checksum": ?"([0-9a-f]{64})"')
"""The checksum in JSON; inside a text it would have backslashes before the quotes."""


def sealed(content: bytes) -> bytes:
    """JSON whose first key ``checksum`` is :data:`BLANK`, with SHA-256 of all of it there instead.

    Example:
        >>> whole = sealed(b'{"checksum": "%s", "a": 1}' % BLANK.encode())
        >>> is_sealed(whole), is_sealed(whole.replace(b"1}", b"2}")), is_sealed(b"{}")
        (True, False, False)
    """
    found = SEAL.search(content)
    assert found is not None
    return _with(sha256(content).hexdigest().encode(), found, content)


def is_sealed(content: bytes) -> bool:
    """Whether content has a checksum, and is as it was when :func:`sealed` made it."""
    found = SEAL.search(content)
    if found is None:
        return False
    blank = _with(BLANK.encode(), found, content)
    return sha256(blank).hexdigest().encode() == found[1]


def checksum(content: bytes) -> str:
    """The checksum in content that :func:`sealed` made.

    Example:
        >>> checksum(b'{"checksum": "%s"}' % BLANK.encode()) == BLANK
        True
    """
    found = SEAL.search(content)
    assert found is not None
    return found[1].decode()


def _with(digits: bytes, found: re.Match[bytes], content: bytes) -> bytes:
    return content[: found.start(1)] + digits + content[found.end(1) :]
