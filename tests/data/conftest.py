"""The embedded sets, each loaded once."""

from collections.abc import Callable
from functools import cache

import pytest

from throughtime.data import Dataset, load


@pytest.fixture(scope="session")
def loaded() -> Callable[[str], Dataset]:
    """An embedded set by name."""
    return cache(load)
