"""Compare the results of all contestants on a problem, and only then their times."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.process import Asked
from benchmarks.row import BEST, Problem, Row
from benchmarks.run import Arrays, Declined, agree

OURS = "ours"
TURN, ONLY_TURN = 0.03, 1.0
"""A turn lasts this many seconds at least, and one step at least; so does the only one."""


@dataclass(frozen=True)
class Contest:
    """Who is measured: ours, peers, one of which is the baseline, and yardsticks."""

    ours: Asked
    peers: tuple[Asked, ...]
    yardsticks: tuple[Asked, ...]
    baseline: Asked

    def all(self) -> tuple[Asked, ...]:
        return (self.ours, *self.peers, *self.yardsticks)


@dataclass
class Measured:
    """A problem's milliseconds by contestant, and why there are none."""

    problem: Problem
    milliseconds: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    megabytes: float = 0.0


def measure(
    contest: Contest, row: Row, problem: Problem, repeats: int, patience: float, limit: float
) -> Measured:
    """The medians over turns that contestants take one after the other.

    Args:
        contest: who; one whose results are not the baseline's gets no time.
        row: of which the problem is.
        problem: what.
        repeats: how many turns.
        patience: after so many seconds three turns are enough.
        limit: how many seconds anybody may need to get ready, compilation included.
    """
    done = Measured(problem)
    results: dict[str, Arrays] = {}
    for one in contest.all():
        one.ask("prepare", "measure" if one in contest.yardsticks else row.task, problem)
    for one in contest.all():
        try:
            results[one.name] = one.answer(limit)
        except Declined as reason:
            done.refused[one.name] = str(reason)
    truth = results.get(contest.baseline.name)
    for name, found in results.items():
        # a yardstick may have nothing to compare
        if found and (truth is None or not agree(found, truth)):
            done.refused[name] = f"its results are not those of {contest.baseline.name}"
    there = [one for one in contest.all() if one.name not in done.refused]
    turns: dict[str, list[float]] = {one.name: [] for one in there}
    start = time.perf_counter()
    for i in range(1 if row.once else repeats):
        if i >= 3 and time.perf_counter() - start > patience:
            break
        for one in [one for one in there if one.name not in done.refused]:
            one.ask("turn", ONLY_TURN if row.once else TURN, not row.once)
            try:
                milliseconds, megabytes = one.answer()
            except Declined as reason:
                done.refused[one.name] = str(reason)
                continue
            turns[one.name].append(milliseconds)
            if one is contest.ours:
                done.megabytes = megabytes
    done.milliseconds = {
        name: statistics.median(t) for name, t in turns.items() if name not in done.refused
    }
    return done


def quantities(contest: Contest, row: Row, done: Measured) -> Mapping[str, float]:
    """What goals are about. Empty where ours has no time."""
    if OURS not in done.milliseconds:
        return {}
    mine = done.milliseconds[OURS]
    found = {"ms": mine}
    for name, theirs in done.milliseconds.items():
        found[f"× {name}"] = theirs / mine
        found[f"× the time of {name}"] = mine / theirs
    if peers := [t for p in contest.peers if (t := done.milliseconds.get(p.name))]:
        found[f"× {BEST}"] = min(peers) / mine
    if hasattr(done.problem, "length"):
        found["symbols a second"] = 1e3 * done.problem.length / mine
    if row.once:
        found["MB above the data"] = done.megabytes
    return found
