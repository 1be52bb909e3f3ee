"""Two tasks for 2.2, whose memory is the output alone. *Circle*: points that go around a circle in
twelve steps, seen with a noise of 0.1; trained on 16 steps, a model is given y(1), and goes on
for 40 by its own most probable values. The measure is the root of the mean squared distance from
the true point; to know the angle of y(1) alone has an error of 0.1, and to stay in the middle of
the circle one of 1. *Coin*: each y(t) is y(t-1) in nine of ten cases. Here teacher forcing can
have all of the truth, so that the remedies can only lose: the nats above the entropy, which are
the divergence from the data, and how often draws flip, which is 0.1 in the data. Remedy (a),
`Both`, has half of the objective in free running; (b), `ScheduledSampling`, goes from observed
values to the model's own in a line."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

import throughtime as tt
from docs.study.claims import dependence
from docs.study.frame import Batch, Finding, Measured, Scale, Table, fit, over_seeds, tested
from throughtime.report.style import BLUE, GREEN, INK, ORANGE, PALE, figure, plain

TITLE = "Teacher forcing in closed loop"
CLAIM = (
    "By strict teacher forcing a model is trained on inputs that can be quite different from "
    "those of closed-loop use. Two remedies: (a) to train on both, (b) to choose at random "
    "between observed and generated values, with more and more of the generated ones."
)
STEPS, ROWS, AHEAD, NOISE, TURN = 16, 64, 40, 0.1, 2 * math.pi / 12

Make = Callable[[int], tt.forcing.Forcing]
"""A forcing, for so many updates."""

FORCINGS: dict[str, Make] = {
    "teacher forcing": lambda updates: tt.forcing.TeacherForcing(),
    "(a) both": lambda updates: tt.forcing.Both(0.5),
    "(b) scheduled": lambda updates: tt.forcing.ScheduledSampling(
        tt.schedules.Linear(1.0, 0.0, steps=updates)
    ),
    "(b) scheduled, own modes": lambda updates: tt.forcing.ScheduledSampling(
        tt.schedules.Linear(1.0, 0.0, steps=updates), argmax=True
    ),
}


def points(rows: int, steps: int, generator: torch.Generator) -> Tensor:
    """Points that go around the circle."""
    start = 2 * math.pi * torch.rand(rows, 1, generator=generator)
    angles = start + TURN * torch.arange(steps)
    return torch.stack([angles.cos(), angles.sin()], -1)


def circle(generator: torch.Generator) -> Batch:
    """The points with noise; x says nothing."""
    true = points(ROWS, STEPS, generator)
    noise = NOISE * torch.randn(true.shape, generator=generator)
    return tt.Sequence(torch.zeros(ROWS, STEPS, 1)), tt.Sequence(true + noise)


@torch.no_grad()
def distances(model: tt.RecurrentModel, ahead: int) -> Tensor:
    """How far from the true points a model is that is given y(1): at 1, 2, … steps ahead."""
    generator = torch.Generator().manual_seed(2**31)
    true = points(256, 1 + ahead, generator)
    first = true[:, :1] + NOISE * torch.randn(256, 1, 2, generator=generator)
    p = model(tt.Sequence(torch.zeros(256, 1 + ahead, 1)))
    assert isinstance(p, tt.SequenceDistribution)
    own = p.observe(tt.Sequence(first))[1].mode().values
    return (own - true[:, 1:]).square().sum(-1).mean(0).sqrt()


@torch.no_grad()
def flips(model: tt.RecurrentModel) -> float:
    """How often a draw is not the one before it."""
    p = model(tt.Sequence(torch.zeros(1_000, dependence.STEPS, 1)))
    assert isinstance(p, tt.SequenceDistribution)
    return float(p.sample().values.diff(dim=1).abs().float().mean())


def trained(
    output: tt.outputs.Output, draw: Callable[[torch.Generator], Batch], make: Make, updates: int,
    seed: int,
) -> tt.RecurrentModel:  # fmt: skip
    """A model that has been trained by a forcing."""
    model = tt.RecurrentModel(tt.cells.Elman(32), tt.wirings.OUTPUT_TO_HIDDEN, output, input_size=1)
    forcing = make(updates)

    def loss(batch: Batch) -> Tensor:
        x, y = batch
        p = model(x)
        assert isinstance(p, tt.SequenceDistribution)
        forcing.advance()
        return -forcing.objective(p, y if isinstance(y, tt.Sequence) else tt.Sequence(y)).mean()

    fit(model, draw, updates, seed, loss)
    return model


def run(scale: Scale) -> Finding:
    """Train both tasks by each forcing, and let the models run by themselves."""
    updates, ahead = scale.updates(250), 2 if scale.short else AHEAD
    far: dict[str, list[Tensor]] = {}
    above: dict[str, Measured] = {}
    flipped: dict[str, Measured] = {}
    for name, make in FORCINGS.items():
        far[name] = []
        shares: list[float] = []

        def of_coin(
            seed: int, name: str = name, make: Make = make, shares: list[float] = shares
        ) -> float:
            model = trained(tt.outputs.Normal(2), circle, make, updates, seed)
            far[name].append(distances(model, ahead))
            model = trained(tt.outputs.Categorical(2), dependence.draw, make, updates, seed)
            shares.append(flips(model))
            return tested(model, dependence.draw, scale.tests) - dependence.ENTROPY

        above[name] = over_seeds(scale, of_coin)
        flipped[name] = Measured(tuple(shares))
    at_end = {n: Measured(tuple(float(d[-1]) for d in of)) for n, of in far.items()}

    picture = figure(10, 3.6)
    axes = picture.add_subplot(1, 2, 1)
    plain(axes, "circle: closed loop", "steps after y(1)", "distance from the true point")
    for (name, of), color in zip(far.items(), (BLUE, ORANGE, GREEN, INK), strict=True):
        both = torch.stack(of)
        axes.plot(range(1, ahead + 1), both.mean(0), color=color, label=name)
    axes.axhline(NOISE, color=PALE, linewidth=1, linestyle="--")
    axes.set_ylim(0, None)
    axes.legend(frameon=False, fontsize=8)
    axes = picture.add_subplot(1, 2, 2)
    plain(axes, "coin: nats above the entropy", "", "")
    colors = [BLUE, ORANGE, GREEN, INK]
    axes.barh(range(len(above)), [v.mean for v in above.values()],
              xerr=[v.half for v in above.values()], color=colors, height=0.6)  # fmt: skip
    axes.set_yticks(range(len(above)), list(above), fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, None)

    strict = at_end["teacher forcing"]
    best = min(list(at_end)[1:], key=lambda name: at_end[name].mean)
    helps = at_end[best].mean + at_end[best].half < strict.mean - strict.half
    hurts = strict.mean > 2 * NOISE
    return Finding(
        (
            Table(
                (
                    "forcing",
                    f"circle, distance after {AHEAD}",
                    "coin, nats above",
                    "coin, draws that flip",
                ),
                [(n, str(at_end[n]), str(above[n]), str(flipped[n])) for n in FORCINGS],
            ),
        ),
        picture,
        "How far free running goes from the truth, and what the remedies cost where nothing is "
        "wrong.",
        (
            "Partly, where the model is not the truth"
            if helps
            else "Partly, and the remedies do not help"
        )
        if hurts
        else "No, not on these tasks",
        f"On the circle teacher forcing is off by {strict} after {AHEAD} steps of its own, and "
        f"the best remedy, {best}, by {at_end[best]}; the noise of y(1) alone makes {NOISE}. On "
        f"the coin, which teacher forcing has exactly ({above['teacher forcing']} nats above the "
        f"entropy), (a) loses {above['(a) both']} nats and (b) {above['(b) scheduled']}: what is "
        "trained on its own draws learns that the value before says little, and flips "
        f"{flipped['(b) scheduled']} of its draws where the data flip 0.1. The remedies are not "
        "maximum likelihood.",
    )
