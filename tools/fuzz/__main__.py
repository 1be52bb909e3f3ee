"""Damage what people give in many ways: it must be read, or refused in one line.

    python -m tools.fuzz --seconds 3600          # all targets in turn
    python -m tools.fuzz --seconds 60 csv runs   # those whose name has one of these words
    python -m tools.fuzz --seed 123 csv          # one example again, with its traceback

Each target runs in a process of its own, with limits on memory and on each example's time. The exit
status is 0 if nothing was found.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import resource
import signal
import sys
import tempfile
import time
import warnings
from functools import partial
from pathlib import Path
from random import Random
from typing import NoReturn

import torch

from tools.fuzz.harness import finding
from tools.fuzz.targets import RUNS, TARGETS
from tools.fuzz.workplace import Workplace

TURN = 15
"""Seconds of a target, before it is another's turn."""

SECONDS = 20
"""Of processor time that an example may take."""

BYTES = 3 * 2**30
"""That an example may take, more than what was there before."""


def main() -> int:
    """All targets in turns."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, help="One example again.")
    parser.add_argument("--first", type=int, default=0, help="The seed to begin with [0].")
    told = parser.parse_args()
    chosen = [n for n in TARGETS if not told.words or any(word in n for word in told.words)]
    if not chosen:
        parser.error(f"no target has {', '.join(told.words)}; there are {', '.join(TARGETS)}")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as root:
        at = Workplace(Path(root))
        if told.seed is not None:
            for name in chosen:
                TARGETS[name](Random(f"{name} {told.seed}"), at)
            return 0
        return fuzz(chosen, at, told.seconds, told.first)


def fuzz(names: list[str], at: Workplace, seconds: float, first: int) -> int:
    """Give every target its turns; say what was found, and how many examples there were."""
    end, found = time.monotonic() + seconds, 0
    seeds = dict.fromkeys(names, first)
    turn = min(TURN, seconds / len(names))
    for model in RUNS:  # once, not in every process
        at.run(model)
    while time.monotonic() < end:
        for name in names:
            done = in_a_process(name, at, seeds[name], turn)
            found += done["found"]
            seeds[name] = done["seed"]
    for name in names:
        say(f"{name:<20} {seeds[name] - first:>8,} examples")
    say(f"{sum(seeds.values()) - first * len(names):,} examples, {found} findings")
    return int(found > 0)


def in_a_process(name: str, at: Workplace, seed: int, seconds: float) -> dict[str, int]:
    """Examples of a target from a seed on; which seed is the next, and how much was found."""
    note = at.root / "note"
    note.write_text(json.dumps({"seed": seed, "found": 0}))
    child = os.fork()
    if not child:
        _examples(name, at, seed, seconds, note)
    _, status = os.waitpid(child, 0)
    done: dict[str, int] = json.loads(note.read_text())
    if status:
        code = os.waitstatus_to_exitcode(status)
        say(f"FOUND {name} {done['seed']}: the process ended with {code}")
        done = {"seed": done["seed"] + 1, "found": done["found"] + 1}
    return done


def _examples(name: str, at: Workplace, seed: int, seconds: float, note: Path) -> NoReturn:
    faulthandler.enable()
    warnings.simplefilter("ignore")
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + BYTES, now + BYTES))
    signal.signal(signal.SIGPROF, _too_long)
    end, found = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        note.write_text(json.dumps({"seed": seed, "found": found}))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(30 * SECONDS)  # where no Python runs any more, this ends the process
        if reason := finding(partial(TARGETS[name], Random(f"{name} {seed}"), at)):
            found += 1
            say(f"FOUND {name} {seed}: {reason}")
        signal.setitimer(signal.ITIMER_PROF, 0)
        seed += 1
    note.write_text(json.dumps({"seed": seed, "found": found}))
    os._exit(0)


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} seconds")


def say(line: str) -> None:
    """At once, also where it goes to a file."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
