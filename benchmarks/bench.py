"""Time this library beside its peers.

    python -m benchmarks.bench [--rows "tanh train step,generation"] [--cells tanh,gru,lstm]
                               [--peers torch_nn,jax_scan] [--repeats 7] [--threads 2] [--quick]

What is measured stands in ``benchmarks/rows``, a peer in ``benchmarks/peers``; ``pip install
'.[bench]'`` brings their libraries, and one that is not there is said to be missing. Results are
compared first: who disagrees gets no time. Then all take turns, and the medians count.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterator, Mapping

from benchmarks.measure import OURS, Contest, Measured, measure
from benchmarks.peers import PEERS
from benchmarks.process import Process, processors, same_processors
from benchmarks.row import Row
from benchmarks.rows import ROWS
from benchmarks.run import Declined
from benchmarks.table import table


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Ours beside its peers.")
    parser.add_argument("--rows", help="by comma; of " + ", ".join(row.name for row in ROWS))
    parser.add_argument("--cells", help="by comma; of tanh, gru, lstm and the users' cells")
    parser.add_argument("--peers", help="by comma; of " + ", ".join(PEERS))
    parser.add_argument("--repeats", type=int, default=7, help="turns of each")
    parser.add_argument("--patience", type=float, default=4.0, help="seconds, then 3 turns will do")
    parser.add_argument("--limit", type=float, default=45.0, help="seconds to get ready, compiled")
    parser.add_argument("--threads", type=int, default=processors())
    parser.add_argument("--quick", action="store_true", help="few sizes, few turns, no compiling")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.repeats, chosen.patience = min(chosen.repeats, 3), 0.5
    for name, known in (("rows", [row.name for row in ROWS]), ("peers", PEERS)):
        for unknown in set((getattr(chosen, name) or "").split(",")) - {*known, ""}:
            parser.error(f"--{name}: there is no {unknown!r}; there are {', '.join(known)}")
    return chosen


def main() -> int:
    """Print the tables; 1 if a result of ours is wrong, so that it has no time."""
    chosen = options()
    rows = [row for row in ROWS if not chosen.rows or row.name in chosen.rows.split(",")]
    same_processors(chosen.threads)
    names = {f"yardsticks.{name}" for row in rows for name in row.yardsticks}
    names |= {f"peers.{name}" for name in (chosen.peers.split(",") if chosen.peers else PEERS)}
    names |= {row.baseline for row in rows}
    names -= {"peers.torch_compile"} if chosen.quick else set()
    everybody = [Process(f"benchmarks.{name}", chosen.threads) for name in ("ours", *sorted(names))]
    right = True
    try:
        print(f"{chosen.threads} threads, {platform.machine()}, Python {platform.python_version()}")
        tasks = dict(found(everybody))
        for row in rows:
            contest = contest_of(row, tasks)
            done = list(measurements(row, contest, chosen))
            if done:
                print("\n".join(["", *table(row, contest, done)]), flush=True)
            right &= all(OURS in measured.milliseconds for measured in done)
    finally:
        for one in everybody:
            one.end()
    return 0 if right else 1


def found(everybody: list[Process]) -> Iterator[tuple[Process, frozenset[str]]]:
    """Everybody's tasks; printed is who is there, and who is not."""
    for one in everybody:
        one.ask("about")
    for one in everybody:
        try:
            one.name, version, tasks = one.answer()
            print(f"- {one.name} {version}")
            yield one, tasks
        except Declined as reason:
            print(f"- {one.name}: not found ({reason})")
            one.end()


def contest_of(row: Row, tasks: Mapping[Process, frozenset[str]]) -> Contest:
    """Who is measured in a row."""

    def those(folder: str, task: str) -> tuple[Process, ...]:
        return tuple(p for p in tasks if folder in p.module and task in tasks[p])

    (ours,) = those("benchmarks.ours", row.task)
    wanted = {f"benchmarks.yardsticks.{name}" for name in row.yardsticks}
    yardsticks = tuple(p for p in tasks if p.module in wanted)
    (baseline,) = (p for p in tasks if p.module == f"benchmarks.{row.baseline}")
    return Contest(ours, those(".peers.", row.task), yardsticks, baseline)


def measurements(row: Row, contest: Contest, chosen: argparse.Namespace) -> Iterator[Measured]:
    """A row's problems, one after the other."""
    for problem in row.quick if chosen.quick else row.problems:
        if chosen.cells and problem.cell not in chosen.cells.split(","):
            continue
        if row.once:  # in new processes
            for one in contest.all():
                one.end()
        print(f"{row.name}, {problem.cell}: {problem.size}", file=sys.stderr)
        yield measure(contest, row, problem, chosen.repeats, chosen.patience, chosen.limit)


if __name__ == "__main__":
    sys.exit(main())
