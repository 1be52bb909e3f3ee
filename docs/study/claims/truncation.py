"""*Cost*: a gated net of 32 units and 64 rows over T steps; the seconds of log p and its gradient
(the median of three, one thread), and the most memory that the process held. *Bias*: y(t) is
x(t-5), of 40 random bits. The error of the truncated gradient, ‖g_k − g‖ / ‖g‖, is that of a net
that has just been made, and of one that has been trained by the exact gradient. And nets are
trained by the truncated one: what they have learned is the nats that each remembered bit costs,
of which the best is 0, and log 2 is what is had without memory. States are carried over the
cuts."""

from __future__ import annotations

import math

import torch

import throughtime as tt
from docs.study.cost import apart, costs
from docs.study.frame import Batch, Finding, Measured, Scale, Table, fit, over_seeds, tested
from throughtime.report.style import BLUE, GREEN, INK, ORANGE, PALE, figure, plain

TITLE = "What back-propagation through time costs"
CLAIM = (
    "Back-propagation through time takes O(τ) time and memory. Checkpointing trades time for "
    "memory at the same gradient; truncation biases the gradient (10.2.2)."
)
LENGTHS = (250, 500, 1_000, 2_000)
STEPS, LAG, ROWS = 40, 5, 64
KS = (2, 5, 10, 20, STEPS)
NAMES = {
    "FullBPTT": "full",
    "CheckpointedBPTT": "checkpointed",
    "TruncatedBPTT": "truncated, k = 20",
}


def draw(generator: torch.Generator) -> Batch:
    """y(t) is x(t-5), and zero before there is one."""
    x = torch.randint(2, (ROWS, STEPS), generator=generator)
    y = torch.cat([torch.zeros(ROWS, LAG, dtype=torch.long), x[:, :-LAG]], 1)
    return tt.Sequence(x), tt.Sequence(y)


def made(k: int = STEPS) -> tt.RecurrentModel:
    """A model whose gradient is truncated at every k-th step."""
    gradient = tt.gradients.TruncatedBPTT(k) if k < STEPS else None
    return tt.RecurrentModel(
        tt.cells.GRU(16), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(2),
        input_size=2, gradient=gradient,
    )  # fmt: skip


def run(scale: Scale) -> Finding:
    """Measure the cost, the gradient's error, and what is learned with it."""
    lengths = [20, 40] if scale.short else list(LENGTHS)
    measure = costs if scale.short else apart
    cost = {name: measure(gradient, lengths) for gradient, name in NAMES.items()}

    rows = tt.data.Examples(*draw(torch.Generator().manual_seed(1)))
    fresh: list[list[float]] = []
    trained: list[list[float]] = []

    def learned(k: int, seed: int) -> float:
        model = made(k)
        if k == STEPS:
            fresh.append(list(tt.analysis.truncation(model, rows, KS).errors))
        fit(model, draw, scale.updates(300), seed, rate=0.02)
        if k == STEPS:
            trained.append(list(tt.analysis.truncation(model, rows, KS).errors))
        return tested(model, draw, scale.tests) / (STEPS - LAG)

    ks = KS[-2:] if scale.short else KS
    nats = {k: over_seeds(scale, lambda seed, k=k: learned(k, seed)) for k in ks}  # type: ignore[misc]
    errors = [[Measured(v) for v in zip(*of, strict=True)] for of in (fresh, trained)]

    picture = figure(10, 3.4)
    for i, (title, unit) in enumerate((("time of one update", "s"), ("peak memory", "MB"))):
        axes = picture.add_subplot(1, 3, i + 1)
        plain(axes, title, "T, steps", unit)
        for (name, values), color in zip(cost.items(), (BLUE, GREEN, ORANGE), strict=True):
            axes.plot(lengths, [v[i] for v in values], color=color, marker=".", label=name)
        axes.set_ylim(0, None)
        if i == 0:
            axes.legend(frameon=False, fontsize=8)
    axes = picture.add_subplot(1, 3, 3)
    plain(axes, f"the bias, at a lag of {LAG}", "k, steps in a stretch", "")
    for of, color, said in zip(errors, (PALE, INK), ("new net", "trained net"), strict=True):
        axes.errorbar(KS, [v.mean for v in of], [v.half for v in of], color=color, marker=".",
                      capsize=2, label=f"gradient's error, {said}")  # fmt: skip
    axes.errorbar(ks, [nats[k].mean for k in ks], [nats[k].half for k in ks], color=ORANGE,
                  marker=".", capsize=2, label="learned with it, nats a bit")  # fmt: skip
    axes.set_xscale("log")
    axes.set_xticks(KS, [str(k) for k in KS])
    axes.minorticks_off()
    axes.set_ylim(0, 2)
    axes.legend(frameon=False, fontsize=8)

    (s_first, m_first), (s_last, m_last) = cost["full"][0], cost["full"][-1]
    s_kept, m_kept = cost["checkpointed"][-1]
    _, m_cut = cost["truncated, k = 20"][-1]
    growth = lengths[-1] / lengths[0]
    linear = (
        0.6 < (s_last / s_first) / growth < 1.6
        and 0.6 < (m_last / max(m_first, 1e-9)) / growth < 1.6
    )
    saved = m_cut < 0.5 * m_last
    learns = [k for k in ks if nats[k].mean < 0.05]
    fails = [k for k in ks if nats[k].mean > math.log(2) / 2]
    biased = all(of[0].mean > 0.1 for of in errors)
    at = KS.index(20)
    return Finding(
        (
            Table(
                ("T", *(f"{name}: s, MB" for name in cost)),
                [
                    (str(steps), *(f"{of[i][0]:.2f}, {of[i][1]:.0f}" for of in cost.values()))
                    for i, steps in enumerate(lengths)
                ],
            ),
            Table(
                ("k", "error, new net", "error, trained net", "nats a bit, trained with it"),
                [
                    (str(k), str(errors[0][i]), str(errors[1][i]), str(nats.get(k, "")))
                    for i, k in enumerate(KS)
                ],
            ),
        ),
        picture,
        "Time and memory against T, and what truncation at k does where the lag is five.",
        "Yes" if linear and m_kept < m_last / 3 and biased else "Partly",
        f"From T = {lengths[0]} to {lengths[-1]}, {growth:.0f} times the steps, the exact "
        f"gradient takes {s_last / max(s_first, 1e-9):.1f} times the time and "
        f"{m_last / max(m_first, 1e-9):.1f} times the memory. Checkpointed it takes "
        f"{m_kept / max(m_last, 1e-9):.2f} of the memory in {s_kept / s_last:.1f} times the time; "
        f"truncated at 20 within one sequence, {m_cut / max(m_last, 1e-9):.2f} of the memory"
        + (
            ""
            if saved
            else ": what saves memory is to take an update at each cut, not the cut itself"
        )
        + ". At k = 20, four times the lag, the gradient of the trained net is wrong by "
        f"{errors[1][at]} of its norm. Yet nets that were trained by it have {nats[20]} nats a "
        "bit"
        + (f", and k ≤ {max(fails)} does not learn the lag of {LAG}" if fails else "")
        + (f"; from k = {min(learns)} on it is learned." if learns else "."),
    )
