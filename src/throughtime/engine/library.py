"""The compiled engine that suits this processor, if there is one."""

from __future__ import annotations

import ctypes
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from throughtime.engine.build import INSTRUCTIONS, PORTABLE, instruction_sets, library, sources

WISH = "THROUGHTIME_INSTRUCTIONS"
"""Names an instruction set to use instead of the best, or ``none``."""

FIX = "python -m throughtime.engine.build"

ENOUGH = 1 << 20
"""Multiplications from which on a second thread is worth waking."""

MOST_THREADS = 256
"""That the engine has places for."""

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


def loaded() -> Library | None:
    """The engine to use; None, and a warning once, if there is none.

    Raises:
        ValueError: if the environment asks for an instruction set that there is not.
    """
    return _loaded()


# As torch.compiler.assume_constant_result does, which would import the compiler: a graph takes the
# answer for good, and does not look into how it came about.
loaded._dynamo_marked_constant = True  # type: ignore[attr-defined]


@cache
def _loaded() -> Library | None:
    wish = os.environ.get(WISH, "")
    if wish == "none":
        return None
    if wish and wish not in processor():
        raise ValueError(
            f"{WISH} is {wish!r}; expected none, or of {', '.join(INSTRUCTIONS)} what this "
            f"processor has: {', '.join(processor())}"
        )
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
