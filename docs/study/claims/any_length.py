"""The parity of random bits, trained on sequences of 2 to 10 steps by one set of parameters, and
tested on up to 100: the share of outputs that are right at each length. With the edge from
h(t-1), and with that from y(t-1) alone, which here carries the model's own most probable
outputs."""

from __future__ import annotations

import torch

import throughtime as tt
from docs.study.frame import Batch, Finding, Measured, Scale, Table, fit
from throughtime.report.style import BLUE, ORANGE, PALE, figure, plain

TITLE = "One transition for all lengths"
CLAIM = (
    "The learned f has the same input size whatever the length, and the same parameters at every "
    "step, so one model serves all lengths, those that training has not shown too (10.1)."
)
ROWS, LONGEST = 64, 10
LENGTHS = (5, 10, 20, 40, 70, 100)


def draw(generator: torch.Generator) -> Batch:
    """Bits of 2 to 10 steps, and their parity so far."""
    x = torch.randint(2, (ROWS, LONGEST), generator=generator)
    lengths = torch.randint(2, LONGEST + 1, (ROWS,), generator=generator)
    return tt.Sequence(x, lengths), tt.Sequence(x.cumsum(1) % 2, lengths)


@torch.no_grad()
def right(model: tt.RecurrentModel, steps: int) -> float:
    """The share of most probable outputs that are right."""
    x = torch.randint(2, (200, steps), generator=torch.Generator().manual_seed(steps))
    p = model(tt.Sequence(x))
    assert isinstance(p, tt.SequenceDistribution)
    return float((p.mode().values == x.cumsum(1) % 2).float().mean())


def run(scale: Scale) -> Finding:
    """Train both wirings on short sequences, and test them on long ones."""
    wirings = {"2.1": tt.wirings.HIDDEN_TO_HIDDEN, "2.2": tt.wirings.OUTPUT_TO_HIDDEN}
    lengths = LENGTHS[:1] if scale.short else LENGTHS
    found: dict[str, list[Measured]] = {}
    for name, wiring in wirings.items():
        shares = []
        for seed in range(scale.seeds):
            torch.manual_seed(seed)
            model = tt.RecurrentModel(
                tt.cells.GRU(16), wiring, tt.outputs.Categorical(2), input_size=2
            )
            fit(model, draw, scale.updates(800), seed)
            shares.append([right(model, steps) for steps in lengths])
        found[name] = [Measured(values) for values in zip(*shares, strict=True)]
    picture = figure(6.5, 3.4)
    axes = picture.add_subplot()
    plain(axes, "outputs that are right", "steps of the test sequences", "share")
    axes.axvspan(2, LONGEST, color=PALE, alpha=0.25, linewidth=0)
    axes.annotate("training", (LONGEST, 0.46), xytext=(4, 0), textcoords="offset points", ha="left")
    for (name, values), color in zip(found.items(), (BLUE, ORANGE), strict=True):
        axes.errorbar(lengths, [v.mean for v in values], [v.half for v in values], color=color,
                      marker=".", label=name, capsize=2)  # fmt: skip
    axes.axhline(0.5, color=PALE, linewidth=1, linestyle="--")
    axes.set_ylim(0.4, 1.03)
    axes.legend(frameon=False)
    last = {name: values[-1] for name, values in found.items()}
    good = [name for name, value in last.items() if value.mean > 0.95]
    return Finding(
        (
            Table(
                ("steps", "2.1, share right", "2.2, share right"),
                [
                    (str(steps), str(found["2.1"][i]), str(found["2.2"][i]))
                    for i, steps in enumerate(lengths)
                ],
            ),
        ),
        picture,
        "Models trained on up to ten steps, on longer ones; half is chance.",
        "Yes, for this task" if len(good) == 2 else f"Of {good[0]} only" if good else "No",
        f"All lengths are served by the same parameters. At {lengths[-1]} steps 2.1 has "
        f"{last['2.1']} of its outputs right and 2.2 {last['2.2']}. That a model can be run on "
        "longer sequences does not make it right there: nothing in training asks for it.",
    )
