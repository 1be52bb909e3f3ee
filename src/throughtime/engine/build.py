"""Compile the engine: once for each instruction set, and at run time the processor chooses.

    python -m throughtime.engine.build [flags for the compiler]

does it in place; installing the package does it too. Only the standard library is needed, and a C
compiler: ``$CC``, ``cc``, ``gcc``, ``clang``, or the one inside of the package ``ziglang``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE / "built"
SOURCES = ("elman_tanh", "elman_relu", "gru", "lstm", "generate", "program")
REALS = ("float", "double")

PORTABLE = "portable"
INSTRUCTIONS: dict[str, list[str]] = {
    "avx512": [
        *("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma"),
        "-mprefer-vector-width=512",
    ],
    "avx2": ["-mavx2", "-mfma"],
    PORTABLE: [],
}
"""What the compiler is told, by instruction set; only the last is for other processors than x86.

They are what torch asks of a processor before it gives it that name; and no model of a processor,
for compilers do not agree how one is spelled.
"""

FLAGS = ["-O3", "-std=gnu11", "-fPIC", "-fvisibility=default", "-ffp-contract=fast", "-Wall"]

MATHEMATICS = [] if os.name == "nt" else ["-lm"]


class CannotBuild(RuntimeError):
    """There is no compiler, or it failed."""


def compiler() -> list[str]:
    """The command of a C compiler.

    Raises:
        CannotBuild: if there is none.
    """
    if os.environ.get("CC"):
        return shlex.split(os.environ["CC"])
    for name in ("cc", "gcc", "clang"):
        if found := shutil.which(name):
            return [found]
    if importlib.util.find_spec("ziglang"):
        # without being asked, zig takes all that this processor has, and writes for a debugger
        return [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline", "-g0"]
    raise CannotBuild(
        "no C compiler: none of cc, gcc and clang is on the PATH, and the package ziglang, which "
        "has one, is not installed; install one of them, for instance by: pip install ziglang"
    )


def instruction_sets() -> list[str]:
    """Those that this kind of processor may have, the best first."""
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    return list(INSTRUCTIONS) if x86 else [PORTABLE]


def library(instructions: str) -> Path:
    """Where the engine for an instruction set is, or would be."""
    return BUILT / f"engine-{instructions}{'.dll' if os.name == 'nt' else '.so'}"


def sources() -> str:
    """A digest of all that the engine is compiled from."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.glob("*.c"), *HERE.glob("*.h")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def build(*more: str) -> list[Path]:
    """Compile and link all of it, with more flags if there are any, and return the libraries.

    Raises:
        CannotBuild: with what the compiler said.
    """
    command = compiler()
    BUILT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        # zig's cache would stay in the home folder, and there need not be one
        environment = {"ZIG_GLOBAL_CACHE_DIR": str(Path(folder, "cache")), **os.environ}

        def compiled(what: tuple[str, str, str]) -> Path:
            source, real, instructions = what
            out = Path(folder, f"{source}-{real}-{instructions}.o")
            double = ["-DREAL_IS_DOUBLE"] if real == "double" else []
            flags = [*FLAGS, f'-DSOURCES="{sources()}"', *INSTRUCTIONS[instructions]]
            flags += [*double, *more]
            _run([*command, *flags, "-c", str(HERE / f"{source}.c"), "-o", str(out)], environment)
            return out

        parts = list(product(SOURCES, REALS, instruction_sets()))
        objects = dict(zip(parts, pool.map(compiled, parts), strict=True))
        libraries = []
        for instructions in instruction_sets():
            mine = [str(out) for part, out in objects.items() if part[2] == instructions]
            new = Path(folder, f"{instructions}.so")
            _run([*command, *more, "-shared", "-o", str(new), *mine, *MATHEMATICS], environment)
            libraries.append(library(instructions))
            shutil.copyfile(new, libraries[-1].with_suffix(".new"))
            os.replace(libraries[-1].with_suffix(".new"), libraries[-1])
    return libraries


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CannotBuild(f"{command[0]} cannot be run: {error}") from None
    if done.returncode:
        raise CannotBuild(f"{shlex.join(command)} failed:\n{done.stderr.strip()}")


def main() -> int:
    """Build in place, and say where."""
    try:
        print(*build(*sys.argv[1:]), sep="\n")
    except CannotBuild as error:
        print(f"the engine was not built: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
