"""The table of what torch can make of our modules, in its short form."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_says_what_is_found_now() -> None:
    """By itself, since no compiler looks into the wrappers of the tests' type checker."""
    command = [sys.executable, "-m", "tools.exports", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
