"""Which engine is used, and what happens where there is none."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

import throughtime as tt
from tests.helpers.commands import good
from tests.helpers.recursion import bptt
from throughtime.engine import build, library, use
from throughtime.gradients.backends.engine import Engine
from throughtime.gradients.recursion import Recursion
from throughtime.gradients.unroll import unroll

built = pytest.mark.skipif(library.loaded() is None, reason="no engine is built here")


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A new Python that runs this code."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def wish(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Wish for an engine, as a new process would that has been told which."""

    def wished(name: str) -> None:
        monkeypatch.setenv(library.WISH, name)
        library._best.cache_clear()

    yield wished
    library._best.cache_clear()


@built
def test_a_wish_is_granted_and_a_wrong_one_refused(wish: Callable[[str], None]) -> None:
    for name in library.processor():
        wish(name)
        assert library.loaded().instructions == name
    wish("sse9")
    with pytest.raises(ValueError, match="is 'sse9'; expected none, or of avx512, avx2, portable"):
        library.loaded()


def test_without_an_engine_there_is_one_warning_and_the_same_numbers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(library, "library", lambda name: tmp_path / name)
    library._best.cache_clear()
    cell, drive = tt.cells.LSTM(3), torch.randn(4, 2, 12)
    with pytest.warns(UserWarning, match=r"python -m throughtime.engine.build") as caught:
        states, _ = (bptt(cell, drive, cell.initial_state(2)) for _ in range(2))
    assert len(caught) == 1
    assert Engine.of(Recursion(cell, drive, cell.initial_state(2))) is None
    library._best.cache_clear()
    for a, b in zip(states, unroll(cell, drive, cell.initial_state(2)), strict=True):
        assert torch.equal(a, b)


@built
def test_what_is_used_is_used_until_the_block_ends() -> None:
    before = library.loaded()
    with use("portable") as engine:
        assert library.loaded() is engine is not None
        assert engine.instructions == "portable"
        with use(None):
            assert library.loaded() is None
        assert library.loaded() is engine
    assert library.loaded() is before
    with pytest.raises(ValueError, match="the instruction set is 'sse9'; expected none, or of"):
        use("sse9").__enter__()


@built
def test_after_an_error_the_engine_is_what_it_was() -> None:
    def failing() -> None:
        with use(None):
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert library.loaded() is not None


@built
def test_a_gradient_of_the_engine_needs_it_switched_on() -> None:
    cell, drive = tt.cells.LSTM(3), torch.randn(4, 2, 12)
    states = bptt(cell, drive, cell.initial_state(2))
    with use(None), pytest.raises(RuntimeError, match="the engine is switched off, and a graph"):
        states[0].sum().backward(retain_graph=True)
    states[0].sum().backward()
    assert cell.W.grad is not None


@built
def test_an_engine_of_other_sources_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "sources", lambda: "others")
    with pytest.raises(OSError, match="was built from other sources than those beside it"):
        library.open_library(library.processor()[0])


def test_none_is_asked_for_without_a_warning() -> None:
    """In a process that has just begun, as everybody says it."""
    code = (
        "from throughtime.engine.library import WISH, loaded; print(WISH, loaded()); "
        "from throughtime.cli import main; main(['doctor'])"
    )
    done = python(code, THROUGHTIME_INSTRUCTIONS="none")
    assert done.stdout.startswith("THROUGHTIME_INSTRUCTIONS None\n")
    assert "in use: the plain loop" in done.stdout
    assert done.stderr == ""


def test_without_a_compiler_it_says_which_to_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(build.CannotBuild, match="no C compiler: none of cc, gcc and clang"):
        build.build()


def test_without_a_compiler_one_from_a_wheel_does_and_compiles_for_every_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "ziglang")
    assert build.compiler()[1:5] == ["-m", "ziglang", "cc", "-mcpu=baseline"]


@built
@pytest.mark.skipif(shutil.which("objdump") is None, reason="there is no objdump")
@pytest.mark.parametrize("name", build.instruction_sets())
def test_an_engine_asks_no_more_of_a_processor_than_its_name(name: str) -> None:
    command = ["objdump", "-d", str(build.library(name))]
    code = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = set(re.findall(r"%([xyz]mm)", code))
    assert "zmm" not in used or name == "avx512"
    assert "ymm" not in used or name in ("avx512", "avx2")
    assert {"avx512": "zmm", "avx2": "ymm"}.get(name) in {None, *used}


def test_a_compiler_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(build, "BUILT", tmp_path)
    monkeypatch.setenv("CC", f"{sys.executable} -c 'import sys; sys.exit(\"broken\")'")
    with pytest.raises(build.CannotBuild, match=r"-O0 .*failed:\nbroken"):
        build.build("-O0")
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("CC", str(tmp_path / "nothing"))
    with pytest.raises(build.CannotBuild, match="cannot be run"):
        build.build()


def test_the_doctor_says_what_is_in_use(wish: Callable[[str], None]) -> None:
    assert f"this processor has: {library.processor()[0]}" in good("doctor")
    wish("none")
    assert "in use: the plain loop" in good("doctor")
