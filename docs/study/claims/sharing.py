"""Two tasks of ten random bits x(t). *Stationary*: y(t) is the exclusive or of x(t) and x(t-1), the
same function at every step. *By position*: y(t) is x(t), turned over at five of the ten steps,
which are the same in all sequences: a function of its own at each step. Both nets are Elman nets
of 16 units, started alike; the one has one W, U, V for all steps, the other a set for each, ten
times as many. Both are trained on n sequences, 200 updates of up to 64 of them, and tested on
others: nats a step, of which 0 can be had and log 2 is chance."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import throughtime as tt
from docs.study.frame import Batch, Finding, Measured, Scale, Table, fit, over_seeds
from throughtime.report.style import BLUE, ORANGE, PALE, figure, plain

TITLE = "Fewer examples by shared parameters"
CLAIM = (
    "As the same parameters are used at every step, much fewer training examples are needed to "
    "estimate them than with parameters of each step's own (10.1)."
)
STEPS, UNITS, ROWS = 10, 16, 64
COUNTS = (16, 32, 64, 128, 512)
ENOUGH = 0.1
TURNED = torch.tensor([0, 1, 1, 0, 1, 0, 0, 1, 0, 1])


class Net(nn.Module):
    """An Elman net: h(t) = tanh(b + W h(t-1) + U x(t)), o(t) = c + V h(t); of one set of
    parameters, or of one for each step."""

    def __init__(self, sets: int) -> None:
        super().__init__()
        self.cells = nn.ModuleList(tt.cells.Elman(UNITS) for _ in range(sets))
        self.U = nn.ModuleList(nn.Linear(2, UNITS, bias=False) for _ in range(sets))
        self.V = nn.ModuleList(nn.Linear(UNITS, 2) for _ in range(sets))

    def forward(self, x: Tensor) -> Tensor:
        """o(1) … o(10), ``(rows, 10, 2)``, from bits ``(rows, 10)``."""
        h, o = x.new_zeros(len(x), UNITS, dtype=torch.float32), []
        for t, bit in enumerate(nn.functional.one_hot(x, 2).float().unbind(1)):
            i = t % len(self.cells)
            cell = self.cells[i]
            assert isinstance(cell, tt.cells.Cell)
            (h,) = cell.step(self.U[i](bit), (h,))
            o.append(self.V[i](h))
        return torch.stack(o, 1)


def task(name: str, rows: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """x and y."""
    x = torch.randint(2, (rows, STEPS), generator=generator)
    before = nn.functional.pad(x, (1, 0))[:, :-1]
    return x, (x + (before if name == "stationary" else TURNED)) % 2


def loss(net: Net, batch: Batch) -> Tensor:
    """Nats a step."""
    x, y = batch
    assert isinstance(x, tt.Sequence)
    assert isinstance(y, Tensor)
    return cross_entropy(net(x.values).transpose(1, 2), y)


def run(scale: Scale) -> Finding:
    """Train both nets on more and more examples."""
    tasks = ("stationary", "by position")
    nets = {"shared": 1, "own": STEPS}
    counts = COUNTS[:2] if scale.short else COUNTS
    found: dict[tuple[str, str], list[Measured]] = {}
    for name in tasks:
        for kind, sets in nets.items():

            def trained(seed: int, count: int, name: str = name, sets: int = sets) -> float:
                generator = torch.Generator().manual_seed(1_000 + seed)
                x, y = task(name, count, generator)
                net = Net(sets)

                def draw(generator: torch.Generator) -> Batch:
                    some = torch.randperm(count, generator=generator)[:ROWS]
                    return tt.Sequence(x[some]), y[some]

                fit(net, draw, scale.updates(200), seed, lambda batch: loss(net, batch))
                x_test, y_test = task(name, 1_000, torch.Generator().manual_seed(2**31))
                with torch.no_grad():
                    return float(loss(net, (tt.Sequence(x_test), y_test)))

            found[name, kind] = [
                over_seeds(scale, lambda seed, n=n, f=trained: f(seed, n))  # type: ignore[misc]
                for n in counts
            ]

    def needed(name: str, kind: str) -> float:
        """The fewest examples with less than 0.1 nats a step."""
        good = [n for n, v in zip(counts, found[name, kind], strict=True) if v.mean < ENOUGH]
        return min(good, default=math.inf)

    picture = figure(10, 3.4)
    for i, name in enumerate(tasks):
        axes = picture.add_subplot(1, 2, i + 1)
        plain(axes, name, "n, training sequences", "nats a step, held out" if i == 0 else "")
        for kind, color in zip(nets, (BLUE, ORANGE), strict=True):
            values = found[name, kind]
            axes.errorbar(counts, [v.mean for v in values], [v.half for v in values], color=color,
                          marker=".", capsize=2, label=f"{kind} parameters")  # fmt: skip
        axes.axhline(math.log(2), color=PALE, linewidth=1, linestyle="--")
        axes.set_xscale("log", base=2)
        axes.set_xticks(counts, [str(n) for n in counts])
        axes.minorticks_off()
        axes.set_ylim(0, None)
        if i == 0:
            axes.legend(frameon=False)

    def said(number: float) -> str:
        return f"{number:.0f}" if math.isfinite(number) else f"more than {counts[-1]}"

    a, b = needed("stationary", "shared"), needed("stationary", "own")
    c, d = needed("by position", "shared"), needed("by position", "own")
    return Finding(
        (
            Table(
                ("task", "n", "shared", "own"),
                [
                    (name, str(n), str(found[name, "shared"][i]), str(found[name, "own"][i]))
                    for name in tasks
                    for i, n in enumerate(counts)
                ],
            ),
        ),
        picture,
        "Nats a step on sequences that were not trained on; chance is the dashed line.",
        ("Partly, where the function is the same at every step" if c >= d else "Yes")
        if a < b
        else "No",
        f"For {ENOUGH} nats a step the shared parameters need {said(a)} sequences where the "
        f"function is the same at every step, and parameters of each step's own {said(b)}. Where "
        f"each step has a function of its own, the shared ones need {said(c)}, as they must count "
        f"the steps in h(t), and the others {said(d)}.",
    )
