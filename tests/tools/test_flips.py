"""A flipped bit in a run's file is refused in one line, or changes no number.

`python -m tools.flips` flips as many as wanted.
"""

import pytest

from tools import flips


def test_flipped_bits(capsys: pytest.CaptureFixture[str], thorough: bool) -> None:
    bits = 12 if thorough else 3  # one of each kind of run
    assert flips.main(bits) == 0, capsys.readouterr().out
    assert f"{bits} bits flipped: 0 faults" in capsys.readouterr().out
