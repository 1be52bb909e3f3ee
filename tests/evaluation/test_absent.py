"""A label that training lacks has probability zero and is wrong; all others are as they were."""

import math

import pytest
import torch

import throughtime as tt
from tests.helpers.schemas import symbols
from throughtime.data import Examples, Schema
from throughtime.data.columns import Tags
from throughtime.data.vocabularies.absent import absent_label, absent_number
from throughtime.evaluation.likelihood import log_prob, nats_per_symbol, stand_ins, terms_of
from throughtime.evaluation.metrics import evaluate
from throughtime.evaluation.metrics.chunks import absent_tag
from throughtime.sequence import Sequence

NEW = absent_number("I-NEW")


def tagger(*edges: str) -> tt.RecurrentModel:
    torch.manual_seed(3)
    wiring = tt.Wiring("x(t) -> h(t)", "h(t) -> o(t)", *edges)
    return tt.RecurrentModel(
        tt.cells.Elman(4), wiring, tt.outputs.Categorical(3), input_size=3
    ).requires_grad_(False)


X = Sequence(torch.tensor([[0, 1, 2, 1], [2, 2, 1, 0]]), [4, 3])


def test_a_number_below_zero_is_the_labels_own() -> None:
    assert NEW < 0
    assert absent_label(NEW) == "I-NEW"
    assert absent_label(-1) == "\N{REPLACEMENT CHARACTER}"  # numbered elsewhere
    assert absent_tag("I-NEW") == "I-NEW"


def test_a_label_of_a_sequence_has_probability_zero() -> None:
    model = tt.RecurrentModel(
        tt.cells.Elman(4), tt.wirings.SEQUENCE_TO_VECTOR, tt.outputs.Categorical(3), input_size=3
    ).requires_grad_(False)
    p, y = model(X), torch.tensor([1, NEW])
    known = float(p.log_prob(torch.tensor([1, 0]))[0])
    assert log_prob(p, y).tolist() == [known, -math.inf]
    assert log_prob(p, y, absent=0.0).tolist() == [known, 0.0]
    y = torch.tensor([int(p.mode[0]), NEW])
    known = float(p.log_prob(p.mode)[0])
    assert nats_per_symbol(model, Examples(X, y), 2) == pytest.approx(-known)
    numbers = {n.name: n for n in evaluate(model, Examples(X, y), symbols(3), interval=True)}
    assert numbers["accuracy"].value == 0.5
    assert numbers["perplexity"].value == pytest.approx(math.exp(-known))
    assert numbers["perplexity"].unit == "choices per label, without 1 that training lacks"


def test_of_absent_labels_alone_the_mean_is_not_a_number() -> None:
    """A part may have no other labels; its accuracy is zero all the same."""
    model = tt.RecurrentModel(
        tt.cells.Elman(4), tt.wirings.SEQUENCE_TO_VECTOR, tt.outputs.Categorical(3), input_size=3
    )
    examples = Examples(X, torch.tensor([NEW, NEW]))
    assert math.isnan(nats_per_symbol(model, examples, 2))
    numbers = {n.name: n.value for n in evaluate(model, examples, symbols(3))}
    assert math.isnan(numbers["perplexity"])
    assert numbers["accuracy"] == 0


def test_a_tag_has_probability_zero_and_the_others_keep_theirs() -> None:
    y = Sequence(torch.tensor([[0, NEW, 2, 1], [1, 0, 2, 0]]), [4, 3])
    model = tagger()
    p = model(X)
    other = p.terms(Sequence(torch.tensor([[0, 1, 2, 1], [1, 0, 2, 0]]), [4, 3])).values
    terms = terms_of(p, y)
    assert terms.values[0, 1] == -math.inf
    kept = torch.tensor([[True, False, True, True], [True, True, True, True]])
    assert torch.equal(terms.values[kept], other[kept])
    assert log_prob(p, y).tolist() == [-math.inf, pytest.approx(float(other[1].sum()))]
    expected = -float(other[kept].sum()) / 6
    assert nats_per_symbol(model, Examples(X, y), 2) == pytest.approx(expected, rel=1e-5)
    numbers = {n.name: n for n in evaluate(model, Examples(X, y), symbols(3))}
    assert numbers["-log p"].unit.endswith("per symbol, without 1 that training lacks")
    assert numbers["perplexity"].value == pytest.approx(math.exp(expected), rel=1e-5)
    right = int((p.mode().values == y.values)[X.mask].sum())
    assert numbers["accuracy"].value == right / 7


def test_after_a_tag_without_probability_the_model_goes_on_with_its_own() -> None:
    p = tagger("y(t-1) -> h(t)")(X)
    y = Sequence(torch.tensor([[0, NEW, NEW, 1], [1, 0, 2, 0]]), [4, 3])
    filled = stand_ins(p, y).values
    expected = y.values.clone()
    for t in (1, 2):
        alone = torch.cat([expected[:1, :t], torch.zeros(1, 4 - t, dtype=torch.int64)], 1)
        both = Sequence(torch.cat([alone, y.values[1:]]), y.lengths)
        expected[0, t] = p.predictive(both).mode[0, t]
    assert torch.equal(filled, expected)
    known = Sequence(expected, y.lengths)
    assert torch.equal(terms_of(p, y, absent=0.0).values[:, 3], p.terms(known).values[:, 3])


def test_a_chunk_that_training_lacks_is_one_that_is_missed() -> None:
    model = tagger()
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)  # always the first tag, B-A
    new = Sequence(torch.tensor([[0, absent_number("B-NEW"), NEW, 0]]))
    schema = Schema((), Tags("y").know(["B-A", "I-A", "O"]))
    numbers = {n.name: n.value for n in evaluate(model, Examples(X[:1], new), schema)}
    assert numbers["accuracy"] == 2 / 4
    assert numbers["chunk F1"] == pytest.approx(2 * 2 / (3 + 4))  # B-NEW I-NEW is one chunk
