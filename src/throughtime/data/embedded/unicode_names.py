"""The names of all characters: short sequences that end."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

from throughtime.data.dataset import Dataset
from throughtime.data.splitting import split
from throughtime.data.text import characters
from throughtime.data.vocabulary import Vocabulary


def unicode_names() -> Dataset:
    """The Unicode names that someone had to think of, as sequences of characters.

    Left out are the names that are made by rule from the number of the character, three of four:
    CJK UNIFIED IDEOGRAPH-4E00 and its like, and the Hangul syllables. How many names there are
    depends on Python's version of Unicode; the part that a name falls in does not.
    """
    parts = split(_names())
    return characters(
        "unicode-names",
        f"names of characters in Unicode {unicodedata.unidata_version}, without those by rule",
        parts,
        Vocabulary.build(parts["train"]),
    )


def _names() -> Iterator[str]:
    for code in range(sys.maxunicode + 1):
        name = unicodedata.name(chr(code), "")
        if name and not name.endswith(f"-{code:04X}") and not name.startswith("HANGUL SYLLABLE "):
            yield name
