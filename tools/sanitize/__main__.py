"""Run the tests of the engine under gcc's sanitizers: of addresses, and of undefined behaviour.

    python -m tools.sanitize            # always
    python -m tools.sanitize --changed  # if the engine or its tests have changed since it passed

A copy of the source is built so that every access to memory is checked, and every operation that C
leaves undefined; without optimization, which would take some of them away. torch's buffers come
from malloc, which the sanitizer replaces: it knows where each ends. First the engine is told lies;
were they not noticed, nothing would be checked. What passed is written to ``passed.txt``, which is
committed. The exit status is 0 if nothing else was found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.record import ROOT, Record, digest

PASSED = Path(__file__).with_name("passed.txt")
OF_MODULES = [ROOT / "tests" / "nn" / f"test_{name}.py" for name in ("streaming", "views", "lazy")]
"""The tests of what reaches the engine without torch's autograd, and of what is not in memory."""
FLAGS = ["-O0", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

LIES = {
    "a row too many": ("rows", "heap-buffer-overflow"),
    "an address between two numbers": ("W", "misaligned address"),
}
"""The field of ``engine.h`` that is one too high, and what the sanitizers should say of it."""

TELL = """
import sys
import torch
import throughtime as tt
from throughtime.engine import library, sweep
from throughtime.gradients.bptt import bptt
from throughtime.gradients.recursion import Recursion

field, honest = sweep.FIELDS.index(sys.argv[1]), library.Library.function

def function(self, name, real):
    def call(argument):
        argument[field] += name == "gru_forward"
        return honest(self, name, real)(argument)
    return call

library.Library.function = function
cell = tt.cells.GRU(5)
bptt(Recursion(cell, torch.randn(3, 2, cell.drive_size), cell.initial_state(2)))
"""


def runtime(name: str) -> str:
    """Where gcc has a library; alone its name, if it has not."""
    try:
        command = ["gcc", f"-print-file-name={name}"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except OSError:
        return name


def python(source: Path, *arguments: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run Python on this source, with the sanitizers in it from the beginning."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(source),
        # libstdc++ too: the sanitizer looks for it before Python has loaded what needs it
        "LD_PRELOAD": f"{runtime('libasan.so')} {runtime('libstdc++.so')}",
        "ASAN_OPTIONS": "detect_leaks=0",  # Python's own are many
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=quiet, text=True, check=False
    )


LIBRARY = "test_library.py"
"""The tests of how an engine is found, built and loaded, which no sanitizer runs."""


def digest_of_engine() -> str:
    """Of the engine, of all tests that run under the sanitizers, and of this script."""
    engine = ROOT / "src" / "throughtime" / "engine"
    tests = [t for t in (ROOT / "tests" / "engine").glob("*.py") if t.name != LIBRARY]
    return digest(
        [*engine.glob("*.[ch]"), *engine.glob("*.py"), *tests, *OF_MODULES, Path(__file__)]
    )


def main(words: list[str]) -> int:
    """Build, lie, test."""
    record, found = Record(PASSED), digest_of_engine()
    if words == ["--changed"] and record.has("the engine", found):
        print("the engine and its tests are those that the sanitizers have passed: not run again")
        return 0
    if not Path(runtime("libasan.so")).is_absolute():
        print("the sanitizers are those of gcc, and here is no gcc that has them", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "src")
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("built"))
        script = source / "throughtime" / "engine" / "build.py"
        environment = {**os.environ, "CC": "gcc"}
        subprocess.run([sys.executable, str(script), *FLAGS], env=environment, check=True)
        for lie, (field, expected) in LIES.items():
            said = python(source, "-c", TELL, field, quiet=True).stderr
            if expected not in said:
                print(f"{lie} was not noticed:\n{said[-5000:]}", file=sys.stderr)
                return 1
            print(f"{lie}: {expected}")
        # -s: else the report of a sanitizer, which ends the process, would be lost with it
        options = ["-q", "-x", "-s", "-n", "2", "--max-worker-restart=0", "-p", "no:cacheprovider"]
        options.append("--thorough")
        # how an engine is found, built and put into graphs is nothing to a sanitizer; of vectors,
        # the widest and the narrowest: what lies between is the same source
        others = [f"--ignore=tests/engine/{LIBRARY}"]
        others += ["-k", "not (avx2 or test_graphs or test_what_is_exported)"]
        what = ["tests/engine", *map(str, OF_MODULES), *others]
        failed = python(source, "-m", "pytest", *options, *what).returncode
    if not failed:
        record.add("the engine", found)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
