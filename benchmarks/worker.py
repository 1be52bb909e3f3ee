"""One contestant in a process of its own, which answers over a pipe.

JAX, ONNX Runtime and torch each bring threads that go on spinning for a while after their work.
In one process they would share caches, allocators and OpenMP's pool; so everybody, ours too, gets a
process, the same threads and the same processors, and sleeps in a read while others have their
turn. The first call of a turn wakes threads and caches, and is not timed.
"""

from __future__ import annotations

import importlib
import os
import resource
import statistics
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.run import Arrays, Declined, Run


class Contestant:
    """A module of ours, of a peer or of a yardstick, on one problem after the other."""

    def __init__(self, module: str) -> None:
        self.module = importlib.import_module(module)
        self.run: Run | None = None
        self.megabytes = 0.0
        self.slow = False

    def about(self) -> tuple[str, str, frozenset[str]]:
        """Name, version, and what it can do."""
        tasks = {name for name, value in vars(self.module).items() if callable(value)}
        return self.module.NAME, self.module.VERSION, frozenset(tasks)

    def prepare(self, task: str, problem: Any) -> Arrays:
        """Get ready for a problem; its results.

        Raises:
            Declined: if the contestant has not what the problem needs.
        """
        self.run, self.slow = None, False  # frees the problem before
        run: Run = getattr(self.module, task)(problem)
        self.megabytes = _start_of_memory()
        self.run = run
        return run.results()

    def turn(self, seconds: float, wake: bool) -> tuple[float, float]:
        """Steps for this long: the median of their milliseconds, and the most megabytes so far."""
        assert self.run is not None
        if wake and not self.slow:
            self.run.step()
        times: list[float] = []
        start = time.perf_counter()
        while not times or time.perf_counter() - start < seconds:
            before = time.perf_counter()
            self.run.step()
            times.append(time.perf_counter() - before)
        self.slow = statistics.median(times) > 0.2  # then waking does not count
        milliseconds = 1e3 * statistics.median(times) / self.run.share
        return milliseconds, _most_memory() - self.megabytes


def _start_of_memory() -> float:
    """The process's memory now, in MB; the highest is counted anew from here where that can be."""
    status, resetting = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    try:
        resetting.write_text("5")
        (now,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    except OSError:
        return _most_memory()
    return int(now.split()[1]) / 1024


def _most_memory() -> float:
    """The most memory, in MB."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return max(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def serve(pipe: Connection, module: str) -> None:
    """Answer until the other end is gone: the value, or the exception in its place."""
    contestant: Contestant | None = None
    while True:
        try:
            name, *arguments = pipe.recv()
        except EOFError:
            return
        try:
            contestant = contestant or Contestant(module)
            answer: Any = getattr(contestant, name)(*arguments)
        except Exception as error:  # whatever a peer raises is an answer about the peer
            answer = Declined(f"{type(error).__name__}: {error}".splitlines()[0][:200])
            if isinstance(error, Declined):
                answer = error
        pipe.send(answer)


if __name__ == "__main__":
    # what peers print goes beside the table, and not into it
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Connection(int(sys.argv[1])), sys.argv[2])
