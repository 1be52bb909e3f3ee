"""Several runs beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from throughtime.evaluation.likelihood import log_prob_of, symbols_of_rows
from throughtime.evaluation.metrics import Number
from throughtime.evaluation.metrics.bootstrap import with_intervals
from throughtime.evaluation.metrics.evaluation import DRAWS
from throughtime.evaluation.metrics.number import Measure
from throughtime.evaluation.metrics.rows import measured, same_x, table
from throughtime.report import overlay
from throughtime.report.known import Known
from throughtime.report.section import Cell, Numbers, Part, Picture, Section, Table


def compared(all_known: Sequence[Known]) -> Section:
    """The learning curves over each other; the scores, and their differences on the same rows."""
    parts: list[Part] = []
    names = names_of(all_known)
    curves = {n: k.run.metrics for n, k in zip(names, all_known, strict=True) if k.run.metrics}
    if curves:
        rows: list[tuple[Cell, ...]] = [
            (name, row["step"], row["train nats"], row["valid nats"], row["valid accuracy"])
            for name, metrics in curves.items()
            for row in metrics
        ]
        parts.append(
            Picture(
                "learning-curves",
                "−log p per symbol on the validation part; lower is better. Curves of other data, "
                "or of other symbols, do not compare.",
                overlay.draw(curves),
                Numbers(("run", "step", "train nats", "valid nats", "valid accuracy"), rows),
            )
        )
    parts.append(_choices(names, all_known))
    parts.append(_scores(names, all_known))
    parts.append(_differences(names, all_known))
    return Section(
        "Compared",
        "compared",
        "The same numbers of several runs. Whether one is better than another is said by their "
        "difference on the same rows: it is much surer than each number by itself, since rows that "
        "are hard for one are hard for the other.",
        parts,
    )


def names_of(all_known: Sequence[Known]) -> list[str]:
    """The names of the runs' folders; where two have the same, their paths."""
    names = [known.name for known in all_known]
    return [
        name if names.count(name) == 1 else str(known.run.path)
        for name, known in zip(names, all_known, strict=True)
    ]


def _choices(names: Sequence[str], all_known: Sequence[Known]) -> Table:
    """What the runs differ in."""
    configs = [known.run.config.model_dump() for known in all_known]
    differ = [k for k in configs[0] if any(str(c[k]) != str(configs[0][k]) for c in configs)]
    parameters = [sum(p.numel() for p in known.run.model.parameters()) for known in all_known]
    rows: list[tuple[Cell, ...]] = [("parameters", *parameters)]
    rows += [(key.replace("_", " "), *(_cell(config[key]) for config in configs)) for key in differ]
    return Table("choices", "What they differ in.", Numbers(("choice", *names), rows))


def _cell(value: object) -> Cell:
    return value if isinstance(value, int | float | None) else str(value)


def _scores(names: Sequence[str], all_known: Sequence[Known]) -> Table:
    found = [{} if k.data is None else _by_name(k.evaluation.numbers) for k in all_known]
    keys = list(dict.fromkeys(key for numbers in found for key in numbers))
    rows: list[tuple[Cell, ...]] = []
    for key in keys:
        values = [numbers[key].value if key in numbers else None for numbers in found]
        rows.append((*key, *values))
    return Table("compared", "On the test part.", Numbers(("number", "unit", *names), rows))


def _by_name(numbers: Sequence[Number]) -> dict[tuple[str, str], Number]:
    return {(number.name, number.unit): number for number in numbers}


def _differences(names: Sequence[str], all_known: Sequence[Known]) -> Table:
    """−log p of each run less that of the first, on the same rows, with its 95 % interval."""
    first, *others = all_known
    rows: list[tuple[Cell, ...]] = []
    for name, known in zip(names[1:], others, strict=True):
        reason = incomparable(first, known)
        if reason:
            rows.append((f"{name} − {names[0]}", None, None, None, reason))
            continue
        found = difference(first, known)
        sure = found.low is not None and found.high is not None and found.low * found.high > 0
        which = names[0] if found.value > 0 else name
        verdict = f"{which} is better" if sure else "not sure which is better"
        if found.low is None:
            verdict = "too few rows to say"
        rows.append((f"{name} − {names[0]}", found.value, found.low, found.high, verdict))
    return Table(
        "differences",
        "−log p, nats per symbol, of each run less that of the first: below zero, it is "
        "better. The 95 % interval is by resampling rows, the same for both.",
        Numbers(("difference", "nats", "low", "high", ""), rows),
    )


def incomparable(one: Known, other: Known) -> str:
    """Why the difference of two runs on the same rows cannot be given; empty if it can."""
    for known in (one, other):
        if known.data is None:
            return f"the data of {known.name} cannot be read"
    if one.run.folder.digest != other.run.folder.digest:
        return "their data, or what of them is held out, are not the same"
    if not one.run.schema.alike(other.run.schema):
        return "their data are read as other symbols"
    return ""


def _apart(sums: Tensor) -> Tensor:
    """The difference of two ratios of sums."""
    return sums[..., 2] / sums[..., 3] - sums[..., 0] / sums[..., 1]


def difference(one: Known, other: Known) -> Number:
    """−log p per symbol of another run less that of one, on the rows of its test part."""
    columns = torch.cat([_nats(one), _nats(other)], 1)
    running = one.run.schema.running
    units = torch.arange(len(columns)) if running else same_x(one.test)
    measure = Measure("difference of -log p", "nats per symbol", columns, _apart)
    return with_intervals([measure], units)[0]


@torch.no_grad()
def _nats(known: Known) -> Tensor:
    """−log p of each row of the test part, and its number of symbols, ``(rows, 2)``."""
    nats: list[float] = []
    counts: list[int] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for p, part in measured(known.run.model, known.test, known.run.schema.running):
            nats += (-log_prob_of(p, part, absent=0.0, draws=DRAWS)).tolist()
            counts += symbols_of_rows(known.run.model, part).tolist()
    return table(nats, counts)
