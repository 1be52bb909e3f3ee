"""Under autocast the edges' products are narrow; the recursion and the probability are not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tests.helpers.models import CELLS, WIRINGS, Problem, make, problem
from throughtime.gradients import Autograd, CheckpointedBPTT, FullBPTT, Gradient, TruncatedBPTT

LENGTHS = (9, 0, 4, 1)
SOME = ["hidden-and-output-to-hidden", "output-to-hidden", "expected", "bidirectional"]


def gradient(cell: str, wiring: str, method: Gradient, enabled: bool) -> Tensor:
    """The gradient of the loss with respect to all parameters, in one row."""
    torch.manual_seed(0)
    model = make(cell, WIRINGS[wiring], hidden=16, layers=2, gradient=method).float()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(0.3)  # or rounding would grow from step to step
    x, lengths, vector, y = problem(model, LENGTHS)
    x, vector = (None if v is None else v.float() for v in (x, vector))
    task = Problem(x, lengths, vector, y)
    with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
        loss = task.log_prob(model).sum()
    assert loss.dtype == torch.float32
    parameters = list(model.parameters())
    grads = torch.autograd.grad(loss, parameters, allow_unused=True)
    assert all(g is None or g.dtype == torch.float32 for g in grads)
    filled = [
        torch.zeros_like(p) if g is None else g for p, g in zip(parameters, grads, strict=True)
    ]
    return torch.cat([g.flatten() for g in filled])


@pytest.mark.parametrize("wiring", SOME)
@pytest.mark.parametrize("cell", CELLS)
def test_autocast_gives_the_gradient_to_the_narrow_dtypes_rounding(cell: str, wiring: str) -> None:
    exact = gradient(cell, wiring, FullBPTT(), enabled=False)
    for method in (Autograd(), FullBPTT(), CheckpointedBPTT(), TruncatedBPTT(9 + 1)):
        narrow = gradient(cell, wiring, method, enabled=True)
        error = (narrow - exact).norm() / exact.norm()
        assert 1e-6 < error < 0.3  # of relu, some units that are nearly zero fall to the other side


def test_a_vector_that_autocast_has_narrowed_is_taken() -> None:
    model = make("GRU", WIRINGS["vector-to-sequence"]).float()
    x, lengths, vector, y = problem(model, LENGTHS)
    assert vector is not None
    with torch.autocast("cpu", torch.bfloat16):
        log_p = Problem(x, lengths, vector.bfloat16(), y).log_prob(model)
    assert log_p.dtype == torch.float32
