"""The page of a run, or of several: which sections it has, and what is seen first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from matplotlib.figure import Figure

from throughtime.data import Dataset
from throughtime.inference.evaluate import size
from throughtime.inference.run import Run
from throughtime.report.known import Known
from throughtime.report.page import Fact, Page
from throughtime.report.section import Section
from throughtime.report.sections.captions import captions
from throughtime.report.sections.compared import compared, names_of
from throughtime.report.sections.gap import the_gap
from throughtime.report.sections.inputs import inputs
from throughtime.report.sections.inside import inside
from throughtime.report.sections.labels import labels
from throughtime.report.sections.learning import learning
from throughtime.report.sections.lengths import lengths
from throughtime.report.sections.rows import rows
from throughtime.report.sections.samples import samples
from throughtime.report.sections.series import series
from throughtime.report.sections.summary import summary
from throughtime.report.sections.through_time import through_time
from throughtime.report.visible import visible

SECTIONS: tuple[Callable[[Known], Section | None], ...] = (
    *(summary, learning, through_time, the_gap, lengths),
    *(samples, captions, series, labels, rows, inside, inputs),
)
"""The sections of a page, in their order; each is None of a run that it does not apply to."""


def page(runs: Sequence[Run], data: Dataset | None = None) -> Page:
    """The page of a run, or of several beside each other, before it is written: with its figures.

    Args:
        runs: one or several.
        data: the data of the one run; if None, they are read again.
    """
    known = [Known(run, data) for run in runs]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if len(known) == 1:
            return _of_one(known[0])
        return Page(
            " · ".join(names_of(known)),
            [f"{n}: {line}" for n, k in zip(names_of(known), known, strict=True)
             for line in _lines(k)[:1]],
            [],
            list(_notices(known)),
            [compared(known)],
        )  # fmt: skip


def _of_one(known: Known) -> Page:
    sections = [section(known) for section in SECTIONS]
    return Page(
        known.name,
        _lines(known),
        _facts(known),
        list(_notices([known])),
        [section for section in sections if section is not None],
    )


def _notices(all_known: Sequence[Known]) -> Iterator[str]:
    for known in all_known:
        if known.missing:
            yield f"What needs the data is left out, for they cannot be read: {known.missing}"
        yield from known.left_out


def _lines(known: Known) -> list[str]:
    """What the model is, and what it is a model of."""
    c = known.run.config
    layers = f"{c.layers} layers of " if c.layers > 1 else ""
    lines = [f"{c.cell}, {layers}{c.hidden_size} hidden units; {c.wiring}; {c.output}"
             f"{'; ' + c.length if c.length else ''}"]  # fmt: skip
    if known.data is not None:
        lines.append(f"{known.data.name}: {known.data.description}")
    where = known.run.config.dataset
    folder = "" if where is None else f"{Path(where).parent}{os.sep}"  # is nobody else's concern
    return [visible(line.replace(folder, "") if folder else line, 400) for line in lines]


def _facts(known: Known) -> list[Fact]:
    facts = []
    if known.data is not None:
        numbers = known.evaluation.numbers
        best = [n for n in numbers if n.name.startswith(("accuracy", "exact", "chunk F1"))][:1]
        for number in [*numbers[:1], *best]:
            share = number not in numbers[:1]
            value = f"{number.value:.1%}".replace("%", " %") if share else f"{number.value:.3f}"
            more = ""
            if number.low is not None and number.high is not None:
                ends = (number.low, number.high)
                said = [f"{end:.1%}".replace("%", " %") if share else f"{end:.3f}" for end in ends]
                more = f"95 %: {said[0]} to {said[1]}"
            facts.append(Fact(value, f"{number.name.replace('-log', '−log')}, {number.unit}", more))
        sizes = {n: size(part, known.run.schema) for n, part in known.data.splits.items()}
        count, what = sizes.pop("train")
        held = ", ".join(f"{number:,} {name}" for name, (number, _) in sizes.items())
        facts.append(Fact(f"{count:,}", f"{what} to train on", f"and {held}"))
    parameters = sum(p.numel() for p in known.run.model.parameters())
    facts.append(Fact(f"{parameters:,}", "parameters"))
    if metrics := known.run.metrics:
        last = metrics[-1]
        seconds = last["seconds"] or 0.0
        time = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
        facts.append(Fact(time, "of training", f"{last['step']:,.0f} updates"))
    return facts


def figures(run: Run, data: Dataset | None = None) -> dict[str, Figure]:
    """All pictures of the page of a run, by their names: ``confusion``, ``path``, …

    Each is made by a function ``draw`` of its own module, from what a method of the run gives:
    ``throughtime.report.confusion.draw(run.evaluate().classes)``.

    Args:
        run: the run.
        data: its data; if None, they are read again.

    Example:
        >>> import tempfile
        >>> import throughtime as tt
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = tt.train("digits", max_steps=2, hidden_size=4, out=f"{folder}/run", say=None)
        ...     drawn = tt.report.figures(run)
        >>> drawn["confusion"].axes[0].get_ylabel()
        'true'
    """
    return {picture.name: picture.figure for picture in page([run], data).pictures}
