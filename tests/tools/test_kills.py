"""A training that is killed at any call which changes a file resumes to the same bits.

Here at every fifteenth call, and where a file takes its name. `python -m tools.kills` does so for
all kinds of data, and at random, for as long as wanted.
"""

import os
import subprocess
import sys

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_killed_at_every_call(thorough: bool) -> None:
    length = ("--random", "5") if thorough else ("--random", "1", "--every", "15")
    command = [sys.executable, "-m", "tools.kills", "--quick", *length]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 faults" in done.stdout
