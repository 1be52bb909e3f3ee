"""Time one training step of a recurrent layer, ours beside torch.nn's.

    python benchmarks/bench.py [--cells tanh,gru,lstm] [--repeats 15] [--threads 2]

Both compute h(1) … h(T) from the same x with the same weights, and the gradients of all parameters;
results are compared first, and where they disagree nothing is printed. Then the two take turns, and
the medians count. Beside them stands what share of the machine's own matrix product rate it is.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

import throughtime as tt
from throughtime.cells import Cell
from throughtime.drive import Drive, Entering
from throughtime.gradients.bptt import bptt
from throughtime.kernels.library import loaded

GRID = (
    *((b, 100, h // 2, h) for h in (64, 128, 256, 512) for b in (1, 8, 32, 128)),
    (1, 1000, 128, 256),
    (32, 1000, 128, 256),
    (16, 100, 512, 1024),
)
"""Rows, steps, size of x(t), size of h(t)."""

CELLS: dict[str, tuple[Callable[[int], Cell], type[nn.RNNBase]]] = {
    "tanh": (tt.cells.Elman, nn.RNN),
    "gru": (tt.cells.GRU, nn.GRU),
    "lstm": (tt.cells.LSTM, nn.LSTM),
}

Step = Callable[[], tuple[Tensor, ...]]


def steps(kind: str, rows: int, time_steps: int, inputs: int, hidden: int) -> tuple[Step, Step]:
    """A training step of ours and of torch's, on the same weights and data."""
    make, peer = CELLS[kind]
    cell, theirs = make(hidden), peer(inputs, hidden)
    U = theirs.weight_ih_l0.detach().clone().requires_grad_()
    with torch.no_grad():
        b, b_h = theirs.bias_ih_l0, theirs.bias_hh_l0
        b_h.zero_()
        values = {"W": theirs.weight_hh_l0, "b": b, "m": torch.zeros(hidden)}
        for name, parameter in cell.named_parameters():
            parameter.copy_(values[name])
    x = torch.randn(time_steps, rows, inputs)
    arriving = torch.randn(time_steps, rows, hidden)
    own = [U, *cell.parameters()]

    def ours() -> tuple[Tensor, ...]:
        h = bptt(cell, Drive(time_steps, (Entering(x, U),)), cell.initial_state(rows, x))[0]
        return (h.detach(), *torch.autograd.grad(h, own, arriving)[:3])

    def torchs() -> tuple[Tensor, ...]:
        h = theirs(x)[0]
        return (h.detach(), *torch.autograd.grad(h, list(theirs.parameters()), arriving)[:3])

    return ours, torchs


def agree(a: tuple[Tensor, ...], b: tuple[Tensor, ...]) -> bool:
    """Whether h and the gradients of U, W and b are equal to float32's rounding."""
    return all(float((v - w).norm()) <= 1e-4 * float(w.norm()) for v, w in zip(a, b, strict=True))


def medians(functions: list[Callable[[], object]], repeats: int) -> list[float]:
    """Milliseconds of each, taking turns."""
    times: list[list[float]] = [[] for _ in functions]
    for i in range(repeats + 2):
        for mine, function in zip(times, functions, strict=True):
            start = time.perf_counter()
            function()
            if i > 1:
                mine.append(1e3 * (time.perf_counter() - start))
    return [statistics.median(t) for t in times]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Ours beside torch.nn's.")
    parser.add_argument("--cells", default=",".join(CELLS))
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    engine = loaded()
    n = 1536
    a = torch.randn(n, n)
    rate = 2 * n**3 / medians([lambda: a @ a], 9)[0] / 1e6
    print(
        f"torch {torch.__version__}, engine {engine.instructions if engine else 'none'}, "
        f"{options.threads} threads, matrix product of {n}: {rate:.0f} GFLOP/s\n"
    )
    print("| cell | B, T, I, H | torch.nn, ms | ours, ms | ratio | share of the product's rate |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind in options.cells.split(","):
        logs = []
        for shape in GRID:
            ours, torchs = steps(kind, *shape)
            if not agree(ours(), torchs()):
                print(f"{kind} {shape}: the results disagree, so no times", file=sys.stderr)
                return 1
            mine, theirs = medians([ours, torchs], options.repeats)
            rows, time_steps, inputs, hidden = shape
            gates = CELLS[kind][0](1).drive_size
            work = 2 * rows * time_steps * gates * hidden * (3 * hidden + 2 * inputs)
            share = work / mine / 1e6 / rate
            logs.append(theirs / mine)
            size = ", ".join(map(str, shape))
            print(
                f"| {kind} | {size} | {theirs:.2f} | {mine:.2f} | {logs[-1]:.2f} | {share:.0%} |",
                flush=True,
            )
        print(f"| {kind} | geometric mean | | | {statistics.geometric_mean(logs):.2f} | |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
