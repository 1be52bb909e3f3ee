"""Kill training at every call that changes a file, and at random: it resumes to the same bits.

    python -m tools.kills                   # at every call, and 50 times at random: a few minutes
    python -m tools.kills --seconds 3600    # at random, until the time is over
    python -m tools.kills text.csv          # kinds of training whose name has one of these words
    python -m tools.kills --ranks 20        # random ones of two processes that train together

At every call of the system that makes, fills, names or removes a file in one training, the process
ends instead of the call (half of what is to be written is written), the disk is full, or Ctrl-C is
pressed for the second time. Then the training is resumed, as it was, with more epochs, or with no
time left and then with more: its weights, optimiser, metrics and files are those of a training that
nothing has disturbed and that went on in the same way from there, or it says in one line that
nothing was saved yet. Resumptions are killed likewise. The exit status is 0 if all are.

Where a random one of several processes is killed, all end with one line, and are started anew by
torchrun or resumed, by one process or two: the weights are those of an undisturbed training by one
process, but for rounding.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

from tqdm import tqdm

from throughtime.runs.errors import RunError
from throughtime.runs.names import STATE
from tools.kills.calls import KILLED, Fate, die, fail, in_child, interrupt, watched
from tools.kills.ranks import Ranks
from tools.kills.runs import (
    AS_IT_WAS,
    CHANGES,
    Kind,
    end_of,
    kinds,
    point_of,
    quick,
    resume,
    train,
    train_in_steps,
)

NOTHING = 3
"""The exit status of a resumption that has found nothing saved."""

ENDS: dict[Fate, tuple[int, ...]] = {die: (KILLED,), fail: (0, 2), interrupt: (130,)}
"""The exit statuses that a training may have, by its fate."""

FEWER = 3
"""In the tests, every so many-th call fails or is interrupted; each is a last one."""


class Judge:
    """Compares trainings of one kind that were killed with one that was not.

    Args:
        kind: the kind.
        folder: an empty folder to train in.
    """

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind, self.folder, self.count = kind, folder, 0
        self.points = folder / "points"
        self.points.mkdir()
        self.ends: dict[tuple[str, str], dict[str, Any]] = {}
        train_in_steps(kind, folder / "first", self.points)  # each child finds all imported
        with watched() as seen:
            train(kind, folder / "undisturbed")
        self.calls = [f"{name} {first}" for name, first in seen]
        # after this call the state is there, and none may lose it, unless nothing was trained and
        # the folder is removed
        names = [call.startswith("replace ") and f".{STATE}." in call for call in self.calls]
        self.first = names.index(True)

    def chosen(self, fate: Fate, every: int) -> list[tuple[int, str]]:
        """Every so many-th call, with its number; of those that give a file its name, all at which
        a process may end."""
        return [
            (at, call)
            for at, call in enumerate(self.calls)
            if at % every == 0 or (fate is die and call.startswith("replace "))
        ]

    def at_every_call(self, fate: Fate, every: int = 1) -> Iterator[str]:
        """What went wrong where a call, or every so many-th, was the last one, or failed.

        Where a process ends before a file takes its name, training goes on in all ways; elsewhere
        as it was.
        """
        for at, call in self.chosen(fate, every):
            in_all_ways = fate is die and call.startswith("replace ")
            for changes in CHANGES if in_all_ways else ("as it was",):
                path, what = self._new(), f"{fate.__name__} at call {at} ({call}), {changes}"

                def work(at: int = at, path: Path = path) -> None:
                    with watched(at, fate):
                        _in_one_line(lambda: train(self.kind, path))

                status = in_child(work)
                if status not in ENDS[fate]:
                    yield f"{what}: training ended with {status}"
                elif reason := self._resumed(
                    path, changes, saved=at > self.first and path.exists()
                ):
                    yield f"{what}: {reason}"

    def at_every_call_of_resuming(self, every: int = 1) -> Iterator[str]:
        """What went wrong where a resumption with other options was killed, in the midst of an
        epoch: it writes a configuration, validates, and saves all."""
        changes = "out of time"
        change = CHANGES[changes][0]
        points = sorted(self.points.iterdir(), key=lambda point: int(point.name.split("-")[0]))
        middle = points[len(points) // 2]
        path = shutil.copytree(middle, self._new())
        with watched() as seen:
            resume(self.kind, path, change)
        for at, (name, first) in list(enumerate(seen))[::every]:
            path = shutil.copytree(middle, self._new())

            def work(at: int = at, path: Path = path) -> None:
                with watched(at, die):
                    resume(self.kind, path, change)

            if (status := in_child(work)) != KILLED:
                yield f"resuming, call {at} ({name} {first}): ended with {status}"
            elif reason := self._finished(path, middle.name, changes):
                yield f"resuming, killed at call {at} ({name} {first}): {reason}"
        self.resumptions = len(seen[::every])

    def at_random(self, draw: Random, longest: float) -> str | None:
        """What went wrong where training was killed some times, after random times; and then each
        of its resumptions with other options."""
        path, times = self._new(), []
        for _ in range(draw.randint(1, 3)):
            times.append(draw.uniform(0, longest))
            begun = path.exists()
            _kill_after(times[-1], self._go_on(path) if begun else lambda: train(self.kind, path))
        changes, killed = draw.choice(list(CHANGES)), draw.uniform(0, longest)
        reason = self._resumed(path, changes, saved=(path / STATE).exists(), killed=killed)
        said = ", ".join(f"{t:.3f}" for t in (*times, killed))
        return f"killed after {said} s, {changes}: {reason}" if reason else None

    def _new(self) -> Path:
        self.count += 1
        return self.folder / f"{self.count}"

    def _go_on(self, path: Path, change: Mapping[str, Any] = AS_IT_WAS) -> Callable[[], None]:
        def work() -> None:
            if not resume(self.kind, path, change):
                os._exit(NOTHING)

        return work

    def _resumed(
        self, path: Path, changes: str, *, saved: bool, killed: float | None = None
    ) -> str | None:
        """What differs once a training is resumed to its end; None if nothing does.

        Args:
            path: the folder.
            changes: the options that it goes on with, by their name.
            saved: whether something was saved.
            killed: the seconds after which each resumption is killed, and then done again.
        """
        if not (path / STATE).exists():
            status = in_child(self._go_on(path))
            return "what was saved is gone" if saved or status != NOTHING else None
        return self._finished(path, point_of(path), changes, killed=killed)

    def _finished(
        self, path: Path, point: str, changes: str, *, killed: float | None = None
    ) -> str | None:
        for change in CHANGES[changes]:
            if killed is not None:
                _kill_after(killed, self._go_on(path, change))
            if status := in_child(self._go_on(path, change)):
                return f"resuming ended with {status}"
        found, expected = end_of(path), self._expected(point, changes)
        other = [name for name in expected if found.get(name) != expected[name]]
        return f"{', '.join(other)} differ" if other else None

    def _expected(self, point: str, changes: str) -> dict[str, Any]:
        """The end of a training that was stopped at a point, and went on undisturbed."""
        if changes == "as it was":
            return end_of(self.folder / "undisturbed")
        if (point, changes) not in self.ends:
            path = shutil.copytree(self.points / point, self._new())
            for change in CHANGES[changes]:
                resume(self.kind, path, change)
            self.ends[point, changes] = end_of(path)
        return self.ends[point, changes]


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
    options.add_argument("--every", type=int, default=1, help="at every so many-th call")
    options.add_argument("--ranks", type=int, help="kill one of two processes, so many times")
    told = options.parse_args(arguments)
    if told.ranks:
        with tempfile.TemporaryDirectory() as folder:
            missed = list(Ranks(Path(folder), Random(0)).faults(told.ranks))
        print(*missed, f"{told.ranks} processes killed at random: {len(missed)} faults", sep="\n")
        return int(bool(missed))
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
                every = told.every * (1 if fate is die or not told.quick else FEWER)
                for fault in judge.at_every_call(fate, every):
                    print(f"{name}: {fault}", flush=True)
                    faults += 1
                looked = len(judge.chosen(fate, every))
                points += looked
                print(f"{name}: {looked} calls, {fate.__name__}: looked at", flush=True)
            if not told.seconds:
                for fault in judge.at_every_call_of_resuming(told.every):
                    print(f"{name}: {fault}", flush=True)
                    faults += 1
                points += judge.resumptions
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
