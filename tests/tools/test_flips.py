"""A flipped bit in a run's file is refused in one line, or changes no number.

`python -m tools.flips` flips as many as wanted.
"""

import pytest

from tools import flips


def test_flipped_bits(capsys: pytest.CaptureFixture[str]) -> None:
    assert flips.main(12) == 0, capsys.readouterr().out
    assert "12 bits flipped: 0 faults" in capsys.readouterr().out
