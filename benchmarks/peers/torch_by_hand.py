"""What one writes with torch after seeing that under teacher forcing no step waits for another."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.rows.forced import Forced
from benchmarks.run import Run

NAME = "torch by hand"
VERSION = torch.__version__


def force(problem: Forced) -> Run:
    """All steps at once; symbols enter as rows of a table."""
    *weights, x, y = (torch.from_numpy(a) for a in problem.arrays())
    U, S, b, V, c = (w.requires_grad_() for w in weights)

    def step() -> tuple[Tensor, ...]:
        fed = F.pad(F.embedding(y[:-1], S.T), (0, 0, 0, 0, 1, 0))
        h = torch.tanh(F.linear(x, U, b) + fed)
        o = F.linear(h, V, c).flatten(0, 1)
        log_p = -F.cross_entropy(o, y.flatten(), reduction="none").view(y.shape).sum(0)
        return (log_p.detach(), *torch.autograd.grad(-log_p.mean(), (U, S, b, V, c)))

    return Run(step)
