"""Two tasks over eight steps of random bits x(t). *Recall*: y(1) … y(7) are zero, and y(8) is x(1).
What must be remembered is nowhere in the outputs, through which alone the memory of 2.2 passes: at
the last step it knows nothing of x(1), and loses log 2 at least. *Parity*: y(t) is the parity of
x(1) … x(t), so that the output itself is all that must be remembered. Both wirings are trained by
teacher forcing, which is maximum likelihood."""

from __future__ import annotations

import math

import torch

import throughtime as tt
from docs.study.frame import Batch, Draw, Finding, Measured, Scale, Table, fit, tested
from throughtime.report.style import BLUE, INK, ORANGE, figure, plain

TITLE = "Memory through the output alone"
CLAIM = (
    "Recurrence from the output to the hidden units alone (2.2) is strictly less powerful than "
    "from hidden to hidden (2.1), unless the output has all that must be remembered."
)
STEPS, ROWS = 8, 64

ODDS = 1 / (2 * (STEPS - 1))
BLIND = -0.5 * math.log(ODDS) - (STEPS - 1.5) * math.log(1 - ODDS)
"""Recall's nats where each y(t) of t > 1 is one with the same probability, 1 of 14."""

ODDS = 1 / (2 * (STEPS - 1))
BLIND = -0.5 * math.log(ODDS) - (STEPS - 1.5) * math.log(1 - ODDS)
"""Recall's nats where each y(t) of t > 1 is one with the same probability, 1 of 14."""


def recall(generator: torch.Generator) -> Batch:
    """y(8) is x(1)."""
    x = torch.randint(2, (ROWS, STEPS), generator=generator)
    y = torch.zeros(ROWS, STEPS, dtype=torch.long)
    y[:, -1] = x[:, 0]
    return tt.Sequence(x), y


def parity(generator: torch.Generator) -> Batch:
    """y(t) is the parity of the bits so far."""
    x = torch.randint(2, (ROWS, STEPS), generator=generator)
    return tt.Sequence(x), x.cumsum(1) % 2


def run(scale: Scale) -> Finding:
    """Train both wirings on both tasks."""
    tasks: dict[str, Draw] = {"recall": recall, "parity": parity}
    wirings = {"2.1": tt.wirings.HIDDEN_TO_HIDDEN, "2.2": tt.wirings.OUTPUT_TO_HIDDEN}
    found: dict[tuple[str, str], Measured] = {}
    for task, draw in tasks.items():
        for name, wiring in wirings.items():
            values = []
            for seed in range(scale.seeds):
                torch.manual_seed(seed)
                model = tt.RecurrentModel(
                    tt.cells.GRU(16), wiring, tt.outputs.Categorical(2), input_size=2
                )
                fit(model, draw, scale.updates(600), seed)
                values.append(tested(model, draw, scale.tests))
            found[task, name] = Measured(tuple(values))
    picture = figure(6.5, 3.2)
    axes = picture.add_subplot()
    plain(axes, "nats a sequence, held out", "", "−log p(y | x)")
    for i, task in enumerate(tasks):
        for j, (name, color) in enumerate(zip(wirings, (BLUE, ORANGE), strict=True)):
            label = name if i == 0 else None
            value = found[task, name]
            axes.bar(i + 0.35 * (j - 0.5), value.mean, yerr=value.half, width=0.3, color=color,
                     ecolor=INK, label=label)  # fmt: skip
    axes.axhline(math.log(2), color=INK, linewidth=1, linestyle="--")
    axes.annotate("log 2", (1.2, math.log(2)), xytext=(0, 3), textcoords="offset points")
    axes.set_xticks([0, 1], list(tasks))
    axes.set_ylim(0, None)
    axes.legend(frameon=False)
    weak, strong = found["recall", "2.2"], found["recall", "2.1"]
    enough = found["parity", "2.2"]
    holds = weak.mean > math.log(2) and strong.mean < 0.1 and enough.mean < 0.1
    return Finding(
        (
            Table(
                ("task", "2.1, hidden to hidden", "2.2, output to hidden"),
                [(task, str(found[task, "2.1"]), str(found[task, "2.2"])) for task in tasks],
            ),
        ),
        picture,
        "Nats a sequence of both wirings; below the line gets nothing that has lost x(1).",
        "Yes" if holds else "Partly",
        f"Recall: 2.1 has {strong} nats. 2.2 has {weak}: it knows neither x(1) nor, by its own "
        f"zeros, how many steps it is from the end; the best without both is {BLIND:.3f}, "
        f"to 0.04 as the test is drawn. Parity, whose output is its memory: 2.2 has {enough}.",
    )
