"""Install the package as a stranger would, into an empty environment, and see what it runs on.

    python -m tools.install

First the core alone: it must train a model, and the command line must say what it misses. Then all
of it, with what this machine has; without a compiler, so that one must come from a wheel; with
neither, and after that with the fix that `throughtime doctor` names. The packages come from
wherever pip takes them; torch is large. The exit status is 0 if all was as it should be.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from throughtime.engine.build import instruction_sets, library
from throughtime.engine.library import FIX

ROOT = Path(__file__).parents[2]
BARE = {"PATH": "", "CC": ""}
"""A machine without a compiler."""

TRAIN = """
import sys, warnings
import torch
import throughtime as tt
from throughtime.engine.library import loaded

with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    model = tt.RecurrentModel(
        cell=tt.cells.GRU(8),
        wiring=tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)"),
        output=tt.outputs.Categorical(5),
        length=tt.lengths.EndOfSequence(),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    y, losses = torch.randint(5, (4, 7)), []
    for _ in range(5):
        losses.append(-model().log_prob(y).mean())
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
assert losses[-1] < losses[0], losses
assert (loaded() is not None) == (sys.argv[1] == "engine"), loaded()
mine = [str(w.message) for w in said if "engine" in str(w.message)]
assert len(mine) == (loaded() is None), mine
"""


class Place:
    """An empty environment, and a folder to work in that is not the source's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.run(sys.executable, "-m", "venv", "venv")

    def run(self, *command: str, cwd: Path | None = None, compiler: bool = True) -> str:
        """What the command prints; in the environment's folder, if in no other; and, if so told,
        on a machine that seems to have no compiler.

        Raises:
            SystemExit: if it fails, with all that it said.
        """
        done = self.attempt(*command, cwd=cwd, compiler=compiler)
        if done.returncode:
            raise SystemExit(f"{shlex.join(command)} failed:\n{done.stdout}")
        return done.stdout

    def attempt(
        self, *command: str, cwd: Path | None = None, compiler: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """The same, whether it fails or not."""
        return subprocess.run(
            command,
            cwd=cwd or self.folder,
            # nothing of the environment that this script runs in
            env={
                **os.environ,
                **{"PYTHONPATH": "", "THROUGHTIME_INSTRUCTIONS": ""},
                **({} if compiler else BARE),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def python(self, *arguments: str, cwd: Path | None = None, compiler: bool = True) -> str:
        """Run the environment's Python."""
        return self.run(str(self.bin / "python"), *arguments, cwd=cwd, compiler=compiler)

    def pip(self, *arguments: str, compiler: bool = True) -> None:
        """Run the environment's pip."""
        options = ["-q", "--disable-pip-version-check"]
        self.python("-m", "pip", *options, *arguments, compiler=compiler)

    def wheel(self, name: str, *options: str, compiler: bool = True) -> Path:
        """The wheel that pip makes of the source archive."""
        (archive,) = self.folder.glob("*.tar.gz")
        self.pip("wheel", "--no-deps", "-w", name, *options, str(archive), compiler=compiler)
        (wheel,) = (self.folder / name).iterdir()
        return wheel

    def check_core(self) -> str:
        """Train a little without the extras; and what the command line says that it misses."""
        self.python("-c", TRAIN, "engine")
        done = self.attempt(str(self.bin / "throughtime"), "train", "unicode-names")
        assert done.returncode == 2, done.stdout
        assert re.fullmatch(r"Error: .* pip install 'throughtime\[\w+\]'\n", done.stdout), (
            done.stdout
        )
        return done.stdout.strip()

    def check(self, *, engine: bool) -> str:
        """Train a little, with the engine or without; and what the doctor says is in use."""
        self.python("-c", TRAIN, "engine" if engine else "loop", compiler=False)
        said = self.run(str(self.bin / "throughtime"), "doctor", compiler=False).splitlines()[-1]
        assert ("in use: the plain loop" in said) == (not engine), said
        assert (FIX in said) == (not engine), said
        return said


def check_wheel(wheel: Path, *, engine: bool) -> None:
    """For any Python 3; with the engine for this platform, without it for all; no leftovers."""
    tag = wheel.stem.split("-", 2)[2]
    assert tag.startswith("py3-none-"), tag
    assert (tag == "py3-none-any") == (not engine), tag
    names = zipfile.ZipFile(wheel).namelist()
    found = {Path(n).name for n in names if "/built/" in n}
    assert found == {library(i).name for i in instruction_sets() if engine}, found
    strays = [n for n in names if not n.startswith("throughtime") or n.endswith((".o", ".pyc"))]
    assert not strays, strays


def main() -> int:
    """Each way to an engine, and the way without."""
    started = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - started:4.0f} s  {what}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        place.pip("install", "hatchling")
        place.python("-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)

        wheel = place.wheel("here")
        check_wheel(wheel, engine=True)
        place.pip("install", "-c", str(ROOT / "constraints.txt"), str(wheel))
        say(f"the core alone: {place.check_core()}")

        place.pip("install", "-c", str(ROOT / "constraints.txt"), f"{wheel}[all]")
        say(f"as this machine is: {wheel.name}; {place.check(engine=True)}")

        wheel = place.wheel("bare", compiler=False)
        check_wheel(wheel, engine=True)
        place.pip("install", "--no-deps", "--force-reinstall", str(wheel))
        say(f"without a compiler: {wheel.name}; {place.check(engine=True)}")

        # without isolation pip fetches nothing for the build, and so no compiler
        wheel = place.wheel("neither", "--no-build-isolation", compiler=False)
        check_wheel(wheel, engine=False)
        place.pip("install", "--no-deps", "--force-reinstall", str(wheel))
        say(f"with neither: {wheel.name}; {place.check(engine=False)}")

        place.pip("install", "ziglang")
        place.python(*shlex.split(FIX)[1:], compiler=False)
        say(f"mended: {place.check(engine=True)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
