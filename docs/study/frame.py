"""What all claims of the study share: how a model is trained, and what a page says."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
import torch
from matplotlib.figure import Figure
from scipy import stats
from torch import Tensor

import throughtime as tt

Batch = tuple[tt.Sequence | None, Tensor | tt.Sequence]
"""x and y of some rows."""

Draw = Callable[[torch.Generator], Batch]
"""Draws a batch of the task."""


@dataclass(frozen=True)
class Scale:
    """How much is run.

    Args:
        seeds: how many times each model is trained.
        short: whether it is only to be seen that it runs.
    """

    seeds: int = 5
    short: bool = False

    def updates(self, full: int) -> int:
        """So many updates, or three."""
        return 3 if self.short else full


@dataclass(frozen=True)
class Finding:
    """What a claim's experiment has shown.

    Args:
        columns: the names of the table's columns.
        rows: the table.
        figure: the picture.
        caption: what it shows.
        holds: whether the claim holds as stated: yes, no, or partly.
        verdict: what was seen, in one or two sentences with numbers.
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    figure: Figure
    caption: str
    holds: str
    verdict: str
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """A number over seeds, with the 95 % interval of its mean (Student's t)."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return math.fsum(self.values) / len(self.values)

    @property
    def half(self) -> float:
        """Half the width of the interval; 0 if there is one seed."""
        n = len(self.values)
        if n < 2:
            return 0.0
        deviation = math.sqrt(math.fsum((v - self.mean) ** 2 for v in self.values) / (n - 1))
        return float(stats.t.ppf(0.975, n - 1)) * deviation / math.sqrt(n)

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half:.3f}"


def fit(
    model: tt.RecurrentModel,
    draw: Draw,
    updates: int,
    seed: int,
    loss: Callable[[tt.RecurrentModel, Batch], Tensor] | None = None,
    rate: float = 0.01,
) -> None:
    """Train by maximum likelihood on batches that are drawn: Adam, its rate falling to zero, clipped
    at norm 1."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    falling = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, updates)
    for _ in range(updates):
        batch = draw(generator)
        of_batch = nats(model, batch).mean() if loss is None else loss(model, batch)
        optimiser.zero_grad()
        of_batch.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        falling.step()


def nats(model: tt.RecurrentModel, batch: Batch) -> Tensor:
    """−log p(y | x) of each row."""
    x, y = batch
    p: Any = model() if x is None else model(x)
    return -p.log_prob(y)


@torch.no_grad()
def tested(model: tt.RecurrentModel, draw: Draw, rows: int = 20) -> float:
    """The mean of −log p(y | x) over so many batches that are the same for all."""
    generator = torch.Generator().manual_seed(2**31)
    return float(torch.cat([nats(model, draw(generator)) for _ in range(rows)]).mean())


def page(title: str, claim: str, experiment: str, finding: Finding, picture: str, script: str) -> str:
    """The page of a claim, in Markdown."""
    table = [f"| {' | '.join(finding.columns)} |", f"|{' --- |' * len(finding.columns)}"]
    table += [f"| {' | '.join(row)} |" for row in finding.rows]
    return "\n".join([
        f"# {title}", "", f"**The claim.** {claim}", "", experiment.strip(), "",
        f"![{finding.caption}]({picture})", "", f"*{finding.caption}*", "", *table, "",
        f"**Does it hold? {finding.holds}.** {finding.verdict}", "",
        f"Made by [{script}](claims/{script}): `python -m docs.study {Path(script).stem}`.", "",
    ])  # fmt: skip


def svg(figure: Figure) -> str:
    """A picture as SVG, the same each time, with text as text."""
    content = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "study"}):
        figure.savefig(content, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in content.getvalue().splitlines()) + "\n"
