"""Warped draws have the probabilities of the warped steps."""

from __future__ import annotations

import itertools
import math
import re
import warnings
from typing import Any

import pytest
import torch
from torch import Tensor

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.models import unchecked
from tests.helpers.oracle import Case, Unfolded

pytestmark = pytest.mark.usefixtures("each_way")

LIMIT = 2
END = -1
"""Stands for the decision to stop, among the values of a step."""


def _warp(
    probabilities: dict[Any, float],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> dict[Any, float]:
    """The definition: powers 1/T, then the k best, then the fewest best that have p; each time
    scaled to one again."""
    warped = {v: p ** (1 / temperature) for v, p in probabilities.items()}
    best = sorted(warped, key=lambda v: -warped[v])[:top_k]
    total = sum(warped[v] for v in best)
    nucleus, reached = [], 0.0
    for v in best:
        if top_p is None or reached < top_p:
            nucleus.append(v)
        reached += warped[v] / total
    total = sum(warped[v] for v in nucleus)
    return {v: warped[v] / total for v in nucleus}


def _step(model: tt.RecurrentModel, o: Tensor, options: dict[str, Any]) -> dict[Any, float]:
    """Probabilities of the values (by their place in ``every_value``) and of END, after warping."""
    output, length = model.output, model.length
    assert output is not None
    values = oracle.every_value(output)
    own = {
        i: math.exp(oracle.log_density(output, o[: output.size], v)) for i, v in enumerate(values)
    }
    if isinstance(length, tt.lengths.EndOfSequence):
        joint = o.softmax(-1).tolist()
        return _warp({**dict(enumerate(joint[:-1])), END: joint[-1]}, **options)
    own = _warp(own, **options)
    if isinstance(length, tt.lengths.Halt):
        stop = torch.sigmoid(o[-1]).item()
        decision = _warp({END: stop, 0: 1 - stop}, options.get("temperature", 1.0))
        return {END: decision[END], **{v: decision[0] * q for v, q in own.items()}}
    return own


def _warped(
    model: tt.RecurrentModel, options: dict[str, Any], row: dict[str, Any]
) -> dict[tuple[int, ...], float]:
    """The probability of each sequence of at most LIMIT values, step by step by hand."""
    assert model.output is not None
    values = oracle.every_value(model.output)
    if isinstance(model.length, tt.lengths.PredictedLength):
        logits = model.length_bias + model.length_edge.weight @ row["vector"]
        of_length = logits.softmax(-1).tolist()  # is no step, and is not warped
    elif model.length.stops:
        of_length = [1.0] * (LIMIT + 1)
    else:
        of_length = [0.0] * LIMIT + [1.0]
    found = {}
    for tau, given in enumerate(of_length):
        for y in itertools.product(range(len(values)), repeat=tau):
            graph = Unfolded(model, values[list(y)], **row)
            p = given
            for t, v in enumerate(y, start=1):
                p *= _step(model, graph.o(t), options).get(v, 0.0)
            if model.length.stops:
                p *= _step(model, graph.o(tau + 1), options).get(END, 0.0)
            found[y] = p
    return found


SYMBOLS = tt.outputs.Categorical(4)
BENT = [
    Case(tt.wirings.HIDDEN_TO_HIDDEN, SYMBOLS, tt.lengths.SameAsInput()),
    Case(tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, SYMBOLS, tt.lengths.SameAsInput()),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.EndOfSequence()),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Halt()),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.PredictedLength(LIMIT)),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Unending()),
]
BITS = [
    Case(tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Bernoulli(2), tt.lengths.SameAsInput()),
    Case(tt.wirings.OUTPUT_TO_HIDDEN, tt.outputs.Bernoulli(2), tt.lengths.SameAsInput()),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Bernoulli(2), tt.lengths.Halt()),
]
HOTTER, COLDER = {"temperature": 2.0}, {"temperature": 0.5}
OPTIONS = [
    HOTTER,
    COLDER,
    {"top_k": 1},
    {"top_k": 2},
    {"top_p": 0.4},
    {"top_p": 0.8},
    {"temperature": 1.5, "top_k": 3, "top_p": 0.7},
]


@pytest.mark.filterwarnings("ignore:.*were cut")
@pytest.mark.parametrize(
    ("case", "options"),
    [*itertools.product(BENT, OPTIONS), *itertools.product(BITS, [HOTTER, COLDER])],
    ids=str,
)
@torch.no_grad()
def test_warped_draws_have_the_probabilities_of_the_warped_steps(
    case: Case, options: dict[str, Any]
) -> None:
    torch.manual_seed(0)
    model, inputs = case.model(scale=0.7), oracle.inputs(case.wiring, [2])
    warped = _warped(model, options, oracle.row_of(inputs, 0))
    values = oracle.every_value(case.output)
    outcomes = tt.Sequence.from_list(values[list(y)] for y in warped)
    drawn = model(**inputs).sample((4000,), max_length=LIMIT + case.length.stops, **options)
    oracle.assert_drawn_from(
        oracle.codes(case.output, drawn),
        oracle.codes(case.output, outcomes),
        torch.tensor(list(warped.values()), dtype=torch.float64),
    )


@pytest.mark.parametrize(("odds", "lengths"), [(5.0, {0}), (-5.0, {6})])
def test_the_end_is_one_of_the_symbols_that_top_k_chooses_among(
    odds: float, lengths: set[int]
) -> None:
    case = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.EndOfSequence())
    model = case.model(scale=0.0)
    with torch.no_grad():
        model.graph.c.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0, odds]))
    p = model(**oracle.inputs(case.wiring, [1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert set(p.sample((50,), top_k=1, max_length=6).lengths.flatten().tolist()) == lengths
        assert set(p.sample((50,), top_p=0.1, max_length=6).lengths.flatten().tolist()) == lengths


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"temperature": 0.0}, "temperature must be positive; got 0.0"),
        ({"temperature": -1.0}, "temperature must be positive"),
        ({"temperature": math.nan}, "temperature must be positive"),
        ({"temperature": math.inf}, "temperature must be positive"),
        ({"temperature": None}, "temperature must be a number; got None"),
        ({"temperature": "1"}, "temperature must be a number; got '1'"),
        ({"temperature": torch.ones(2)}, "temperature must be a number; got tensor([1., 1.])"),
        ({"top_p": "all"}, "top_p must be a number; got 'all'"),
        ({"top_k": 0}, "top_k must be a whole number, at least 1; got 0"),
        ({"top_p": 0.0}, "top_p is a probability above 0; got 0.0"),
        ({"top_p": 1.5}, "top_p is a probability above 0; got 1.5"),
        ({"top_p": math.nan}, "top_p is a probability above 0"),
        ({"max_length": -1}, "max_length must be a whole number, at least 0; got -1"),
        ({"max_length": None}, "never ends by itself; give max_length"),
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], reason: str) -> None:
    p = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Unending()).model()(
        **oracle.inputs(tt.wirings.VECTOR_TO_SEQUENCE, [1])
    )
    with unchecked(), pytest.raises(ValueError, match=re.escape(reason)):
        p.sample(**{"max_length": 2, **options})


@pytest.mark.parametrize("output", [tt.outputs.Bernoulli(2), tt.outputs.Normal()], ids=repr)
@pytest.mark.parametrize("options", [{"top_k": 1}, {"top_p": 0.5}], ids=str)
def test_top_k_and_top_p_choose_among_symbols_only(
    output: tt.outputs.Output, options: dict[str, Any]
) -> None:
    wiring = tt.wirings.HIDDEN_TO_HIDDEN
    with pytest.raises(ValueError, match="choose among symbols, which"):
        oracle.model(wiring, output)(**oracle.inputs(wiring)).sample(**options)
