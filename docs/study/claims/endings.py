"""Two kinds of sequences whose distribution is known. *Planned*: 4 or 12 random bits, at even
odds, which nothing in the bits foretells. *Found*: a walk of steps up (0.4) and down (0.6) that
ends when it first is below its start, so that the steps decide where it ends; P(τ) is that of
the ballot theorem. Each ending is trained for 300 updates by maximum likelihood on sequences of
up to 25, in a GRU of 24 units that its own outputs enter. The measures: nats a sequence above
those of the truth on the same sequences, which are the divergence from it (0 at best); the
calibration of τ, as half the sum of |P(τ) − the data's P(τ)| up to 25; and the seconds of an
update. The models that end by a decision at each step have their P(τ) from 500 draws each."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

import throughtime as tt
from docs.study.frame import (
    Batch,
    Draw,
    Finding,
    Measured,
    Scale,
    Table,
    fit,
    nats,
    over_seeds,
    tested,
)
from throughtime.report.style import BLUE, GREEN, INK, ORANGE, figure, plain

TITLE = "Three ways to end a sequence"
CLAIM = (
    "The length τ of a sequence can be decided by a special symbol, by a Bernoulli at each step "
    "(more general), or by predicting τ itself and then P(y | τ) (10.2.3)."
)
ROWS, MAX, UP = 64, 25, 0.4
SHORT, LONG = 4, 12

ENDINGS: dict[str, tt.lengths.Length] = {
    "symbol": tt.lengths.EndOfSequence(),
    "Bernoulli": tt.lengths.Halt(),
    "P(τ)": tt.lengths.PredictedLength(MAX),
}


def planned(generator: torch.Generator) -> Batch:
    """4 or 12 random bits."""
    lengths = torch.tensor([SHORT, LONG])[torch.randint(2, (ROWS,), generator=generator)]
    return None, tt.Sequence(torch.randint(2, (ROWS, LONG), generator=generator), lengths)


def found(generator: torch.Generator) -> Batch:
    """Walks that end below their start; one that has not by step 25 is not there."""
    up = (torch.rand(3 * ROWS, MAX, generator=generator) < UP).long()
    below = (2 * up - 1).cumsum(1) < 0
    here = below.any(1)
    lengths = below.long().argmax(1) + 1
    return None, tt.Sequence(up[here][:ROWS], lengths[here][:ROWS])


def of_planned() -> Tensor:
    """P(τ = 0 … 25)."""
    p = torch.zeros(MAX + 1)
    p[[SHORT, LONG]] = 0.5
    return p


def of_found() -> Tensor:
    """P(τ = 0 … 25) of all walks: C(n) pⁿ qⁿ⁺¹ at τ = 2n + 1, with the Catalan numbers C."""
    p = torch.zeros(MAX + 1)
    for n in range((MAX + 1) // 2):
        p[2 * n + 1] = math.comb(2 * n, n) / (n + 1) * UP**n * (1 - UP) ** (n + 1)
    return p


class Truth(nn.Module):
    """What the sequences are drawn from, which a model can equal at best."""

    def __init__(self, task: str) -> None:
        super().__init__()
        self.task = task

    def forward(self) -> Truth:
        """The distribution itself."""
        return self

    def log_prob(self, y: tt.Sequence) -> Tensor:
        """log P(y, τ): of a walk with n steps up log pⁿ qⁿ⁺¹, less that of an end by step 25."""
        if self.task == "planned":
            return -math.log(2) * (1 + y.lengths)
        ups = (y.lengths - 1) / 2
        ended = math.log(float(of_found().sum()))
        return ups * math.log(UP) + (ups + 1) * math.log(1 - UP) - ended


@torch.no_grad()
def of_model(model: tt.RecurrentModel, samples: int) -> Tensor:
    """P(τ = 0 … 25)."""
    p = model()
    assert isinstance(p, tt.SequenceDistribution)
    return p.length_marginal(MAX, samples=samples).flatten()


def seconds(model: tt.RecurrentModel, draw: Draw, times: int) -> float:
    """The median of log p and its gradient."""
    taken = []
    batch = draw(torch.Generator().manual_seed(0))
    for _ in range(times):
        began = time.perf_counter()
        nats(model, batch).sum().backward()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def run(scale: Scale) -> Finding:
    """Train each ending on both kinds of sequences."""
    tasks: dict[str, tuple[Draw, Callable[[], Tensor]]] = {
        "planned": (planned, of_planned),
        "found": (found, of_found),
    }
    above: dict[tuple[str, str], Measured] = {}
    distance: dict[tuple[str, str], Measured] = {}
    cost: dict[tuple[str, str], Measured] = {}
    tau: dict[tuple[str, str], Tensor] = {}
    wiring = tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)")
    for task, (draw, of_data) in tasks.items():
        true = of_data() / of_data().sum()
        for name, length in ENDINGS.items():
            distances: list[float] = []
            times: list[float] = []

            def trained(
                seed: int, task: str = task, name: str = name, draw: Draw = draw,
                length: tt.lengths.Length = length, true: Tensor = true,
                distances: list[float] = distances, times: list[float] = times,
            ) -> float:  # fmt: skip
                model = tt.RecurrentModel(
                    tt.cells.GRU(24), wiring, tt.outputs.Categorical(2), length
                )
                fit(model, draw, scale.updates(300), seed, rate=0.03)
                p = of_model(model, 10 if scale.short else 500)
                tau[task, name] = p
                distances.append(float((p - true).abs().sum() / 2))
                times.append(1e3 * seconds(model, draw, 3))
                best = tested(Truth(task), draw, scale.tests)
                return tested(model, draw, scale.tests) - best

            above[task, name] = over_seeds(scale, trained)
            distance[task, name] = Measured(tuple(distances))
            cost[task, name] = Measured(tuple(times))

    picture = figure(10, 3.6)
    for i, (task, (_, of_data)) in enumerate(tasks.items()):
        axes = picture.add_subplot(1, 3, i + 1)
        plain(axes, f"{task}: P(τ), the first net", "τ", "")
        true = of_data() / of_data().sum()
        axes.bar(range(MAX + 1), true.tolist(), color="#dde3e8", width=0.9, label="data")
        for name, color in zip(ENDINGS, (BLUE, ORANGE, GREEN), strict=True):
            axes.plot(tau[task, name], color=color, marker=".", linewidth=1, label=name)
        if i == 0:
            axes.legend(frameon=False, fontsize=8)
    axes = picture.add_subplot(1, 3, 3)
    plain(axes, "nats a sequence above the truth", "", "")
    for i, task in enumerate(tasks):
        for j, (name, color) in enumerate(zip(ENDINGS, (BLUE, ORANGE, GREEN), strict=True)):
            value = above[task, name]
            axes.bar(i + 0.25 * (j - 1), value.mean, yerr=value.half, width=0.22, color=color,
                     ecolor=INK)  # fmt: skip
    axes.set_xticks(range(len(tasks)), list(tasks))

    tail = 1 - float(of_found().sum())
    worst = max(value.mean for value in above.values())
    good = worst < 0.1

    def said(task: str) -> str:
        return ", ".join(f"{name} {above[task, name]}" for name in ENDINGS)

    return Finding(
        (
            Table(
                (
                    "sequences",
                    "ending",
                    "nats above the truth",
                    "τ: total variation",
                    "ms an update",
                ),
                [(*key, str(above[key]), str(distance[key]), str(cost[key])) for key in above],
            ),
        ),
        picture,
        "The distribution of τ in the data and in the models; and what each ending loses in all.",
        "Yes, all three; each fails somewhere else" if good else "Partly",
        f"Nats above the truth where τ is planned: {said('planned')}; where the steps decide "
        f"it: {said('found')}. Of τ, the total variation from the data is "
        f"{distance['found', 'symbol']}, {distance['found', 'Bernoulli']} and "
        f"{distance['found', 'P(τ)']} in the second. Symbol and Bernoulli are the same "
        "probabilities in other units, but the symbol needs an alphabet to stand in. To predict "
        f"τ one must know the longest: of these walks {tail:.1%} are longer than {MAX}, and have "
        "the probability zero; and the beginning of a sequence has no probability until τ is "
        "known.",
    )
