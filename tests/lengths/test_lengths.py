"""How τ is decided, as part of the probability (notes, 1.4), against enumeration."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.oracle import CASES, Case, Unfolded
from throughtime import Edge
from throughtime.lengths import EndOfSequence, Halt, PredictedLength, SameAsInput, Unending

ONE_VECTOR = tt.Wiring(Edge.VECTOR, Edge.EMIT)
"""No path from step to step: every step is the same."""


# ---- the distribution of τ -----------------------------------------------------------------------


@pytest.mark.parametrize("case", [c for c in CASES if not isinstance(c.length, Unending)], ids=str)
@torch.no_grad()
def test_the_marginal_of_τ_is_that_of_the_enumerated_distribution(case: Case) -> None:
    torch.manual_seed(0)
    p = case.model()(**oracle.inputs(case.wiring, [2, 0, 1]))
    y, once = oracle.support(p, 2)
    probabilities = torch.where(once, p.log_prob(y).exp(), 0.0)
    expected = torch.stack([(probabilities * (y.lengths == n)).sum(0) for n in range(3)], -1)
    n = 20_000
    marginal = p.length_marginal(2, samples=n)
    assert_close(marginal[..., 0], expected[..., 0])
    if not case.length.stops or case.wiring.independent:
        assert_close(marginal, expected)
    else:  # a mean of n numbers from 0 to 1 is this far off once in 10⁶ times (Hoeffding)
        assert_close(marginal, expected, rtol=0, atol=math.sqrt(math.log(2e6) / (2 * n)))


@pytest.mark.parametrize("case", [c for c in CASES if c.length.stops], ids=str)
@torch.no_grad()
def test_what_the_marginal_lacks_to_one_is_the_probability_of_being_longer(case: Case) -> None:
    torch.manual_seed(0)
    p, n = case.model()(**oracle.inputs(case.wiring, [1])), 20_000
    longer = p.observe(oracle.beginnings(p, 2))[0].exp().sum(0)
    error = 1e-9 if case.wiring.independent else math.sqrt(math.log(2e6) / (2 * n))
    lacking = 1 - p.length_marginal(1, samples=n).sum(-1)
    assert_close(lacking, longer, rtol=0, atol=error)


@pytest.mark.parametrize("length", [Halt(), EndOfSequence()], ids=repr)
@torch.no_grad()
def test_without_a_path_from_step_to_step_τ_is_geometric(length: tt.lengths.Length) -> None:
    model = oracle.model(ONE_VECTOR, tt.outputs.Categorical(3), length)
    p = model(**oracle.inputs(ONE_VECTOR, [1, 1]))
    marginal = p.length_marginal(20)
    q = marginal[:, :1]
    assert_close(marginal, q * (1 - q) ** torch.arange(21))


@torch.no_grad()
def test_the_marginal_does_not_come_from_samples_where_it_is_exact() -> None:
    for wiring, length in [
        (ONE_VECTOR, Halt()),
        (tt.wirings.VECTOR_TO_SEQUENCE, PredictedLength(3)),
    ]:
        model = oracle.model(wiring, tt.outputs.Categorical(2), length)
        p = model(**oracle.inputs(wiring, [1]))
        assert_close(p.length_marginal(5, samples=1), p.length_marginal(5, samples=50))


def test_the_marginal_is_refused_where_there_is_none() -> None:
    wiring = tt.wirings.VECTOR_TO_SEQUENCE
    given = oracle.inputs(wiring, [1])
    p = oracle.model(wiring, tt.outputs.Categorical(2), Unending())(**given)
    with pytest.raises(ValueError, match="τ is not random, so it has no distribution"):
        p.length_marginal(3)
    p = oracle.model(wiring, tt.outputs.Categorical(2), Halt())(**given)
    with pytest.raises(ValueError, match="max_length must be a whole number, at least 0; got -1"):
        p.length_marginal(-1)
    with pytest.raises(ValueError, match="samples must be a whole number, at least 1; got 0"):
        p.length_marginal(3, samples=0)


# ---- an end symbol is a halt ---------------------------------------------------------------------


@torch.no_grad()
def test_an_end_symbol_is_a_halt_whose_log_odds_come_out_of_the_softmax() -> None:
    """log σ(o_K - log Σ exp(o_k)) and the rest: step by step, from the outputs themselves."""
    model = oracle.model(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(3), EndOfSequence())
    given = oracle.inputs(model.wiring, [1])
    for y in (torch.tensor([2, 0, 1]), torch.tensor([], dtype=torch.int64)):
        graph = Unfolded(model, y, **oracle.row_of(given, 0))
        log_p = torch.zeros(1, dtype=torch.float64)
        for t in range(1, len(y) + 2):
            symbols, end = graph.o(t)[:3], graph.o(t)[3]
            halt = torch.sigmoid(end - torch.log(symbols.exp().sum()))
            log_p += halt.log() if t > len(y) else (1 - halt).log()
            log_p += 0 if t > len(y) else symbols.log_softmax(-1)[y[t - 1]]
        assert_close(model(**given).log_prob(y[None]), log_p)


@pytest.mark.parametrize("symbols", [1, 3])
@torch.no_grad()
def test_an_end_symbol_and_a_halt_are_the_same_model_where_both_can_be_written(
    symbols: int,
) -> None:
    """Where log Σ exp(o_k) is the same at every step, a halt's log-odds can be the end's."""
    wiring, output = tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(symbols)
    end, halt = (oracle.model(wiring, output, length) for length in (EndOfSequence(), Halt()))
    for model in (end, halt):
        if symbols > 1:
            model.graph.V[:-1] = 0.0
    if symbols == 1:
        halt.graph.V[-1] = end.graph.V[-1] - end.graph.V[0]
    halt.graph.c[-1] = end.graph.c[-1] - end.graph.c[:-1].logsumexp(0)
    given = oracle.inputs(wiring, [1, 1])
    p, q = end(**given), halt(**given)
    y, _ = oracle.support(p, 3)
    assert_close(p.log_prob(y), q.log_prob(y))
    assert_close(p.observe(y)[0], q.observe(y)[0])
    assert p.mode(50, max_length=3).lengths.tolist() == q.mode(50, max_length=3).lengths.tolist()


def test_the_end_never_stands_in_the_data() -> None:
    model = oracle.model(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(3), EndOfSequence())
    with pytest.raises(ValueError, match="expected a symbol from 0 to 2"):
        model(**oracle.inputs(model.wiring, [1])).log_prob(torch.tensor([[0, 3]]))


# ---- a predicted τ -------------------------------------------------------------------------------


@torch.no_grad()
def test_a_predicted_τ_has_the_softmax_of_a_linear_function_of_the_vector() -> None:
    wiring = tt.wirings.VECTOR_TO_SEQUENCE
    model = oracle.model(wiring, tt.outputs.Categorical(2), PredictedLength(3))
    vector = oracle.inputs(wiring, [1, 1])["vector"]
    expected = (vector @ model.length_edge.weight.T + model.length_bias).softmax(-1)
    assert_close(model(vector).length_marginal(3), expected)
    assert_close(model(vector).length_marginal(1), expected[:, :2])
    assert_close(model(vector).length_marginal(5)[:, :4], expected)
    assert not model(vector).length_marginal(5)[:, 4:].any()
    y = tt.Sequence(torch.tensor([[0, 1], [0, 0]]), [2, 0])
    assert_close(model(vector).terms(y).length.exp(), expected[[0, 1], [2, 0]])


@torch.no_grad()
def test_a_predicted_τ_without_a_vector_has_a_distribution_of_its_own() -> None:
    wiring = tt.Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
    model = oracle.model(wiring, tt.outputs.Categorical(2), PredictedLength(3))
    assert_close(model().length_marginal(3), model.length_bias.softmax(-1))


@torch.no_grad()
def test_every_step_knows_how_many_are_left() -> None:
    """P(y(1) | τ) depends on τ even without any other input, and only through the countdown."""
    wiring = tt.Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
    model = oracle.model(wiring, tt.outputs.Categorical(2), PredictedLength(3))

    def first() -> list[float]:
        y = tt.Sequence(torch.zeros(3, 3, dtype=torch.int64), [1, 2, 3])
        return model().terms(y).values[:, 0].tolist()

    assert len({round(v, 6) for v in first()}) == 3
    model.graph.first.C.weight.zero_()
    assert len({round(v, 6) for v in first()}) == 1


def test_the_countdown_resolves_the_last_steps_finely_and_the_far_ones_coarsely() -> None:
    length = PredictedLength(9)
    assert length.features == 1 + 4
    remaining = torch.tensor([[1, 2], [5, 9]])
    expected = [[[math.exp(-(r - 1) / 2**j) for j in range(5)] for r in row] for row in remaining]
    assert_close(length.countdown(remaining, torch.float64), torch.tensor(expected).double())
    assert [PredictedLength(n).features for n in (0, 1, 2, 3, 4, 5, 8)] == [1, 1, 2, 3, 3, 4, 4]


@torch.no_grad()
def test_where_no_value_fits_the_empty_sequence_is_certain() -> None:
    model = oracle.model(
        tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(2), PredictedLength(0)
    )
    p = model(**oracle.inputs(model.wiring, [1]))
    assert p.log_prob(torch.zeros(1, 0, dtype=torch.int64)).item() == 0.0
    assert p.sample((3,)).lengths.flatten().tolist() == [0, 0, 0]
    assert p.mode(3).lengths.tolist() == [0]


def test_data_longer_than_a_predicted_τ_can_be_are_refused() -> None:
    model = oracle.model(
        tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(2), PredictedLength(2)
    )
    p = model(**oracle.inputs(model.wiring, [1, 1]))
    y = tt.Sequence(torch.zeros(2, 3, dtype=torch.int64), [2, 3])
    with pytest.raises(
        ValueError, match=r"row \[1\] has length 3; expected at most max_length = 2"
    ):
        p.log_prob(y)


# ---- no end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [c for c in CASES if isinstance(c.length, Unending)], ids=str)
@torch.no_grad()
def test_the_first_values_of_a_process_do_not_depend_on_how_far_one_looks(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring, [1]))
    k = len(oracle.every_value(case.output))
    longer = p.log_prob(oracle.beginnings(p, 3)).exp().view(k**2, k)
    assert_close(longer.sum(1), p.log_prob(oracle.beginnings(p, 2)).exp().view(k**2))
    assert p.sample((2,), max_length=5).lengths.unique().tolist() == [5]
    assert p.mode(2, max_length=4).lengths.unique().tolist() == [4]


# ---- which lengths go with which choices ---------------------------------------------------------


@pytest.mark.parametrize("output", [tt.outputs.Categorical(2), tt.outputs.Normal()], ids=repr)
@pytest.mark.parametrize("wiring", oracle.EMIT_EVERY_STEP, ids=repr)
def test_a_length_is_refused_exactly_where_it_has_no_meaning(
    wiring: tt.Wiring, output: tt.outputs.Output
) -> None:
    for length in (SameAsInput(), EndOfSequence(), Halt(), PredictedLength(3), Unending()):
        if length in oracle.lengths_for(wiring, output):
            model = oracle.model(wiring, output, length)
            units = output.size + isinstance(length, EndOfSequence | Halt)
            assert model.graph.c.shape == (units,)
        else:
            reason = (
                f"{length} needs {Edge.INPUT.value}"
                if isinstance(length, SameAsInput)
                else f"with {Edge.INPUT.value} there is one output for each x(t)"
                if Edge.INPUT in wiring
                else "an end symbol needs an alphabet to stand in"
            )
            with pytest.raises(ValueError, match=re.escape(reason)):
                oracle.model(wiring, output, length)


def test_the_input_decides_the_length_where_nothing_else_is_said() -> None:
    assert oracle.model(tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal()).length == SameAsInput()
    with pytest.raises(ValueError, match="something must decide the length τ"):
        oracle.model(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Normal())


@pytest.mark.parametrize("values", [(-1,), (-7,)])
def test_a_negative_longest_length_is_refused(values: Any) -> None:
    with pytest.raises(
        ValueError, match=f"max_length must be a whole number, at least 0; got {values[0]}"
    ):
        PredictedLength(*values)


def test_lengths_are_values() -> None:
    assert PredictedLength(3) == PredictedLength(3) != PredictedLength(4)
    assert len({Halt(), Halt(), EndOfSequence(), Unending()}) == 3


# ---- a length of one's own -----------------------------------------------------------------------


@dataclass(frozen=True)
class Reluctant(Halt):
    """A halt whose log-odds are less by a constant."""

    less: float

    def split(self, o: Tensor) -> tuple[Tensor, Tensor]:
        stop, own = super().split(o)
        return stop - self.less, own


@torch.no_grad()
def test_a_length_of_ones_own_is_drawn_as_it_decides() -> None:
    """And not as its parent does, which the engine has."""
    torch.manual_seed(0)
    n = 4000
    for length in (Halt(), Reluctant(3.0)):
        model = oracle.model(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(2), length)
        p = model(**oracle.inputs(model.wiring, [1]))
        empty = float(p.log_prob(torch.zeros(1, 0, dtype=torch.int64)).exp())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some are cut
            share = (p.sample((n,), max_length=1).lengths == 0).double().mean().item()
        # a mean of n numbers from 0 to 1 is this far off once in 10⁶ times (Hoeffding)
        assert share == pytest.approx(empty, abs=math.sqrt(math.log(2e6) / (2 * n)))
