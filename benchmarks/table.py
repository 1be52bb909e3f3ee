"""The table of a row, in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping

from benchmarks.measure import Contest, Measured, quantities
from benchmarks.row import BEST, PRODUCT, Goal, Row


def table(row: Row, contest: Contest, measured: list[Measured]) -> Iterator[str]:
    """Line by line; under the table, who has no time, and why."""
    names = [one.name for one in contest.all() if one.name != PRODUCT]
    product = any(one.name == PRODUCT for one in contest.yardsticks)
    base = contest.baseline.name
    ratios = [f"× {base}", f"× {BEST}"]
    headings = ["row", "size", *(f"{name}, ms" for name in names), *ratios]
    if product:
        headings += ["product's GFLOP/s", "share of that"]
    headings += ["goal", "reached"]
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    refused: dict[tuple[str, str], list[str]] = {}
    rows: list[Mapping[str, float]] = []
    for done in measured:
        found = quantities(contest, row, done)
        rows.append(found)
        size = f"{done.problem.cell}: {done.problem.size}"
        for who_and_why in done.refused.items():
            refused.setdefault(who_and_why, []).append(size)
        cells = [row.name, size, *(_number(done.milliseconds.get(name)) for name in names)]
        cells += [_number(found.get(ratio)) for ratio in ratios]
        if product:
            time, share = done.milliseconds.get(PRODUCT), found.get(f"× {PRODUCT}")
            flops: float = getattr(done.problem, "flops", 0)
            cells += [f"{flops / time / 1e6:.0f}" if time else "", f"{share:.0%}" if share else ""]
        goals = [goal for goal in row.goals if goal.where(done.problem)]
        yield f"| {' | '.join([*cells, *_goals(goals, found)])} |"
    if len(rows) > 1:
        means = {
            key: statistics.geometric_mean(found[key] for found in rows)
            for key in set.intersection(*(set(found) for found in rows))
            if all(found[key] > 0 for found in rows)
        }
        cells = [row.name, "geometric mean", *[""] * len(names)]
        cells += [_number(means.get(ratio)) for ratio in ratios] + [""] * (2 * product)
        yield f"| {' | '.join([*cells, *_goals(row.means, means)])} |"
    if refused:
        yield ""
    for (name, reason), sizes in refused.items():
        where = "everywhere" if len(sizes) == len(rows) else "; ".join(sizes)
        where = where if len(sizes) < 4 else f"{len(sizes)} of {len(rows)} sizes"
        yield f"- no time of {name}, {where}: {reason}."


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def _goals(goals: Iterable[Goal], found: Mapping[str, float]) -> tuple[str, str]:
    """What is to be reached, and what was: the values in the same order."""
    reached = []
    for goal in goals:
        value = found.get(goal.quantity)
        verdict = "" if value is None else "yes" if goal.reached(value) else "**no**"
        reached.append("not measured" if value is None else f"{verdict}, {_number(value)}")
    return "; ".join(map(str, goals)), "; ".join(reached)
