"""A gated net of 64 units and 32 rows on random symbols: the seconds of log p and its gradient,
over T steps. With an edge from h(t-1) the steps follow each other; with one from y(t-1) alone,
and the true y given, all steps are one call. The median of seven, one thread."""

from __future__ import annotations

import statistics
import time

import torch

import throughtime as tt
from docs.study.frame import Finding, Scale, Table
from throughtime.report.style import BLUE, ORANGE, figure, plain

TITLE = "Teacher forcing makes the steps parallel"
CLAIM = (
    "Where memory passes through the output alone (2.2) and the true outputs are given, all "
    "steps are decoupled: they are trained in parallel, without back-propagation through time."
)
LENGTHS, ROWS, SYMBOLS = (25, 50, 100, 200, 400), 32, 50


def seconds(wiring: tt.Wiring, steps: int, times: int) -> float:
    """The median of log p and its gradient."""
    torch.manual_seed(0)
    model = tt.RecurrentModel(
        tt.cells.GRU(64), wiring, tt.outputs.Categorical(SYMBOLS), input_size=SYMBOLS
    )
    x = tt.Sequence(torch.randint(SYMBOLS, (ROWS, steps)))
    y = torch.randint(SYMBOLS, (ROWS, steps))
    found = []
    for _ in range(times):
        began = time.perf_counter()
        model(x).log_prob(y).sum().backward()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def run(scale: Scale) -> Finding:
    """Time both wirings."""
    wirings = {"2.1": tt.wirings.HIDDEN_TO_HIDDEN, "2.2": tt.wirings.OUTPUT_TO_HIDDEN}
    lengths = LENGTHS[:2] if scale.short else LENGTHS
    times = 2 if scale.short else 7
    found = {n: [seconds(w, steps, times) for steps in lengths] for n, w in wirings.items()}
    picture = figure(6.5, 3.4)
    axes = picture.add_subplot()
    plain(axes, "log p and its gradient", "T, steps", "milliseconds")
    for (name, values), color in zip(found.items(), (BLUE, ORANGE), strict=True):
        axes.plot(lengths, [1e3 * v for v in values], color=color, marker=".", label=name)
    axes.set_ylim(0, None)
    axes.legend(frameon=False)
    ratio = found["2.1"][-1] / found["2.2"][-1]
    return Finding(
        (
            Table(
                ("T", "2.1, ms", "2.2, ms", "ratio"),
                [
                    (str(steps), f"{1e3 * a:.1f}", f"{1e3 * b:.1f}", f"{a / b:.2f}")
                    for steps, a, b in zip(lengths, found["2.1"], found["2.2"], strict=True)
                ],
            ),
        ),
        picture,
        "The time of one update against the number of steps.",
        "Yes, but on one processor it saves little" if ratio < 2 else "Yes",
        f"At T = {lengths[-1]} the decoupled steps take {1 / ratio:.2f} of the time of those that "
        "follow each other. Both do the same multiplications, but for W h(t-1): what is "
        "decoupled is free to be spread over more processors, which one thread has not.",
    )
