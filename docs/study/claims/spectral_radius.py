"""*Gradients*: an Elman net of 32 units with W = ρ·Q, Q a random orthogonal matrix, so that every
eigenvalue of W has the absolute value ρ; what is left of ‖∂L(t)/∂h(s)‖ after a lag of t − s
steps. Where x is so small that tanh is linear, theory says ρ^lag; then with x of size 1, where
tanh saturates. And a matrix that is not normal: eigenvalues of 0.8 alone, in blocks of four with
0.6 beside the diagonal. *Learning*: the first of 40 random bits is asked for after the last one,
at log 2 = 0.693 nats without memory and 0 with it. Adam at a rate of 0.005, 400 updates, clipped
at norm 1 but where it says that it is not. An LSTM starts with a bias of 1 at its forget gate."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

import throughtime as tt
from docs.study.frame import Batch, Finding, Measured, Scale, Table, fit, over_seeds, tested
from throughtime.report.style import BLUE, GREEN, INK, ORANGE, PALE, RED, figure, plain

TITLE = "Long-range gradients"
CLAIM = (
    "Over many steps gradients vanish where the spectral radius of the recurrent matrix is below "
    "one, and explode where it is above (10.7). Clipping, an orthogonal start and gates help."
)
UNITS, LAGS, RADII, EXAMPLES = 32, 40, (0.8, 0.9, 1.0, 1.1, 1.2), 16
STEPS, ROWS = 40, 64


def elman(radius: float) -> tt.cells.Elman:
    """A cell with W = ρ·Q."""
    cell = tt.cells.Elman(UNITS)
    nn.init.orthogonal_(cell.W, gain=radius)
    nn.init.zeros_(cell.b)
    return cell


@torch.no_grad()
def not_normal(eigenvalue: float, beside: float) -> tt.cells.Elman:
    """A cell whose W has one eigenvalue, UNITS times, and is far from normal: blocks of four."""
    cell = elman(1.0)
    block = eigenvalue * torch.eye(4) + beside * torch.diag(torch.ones(3), 1)
    cell.W.copy_(torch.block_diag(*[block] * (UNITS // 4)))
    return cell


@torch.no_grad()
def keeping() -> tt.cells.LSTM:
    """A cell that at first keeps σ(4) = 0.98 of c(t-1)."""
    cell = tt.cells.LSTM(UNITS)
    cell.b.chunk(4)[1].fill_(4.0)
    return cell


def left(cell: tt.cells.Cell, size: float, seed: int) -> Tensor:
    """What is left of the gradient at lag 0, 1, …, with x of a size."""
    model = tt.RecurrentModel(
        cell, tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal(), input_size=UNITS
    )
    generator = torch.Generator().manual_seed(seed)
    x = size * torch.randn(EXAMPLES, LAGS + 1, UNITS, generator=generator)
    y = torch.randn(EXAMPLES, LAGS + 1, 1, generator=generator)
    found = tt.analysis.reach(model, tt.data.Examples(tt.Sequence(x), tt.Sequence(y)))
    norms = found.norms[:, LAGS].flip(1).mean(0)  # of the last loss alone: all lags are of it
    return norms / norms[0]


def recall(generator: torch.Generator) -> Batch:
    """y is the first of the bits."""
    x = torch.randint(2, (ROWS, STEPS), generator=generator)
    return tt.Sequence(x), x[:, 0]


def learners() -> dict[str, tuple[Callable[[], tt.cells.Cell], float]]:
    """The cells that try to learn it, and where their gradient is clipped."""
    return {
        "Elman, U(-1/√H, 1/√H)": (lambda: tt.cells.Elman(UNITS), 1.0),
        "Elman, orthogonal": (lambda: elman(1.0), 1.0),
        "Elman, orthogonal, not clipped": (lambda: elman(1.0), math.inf),
        "Elman, ρ = 1.5": (lambda: elman(1.5), 1.0),
        "Elman, ρ = 1.5, not clipped": (lambda: elman(1.5), math.inf),
        "GRU": (lambda: tt.cells.GRU(UNITS), 1.0),
        "LSTM": (lambda: tt.cells.LSTM(UNITS), 1.0),
        "LSTM, forget gate's bias 4": (keeping, 1.0),
    }


def run(scale: Scale) -> Finding:
    """Follow the gradient back in time, and learn what needs it."""
    decays: dict[str, dict[float, list[Tensor]]] = {"linear": {}, "tanh": {}}
    skew = []
    for seed in range(scale.seeds):
        torch.manual_seed(seed)
        for radius in RADII[:: 4 if scale.short else 1]:
            for name, size in (("linear", 1e-6), ("tanh", 1.0)):
                decays[name].setdefault(radius, []).append(left(elman(radius), size, seed))
        skew.append(left(not_normal(0.8, 0.6), 1e-6, seed))
    known: dict[str, Measured] = {}
    for name, (cell, clip) in list(learners().items())[: 1 if scale.short else None]:

        def learned(
            seed: int, cell: Callable[[], tt.cells.Cell] = cell, clip: float = clip
        ) -> float:
            model = tt.RecurrentModel(
                cell(), tt.wirings.SEQUENCE_TO_VECTOR, tt.outputs.Categorical(2), input_size=2
            )
            fit(model, recall, scale.updates(400), seed, rate=0.005, clip=clip)
            return tested(model, recall, scale.tests)

        known[name] = over_seeds(scale, learned)

    picture = figure(10, 3.6)
    colors = (BLUE, GREEN, INK, ORANGE, RED)
    for i, (name, of) in enumerate(decays.items()):
        axes = picture.add_subplot(1, 3, i + 1)
        said = {"linear": "x near zero: tanh is linear", "tanh": "x of size 1: tanh saturates"}[
            name
        ]
        plain(axes, said, "lag, steps", "share of the gradient that is left" if i == 0 else "")
        for radius, shares in of.items():
            color = colors[RADII.index(radius)]
            axes.plot(
                torch.stack(shares).mean(0), color=color, linewidth=1.5, label=f"ρ = {radius}"
            )
        if name == "linear":
            axes.plot(
                torch.stack(skew).mean(0), color=PALE, linestyle="--", label="0.8, not normal"
            )
        axes.set_yscale("log")
        axes.set_ylim(1e-8, 1e5)
        if i == 0:
            axes.legend(frameon=False, fontsize=8, ncols=2)
    axes = picture.add_subplot(1, 3, 3)
    plain(axes, f"one bit, {STEPS} steps back", "nats", "")
    at = range(len(known))
    axes.barh(at, [v.mean for v in known.values()], xerr=[v.half for v in known.values()],
              color=BLUE, ecolor=INK, height=0.6)  # fmt: skip
    axes.axvline(math.log(2), color=INK, linewidth=1, linestyle="--")
    axes.set_yticks(at, [name.replace(", not", ",\nnot") for name in known], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 0.8)

    def end(name: str, radius: float) -> float:
        return float(torch.stack(decays[name][radius])[:, LAGS].mean())

    radii = list(decays["linear"])
    exact = all(abs(math.log(end("linear", r) / r**LAGS)) < 0.05 for r in radii)
    top = float(torch.stack(skew).mean(0).max())
    worst = max(radii)
    solved = [name for name, value in known.items() if value.mean < 0.05]
    lost = [name for name, value in known.items() if value.mean > 0.6]

    def named(names: list[str]) -> str:
        """Names in a row."""
        return "; ".join(names) or "none"

    return Finding(
        (
            Table(
                ("ρ", f"ρ^{LAGS}", f"left after {LAGS} steps, linear", "with tanh"),
                [
                    (str(r), f"{r**LAGS:.2e}", f"{end('linear', r):.2e}", f"{end('tanh', r):.2e}")
                    for r in radii
                ],
            ),
            Table(("net", "nats of the first bit"), [(n, str(v)) for n, v in known.items()]),
        ),
        picture,
        "What is left of the gradient against the lag, and whether the first of 40 bits is "
        "learned.",
        "Partly, where tanh is linear and W is normal"
        if exact and end("tanh", worst) < 1 < top
        else "Yes"
        if exact
        else "Partly",
        f"Where tanh is linear, ρ^{LAGS} is what is "
        f"left{' to within 5 %' if exact else ', but not exactly'}. With tanh, 1 − h² shrinks the "
        f"gradient too: at ρ = {worst} there is {end('tanh', worst):.1e} left and not "
        f"{worst**LAGS:.1e}, it does not explode but "
        f"{'vanishes' if end('tanh', worst) < 0.1 else 'stays'}. A matrix that is not normal has "
        f"ρ = 0.8, and its gradient first grows, to {top:.1f} times. The bit is learned by "
        f"{named(solved)}, and not at all by {named(lost)}: the start decides, for gates too.",
    )
