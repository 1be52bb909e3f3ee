"""The compiled engine that suits this processor, if there is one."""

from __future__ import annotations

import ctypes
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from throughtime.engine.build import INSTRUCTIONS, PORTABLE, instruction_sets, library, sources

WISH = "THROUGHTIME_INSTRUCTIONS"
"""The environment variable that names an instruction set to use, or ``none``."""

FIX = "python -m throughtime.engine.build"

ENOUGH = 1 << 20
"""Multiplications from which on a second thread is worth waking."""

MOST_THREADS = 256
"""How many threads the engine has places for."""

Function = Callable[["ctypes.Array[ctypes.c_int64]"], int]


@dataclass(frozen=True)
class Library:
    """A loaded engine."""

    instructions: str
    path: Path
    handle: ctypes.CDLL
    parallel: int
    """The address of torch's own GOMP_parallel, whose threads the engine shares; or 0."""
    team: int
    """The address of its omp_get_num_threads."""

    @cache  # noqa: B019  a library is loaded once, and for good
    def function(self, name: str, real: str) -> Function:
        """An entry point of the engine's headers."""
        function: Function = getattr(self.handle, f"throughtime_{name}_{real}")
        function.restype = ctypes.c_int64  # type: ignore[attr-defined]
        return function

    def threads(self, work: int, most: int = MOST_THREADS) -> int:
        """How many threads so many multiplications are worth, of at most so many."""
        if work < ENOUGH or not self.parallel:
            return 1
        return max(1, min(torch.get_num_threads(), most, MOST_THREADS))


def processor() -> list[str]:
    """The instruction sets that this processor has, the best first; by torch's own judgement."""
    best = torch.backends.cpu.get_cpu_capability().lower()
    names = instruction_sets()
    return names[names.index(best) :] if best in names else [PORTABLE]


def open_library(instructions: str) -> Library:
    """The engine for an instruction set.

    Raises:
        OSError: if it is not built, cannot be loaded, or was built from other sources.
    """
    path = library(instructions)
    handle = ctypes.CDLL(str(path))
    known = hasattr(handle, "throughtime_sources_f64")
    if not known or _text(handle, "throughtime_sources_f64") != sources():
        raise OSError(f"{path} was built from other sources than those beside it")
    return Library(instructions, path, handle, *_threads())


def _text(handle: ctypes.CDLL, name: str) -> str:
    return ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(handle, name))).decode()


@contextmanager
def use(instructions: str | None) -> Iterator[Library | None]:
    """A block of code in which the engine for this instruction set is in use; or none, if None.

    It is so in all threads. What ``torch.compile`` has made into a graph before stays as it is.

    Args:
        instructions: ``"avx512"``, ``"avx2"`` or ``"portable"``; None for the plain loop in Python.

    Raises:
        ValueError: if this processor has no such instructions.
        OSError: if the engine is not built for them.

    Example:
        >>> with use(None) as engine:
        ...     print(engine, loaded())
        None None
    """
    engine = None
    if instructions is not None:
        _must_have(instructions, "the instruction set")
        engine = open_library(instructions)
    _asked_for.append(engine)
    try:
        yield engine
    finally:
        _asked_for.pop()


_asked_for: list[Library | None] = []
"""By :func:`use`, the innermost last."""


def loaded() -> Library | None:
    """The engine in use; None, and a warning once, if there is none.

    Raises:
        ValueError: if the environment asks for an instruction set that this processor has not.
    """
    return _asked_for[-1] if _asked_for else _best()


# As torch.compiler.assume_constant_result does, without importing the compiler: a graph takes the
# answer for good, and does not look into how it came about.
loaded._dynamo_marked_constant = True  # type: ignore[attr-defined]


def in_use() -> Library:
    """The engine in use, for a computation that needs one.

    Raises:
        RuntimeError: if there is none.
    """
    if (engine := loaded()) is None:
        raise RuntimeError(
            "the engine is switched off, and a graph was made or a forward pass run while it was "
            "on; leave throughtime.engine.use(None), or make them anew inside of it"
        )
    return engine


def _must_have(instructions: str, name: str) -> None:
    if instructions not in processor():
        raise ValueError(
            f"{name} is {instructions!r}; expected none, or of {', '.join(INSTRUCTIONS)} what this "
            f"processor has: {', '.join(processor())}"
        )


@cache
def _best() -> Library | None:
    """The engine that the environment asks for, or the best for this processor."""
    wish = os.environ.get(WISH, "")
    if wish == "none":
        return None
    if wish:
        _must_have(wish, WISH)
    try:
        return open_library(wish or processor()[0])
    except OSError as error:
        warnings.warn(
            f"the engine in C is not there ({error}); everything works without it, but slower. "
            f"With a C compiler, or after pip install ziglang: {FIX}",
            stacklevel=2,
        )
        return None


def _threads() -> tuple[int, int]:
    """torch's GOMP_parallel and omp_get_num_threads. A pool of threads beside torch's would fight
    it for the processor."""
    folder = Path(torch.__file__).parent / "lib"
    for name in ("libtorch_cpu.so", "libtorch_cpu.dylib"):
        if (folder / name).exists():
            torchs = ctypes.CDLL(str(folder / name))
            try:
                found = [torchs[f] for f in ("GOMP_parallel", "omp_get_num_threads")]
            except AttributeError:
                continue
            parallel, team = (ctypes.cast(f, ctypes.c_void_p).value or 0 for f in found)
            return parallel, team
    return 0, 0
