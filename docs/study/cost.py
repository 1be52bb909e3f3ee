"""What one update costs: its seconds, and the memory that the process holds at most (Linux).

Memory is the resident memory of a process, which holds all of it: what is kept for the gradient,
what is in the engine, and what is only there for a moment. It is measured in a process of its
own, as a peak never falls.

    python -m docs.study.cost '{"gradient": "FullBPTT", "lengths": [100, 200]}'"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

import throughtime as tt

UNITS, ROWS, TIMES = 32, 64, 3

GRADIENTS: dict[str, tt.gradients.Gradient] = {
    "FullBPTT": tt.gradients.FullBPTT(),
    "CheckpointedBPTT": tt.gradients.CheckpointedBPTT(),
    "TruncatedBPTT": tt.gradients.TruncatedBPTT(20),
}

Cost = tuple[float, float]
"""Seconds, and MB above those of the process before."""


def costs(gradient: str, lengths: list[int]) -> list[Cost]:
    """Of log p and its gradient at each length, the shortest first."""
    torch.manual_seed(0)
    model = tt.RecurrentModel(
        tt.cells.GRU(UNITS), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(2),
        input_size=2, gradient=GRADIENTS[gradient],
    )  # fmt: skip

    def update(steps: int) -> float:
        x, y = torch.randint(2, (2, ROWS, steps))
        began = time.perf_counter()
        model(tt.Sequence(x)).log_prob(y).sum().backward()
        return time.perf_counter() - began

    update(20)  # what is made once is made
    before, found = peak(), []
    for steps in sorted(lengths):
        seconds = statistics.median([update(steps) for _ in range(TIMES)])
        found.append((seconds, peak() - before))
    return found


def apart(gradient: str, lengths: list[int]) -> list[Cost]:
    """The same, in a process of its own."""
    asked = json.dumps({"gradient": gradient, "lengths": lengths})
    command = [sys.executable, "-m", "docs.study.cost", asked]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [(seconds, memory) for seconds, memory in json.loads(said)]


def peak() -> float:
    """The most that this process has held so far, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1e3


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(costs(**json.loads(sys.argv[1]))))
