"""Whole numbers that no tensor could hold are refused in one line, wherever one is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import throughtime as tt
from tests.helpers.models import unchecked
from throughtime import cells, gradients, lengths, outputs
from throughtime.model.picture_encoder import PictureEncoder
from throughtime.whole import MOST, whole

GENERATOR = tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)")


def _p(length: tt.lengths.Length | None = None) -> tt.SequenceDistribution:
    """Of sequences of three symbols."""
    end = lengths.EndOfSequence() if length is None else length
    model = tt.RecurrentModel(cells.GRU(4), GENERATOR, outputs.Categorical(3), end)
    p = model()
    assert isinstance(p, tt.SequenceDistribution)
    return p


def _model(**sizes: Any) -> tt.RecurrentModel:
    wiring = tt.wirings.HIDDEN_TO_HIDDEN
    if "vector_size" in sizes:
        wiring = tt.wirings.VECTOR_TO_SEQUENCE
    end = lengths.Halt() if "vector_size" in sizes else None
    return tt.RecurrentModel(cells.GRU(4), wiring, outputs.Categorical(3), end, **sizes)


TAKERS: dict[str, Callable[[Any], Any]] = {
    "beam": lambda n: _p().mode(n, max_length=2),
    "a beam for each value": lambda n: _model(input_size=2)(tt.Sequence(torch.zeros(1, 2, 2))).mode(
        n
    ),
    "a beam of lengths": lambda n: _p(lengths.PredictedLength(3)).mode(n),
    "max_length of a beam": lambda n: _p().mode(max_length=n),
    "count": lambda n: _p().modes(n, max_length=2),
    "count beside a beam": lambda n: _p().modes(n, 2, max_length=2),
    "beam of modes": lambda n: _p().modes(2, n, max_length=2),
    "draws": lambda n: _p().sample((n,)),
    "draws of draws": lambda n: _p().sample((2**20, min(n, 2**20)) if type(n) is int else (n,)),
    "rows of a batch": lambda n: _p().expand((n,)),
    "rows of rows": lambda n: _p().expand((2**20, min(n, 2**20)) if type(n) is int else (n,)),
    "rows of sequences": lambda n: tt.Sequence(torch.zeros(2, 3)).expand((n, 2)),
    "max_length of draws": lambda n: _p(lengths.Unending()).sample(max_length=n),
    "top_k": lambda n: _p().sample(top_k=n),
    "max_length of a marginal": lambda n: _p().length_marginal(n),
    "max_length of a known marginal": lambda n: _p(lengths.PredictedLength(3)).length_marginal(n),
    "samples": lambda n: _p().length_marginal(3, samples=n),
    "PredictedLength": lengths.PredictedLength,
    "Elman": cells.Elman,
    "GRU": cells.GRU,
    "LSTM": cells.LSTM,
    "gates": lambda n: cells.Cell(4, gates=n),
    "state_sizes": lambda n: cells.Cell(4, state_sizes=(4, n)),
    "Categorical": outputs.Categorical,
    "Bernoulli": outputs.Bernoulli,
    "Normal": outputs.Normal,
    "components": outputs.Mixture,
    "dim": lambda n: outputs.Mixture(2, n),
    "Poisson": outputs.Poisson,
    "NegativeBinomial": outputs.NegativeBinomial,
    "counts whose zeros are inflated": lambda n: outputs.ZeroInflated(outputs.Poisson(n)),
    "StudentT": outputs.StudentT,
    "Gamma": outputs.Gamma,
    "LogNormal": outputs.LogNormal,
    "Beta": outputs.Beta,
    "MultivariateNormal": outputs.MultivariateNormal,
    "rank": lambda n: outputs.MultivariateNormal(2, n),
    "both of a mixture": lambda n: outputs.Mixture(2**20, n),
    "input_size": lambda n: _model(input_size=n),
    "vector_size": lambda n: _model(vector_size=n),
    "rows": lambda n: tt.nn.Streaming(tt.nn.GRU(2, 3), n),
    "k": gradients.TruncatedBPTT,
    "budget": gradients.CheckpointedBPTT,
    "rows of a picture": lambda n: PictureEncoder((3, n, 8), 2),
    "filters": lambda n: PictureEncoder((3, 8, 8), 2, n),
}


@pytest.mark.parametrize("name", TAKERS)
def test_numbers_beyond_a_tensors_are_refused_in_one_line(name: str) -> None:
    for number in (10**9, 10**12, 10**20, 2**63, 2**64 + 1, 10**400, -1, -(10**20)):
        with pytest.raises(ValueError, match=r"^[^\n]* must be (at most|a whole number)[^\n]*$"):
            TAKERS[name](number)


@pytest.mark.parametrize("name", sorted(TAKERS.keys() - {"rows of a picture"}))
def test_what_is_no_whole_number_is_refused(name: str) -> None:
    wrong: tuple[Any, ...] = (1.5, True, "2")
    for number in wrong:
        with unchecked(), pytest.raises(ValueError, match=r"^[^\n]* must be a whole number[^\n]*$"):
            TAKERS[name](number)


@given(value=st.integers(-5, 10) | st.integers(), least=st.integers(0, 3))
def test_a_whole_number_is_itself_or_refused(value: int, least: int) -> None:
    if least <= value <= MOST:
        assert whole("n", value, least) == value
        return
    with pytest.raises(ValueError, match=r"^n must be "):
        whole("n", value, least)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: tt.Sequence(torch.zeros(3), n),
        lambda n: tt.Sequence(torch.zeros(1, 3), [n]),
        lambda n: tt.Sequence([[n]]),  # type: ignore[arg-type]
        lambda n: tt.Sequence.from_list([[1, n]]),  # type: ignore[list-item]
    ],
)
@pytest.mark.parametrize("number", [10**30, -(10**20)])
def test_numbers_that_no_tensor_holds_make_no_sequence(make: Any, number: int) -> None:
    with (
        unchecked(),
        pytest.raises(ValueError, match=r"^[^\n]* make no tensor \([^\n]*\); got [^\n]*$"),
    ):
        make(number)


@pytest.mark.parametrize("dtype", [torch.uint16, torch.uint32, torch.uint64])
def test_symbols_with_which_torch_cannot_compute_are_refused(dtype: torch.dtype) -> None:
    symbols, model = torch.tensor([[1, 2]]), _model(input_size=3)
    wrong, right = (tt.Sequence(symbols.to(v)) for v in (dtype, torch.int64))
    message = r"^(x|y|the value) is torch\.uint.*, with which torch cannot compute; use \.to\(torch"
    for call in (
        lambda: model(wrong),
        lambda: model(right).log_prob(wrong),
        lambda: model(right).predictive(right).log_prob(wrong.values),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_a_beam_as_wide_as_allowed_needs_no_more_memory_than_there_are_sequences() -> None:
    p = _p()
    every, log_p = p.modes(2**20, max_length=2)
    assert len(log_p) == len(every.lengths) < 100
    torch.testing.assert_close(p.log_prob(p.mode(2**20, max_length=2)), log_p[0])


def test_numpys_whole_numbers_are_whole_numbers() -> None:
    assert whole("a count", np.int64(3)) == 3
    assert type(whole("a count", np.int64(3))) is int
    with pytest.raises(ValueError, match=r"a whole number, at least 1; got .*False"):
        whole("a count", np.bool_(False))
