"""A value for each of the batch, and none broadcast."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Independent, MixtureSameFamily, kl_divergence
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import measures, oracle
from throughtime.outputs import (
    Bernoulli,
    Categorical,
    Mixture,
    MultivariateNormal,
    NegativeBinomial,
    Normal,
    Output,
    StudentT,
    ZeroInflated,
)
from throughtime.outputs.strict import marginals

OUTPUTS = [
    Categorical(3),
    Bernoulli(1),
    Bernoulli(2),
    Normal(),
    Normal(2),
    Mixture(2),
    Mixture(2, 2),
    *measures.MEASURED,
]
SHAPES = st.lists(st.integers(1, 3), max_size=3).map(tuple)


def _value(output: Output, *shape: int) -> Tensor:
    """Zeros of the dtype of y, of any shape, or halves where an output does not produce zero."""
    zero = torch.zeros(output.event_shape, dtype=oracle.drawn(output).dtype)
    return torch.full(shape, 0.5 if output.impossible(zero) else 0, dtype=zero.dtype)


@pytest.mark.parametrize("expanded", [False, True], ids=["made", "expanded"])
@pytest.mark.parametrize("output", OUTPUTS, ids=repr)
@settings(oracle.quick, max_examples=20)
@given(batch=SHAPES, shape=SHAPES, sample=SHAPES, fits=st.booleans())
def test_a_value_fits_whole_or_is_refused(
    output: Output,
    batch: tuple[int, ...],
    shape: tuple[int, ...],
    sample: tuple[int, ...],
    fits: bool,
    expanded: bool,
) -> None:
    inside = (*batch, *output.event_shape)
    shape = (*sample, *inside) if fits else shape
    o = torch.randn(*batch, output.size, dtype=torch.float64)
    p = output.distribution(o)
    if expanded:  # from the last dimension of the batch
        p = output.distribution(o[(0,) * max(len(batch) - 1, 0)]).expand(batch)
    value = _value(output, *shape)
    if shape[len(shape) - len(inside) :] != inside or len(shape) < len(inside):
        wanted = re.escape(f"the value has shape {tuple(shape)}; expected (*sample")
        with pytest.raises(ValueError, match=f"^{wanted}.*$"):
            p.log_prob(value)
        return
    if expanded:
        o = o[(0,) * max(len(batch) - 1, 0)].expand(o.shape)
    sample = shape[: len(shape) - len(inside)]
    each = o.expand(*sample, *o.shape).reshape(-1, output.size)
    expected = [
        oracle.log_density(output, one, y)
        for one, y in zip(each, value.reshape(-1, *output.event_shape), strict=True)
    ]
    found = p.log_prob(value)
    assert found.shape == (*sample, *batch)
    assert_close(found.flatten(), torch.stack(expected))


MISTAKES: list[tuple[Output, Any, str]] = [
    (Normal(1), torch.zeros(4), r"shape \(4,\); expected \(\*sample, 4, 1\)"),
    (Normal(2), torch.zeros(4, 1), r"shape \(4, 1\); expected \(\*sample, 4, 2\)"),
    (Normal(2), torch.zeros(2), r"shape \(2,\); expected \(\*sample, 4, 2\)"),
    (Mixture(2), torch.zeros(4), r"shape \(4,\); expected \(\*sample, 4, 1\)"),
    (Bernoulli(2), torch.zeros(4), r"shape \(4,\); expected \(\*sample, 4, 2\)"),
    (Categorical(3), torch.zeros(4, 1).long(), r"shape \(4, 1\); expected \(\*sample, 4\)"),
    (Categorical(3), torch.zeros(4, 3).long(), r"shape \(4, 3\); expected \(\*sample, 4\)"),
    (Categorical(3), torch.tensor(1), r"shape \(\); expected \(\*sample, 4\)"),
    (Categorical(3), torch.zeros(4), r"is torch\.float32; expected integers"),
    (Categorical(3), torch.zeros(4).bool(), r"is torch\.bool; expected integers"),
    (Categorical(3), torch.zeros(4, dtype=torch.cfloat), r"is torch\.complex64; expected integers"),
    (Normal(1), torch.zeros(4, 1).long(), r"is torch\.int64; expected floats"),
    (Normal(1), torch.zeros(4, 1, dtype=torch.cfloat), r"is torch\.complex64; expected floats"),
    (Bernoulli(1), torch.zeros(4, 1).bool(), r"is torch\.bool; expected floats"),
    (Normal(1), 1.0, r"is a float; expected a torch\.Tensor"),
    (Categorical(3), tt.Sequence(torch.zeros(4, 1)), r"is a Sequence; expected a torch\.Tensor"),
]


@pytest.mark.parametrize("validate", [False, True])
@pytest.mark.parametrize(("output", "value", "reason"), MISTAKES, ids=repr)
def test_what_is_no_value_is_refused(
    output: Output, value: Any, reason: str, validate: bool
) -> None:
    p = output.distribution(torch.zeros(4, output.size), validate=validate)
    with pytest.raises(ValueError, match=f"^the value (has )?{reason}"):
        p.log_prob(value)


def test_a_summary_takes_a_value_for_each_row_and_no_other() -> None:
    for output, wrong in ((Normal(1), torch.zeros(2)), (Categorical(2), torch.zeros(2, 1).long())):
        model = tt.RecurrentModel(
            tt.cells.GRU(3), tt.wirings.SEQUENCE_TO_VECTOR, output, input_size=2
        )
        p = model(tt.Sequence(torch.randn(2, 4, 2)))
        with pytest.raises(ValueError, match=r"^the value has shape .*; expected \(\*sample, 2"):
            p.log_prob(wrong)
        assert p.log_prob(wrong.reshape(2, *output.event_shape)).shape == (2,)
        assert p.log_prob(p.sample((5,))).shape == (5, 2)


@pytest.mark.parametrize("output", OUTPUTS, ids=repr)
def test_they_are_torchs_own_distributions(output: Output) -> None:
    kind = {
        Categorical: torch.distributions.Categorical,
        Mixture: MixtureSameFamily,
        MultivariateNormal: torch.distributions.MultivariateNormal,
    }
    if isinstance(output, MultivariateNormal) and output.rank is not None:
        kind[MultivariateNormal] = torch.distributions.LowRankMultivariateNormal
    o = torch.randn(3, output.size)
    p, q = output.distribution(o), output.distribution(-o)
    assert isinstance(p, kind.get(type(output), Independent))
    assert type(p.expand((2, 3))) is type(p)
    assert p.expand((2, 3)).sample().shape == (2, 3, *output.event_shape)
    if not isinstance(output, Mixture) and not output.counts:
        assert p.entropy().shape == (3,)
    if not isinstance(output, Mixture | NegativeBinomial | ZeroInflated | StudentT):
        assert bool((kl_divergence(p, q) > 0).all())


def test_entries_by_themselves_are_those_that_a_distribution_says() -> None:
    class Own(torch.distributions.MultivariateNormal):
        marginals = torch.distributions.Normal(torch.zeros(2), torch.ones(2))

    o = torch.randn(5, 4)
    assert marginals(Normal(2).distribution(o)).batch_shape == (5, 2)
    times = Independent(torch.distributions.Exponential(o.exp()), 1)
    assert marginals(times) is times.base_dist
    assert marginals(times.base_dist) is times.base_dist
    assert marginals(Own(torch.zeros(2), torch.eye(2))) is Own.marginals
    with pytest.raises(NotImplementedError, match="MultivariateNormal does not say the marginals"):
        marginals(torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)))
