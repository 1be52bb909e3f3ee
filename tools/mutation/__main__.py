"""Break the maths in many places, one at a time: the tests must notice each.

    python -m tools.mutation            # all mutants
    python -m tools.mutation --changed  # those whose file or tests have changed since they died
    python -m tools.mutation gru lstm   # those whose file or description has one of these words

Each mutant is made in a copy of the source, never in the working tree. The tests that should see it
run first, and all others of the core if they do not notice. First of all, the same tests must pass
where nothing is changed. The killed are written to ``killed.txt``, which is committed. The exit
status is 0 if every mutant was killed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

# imported once, for all processes that are forked off
import beartype  # noqa: F401
import hypothesis.strategies  # noqa: F401
import jaxtyping  # noqa: F401
import pytest
import scipy.stats  # noqa: F401
import torch.func  # noqa: F401

from tools.mutation.mutants import MUTANTS
from tools.mutation.mutants.mutant import Mutant
from tools.record import ROOT, Record, digest

KILLED = Path(__file__).with_name("killed.txt")
PROCESSES = 2
PATIENCE = 200
"""Seconds after which tests that do not come to an end have noticed something."""

NO_END = f"no end after {PATIENCE} seconds"


class Workplace:
    """A copy of the source and its tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in ("src", "tests", "tools", "conftest.py", "pyproject.toml"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, folder / name)

    def first_failure(self, tests: Iterable[str]) -> str:
        """The first test that fails here, or nothing."""
        log = self.folder / "log"
        with log.open("w") as file:
            child = os.fork()
            if not child:
                self._test(list(tests), file.fileno())
            for _ in range(10 * PATIENCE):
                done, status = os.waitpid(child, os.WNOHANG)
                if done:
                    break
                time.sleep(0.1)
            else:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return NO_END
        if os.WIFSIGNALED(status):
            return f"a crash, by signal {os.WTERMSIG(status)}"
        text = log.read_text()
        failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", text, re.MULTILINE)
        code = os.waitstatus_to_exitcode(status)
        if code == 0 or (code == 1 and failed):
            return failed[1].removeprefix("tests/") if failed else ""
        raise RuntimeError(f"the tests did not run (status {code}):\n{text[-5000:]}")

    def _test(self, tests: list[str], output: int) -> None:
        """In a process of its own: run the tests on this copy and no other."""
        try:
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.chdir(self.folder)
            sys.path.insert(0, str(self.folder / "src"))
            sys.dont_write_bytecode = True  # no mutant may outlive its test
            options = ["-x", "-q", "-p", "no:cacheprovider", "--color=no", "--assert=plain"]
            code = int(pytest.main([*options, *tests]))
            tested = Path(sys.modules["throughtime"].__file__ or "")
            if self.folder not in tested.parents:
                print(f"tested {tested} and not the copy in {self.folder}")
                code = 99
            sys.stdout.flush()
            os._exit(code)
        finally:
            os._exit(98)

    def judge(self, mutant: Mutant) -> str:
        """Make the mutant, look which test notices, and unmake it."""
        file = self.folder / "src" / "throughtime" / mutant.file
        original = file.read_text()
        file.write_text(original.replace(mutant.old, mutant.new))
        try:
            if file.suffix in (".c", ".h"):
                return self._of_the_engine(mutant.tests)
            if failure := self.first_failure(mutant.tests):
                return failure
            others = self.first_failure(core_tests())
            # its own tests came to an end: that these are many says nothing
            return "" if others == NO_END else others
        finally:
            file.write_text(original)

    def _of_the_engine(self, tests: tuple[str, ...]) -> str:
        """The first test that fails with an engine built from here, for any processor."""
        built = self.folder / "src" / "throughtime" / "engine" / "built"
        shutil.copytree(built, self.folder / "built", dirs_exist_ok=True)
        code = (
            "from throughtime.engine import build; "
            "build.instruction_sets = lambda: [build.PORTABLE]; build.REALS = ('double',); "
            "build.build('-O1')"
        )
        environment = {**os.environ, "PYTHONPATH": str(self.folder / "src")}
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        os.environ["THROUGHTIME_INSTRUCTIONS"] = "portable"
        try:
            return self.first_failure(tests) or self.first_failure([*ENGINE, "-k", "portable"])
        finally:
            del os.environ["THROUGHTIME_INSTRUCTIONS"]
            shutil.copytree(self.folder / "built", built, dirs_exist_ok=True)


ENGINE = tuple(f"tests/engine/test_{name}.py" for name in ("sweep", "generation", "program"))
"""The tests of what is written in C."""


CORE = (
    *("", "cells/", "context/", "distribution/", "forcing/", "gradients/", "graph/", "lengths/"),
    *("model/", "nn/", "outputs/", "tracing/"),
)
"""The folders of tests of the core, but for that of the engine."""


def core_tests() -> list[str]:
    """All tests of the core; the others see none of it."""
    files = [f for folder in CORE for f in ROOT.glob(f"tests/{folder}test_*.py")]
    return sorted(str(f.relative_to(ROOT)) for f in files)


place: Workplace
"""That of this process."""


def move_in(folder: str) -> None:
    """Set up a workplace for this process."""
    global place
    place = Workplace(Path(folder, str(os.getpid())))


def unchanged(tests: list[str]) -> str:
    """The first test that fails where nothing is changed."""
    return place.first_failure(tests)


def judged(mutant: Mutant) -> tuple[Mutant, str, float]:
    """A mutant, the test that has noticed it, and the seconds that it took."""
    start = time.perf_counter()
    return mutant, place.judge(mutant), time.perf_counter() - start


def out_of_date(mutants: Iterable[Mutant]) -> Iterator[str]:
    """What is wrong with mutants whose text is not there exactly once."""
    for m in mutants:
        n = (ROOT / "src/throughtime" / m.file).read_text().count(m.old)
        if n != 1:
            yield f"{m.file}: {m.old!r} is there {n} times; bring {m.what!r} up to date"


def digest_of(mutant: Mutant) -> str:
    """Of the mutant, of the file that it changes, and of the tests that should see it."""
    tests = [ROOT / test.partition("::")[0] for test in mutant.tests]
    return digest([ROOT / "src/throughtime" / mutant.file, *tests], mutant.old, mutant.new)


def chosen(words: list[str], killed: Record) -> list[Mutant]:
    """The mutants that the command line asks for."""
    if words == ["--changed"]:
        return [m for m in MUTANTS if not killed.has(m.name, digest_of(m))]
    return [m for m in MUTANTS if not words or any(w in m.name for w in words)]


def main(words: list[str]) -> int:
    if problems := list(out_of_date(MUTANTS)):
        print(*problems, sep="\n")
        return 2
    record = Record(KILLED)
    record.keep(m.name for m in MUTANTS)
    mutants = chosen(words, record)
    print(f"{len(mutants)} of {len(MUTANTS)} mutants are to be killed", flush=True)
    if not mutants:
        return 0
    digests = {m.name: digest_of(m) for m in mutants}
    start, survivors = time.perf_counter(), 0
    with (
        tempfile.TemporaryDirectory() as folder,
        get_context("fork").Pool(PROCESSES, move_in, (folder,)) as pool,
    ):
        tests = sorted({test for m in mutants for test in m.tests})
        parts = [part for i in range(PROCESSES) if (part := tests[i::PROCESSES])]
        if failures := [failure for failure in pool.map(unchanged, parts, 1) if failure]:
            print("nothing is changed, and yet these fail:", *failures, sep="\n  ")
            return 2
        print(f"nothing changed: all pass, in {time.perf_counter() - start:.0f} s", flush=True)
        for mutant, killed_by, seconds in pool.imap(judged, mutants):
            print(f"{seconds:4.0f} s  {mutant.name:<92}  {killed_by or 'SURVIVED'}", flush=True)
            if killed_by:
                record.add(mutant.name, digests[mutant.name])
            else:
                survivors += 1
    killed, seconds = len(mutants) - survivors, time.perf_counter() - start
    print(f"{killed} of {len(mutants)} mutants killed in {seconds:.0f} s")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
