"""Kill a random one of the processes that train together: all end, and training goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryFile
from typing import IO

from throughtime.runs.names import BEST, STATE
from throughtime.runs.tensors import load_tensors
from tools.kills.runs import point_of, write_files

OPTIONS = (
    *("--hidden-size", "4", "--epochs", "12", "--batch-size", "3", "--precision", "float64"),
    *("--forcing", "scheduled:linear:1:0.5:100", "--save-every", "1e-9", "--threads", "1"),
)
"""Of a training of a few seconds, which saves after each update."""

CLOSE = 1e-9
"""So close are the weights of two trainings that differ in nothing but the order of sums."""

MOST = 300.0
"""Seconds after which a training has not ended."""


class Ranks:
    """A training, and what is left of it after a process was killed.

    Args:
        folder: an empty folder.
        draw: decides which process is killed, when, and how training goes on.
    """

    def __init__(self, folder: Path, draw: Random) -> None:
        self.folder, self.draw, self.file = folder, draw, write_files(folder)["words.txt"]
        self.undisturbed = folder / "undisturbed"
        self._train(1, "--out", self.undisturbed).wait(MOST)
        start = time.perf_counter()
        job = self._train(2, "--out", folder / "two")
        self._wait_for_state(folder / "two", job)
        self.starting = time.perf_counter() - start
        job.wait(MOST)
        self.training = time.perf_counter() - start - self.starting

    def faults(self, kills: int) -> Iterator[str]:
        """What went wrong, of so many kills."""
        if wrong := self._differs(self.folder / "two"):
            yield f"undisturbed: {wrong}"
        for number in range(kills):
            path = self.folder / str(number)
            if wrong := self._killed(path):
                yield f"kill {number}: {wrong}"
            shutil.rmtree(path, ignore_errors=True)

    def _killed(self, path: Path) -> str | None:
        anew = self.draw.random() < 0.5
        with TemporaryFile("w+") as said:
            job = self._train(2, "--out", path, restarts=int(anew), said=said)
            if self.draw.random() < 0.8:
                self._wait_for_state(path, job)
                time.sleep(self.draw.uniform(0, self.training))
            else:
                time.sleep(self.draw.uniform(0, self.starting))
            at = point_of(path) if (path / STATE).exists() else None
            workers = Path(f"/proc/{job.pid}/task/{job.pid}/children")
            pids = workers.read_text().split() if job.poll() is None else []
            if pids:
                os.kill(int(self.draw.choice(pids)), signal.SIGKILL)
            try:
                status = job.wait(MOST)
            except subprocess.TimeoutExpired:
                job.terminate()
                return "it has not ended"
            said.seek(0)
            lines = [line for line in said if line.startswith(("Error: ", "[rank"))]
        how = f"killed {f'at {at}' if at else 'before the first save'}{', started anew' * anew}"
        print(f"{how}: ended with {status}, said {len(lines)} lines", flush=True)
        if len(lines) > 1:
            return f"{how}: said {lines}"
        if (anew or not pids) and status:
            return f"{how}: ended with {status}"
        if not (path / STATE).exists():
            return f"{how}: what was saved is gone" if at else None
        if self._train(self.draw.choice((1, 2)), "--resume", path).wait(MOST):
            return f"{how}: it cannot be resumed"
        wrong = self._differs(path)
        return f"{how}: {wrong}" if wrong else None

    def _train(
        self, processes: int, *words: object, restarts: int = 0, said: IO[str] | None = None
    ) -> subprocess.Popen[bytes]:
        launcher = ["torch.distributed.run", "--nproc-per-node=2", f"--max-restarts={restarts}"]
        command = ["-m", *launcher] if processes == 2 else []
        command += ["-m", "throughtime", "train", *map(str, words)]
        if words[0] == "--out":
            command += [str(self.file), *OPTIONS]
        return subprocess.Popen(
            [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=said or subprocess.DEVNULL
        )

    def _wait_for_state(self, path: Path, job: subprocess.Popen[bytes]) -> None:
        while not (path / STATE).exists() and job.poll() is None:
            time.sleep(0.01)

    def _differs(self, path: Path) -> str | None:
        """What differs from the training that nothing has disturbed; None if nothing does."""
        for file in (STATE, BEST):
            found, expected = (load_tensors(p / file)[0] for p in (path, self.undisturbed))
            if found.keys() != expected.keys():
                return f"{file} has {sorted(found.keys() ^ expected.keys())} or not"
            for name, value in found.items():
                distance = (value.double() - expected[name].double()).abs().max()
                if not distance < CLOSE:
                    return f"{name} in {file} differs by {float(distance):g}"
        return None
