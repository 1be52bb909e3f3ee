"""Files of tests that run by themselves, without the type checker of all others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import throughtime as tt


def assert_passes_alone(file: Path, *, thorough: bool) -> None:
    """The tests of the file pass in a process of their own; what fails is printed.

    Args:
        file: the file.
        thorough: whether all of its cases are tested.
    """
    environment = dict(os.environ, PYTHONPATH=str(Path(tt.__file__).parents[1]))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-o", "addopts=", file.name]
    command += ["--thorough"] if thorough else []
    done = subprocess.run(command, cwd=file.parent, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
