"""Baselines: each is the probability or the count that it claims to be."""

import math
from collections import Counter
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from throughtime.data import Examples
from throughtime.evaluation.baselines import (
    Autoregression,
    LengthHistogram,
    MostFrequentLabel,
    NGram,
    logistic_accuracy,
)
from throughtime.sequence import Sequence

texts = st.lists(st.lists(st.integers(0, 2), max_size=8), min_size=1, max_size=6).filter(any)


def tensors(lists: list[list[int]]) -> list[Tensor]:
    return [torch.tensor(values, dtype=torch.int64) for values in lists]


# ---- n-grams -----------------------------------------------------------------------------------


@given(texts, st.integers(1, 5), st.booleans(), st.lists(st.integers(0, 2), max_size=7))
def test_probabilities_after_any_context_sum_to_one(
    training: list[list[int]], order: int, end: bool, context: list[int]
) -> None:
    model = NGram(order, symbols=3, end=end).fit(tensors(training))
    p = model.probabilities(torch.tensor(context, dtype=torch.int64))
    assert p.shape == (3 + end,)
    assert (p > 0).all()
    assert p.sum() == pytest.approx(1)


@given(texts, texts, st.integers(1, 4), st.booleans())
def test_a_text_costs_what_its_symbols_cost(
    training: list[list[int]], text: list[list[int]], order: int, end: bool
) -> None:
    model = NGram(order, symbols=3, end=end).fit(tensors(training))
    nats = [
        -math.log(model.probabilities(torch.tensor(row[:t], dtype=torch.int64))[symbol])
        for row in text
        for t, symbol in enumerate(row + [3] * end)
    ]
    assert model.nats_per_symbol(tensors(text)) == pytest.approx(sum(nats) / len(nats))


def test_an_end_makes_a_distribution_over_all_texts() -> None:
    model = NGram(order=3, symbols=2, end=True).fit(tensors([[0, 1, 0], [0], [1, 1], []]))
    total = sum(
        math.exp(-model.nats_per_symbol([torch.tensor(row, dtype=torch.int64)]) * (n + 1))
        for n in range(11)
        for row in product(range(2), repeat=n)
    )
    assert 0.95 < total <= 1


def test_a_bigram_is_the_one_computed_by_hand() -> None:
    # Counts: 0 begins once, 01 four times, 10 three times. 0 comes after 2 symbols, 1 after one.
    model = NGram(order=2, symbols=2).fit(tensors([[0, 1, 0, 1, 0, 1, 0, 1]]))
    unigram = [(2 - 2 / 5 + 2 / 5 * 2 / 2) / 3, (1 - 2 / 5 + 2 / 5 * 2 / 2) / 3]
    d = 2 / 3
    expected = [d * unigram[0] / 4, (4 - d + d * unigram[1]) / 4]
    assert model.probabilities(torch.tensor([0])) == pytest.approx(expected)


def test_the_lowest_order_counts() -> None:
    model = NGram(order=1, symbols=3).fit(tensors([[0] * 6 + [1] * 3]))
    d = 1 / 2  # nothing was seen once or twice
    expected = [(6 - d + 2 * d / 3) / 9, (3 - d + 2 * d / 3) / 9, 2 * d / 3 / 9]
    for context in ([], [2], [0, 1]):
        assert model.probabilities(torch.tensor(context, dtype=torch.int64)) == pytest.approx(
            expected
        )


def test_only_the_last_symbols_count() -> None:
    model = NGram(order=3, symbols=3).fit([torch.randint(0, 3, (300,))])
    long, short = (model.probabilities(torch.tensor(c)) for c in ([0, 0, 1, 2], [2, 0, 1, 2]))
    assert np.array_equal(long, short)
    assert not np.array_equal(long, model.probabilities(torch.tensor([0, 0, 2, 2])))


def test_sequences_do_not_run_into_each_other() -> None:
    apart = NGram(order=2, symbols=2).fit(tensors([[0, 0, 0]] * 20 + [[1, 1, 1]] * 20))
    joined = NGram(order=2, symbols=2).fit(tensors([[0, 0, 0, 1, 1, 1] * 20]))
    assert apart.probabilities(torch.tensor([0]))[1] < 0.02
    assert joined.probabilities(torch.tensor([0]))[1] > 0.2
    assert apart.probabilities(torch.tensor([], dtype=torch.int64)) == pytest.approx([0.5, 0.5])


def test_a_higher_order_finds_longer_patterns() -> None:
    text = torch.tensor([0, 0, 1, 1] * 200)
    nats = [NGram(n, symbols=2).fit([text]).nats_per_symbol([text]) for n in (1, 2, 3)]
    assert nats[0] == pytest.approx(math.log(2), abs=0.01)
    assert nats[1] == pytest.approx(math.log(2), abs=0.02)
    assert nats[2] < 0.02


@pytest.mark.parametrize(
    ("training", "message"),
    [([[0, 3]], "sequence 0 has values from 0 to 3"), ([[0], [-1]], "sequence 1 .* from -1 to -1")],
)
def test_values_that_are_no_symbols_are_refused(training: list[list[int]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NGram(2, symbols=3).fit(tensors(training))


def test_nothing_to_count_is_refused() -> None:
    with pytest.raises(ValueError, match="no symbol to count"):
        NGram(2, symbols=3).fit(tensors([[], []]))
    with pytest.raises(ValueError, match="no symbol to score"):
        NGram(2, symbols=3).fit(tensors([[1]])).nats_per_symbol([])
    with pytest.raises(ValueError, match="at least 1; got 0 and 3"):
        NGram(0, symbols=3)


# ---- labels and lengths ------------------------------------------------------------------------


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1), min_size=1))
def test_no_fixed_label_for_each_symbol_does_better(rows: list[list[tuple[int, int]]]) -> None:
    pairs = [torch.tensor(row) for row in rows]
    x = Sequence.from_list([pair[:, 0] for pair in pairs])
    y = Sequence.from_list([pair[:, 1] for pair in pairs])
    counted = Counter(pair for row in rows for pair in row)
    best = sum(max(counted[s, label] for label in range(3)) for s in range(4))
    accuracy = MostFrequentLabel(symbols=4, labels=3).fit(x, y).accuracy(x, y)
    assert accuracy == pytest.approx(best / counted.total())


def test_a_symbol_never_seen_gets_the_commonest_label() -> None:
    x, y = Sequence(torch.tensor([[0, 0, 1, 1, 1]])), Sequence(torch.tensor([[0, 0, 1, 2, 2]]))
    model = MostFrequentLabel(symbols=3, labels=3).fit(x, Sequence(torch.tensor([[0, 0, 1, 2, 0]])))
    assert model.accuracy(Sequence(torch.tensor([[2]])), Sequence(torch.tensor([[0]]))) == 1
    assert MostFrequentLabel(3, 3).fit(x, y).accuracy(x, y) == pytest.approx(4 / 5)


@given(st.lists(st.integers(0, 20), min_size=1))
def test_length_probabilities_sum_to_one(lengths: list[int]) -> None:
    model = LengthHistogram().fit(torch.tensor(lengths))
    p = [math.exp(-model.nats(torch.tensor([n]))) for n in range(300)]
    assert sum(p) == pytest.approx(1, abs=1e-4)
    counted = Counter(lengths)
    assert all(p[n] > count / (len(lengths) + 1) for n, count in counted.items())


# ---- autoregression ----------------------------------------------------------------------------


def noisy(steps: int, seed: int = 0) -> Sequence:
    """An autoregression of order 2 with innovations of deviation one."""
    noise = torch.randn(steps, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    y = [0.0, 0.0]
    for e in noise.tolist():
        y.append(3 + 1.2 * y[-1] - 0.5 * y[-2] + e)
    return Sequence(torch.tensor(y[2:], dtype=torch.float64)[None, :, None])


def test_an_autoregression_finds_the_innovations() -> None:
    train, test = noisy(4000), noisy(4000, seed=1)
    entropy = math.log(2 * math.pi * math.e) / 2
    nats = [Autoregression(order).fit(train).nats_per_step(test) for order in range(5)]
    assert nats[0] > nats[1] > nats[2] + 0.05
    assert nats[2:] == pytest.approx([entropy] * 3, abs=0.03)


def test_every_step_has_a_probability_and_only_one() -> None:
    # As a function of its last value, exp(-nats) is a density: it integrates to one at each length.
    model = Autoregression(2).fit(noisy(200))
    grid = torch.linspace(-40, 60, 4001, dtype=torch.float64)
    for start in ([], [7.0], [7.0, 9.0], [7.0, 9.0, 8.0]):
        y = torch.cat([torch.tensor(start).expand(len(grid), -1), grid[:, None]], 1)
        total = torch.tensor(
            [-model.nats_per_step(Sequence(row[None, :, None])) * len(row) for row in y[::20]]
        )
        before = -model.nats_per_step(Sequence(y[:1, :-1, None])) * len(start) if start else 0.0
        assert float((total - before).exp().sum() * 0.5) == pytest.approx(1, abs=1e-3)


def test_rows_are_series_of_their_own() -> None:
    model = Autoregression(2).fit(noisy(200))
    a, b = noisy(30, seed=2).values[0], noisy(1, seed=3).values[0]
    apart = [model.nats_per_step(Sequence(row[None])) * len(row) for row in (a, b)]
    together = model.nats_per_step(Sequence.from_list([a, b]))
    assert together == pytest.approx(sum(apart) / 31)


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(ValueError, match="2 steps have 2 others before them"):
        Autoregression(3).fit(Sequence(torch.randn(1, 4, 1)))
    with pytest.raises(ValueError, match="order is -1; expected"):
        Autoregression(-1)


# ---- logistic regression -----------------------------------------------------------------------


def test_a_linear_classifier_reads_the_whole_sequence() -> None:
    x = torch.randn(200, 5, 2, generator=torch.Generator().manual_seed(0))
    examples = Examples(x=Sequence(x), y=(x[:, 0, 0] + x[:, 4, 1] > 0).long())
    assert logistic_accuracy(examples[:150], examples[150:]) > 0.9


def test_ragged_sequences_have_no_fixed_size() -> None:
    ragged = Examples(x=Sequence(torch.randn(2, 3, 1), [3, 1]), y=torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="sequences x of one length"):
        logistic_accuracy(ragged, ragged)
