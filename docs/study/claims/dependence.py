"""A fair coin y(1), then each y(t) is y(t-1) in nine of ten cases, over ten steps; x(t) says
nothing. The entropy of such a sequence is known, log 2 + 9 H(0.1) nats. Given x, the outputs of
the wiring without an edge from y are independent of each other, so the best that it can do is
the product of the marginals: 10 log 2. Both wirings have the same cell and are trained alike."""

from __future__ import annotations

import math

import torch

import throughtime as tt
from docs.study.frame import Batch, Finding, Measured, Scale, Table, fit, tested
from throughtime.report.style import BLUE, INK, ORANGE, figure, plain

TITLE = "Dependence between the outputs"
CLAIM = (
    "Without an edge from the output (2.1) the y(t) are independent given x, and no dependence "
    "between them can be represented; with it (2.5) any can (Goodfellow et al. 2016, 10.2.3)."
)
STEPS, FLIPS, ROWS = 10, 0.1, 64


def entropy(p: float) -> float:
    """H(p) of a coin, in nats."""
    return -p * math.log(p) - (1 - p) * math.log(1 - p)


ENTROPY = math.log(2) + (STEPS - 1) * entropy(FLIPS)
MARGINALS = STEPS * math.log(2)


def draw(generator: torch.Generator) -> Batch:
    """Sequences that stay as they are in nine of ten steps."""
    first = torch.randint(2, (ROWS, 1), generator=generator)
    flips = (torch.rand(ROWS, STEPS - 1, generator=generator) < FLIPS).long()
    y = torch.cat([first, flips], 1).cumsum(1) % 2
    return tt.Sequence(torch.zeros(ROWS, STEPS, 1)), y


def run(scale: Scale) -> Finding:
    """Train both wirings."""
    wirings = {
        "2.1, no edge from y": tt.wirings.HIDDEN_TO_HIDDEN,
        "2.5, with y(t-1) → h(t)": tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN,
    }
    found = {}
    for name, wiring in wirings.items():
        values = []
        for seed in range(scale.seeds):
            torch.manual_seed(seed)
            model = tt.RecurrentModel(
                tt.cells.GRU(16), wiring, tt.outputs.Categorical(2), input_size=1
            )
            fit(model, draw, scale.updates(400), seed)
            values.append(tested(model, draw, scale.tests))
        found[name] = Measured(tuple(values))
    without, with_edge = found.values()
    picture = figure(6.5, 3.2)
    axes = picture.add_subplot()
    plain(axes, "nats a sequence, held out", "", "−log p(y | x)")
    for i, (value, color) in enumerate(zip(found.values(), (BLUE, ORANGE), strict=True)):
        axes.bar(i, value.mean, width=0.5, color=color)
    for bound, said in ((MARGINALS, "the best of 2.1: 10 log 2"), (ENTROPY, "the data's entropy")):
        axes.axhline(bound, color=INK, linewidth=1, linestyle="--")
        axes.annotate(said, (1.4, bound), xytext=(0, 3), textcoords="offset points", ha="right")
    axes.set_xticks([0, 1], list(found))
    axes.set_xlim(-0.5, 1.5)
    axes.set_ylim(0, MARGINALS * 1.15)
    holds = without.mean > MARGINALS - 0.05 and with_edge.mean < ENTROPY + 0.1
    return Finding(
        (
            Table(
                ("wiring", "nats a sequence", "the bound"),
                [
                    ("2.1", str(without), f"{MARGINALS:.3f}, the product of the marginals"),
                    ("2.5", str(with_edge), f"{ENTROPY:.3f}, the entropy"),
                ],
            ),
        ),
        picture,
        "What both wirings reach, and the two bounds that are known.",
        "Yes" if holds else "Partly",
        f"2.1 stops at {without} nats, where the product of the marginals is {MARGINALS:.3f}; 2.5 "
        f"reaches {with_edge}, of an entropy of {ENTROPY:.3f}.",
    )
