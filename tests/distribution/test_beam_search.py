"""A beam as wide as the space finds the most probable sequence, and a beam of one is greedy."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.oracle import CASES, Case, Unfolded
from throughtime import Edge

pytestmark = pytest.mark.usefixtures("each_way")

LIMIT = 2
SYMBOLS = tt.outputs.Categorical(4)


def _assert_most_probable(p: tt.SequenceDistribution, mode: tt.Sequence) -> None:
    y, once = oracle.support(p, LIMIT)
    log_p = torch.where(once, p.log_prob(y), -torch.inf)
    assert_close(p.log_prob(mode), log_p.amax(0))
    best = oracle.codes(p.output, y).gather(0, log_p.argmax(0, keepdim=True))[0]
    assert torch.equal(oracle.codes(p.output, mode), best)


@pytest.mark.parametrize("case", CASES, ids=str)
@torch.no_grad()
def test_a_beam_as_wide_as_the_space_finds_the_most_probable_sequence(case: Case) -> None:
    """And the three best of such a beam are the three most probable ones."""
    p = case.model(seed=1)(**oracle.inputs(case.wiring, [2, 0, 1]))
    _assert_most_probable(p, p.mode(beam=100, max_length=LIMIT))
    y, once = oracle.support(p, LIMIT)
    log_p = torch.where(once, p.log_prob(y), -torch.inf)
    best, found = p.modes(3, beam=100, max_length=LIMIT)
    expected = log_p.sort(0, descending=True).values[: len(found)]
    assert_close(found[: len(expected)], expected)
    there = found > -torch.inf
    assert_close(p.log_prob(best)[there], found[there])


@pytest.mark.parametrize(
    "case", [c for c in CASES if Edge.INPUT in c.wiring and c.wiring.independent], ids=str
)
@torch.no_grad()
def test_every_beam_is_exact_where_the_input_decides_τ_and_no_value_is_fed_back(
    case: Case,
) -> None:
    p = case.model(seed=2)(**oracle.inputs(case.wiring, [2, 0, 1]))
    for beam in (1, 3):
        _assert_most_probable(p, p.mode(beam))


def _best_value(output: tt.outputs.Output, o: Tensor) -> tuple[Tensor, Tensor]:
    """The most probable y(t), and its log-probability; a density counts as one."""
    if not output.discrete:
        return o[: output.value_size], torch.zeros(())
    values = oracle.every_value(output)
    log_p = torch.stack([oracle.log_density(output, o[: output.size], v) for v in values])
    return values[log_p.argmax()], log_p.max()


def _greedy(model: tt.RecurrentModel, limit: int, **row: Any) -> Tensor:
    """The loop that everybody writes first: the best choice of each step, fed to the next."""
    output, length = model.output, model.length
    assert output is not None
    tau = len(row["x"]) if "x" in row else limit
    if isinstance(length, tt.lengths.PredictedLength):
        logits = model.length_bias
        if "vector" in row:
            logits = logits + model.length_edge.weight @ row["vector"]
        tau = int(logits.argmax())
    dtype = torch.float64 if output.event_shape else torch.int64
    y = torch.zeros(tau, *output.event_shape, dtype=dtype)
    for t in range(1, tau + 1):
        o = Unfolded(model, y, **row).o(t)
        value, log_p = _best_value(output, o)
        if isinstance(length, tt.lengths.EndOfSequence):
            if o.argmax() == output.size:
                return y[: t - 1]
        elif length.stops and log_p + torch.log(1 - o[-1].sigmoid()) < torch.log(o[-1].sigmoid()):
            return y[: t - 1]
        y[t - 1] = value
    return y


REAL = [
    Case(w, tt.outputs.Normal(2), oracle.lengths_for(w, tt.outputs.Normal(2))[0])
    for w in tt.wirings.NAMED.values()
    if not w.emits_last
]


@pytest.mark.parametrize("case", CASES + REAL, ids=str)
@torch.no_grad()
def test_a_beam_of_one_is_greedy(case: Case) -> None:
    model, inputs = case.model(seed=2), oracle.inputs(case.wiring, [3, 0, 1])
    mode = model(**inputs).mode(max_length=3)
    for i, y in enumerate(mode.to_list()):
        assert_close(y, _greedy(model, 3, **oracle.row_of(inputs, i)))


@torch.no_grad()
def test_greed_misses_the_most_probable_sequence_and_a_beam_of_two_finds_it() -> None:
    """y(1) is 0 or 1 with 0.6 and 0.4; after 0 anything may come, after 1 only 2."""
    case = Case(
        tt.Wiring(Edge.OBSERVED, Edge.EMIT), tt.outputs.Categorical(3), tt.lengths.Unending()
    )
    model = case.model(scale=0.0)
    first = torch.tensor([0.6, 0.4, 1e-9], dtype=torch.float64).log()
    model.graph.c.copy_(first)
    model.graph.first.S.weight.copy_(torch.tensor([[40.0, 0.0, 0.0], [0.0, 40.0, 0.0]]))
    model.graph.V[:, 0] = -first
    model.graph.V[:, 1] = torch.tensor([0.0, 0.0, 40.0], dtype=torch.float64) - first
    p = model()
    assert_close(p.log_prob(p.mode(max_length=2)).exp().item(), 0.6 / 3)
    for beam in (2, 9):
        assert p.mode(beam, max_length=2).values.tolist() == [1, 2]
        assert_close(p.log_prob(p.mode(beam, max_length=2)).exp().item(), 0.4)


@pytest.mark.parametrize("beam", [1, 2, 50])
def test_the_mode_of_a_length_that_stops_is_no_longer_than_asked(beam: int) -> None:
    model = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Halt()).model(scale=0.0)
    with torch.no_grad():
        model.graph.c.copy_(torch.tensor([9.0, 0.0, 0.0, 0.0, -9.0]))
    p = model(**oracle.inputs(model.wiring, [1]))
    for limit in (0, 1, 4):
        assert p.mode(beam, max_length=limit).lengths.tolist() == ([0] if beam > 1 else [limit])


@pytest.mark.parametrize("beam", [1, 3, 50])
def test_the_mode_is_no_longer_than_asked_where_the_end_is_impossible(beam: int) -> None:
    case = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.EndOfSequence())
    model = case.model(scale=0.0)
    with torch.no_grad():
        model.graph.c[-1] = -math.inf
    y = model(**oracle.inputs(model.wiring, [1])).mode(beam, max_length=3)
    assert y.lengths.tolist() == [3]


@pytest.mark.parametrize(
    ("output", "beam", "options", "reason"),
    [
        (SYMBOLS, 0, {"max_length": 1}, "beam must be a whole number, at least 1; got 0"),
        (SYMBOLS, 1, {"max_length": -1}, "max_length must be a whole number, at least 0; got -1"),
        (SYMBOLS, 1, {}, "never ends by itself; give max_length"),
        (tt.outputs.Normal(), 2, {"max_length": 1}, "continuous values, which have no 2 best"),
        (tt.outputs.Mixture(2), 3, {"max_length": 1}, "continuous values, which have no 3 best"),
    ],
)
def test_beams_that_make_no_sense_are_refused(
    output: tt.outputs.Output, beam: int, options: dict[str, Any], reason: str
) -> None:
    p = Case(tt.wirings.VECTOR_TO_SEQUENCE, output, tt.lengths.Unending()).model()(
        **oracle.inputs(tt.wirings.VECTOR_TO_SEQUENCE, [1])
    )
    with pytest.raises(ValueError, match=re.escape(reason)):
        p.mode(beam, **options)
