"""Data to train on, each loaded once."""

import random
from collections.abc import Callable
from functools import cache

import pytest

from throughtime.data import Dataset, load

SYLLABLES = ("ba", "no", "ti", "ku")


@pytest.fixture(scope="session")
def loaded() -> Callable[[str], Dataset]:
    """An embedded set by name."""
    return cache(load)


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A hundred made-up words of two or four syllables, from a file."""
    draw = random.Random(0)
    lines = ["".join(draw.choices(SYLLABLES, k=draw.choice((2, 4)))) for _ in range(150)]
    path = tmp_path_factory.mktemp("words") / "words.txt"
    path.write_text("\n".join(dict.fromkeys(lines)) + "\n")
    return load(path)
