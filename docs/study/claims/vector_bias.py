"""A vector of eight random bits is written out, one bit a step, after a pause: y(t) is 0 for D
steps, and then the bits as 1 or 2. A signal x(t) says when to write, so that the pause need not
be counted. The eight bits are all that is not known before; a model that has them at hand loses
0 nats, and one that has lost them 8 log 2 = 5.55. All have a GRU of 32 units and the edge from
y(t-1); the vector comes as a bias xᵀR of every step, as the first state (a linear function of
it), at the first step alone, or beside y(t-1) as input of every step. For the last: S and R of
[y(t-1), x] are S y(t-1) + Rᵀx, so it is the same model as the first, started from other draws."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

import throughtime as tt
from docs.study.frame import Batch, Finding, Measured, Scale, Table, fit, over_seeds, tested
from throughtime.report.style import BLUE, GREEN, INK, ORANGE, figure, plain

TITLE = "A vector as a bias at every step"
CLAIM = (
    "In 2.4 the vector x enters every step as a new bias xᵀR, which the net need not remember; "
    "it could also be the first state, or an input of some step (10.2.4)."
)
BITS, ROWS, UNITS = 8, 64, 32
PAUSES = (2, 30)

Way = Literal["bias", "first state", "first step", "beside y"]

WAYS: tuple[Way, ...] = ("bias", "beside y", "first state", "first step")

DEPENDENT = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN


class Writer(nn.Module):
    """p(y | signal, vector), where the vector comes in some way.

    x(t) has the vector beside the signal."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way
        bias, inside = way == "bias", way in ("first step", "beside y")
        self.model = tt.RecurrentModel(
            tt.cells.GRU(UNITS),
            DEPENDENT | tt.Edge.VECTOR if bias else DEPENDENT,
            tt.outputs.Categorical(3),
            input_size=1 + BITS if inside else 1,
            vector_size=BITS if bias else None,
        )
        self.start = nn.Linear(BITS, UNITS) if way == "first state" else None

    def forward(self, x: tt.Sequence) -> tt.SequenceDistribution:
        """The distribution of what is written."""
        signal, vector = tt.Sequence(x.values[..., :1]), x.values[:, 0, 1:]
        if self.way == "bias":
            p = self.model(signal, vector)
        elif self.start is not None:
            p = self.model(signal, state=tt.GraphState(((self.start(vector).tanh(),),)))
        elif self.way == "first step":
            first = torch.zeros_like(x.values)
            first[:, 0, 1:] = vector
            first[..., :1] = x.values[..., :1]
            p = self.model(tt.Sequence(first))
        else:
            p = self.model(x)
        assert isinstance(p, tt.SequenceDistribution)
        return p


def draw_after(pause: int, generator: torch.Generator) -> Batch:
    """Signals with the vector at each step, and what is to be written."""
    bits = torch.randint(2, (ROWS, BITS), generator=generator)
    signal = torch.cat([torch.zeros(pause), torch.ones(BITS)]).expand(ROWS, -1)[..., None]
    vector = (2.0 * bits - 1)[:, None].expand(-1, pause + BITS, -1)
    y: Tensor = torch.cat([torch.zeros(ROWS, pause, dtype=torch.long), 1 + bits], 1)
    return tt.Sequence(torch.cat([signal, vector], -1)), y


def run(scale: Scale) -> Finding:
    """Train each way after each pause."""
    found: dict[tuple[Way, int], Measured] = {}
    for way in WAYS:
        for pause in PAUSES:

            def draw(generator: torch.Generator, pause: int = pause) -> Batch:
                return draw_after(pause, generator)

            def trained(seed: int, way: Way = way, pause: int = pause) -> float:
                model = Writer(way)
                fit(model, lambda g: draw_after(pause, g), scale.updates(300), seed)
                return tested(model, lambda g: draw_after(pause, g), scale.tests)

            found[way, pause] = over_seeds(scale, trained)
    worst = BITS * math.log(2)

    picture = figure(6.5, 3.4)
    axes = picture.add_subplot()
    plain(axes, "eight bits written out after a pause", "", "nats a sequence, held out")
    for j, (pause, color) in enumerate(zip(PAUSES, (BLUE, ORANGE), strict=True)):
        for i, way in enumerate(WAYS):
            value = found[way, pause]
            axes.bar(i + 0.35 * (j - 0.5), value.mean, yerr=value.half, width=0.3, color=color,
                     ecolor=INK, label=f"after {pause} steps" if i == 0 else None)  # fmt: skip
    axes.axhline(worst, color=GREEN, linewidth=1, linestyle="--")
    axes.annotate("nothing known of the bits", (-0.4, worst), xytext=(0, 3),
                  textcoords="offset points")  # fmt: skip
    axes.set_xticks(range(len(WAYS)), WAYS)
    axes.set_ylim(0, worst * 1.15)
    axes.legend(frameon=False, loc="center left")
    long = {way: found[way, PAUSES[-1]] for way in WAYS}
    short = {way: found[way, PAUSES[0]] for way in WAYS}
    once = [long["first state"], long["first step"]]
    kept = max(long["bias"].mean, long["beside y"].mean)
    better = all(v.mean - v.half > kept for v in once)
    near = all(abs(long[way].mean - short[way].mean) < 0.5 for way in ("bias", "beside y"))
    return Finding(
        (
            Table(
                ("the vector as", *(f"nats, after {pause} steps" for pause in PAUSES)),
                [(way, *(str(found[way, pause]) for pause in PAUSES)) for way in WAYS],
            ),
        ),
        picture,
        "What each way loses of the eight bits, after a short and a long pause.",
        "Yes" if better and near else "Partly",
        f"After {PAUSES[0]} steps the nats are {', '.join(f'{w} {short[w]}' for w in WAYS)}; after "
        f"{PAUSES[-1]} they are {', '.join(f'{w} {long[w]}' for w in WAYS)}, of {worst:.2f} in "
        "all. What comes once must be kept through the pause by h(t); what comes at every step "
        "need not be.",
    )
