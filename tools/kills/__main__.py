"""Kill training at every call that changes a file, and at random: it resumes to the same bits.

    python -m tools.kills                   # at every call, and 50 times at random: a few minutes
    python -m tools.kills --seconds 3600    # at random, until the time is over
    python -m tools.kills text.csv          # kinds of training whose name has one of these words

At every call of the system that makes, fills, names or removes a file in one training, the process
ends instead of the call (half of what is to be written is written), the disk is full, or Ctrl-C is
pressed for the second time. Then the training is resumed: its weights, optimiser, metrics and files
are those of a training that nothing has disturbed, or it says in one line that nothing was saved
yet. The exit status is 0 if all are.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

os.environ["OMP_NUM_THREADS"] = "1"

from tqdm import tqdm

from throughtime.runs.errors import RunError
from throughtime.runs.names import STATE
from tools.kills.calls import KILLED, Fate, die, fail, in_child, interrupt, watched
from tools.kills.runs import Kind, end_of, kinds, quick, resume, train

NOTHING = 3
"""The exit status of a resumption that has found nothing saved."""

ENDS: dict[Fate, tuple[int, ...]] = {die: (KILLED,), fail: (0, 2), interrupt: (130,)}
"""The exit statuses that a training may have, by its fate."""


class Judge:
    """Compares trainings of one kind that were killed with one that was not.

    Args:
        kind: the kind.
        folder: an empty folder to train in.
    """

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind, self.folder, self.count = kind, folder, 0
        whole = folder / "undisturbed"
        train(kind, folder / "first")  # here, so that each child finds all imported
        with watched() as seen:
            train(kind, whole)
        self.calls = [f"{name} {first}" for name, first in seen]
        # after this call the state is there, and none may lose it, unless nothing was trained and
        # the folder is removed
        names = [call.startswith("replace ") and f".{STATE}." in call for call in self.calls]
        self.first = names.index(True)
        self.expected = end_of(whole)

    def at_every_call(self, fate: Fate) -> Iterator[str]:
        """What went wrong where a call was the last one, or failed."""
        for at, call in enumerate(self.calls):
            path, what = self._new(), f"{fate.__name__} at call {at} ({call})"

            def work(at: int = at, path: Path = path) -> None:
                with watched(at, fate):
                    _in_one_line(lambda: train(self.kind, path))

            status = in_child(work)
            if status not in ENDS[fate]:
                yield f"{what}: training ended with {status}"
            elif reason := self._resumed(path, saved=at > self.first and path.exists()):
                yield f"{what}: {reason}"

    def at_random(self, draw: Random, longest: float) -> str | None:
        """What went wrong where training was killed some times, after random times."""
        path, times = self._new(), []
        for _ in range(draw.randint(1, 3)):
            times.append(draw.uniform(0, longest))
            begun = path.exists()
            _kill_after(times[-1], self._go_on(path) if begun else lambda: train(self.kind, path))
        reason = self._resumed(path, saved=(path / STATE).exists())
        return (
            f"killed after {', '.join(f'{t:.3f}' for t in times)} s: {reason}" if reason else None
        )

    def _new(self) -> Path:
        self.count += 1
        return self.folder / f"{self.count}"

    def _go_on(self, path: Path) -> Callable[[], None]:
        def work() -> None:
            if not resume(self.kind, path):
                os._exit(NOTHING)

        return work

    def _resumed(self, path: Path, *, saved: bool) -> str | None:
        """What differs once a training is resumed to its end; None if nothing does."""
        status = in_child(self._go_on(path))
        if status == NOTHING:
            return "what was saved is gone" if saved else None
        if status:
            return f"resuming ended with {status}"
        found = end_of(path)
        other = [name for name in self.expected if found.get(name) != self.expected[name]]
        return f"{', '.join(other)} differ" if other else None


def _in_one_line(work: Callable[[], None]) -> None:
    try:
        work()
    except RunError as error:
        if "\n" in str(error):
            raise RuntimeError(f"several lines: {error}") from None
        os._exit(2)
    except KeyboardInterrupt:
        os._exit(130)


def _kill_after(seconds: float, work: Callable[[], None]) -> None:
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tools.kills")
    options.add_argument("words", nargs="*", help="words in the names of kinds")
    options.add_argument("--seconds", type=float, help="kill at random for so long")
    options.add_argument("--random", type=int, default=50, help="random kills, without --seconds")
    options.add_argument("--quick", action="store_true", help="one kind, as the tests do it")
    told = options.parse_args(arguments)
    tqdm.monitor_interval = 0  # a thread of its own, which no child would have
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        found = kinds(Path(folder) / "data")
        if told.quick:
            found = {"one update": quick(found["words.txt, teacher"])}
        chosen = {
            n: k for n, k in found.items() if not told.words or any(w in n for w in told.words)
        }
        faults = points = 0
        judges = []
        for name, kind in chosen.items():
            place = Path(folder) / name
            place.mkdir()
            start = time.perf_counter()
            judge = Judge(kind, place)
            judges.append((name, judge, time.perf_counter() - start))
            for fate in () if told.seconds else ENDS:
                for fault in judge.at_every_call(fate):
                    print(f"{name}: {fault}", flush=True)
                    faults += 1
                points += len(judge.calls)
                print(f"{name}: {len(judge.calls)} calls, {fate.__name__}: looked at", flush=True)
        draw, start, kills = Random(0), time.perf_counter(), 0
        while time.perf_counter() - start < told.seconds if told.seconds else kills < told.random:
            name, judge, seconds = draw.choice(judges)
            if wrong := judge.at_random(draw, 1.2 * seconds):
                print(f"{name}: {wrong}", flush=True)
                faults += 1
            kills += 1
        print(f"{points} calls injected, {kills} trainings killed at random: {faults} faults")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
