"""A scale of counts: log ν is added to the logarithm of their mean, and y/ν is fed back."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers.models import WIRINGS, make
from throughtime.outputs import NegativeBinomial, Normal, Output, Poisson, ZeroInflated
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

COUNTS: list[Output] = [Poisson(), NegativeBinomial(2), ZeroInflated(NegativeBinomial())]
WITH = ["hidden-to-hidden", "hidden-and-output-to-hidden", "generator", "output-to-hidden"]


def problem(
    wiring: str, output: Output, gradient: tt.gradients.Gradient | None = None
) -> tuple[tt.RecurrentModel, Sequence | None, Sequence, Tensor]:
    torch.manual_seed(1)
    length = None if Edge.INPUT in WIRINGS[wiring] else tt.lengths.Unending()
    model = make("GRU", WIRINGS[wiring], output, length, gradient=gradient)
    x = Sequence(torch.randn(3, 4, 2, dtype=torch.float64), [4, 3, 4])
    y = torch.poisson(torch.full((3, 4, output.value_size), 3.0, dtype=torch.float64))
    scale = torch.rand(3, output.value_size, dtype=torch.float64) * 5 + 0.1
    return model, x if Edge.INPUT in model.wiring else None, Sequence(y, [4, 3, 4]), scale


def by_hand(
    model: tt.RecurrentModel, x: Sequence | None, y: Sequence, scale: Tensor
) -> list[Tensor]:
    """log p of each row, step by step, from the cell, the edges and the output."""
    graph, output = model.graph, model.output
    assert output is not None
    r, found = graph.first, []
    for row in range(len(y)):
        (before,) = graph.initial_state(1).cells
        state, log_p, fed = before, torch.zeros(()), torch.zeros(())
        for t in range(int(y.lengths[row])):
            drive = torch.zeros(1, r.cell.drive_size, dtype=torch.float64)
            if x is not None:
                drive = drive + r.U(x.values[row : row + 1, t])
            if Edge.OBSERVED in model.wiring:
                drive = drive + r.S(fed if t else r.start[None])
            h, state = r.step(drive, state if r.direction else before)
            o = graph.c + h @ graph.V.T
            log_scale = torch.zeros_like(o)
            log_scale[:, : output.value_size] = scale[row].log()
            log_p = log_p + output.distribution(o + log_scale).log_prob(y.values[row, t][None])[0]
            fed = y.values[row : row + 1, t] / scale[row]
        found.append(log_p)
    return found


@pytest.mark.parametrize("wiring", WITH)
@pytest.mark.parametrize("output", COUNTS, ids=repr)
def test_log_p_is_that_of_scaled_means_with_scaled_values_fed_back(
    wiring: str, output: Output
) -> None:
    model, x, y, scale = problem(wiring, output)
    p = model(x, scale=scale)
    assert p.batch_shape == (3,)
    assert_close(p.log_prob(y), torch.stack(by_hand(model, x, y, scale)))


@pytest.mark.parametrize("wiring", WITH)
def test_a_scale_of_one_is_none(wiring: str) -> None:
    model, x, y, scale = problem(wiring, NegativeBinomial())
    p = model(x) if x is not None else model().expand((3,))
    assert_close(model(x, scale=torch.ones_like(scale)).log_prob(y), p.log_prob(y))


@pytest.mark.parametrize(
    "gradient",
    [tt.gradients.TruncatedBPTT(2), tt.gradients.CheckpointedBPTT(8), tt.gradients.Autograd()],
    ids=repr,
)
def test_every_gradient_method_takes_it_along(gradient: tt.gradients.Gradient) -> None:
    whole, x, y, scale = problem("hidden-and-output-to-hidden", NegativeBinomial())
    other, *_ = problem("hidden-and-output-to-hidden", NegativeBinomial(), gradient)
    scale.requires_grad_()
    found = [m(x, scale=scale).log_prob(y).sum() for m in (whole, other)]
    assert_close(*found)
    if not isinstance(gradient, tt.gradients.TruncatedBPTT):
        a, b = (torch.autograd.grad(v, [*m.parameters(), scale], allow_unused=True)
                for v, m in zip(found, (whole, other), strict=True))  # fmt: skip
        assert_close(a, b)


def test_step_by_step_and_from_a_state_it_stays() -> None:
    model, _, y, scale = problem("generator", NegativeBinomial(2))
    y = Sequence(y.values, [4, 4, 4])
    p = model(scale=scale)
    log_p, rest = p.observe(y.take(torch.tensor(2)))
    second, _ = rest.observe(y.drop(torch.tensor(2)))
    assert_close(log_p + second, p.log_prob(y))
    again = model(state=rest.state)
    assert_close(again.observe(y.drop(torch.tensor(2)))[0], second)


def test_draws_have_means_in_proportion_to_it() -> None:
    model, _, _, _ = problem("generator", Poisson())
    scale = torch.tensor([[1.0], [100.0]], dtype=torch.float64)
    torch.manual_seed(0)
    first = model(scale=scale).sample((4000,), max_length=1).values[:, :, 0, 0].mean(0)
    assert float(first[0]) == pytest.approx(float(first[1]) / 100, rel=0.1)


def test_log_p_of_what_is_missing_is_measured_by_the_scale() -> None:
    """Of the second of three counts: draws, which are fed back by their scale, against a sum."""
    model, _, _, _ = problem("generator", Poisson())
    p = model(scale=torch.tensor([[4.0]], dtype=torch.float64))
    y = torch.tensor([3.0, 0.0, 5.0], dtype=torch.float64)[None, :, None]
    every = y.repeat(200, 1, 1)
    every[:, 1, 0] = torch.arange(200)
    expected = p.log_prob(Sequence(every[:, None], torch.full((200, 1), 3))).logsumexp(0)
    seen = torch.tensor([[True, False, True]])
    assert_close(p.log_prob_of_observed(y, seen, draws=20_000), expected, rtol=0, atol=0.03)


@pytest.mark.parametrize(
    ("output", "wiring", "scale", "message"),
    [
        (Normal(), "generator", torch.ones(1, 1).double(), "goes with counts"),
        (Poisson(), "expected", torch.ones(1, 1).double(), "if anything is fed back"),
        (Poisson(), "generator", torch.zeros(1, 1).double(), "above zero"),
        (Poisson(), "generator", torch.ones(1, 1), "no tensor"),
        (Poisson(2), "generator", torch.ones(1, 1).double(), r"expected \(\*batch, 2\)"),
    ],
)
def test_a_scale_is_checked(output: Output, wiring: str, scale: Tensor, message: str) -> None:
    length = None if Edge.INPUT in WIRINGS[wiring] else tt.lengths.Unending()
    model = make(wiring=WIRINGS[wiring], output=output, length=length)
    x = Sequence(torch.zeros(1, 2, 2, dtype=torch.float64)) if length is None else None
    with pytest.raises(ValueError, match=message):
        model(x, scale=scale)
