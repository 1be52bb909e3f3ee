"""Break the maths in many places, one at a time: the tests must notice each.

    python -m tests.mutation            # all mutants
    python -m tests.mutation gru lstm   # those whose file or description has one of these words

Each mutant is made in a copy of the source, never in the working tree. The tests that should see it
run first, and all others of the core if they do not. First of all, the same tests must pass where
nothing is changed. The exit status is 0 if every mutant was killed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

from tests.mutation.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
PROCESSES = 2
PATIENCE = 300
"""Seconds after which tests that do not come to an end have noticed something."""

RUN = """
import sys, pytest
code = pytest.main(sys.argv[2:])
import throughtime
if not throughtime.__file__.startswith(sys.argv[1]):
    sys.exit(f"tested {throughtime.__file__} and not the copy in {sys.argv[1]}")
sys.exit(code)
"""


class Result(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    killed_by: str
    seconds: float


class Workplace:
    """A copy of the source and its tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("src", "tests", "conftest.py", "pyproject.toml"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)

    def first_failure(self, tests: Iterable[str]) -> str:
        """The first test that fails here, or nothing."""
        options = ["-x", "-q", "-p", "no:cacheprovider", "--color=no", "-W", "ignore::DeprecationWarning"]
        run = [sys.executable, "-c", RUN, str(self.folder), *options, *tests]
        source = {"PYTHONPATH": str(self.folder / "src"), "OMP_NUM_THREADS": "1"}
        try:
            done = subprocess.run(
                run,
                cwd=self.folder,
                env={**os.environ, **source},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return f"no end after {PATIENCE} seconds"
        failed = re.search(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
        if done.returncode == 0 or (done.returncode == 1 and failed):
            return failed[1] if failed else ""
        raise RuntimeError(f"the tests did not run:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")

    def judge(self, mutant: Mutant) -> Result:
        """Make the mutant, look which test notices, and unmake it."""
        start = time.perf_counter()
        file = self.folder / "src" / "throughtime" / mutant.file
        original = file.read_text()
        file.write_text(original.replace(mutant.old, mutant.new))
        try:
            killed_by = self.first_failure(mutant.tests) or self.first_failure(core_tests())
        finally:
            file.write_text(original)
        return Result(mutant, killed_by, time.perf_counter() - start)


def core_tests() -> list[str]:
    """All tests of the core; those of data, training and documents see none of it."""
    files = [*ROOT.glob("tests/test_*.py"), *ROOT.glob("tests/gradients/test_*.py")]
    return sorted(str(f.relative_to(ROOT)) for f in files if f.name != "test_docs.py")


def chosen(words: list[str]) -> list[Mutant]:
    """The mutants that one of the words speaks of; all, without words."""
    return [m for m in MUTANTS if not words or any(w in f"{m.file} {m.what}" for w in words)]


def out_of_date(mutants: list[Mutant]) -> list[str]:
    """The mutants whose text is not there exactly once, so that there is no telling what to break."""
    counts = {m: (ROOT / "src/throughtime" / m.file).read_text().count(m.old) for m in mutants}
    return [
        f"{m.file}: {m.old!r} is there {n} times; bring the mutant {m.what!r} up to date"
        for m, n in counts.items()
        if n != 1
    ]


def main(words: list[str]) -> int:
    mutants = chosen(words)
    if problems := out_of_date(mutants):
        print(*problems, sep="\n")
        return 2
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(PROCESSES) as pool:
        free: Queue[Workplace] = Queue()
        for i in range(PROCESSES):
            place = Path(folder, str(i))
            place.mkdir()
            free.put(Workplace(place))

        def unchanged(tests: list[str]) -> str:
            place = free.get()
            try:
                return place.first_failure(tests)
            finally:
                free.put(place)

        def judged(mutant: Mutant) -> Result:
            place = free.get()
            try:
                return place.judge(mutant)
            finally:
                free.put(place)

        tests = sorted({test for m in mutants for test in m.tests})
        parts = [part for i in range(PROCESSES) if (part := tests[i::PROCESSES])]
        if failures := [failure for failure in pool.map(unchanged, parts) if failure]:
            print("nothing is changed, and yet these fail:", *failures, sep="\n  ")
            return 2
        print(f"nothing changed: all pass ({time.perf_counter() - start:.0f} s)", flush=True)
        results = []
        for result in pool.map(judged, mutants):
            results.append(result)
            what = f"{result.mutant.file}: {result.mutant.what}"
            verdict = result.killed_by.removeprefix("tests/") or "SURVIVED"
            print(f"{result.seconds:4.0f} s  {what:<90} {verdict[:110]}", flush=True)
    survivors = [r.mutant for r in results if not r.killed_by]
    seconds = time.perf_counter() - start
    print(f"{len(results) - len(survivors)} of {len(results)} mutants killed in {seconds:.0f} s")
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
