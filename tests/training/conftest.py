"""Small data to train on."""

import random
from pathlib import Path

import pytest

from throughtime.data import Dataset, load


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Made-up words of syllables, from a file."""
    return load(write_words(tmp_path_factory.mktemp("words") / "words.txt"))


def write_words(path: Path) -> Path:
    """A file of 200 such words, the same each time."""
    draw = random.Random(0)
    lines = ["".join(draw.choices(("ba", "no", "ti"), k=draw.randint(1, 4))) for _ in range(400)]
    path.write_text("\n".join(dict.fromkeys(lines)) + "\n")
    return path
