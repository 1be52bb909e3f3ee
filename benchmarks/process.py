"""A contestant's process, seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Protocol

from benchmarks.run import Declined


class Asked(Protocol):
    """Somebody who is asked for a method of :class:`benchmarks.worker.Contestant`."""

    name: str

    def ask(self, method: str, *arguments: Any) -> None:
        """Ask, and do not wait."""

    def answer(self, limit: float | None = None) -> Any:
        """What the method returned.

        Raises:
            Declined: if there is no answer, with the reason.
        """

    def end(self) -> None:
        """Forget everything; the next question starts anew."""


class Process:
    """A worker; it starts when it is first asked, and again after it has died."""

    def __init__(self, module: str, threads: int) -> None:
        self.module, self.threads, self.name = module, threads, module.split(".")[-1]
        self._running: tuple[subprocess.Popen[bytes], Connection] | None = None

    def ask(self, method: str, *arguments: Any) -> None:
        if self._running is None:
            mine, its = Pipe()
            command = [sys.executable, "-m", "benchmarks.worker", str(its.fileno()), self.module]
            environment = {**os.environ, "OMP_NUM_THREADS": str(self.threads)}
            process = subprocess.Popen(command, env=environment, pass_fds=[its.fileno()])
            its.close()
            self._running = process, mine
        self._running[1].send((method, *arguments))

    def answer(self, limit: float | None = None) -> Any:
        assert self._running is not None
        pipe = self._running[1]
        try:
            if not pipe.poll(limit):
                self.end()
                raise Declined(f"took longer than {limit:.0f} s to get ready")
            answer = pipe.recv()
        except (EOFError, ConnectionError):
            self.end()
            raise Declined("its process died") from None
        if isinstance(answer, Declined):
            raise answer
        return answer

    def end(self) -> None:
        """End the process, busy or not."""
        if self._running is not None:
            process, pipe = self._running
            self._running = None
            pipe.close()
            process.kill()
            process.wait()


def same_processors(threads: int) -> None:
    """Keep this process and all that it starts to as many processors as there are threads.

    XLA and others take a thread for each processor that they may use.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def processors() -> int:
    """How many processors there are for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
