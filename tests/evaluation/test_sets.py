"""Sets of labels: figures as scikit-learn's, and probabilities of all sets that add up to one."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    multilabel_confusion_matrix,
    precision_recall_fscore_support,
)

import throughtime as tt
from throughtime.cli.classes import tables
from throughtime.data import Examples, Schema
from throughtime.data.columns import Characters, Features
from throughtime.evaluation.likelihood import log_prob, nats_per_symbol
from throughtime.evaluation.metrics import evaluate
from throughtime.evaluation.metrics.rows import measured
from throughtime.evaluation.metrics.sets import by_label, likely, sets_of
from throughtime.sequence import Sequence

NAMES = ["a", "b", "c"]
LABELS = Features("y").know(NAMES)
SCHEMA = Schema((Characters("x").know("pqrs"),), LABELS)


def model_of(seed: int = 0) -> tt.RecurrentModel:
    torch.manual_seed(seed)
    return tt.RecurrentModel(
        *(tt.cells.Elman(4), tt.wirings.SEQUENCE_TO_VECTOR, tt.outputs.Bernoulli(3)), input_size=4
    ).requires_grad_(False)


def examples_of(rows: int = 40) -> Examples:
    draw = torch.Generator().manual_seed(1)
    x = Sequence(
        torch.randint(4, (rows, 5), generator=draw), torch.randint(1, 6, (rows,), generator=draw)
    )
    y = torch.randint(2, (rows, 3), generator=draw)
    y[:, 2] = 0  # a label that is never the truth
    return Examples(x, y)


def with_new(examples: Examples) -> Examples:
    """The same, where rows 0 and 3 also have a label that training lacks."""
    assert isinstance(examples.y, torch.Tensor)
    sets = [LABELS.decode(row) for row in examples.y]
    sets[0], sets[3] = [*sets[0], "new"], [*sets[3], "new"]
    return Examples(examples.x, torch.stack([LABELS.encode_y(names) for names in sets]))


def test_the_probabilities_of_all_sets_add_up_to_one() -> None:
    x = examples_of(2).x
    p = model_of()(x)
    sets = [
        torch.stack([LABELS.encode_y(list(some))] * 2)
        for count in range(4)
        for some in itertools.combinations(NAMES, count)
    ]
    total = sum(log_prob(p, y).double().exp() for y in sets)
    torch.testing.assert_close(total, torch.ones(2, dtype=torch.float64), atol=1e-6, rtol=0)
    best = max(sets, key=lambda y: float(log_prob(p, y)[0]))
    assert torch.equal(best[0], likely(p)[0])


def test_a_label_is_guessed_if_it_is_more_probable_than_not() -> None:
    p = tt.outputs.Bernoulli(3).distribution(torch.tensor([[0.49, 0.5, 0.51]]).logit())
    assert likely(p).tolist() == [[0, 0, 1]]


def test_the_figures_are_those_of_scikit_learn() -> None:
    model, examples = model_of(), examples_of()
    pairs = [(part.y, likely(p)) for p, part in measured(model, examples)]
    true, guess = (torch.cat(list(side)).numpy() for side in zip(*pairs, strict=True))
    assert len({tuple(row) for row in guess.tolist()}) > 1
    numbers = {n.name: n for n in evaluate(model, examples, SCHEMA, interval=True)}
    assert numbers["exact matches"].value == pytest.approx(accuracy_score(true, guess))
    micro = f1_score(true, guess, average="micro")
    assert numbers["micro F1"].value == pytest.approx(micro)
    low, high = numbers["micro F1"].low, numbers["micro F1"].high
    assert low is not None
    assert high is not None
    assert low < micro < high
    found = by_label(model, examples, LABELS)
    assert found is not None
    assert found.micro_f1 == pytest.approx(micro)
    met = [k for k in range(3) if true[:, k].any() or guess[:, k].any()]
    macro = f1_score(true[:, met], guess[:, met], average="macro", zero_division=0)
    assert found.macro_f1 == pytest.approx(macro)
    columns = precision_recall_fscore_support(true, guess, zero_division=np.nan)
    matrices = multilabel_confusion_matrix(true, guess)
    for score in found.scores:
        k = NAMES.index(score.label)
        precision, recall, f1, count = (float(column[k]) for column in columns)
        assert score.precision == (None if math.isnan(precision) else pytest.approx(precision))
        assert score.recall == (None if math.isnan(recall) else pytest.approx(recall))
        assert score.f1 == pytest.approx(f1)
        assert score.count == count
        (tn, fp), (fn, tp) = matrices[k].tolist()
        assert found.confusion[score.label] == {
            "true positive": tp,
            "false positive": fp,
            "false negative": fn,
            "true negative": tn,
        }


def test_padding_and_order_change_nothing() -> None:
    model, examples = model_of(), examples_of(7)
    x, y = examples.x, examples.y
    assert isinstance(x, Sequence)
    assert isinstance(y, torch.Tensor)
    for i, row in enumerate(x.to_list()):
        alone = model(Sequence.from_list([row]))
        torch.testing.assert_close(log_prob(model(x), y)[i], log_prob(alone, y[i : i + 1])[0])


def test_a_label_that_training_lacks_is_wrong_and_the_others_are_as_they_were() -> None:
    model, examples = model_of(), examples_of()
    new = with_new(examples)
    log_p = log_prob(model(new.x), new.y)
    assert (log_p == -math.inf).nonzero().flatten().tolist() == [0, 3]
    known = log_prob(model(examples.x), examples.y)
    torch.testing.assert_close(log_p[4:], known[4:])
    torch.testing.assert_close(log_prob(model(new.x), new.y, absent=0.0), known)
    nats = nats_per_symbol(model, examples, 16)
    assert nats_per_symbol(model, new, 16) == pytest.approx(nats)
    before = {n.name: n for n in evaluate(model, examples, SCHEMA)}
    after = {n.name: n for n in evaluate(model, new, SCHEMA)}
    assert after["-log p"].value == pytest.approx(before["-log p"].value)
    assert after["perplexity"].unit == "choices per set of labels, without 2 that training lacks"
    guess = likely(model(examples.x))
    assert isinstance(examples.y, torch.Tensor)
    lost = int(guess.eq(examples.y)[[0, 3]].all(1).sum())
    assert after["exact matches"].value == pytest.approx(before["exact matches"].value - lost / 40)
    both, labels = 2 * int((guess * examples.y).sum()), int(guess.sum() + examples.y.sum())
    assert before["micro F1"].value == pytest.approx(both / labels)
    assert after["micro F1"].value == pytest.approx(both / (labels + 2))
    found = by_label(model, new, LABELS)
    assert found is not None
    assert found.micro_f1 == pytest.approx(both / (labels + 2))
    (score,) = [score for score in found.scores if score.label == "new"]
    assert tuple(vars(score).values()) == ("new", 0.0, None, 0.0, 2)
    assert found.confusion["new"]["false negative"] == 2


def test_the_tables_of_sets() -> None:
    found = sets_of([("a", 3, 4, 5), ("b", 0, 0, 0), ("c d", 0, 2, 0)], Counter(), rows=9)
    assert found is not None
    scores, counts = tables(found).split("\n\n")
    assert [row.split() for row in scores.splitlines()] == [
        ["label", "recall", "precision", "F1", "count"],
        ["a", "0.6000", "0.7500", "0.6667", "5"],
        ["c", "d", "-", "0.0000", "0.0000", "0"],
        ["mean", "of", "all", "labels", "0.3333"],
    ]
    assert [row.split()[-4:] for row in counts.splitlines()[1:]] == [
        ["3", "1", "2", "3"],
        ["0", "2", "0", "7"],
    ]
    assert found.to_dict()["micro_f1"] == pytest.approx(6 / 11)
    assert sets_of([("a", 0, 0, 0)], Counter(), rows=9) is None
