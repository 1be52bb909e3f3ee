"""A running text: one long row, without an end."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.files.text_file import text_of
from throughtime.data.splitting import PARTS
from throughtime.data.text import characters
from throughtime.data.vocabulary import Vocabulary

FEWEST = 1_000
"""Characters of a text of which a part can be held out."""


def read_running(path: Path) -> Dataset:
    """A UTF-8 text as one sequence of characters, line ends included.

    The first 80 % are for training, the next 10 % for validation, the last for test.

    Raises:
        DataError: if the file cannot be read, is not UTF-8, or is shorter than 1,000 characters.
    """
    text = text_of(path)
    if len(text) < FEWEST:
        raise DataError(f"{path}: {len(text):,} characters; expected at least {FEWEST:,}")
    cuts = [0, len(text) * 8 // 10, len(text) * 9 // 10, len(text)]
    parts = {part: [text[cuts[i] : cuts[i + 1]]] for i, part in enumerate(PARTS)}
    vocabulary = Vocabulary.build(parts["train"], unknown=True)
    description = f"the {len(text):,} characters of {path}"
    return characters(path.stem, description, parts, vocabulary, running=True)
