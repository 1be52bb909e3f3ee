"""Every gradient both ways."""

import pytest


@pytest.fixture(autouse=True)
def _by(each_way: None) -> None:
    pass
