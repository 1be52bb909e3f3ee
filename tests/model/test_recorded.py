"""What torch exports or compiles of a model: see ``recorded.py``."""

from pathlib import Path

from tests.helpers.alone import assert_passes_alone


def test_recorded(thorough: bool) -> None:
    """Those of recorded.py, which says why they run by themselves."""
    assert_passes_alone(Path(__file__).with_name("recorded.py"), thorough=thorough)
