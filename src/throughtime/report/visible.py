"""Texts of which all can be seen."""

from __future__ import annotations

LONGEST = 160
"""So many characters of a value are shown."""


def visible(text: str, longest: int = LONGEST) -> str:
    """A text in one line: control characters as their pictures, and cut if it is long.

    Example:
        >>> visible("a\\tb"), visible("abcdef", longest=4)
        ('a⇥b', 'abc…')
    """
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    text = text.replace("\n", "↵").replace("\t", "⇥")
    plain = "".join(chr(0x2400 + ord(c)) if ord(c) < 32 else c for c in text)
    return plain.replace("\x7f", "\u2421").encode(errors="replace").decode()
