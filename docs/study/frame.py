"""What all claims of the study share: how a model is trained, and what a page says."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import matplotlib
import torch
from matplotlib.figure import Figure
from scipy import stats
from torch import Tensor, nn

import throughtime as tt

Batch = tuple[tt.Sequence | None, Tensor | tt.Sequence]
"""x and y of some rows."""

Draw = Callable[[torch.Generator], Batch]
"""Draws a batch of the task."""

CLAIMED, HOLDS = "**The claim.** ", "**Does it hold? "
"""How the lines of a page begin that say what is claimed, and whether it holds."""


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

    @property
    def tests(self) -> int:
        """How many batches a model is tested on."""
        return 1 if self.short else 20


class Table(NamedTuple):
    """A table of a page: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True)
class Finding:
    """What a claim's experiment has shown.

    Args:
        tables: the numbers.
        figure: the picture.
        caption: what it shows.
        holds: whether the claim holds as stated: yes, no, or partly.
        verdict: what was seen, in one or two sentences with numbers.
    """

    tables: tuple[Table, ...]
    figure: Figure
    caption: str
    holds: str
    verdict: str


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


def over_seeds(scale: Scale, value: Callable[[int], float]) -> Measured:
    """A number that each seed gives: of a model that is made, trained and tested."""
    found = []
    for seed in range(scale.seeds):
        torch.manual_seed(seed)
        found.append(value(seed))
    return Measured(tuple(found))


def fit(
    model: nn.Module,
    draw: Draw,
    updates: int,
    seed: int,
    loss: Callable[[Batch], Tensor] | None = None,
    rate: float = 0.01,
    clip: float = 1.0,
) -> None:
    """Train on batches that are drawn: Adam, its rate falling to zero, the gradient's norm clipped.

    Args:
        model: what is trained.
        draw: draws a batch.
        updates: how many batches.
        seed: of what is drawn.
        loss: what is minimised; by default the mean of −log p(y | x), which is maximum likelihood.
        rate: of Adam, at first.
        clip: the largest norm of the gradient.
    """
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    falling = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, updates)
    for _ in range(updates):
        batch = draw(generator)
        of_batch = nats(model, batch).mean() if loss is None else loss(batch)
        optimiser.zero_grad()
        of_batch.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimiser.step()
        falling.step()


def nats(model: nn.Module, batch: Batch) -> Tensor:
    """−log p(y | x) of each row."""
    x, y = batch
    p: Any = model() if x is None else model(x)
    return -p.log_prob(y)


@torch.no_grad()
def tested(model: nn.Module, draw: Draw, batches: int) -> float:
    """The mean of −log p(y | x) over so many batches that are the same for all."""
    generator = torch.Generator().manual_seed(2**31)
    return float(torch.cat([nats(model, draw(generator)) for _ in range(batches)]).mean())


def page(title: str, claim: str, experiment: str, finding: Finding, name: str, seeds: int) -> str:
    """The page of a claim, in Markdown; its index reads title, claim and verdict from it."""
    tables = []
    for columns, rows in finding.tables:
        tables += [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
        tables += [*(f"| {' | '.join(row)} |" for row in rows), ""]
    said = f"± is the 95 % interval of the mean over {seeds} seeds (Student's t). "
    spread = said if seeds > 1 and "±" in "".join(tables) else ""
    return "\n".join([
        f"# {title}", "", f"{CLAIMED}{claim}", "", experiment.strip(), "",
        f"![{finding.caption}]({name}.svg)", "", f"*{finding.caption}*", "", *tables,
        f"{HOLDS}{finding.holds}.** {finding.verdict}", "",
        f"{spread}Made by [{name}.py](claims/{name}.py): `python -m docs.study {name}`.", "",
    ])  # fmt: skip


def index(pages: dict[str, str]) -> str:
    """The page of all claims, from the text of each page by its name."""
    rows = []
    for name, text in pages.items():
        lines = text.splitlines()
        title = lines[0].removeprefix("# ")
        claim = next(line.removeprefix(CLAIMED) for line in lines if line.startswith(CLAIMED))
        verdict = next(line.removeprefix(HOLDS) for line in lines if line.startswith(HOLDS))
        holds, _, said = verdict.partition(".** ")
        cells = (f"[{title}]({name}.md)", claim, f"**{holds}.** {said}")
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join([
        "# The theory put to the test", "",
        "Every claim of the theory of recurrent networks that can be tried, tried: what was "
        "expected, an experiment whose best result is known, what was seen, and where the claim "
        "does not hold as "
        "it is stated. `make study` runs all of it; each page names its script.", "",
        "| | the claim | does it hold? |", "| --- | --- | --- |", *rows, "",
        "```{toctree}", ":hidden:", "", *pages, "```", "",
    ])  # fmt: skip


def svg(figure: Figure) -> str:
    """A picture as SVG, the same each time, with text as text."""
    content = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "study"}):
        figure.savefig(content, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in content.getvalue().splitlines()) + "\n"
