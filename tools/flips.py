"""Flip single bits in the files of runs: each is refused in one line, or changes no number.

    python -m tools.flips       # 500 bits: some minutes
    python -m tools.flips 20    # so many

Small models of a table, of lines of text and of a series are trained. Then a random bit of a random
file of a run is flipped, and the run is evaluated, listed, resumed, and asked for predictions,
scores and samples, by the command line. Each command prints what it does where nothing is flipped,
and a resumed training comes to the same bits; or it ends with one line that names the file. The
exit status is 0 if all do.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

from click.testing import CliRunner
from tqdm import tqdm

from throughtime.cli import main as throughtime
from tools.kills.runs import end_of, write_files

SMALL = ["--hidden-size", "4", "--threads", "1", "--batch-size", "16", "--max-steps", "6"]

USES = {
    "table.csv": (
        "--input word:characters --target ends:label",
        ("evaluate RUN", "predict RUN FILE", "score RUN FILE"),
    ),
    "words.txt": ("", ("evaluate RUN", "score RUN FILE", "sample RUN --seed 1 --max-length 9")),
    "wave.csv": ("--batch-size 2", ("evaluate RUN", "predict RUN FILE", "sample RUN --seed 1")),
}
"""For each file, the options that it is trained with, and what is done with its run."""

ALWAYS = ("runs RUN --json", "train --resume RUN --max-steps 9")


class Fault(Exception):
    """A flipped bit that was not noticed, or not as it should be."""


class Subject:
    """A run, whose bits are flipped.

    Args:
        file: the data.
        folder: an empty folder to train in.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        options, uses = USES[file.name]
        self.file, self.whole, self.run = file, folder / "whole", folder / "run"
        self.uses = (*uses, *ALWAYS)
        _said(["train", str(file), *SMALL, *options.split(), "--out", str(self.whole)])
        self._renew()
        self.expected = {use: self._answer(use) for use in self.uses}
        self.end = end_of(self.run)

    def flip(self, draw: Random) -> tuple[str, bool]:
        """Flip a bit, and look at what follows; the file's name, and whether it was refused.

        Raises:
            Fault: if a number is another one, or the refusal is not one line with the file's name.
        """
        self._renew()
        file = draw.choice([file for file in self._files() if file.stat().st_size])
        content = bytearray(file.read_bytes())
        at, bit = draw.randrange(len(content)), draw.randrange(8)
        content[at] ^= 1 << bit
        file.write_bytes(content)
        refused = False
        for use in self.uses:
            found = self._answer(use)
            if found is None or (f"{file.name}:" not in found and found != self.expected[use]):
                raise Fault(f"{file.name}, byte {at}, bit {bit}: {use}: {found}")
            refused |= found != self.expected[use]
        if not refused and end_of(self.run) != self.end:
            raise Fault(f"{file.name}, byte {at}, bit {bit}: resumed to other numbers")
        return file.name, refused

    def _files(self) -> Iterator[Path]:
        return (file for file in sorted(self.run.iterdir()) if file.is_file())

    def _renew(self) -> None:
        shutil.rmtree(self.run, ignore_errors=True)
        shutil.copytree(self.whole, self.run)

    def _answer(self, use: str) -> str | None:
        names = {"RUN": str(self.run), "FILE": str(self.file)}
        return _said([names.get(word, word) for word in use.split()])


SPEED = re.compile(r", [\d,]+ a second$", re.MULTILINE)
"""What differs each time."""


def _said(arguments: list[str]) -> str | None:
    """What a command prints; of a refusal its one line, None if it is none."""
    done = CliRunner().invoke(throughtime, arguments)
    if not done.exit_code:
        return _reason(done.stdout) if arguments[0] == "runs" else SPEED.sub("", done.output)
    one_line = done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1
    return done.stderr if done.exit_code == 2 and one_line else None


def _reason(listed: str) -> str:
    """What is wrong with the one run of a list; the list itself if nothing is."""
    row: dict[str, Any] = json.loads(listed)
    return str(row.get("error", listed))


def main(count: int) -> int:
    """Flip so many bits; return the exit status."""
    tqdm.monitor_interval = 0
    refused, harmless, faults, draw = Counter[str](), Counter[str](), 0, Random(0)
    with tempfile.TemporaryDirectory() as folder:
        files = write_files(Path(folder))
        subjects = []
        for name in USES:
            (place := Path(folder, f"{name} runs")).mkdir()
            subjects.append(Subject(files[name], place))
        for number in range(count):
            try:
                name, noticed = subjects[number % len(subjects)].flip(draw)
                (refused if noticed else harmless)[name] += 1
            except Fault as fault:
                print(fault, flush=True)
                faults += 1
    for name in sorted(refused | harmless):
        print(f"{name}: {refused[name]} refused, {harmless[name]} changed nothing")
    print(f"{count} bits flipped: {faults} faults")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
