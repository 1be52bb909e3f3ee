"""What a model is worth: each number by hand or by theory, and its interval."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import throughtime as tt
from tests.helpers import measures
from tests.helpers.oracle import quick
from tests.helpers.schemas import reals, symbols
from throughtime.data import Examples, Schema, Vocabulary
from throughtime.data.columns import KINDS, Tags
from throughtime.data.columns.symbols import SymbolColumn
from throughtime.data.schema import Y_ALONE
from throughtime.evaluation import likelihood
from throughtime.evaluation.likelihood import nats_per_symbol
from throughtime.evaluation.metrics import Number, evaluate
from throughtime.evaluation.metrics.bleu import bleu, counts
from throughtime.evaluation.metrics.bootstrap import resampled, with_intervals
from throughtime.evaluation.metrics.chunks import chunk_tags, f1, shared_chunks
from throughtime.evaluation.metrics.number import Measure
from throughtime.evaluation.metrics.reals import marginal_cdf, relative_variance
from throughtime.evaluation.metrics.rows import same_x, table
from throughtime.evaluation.metrics.texts import text_bleu, word_errors
from throughtime.sequence import Sequence


def by_name(numbers: list[Number]) -> dict[str, Number]:
    return {number.name: number for number in numbers}


def zeros(model: tt.RecurrentModel) -> tt.RecurrentModel:
    """The model that knows nothing: o(t) = 0 everywhere."""
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    return model


# ---- chunks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("true", "guess", "expected"),
    [
        ("B-A I-A O B-B", "B-A I-A O B-B", [2, 2, 2]),
        ("B-A I-A O B-B", "B-A O O B-B", [1, 2, 2]),  # cut short
        ("B-A I-A", "B-A B-A", [0, 1, 2]),
        ("B-A I-A", "B-B I-B", [0, 1, 1]),  # another type
        ("I-A I-A O I-B", "B-A I-A O S-B", [2, 2, 2]),  # IOB as BIO and IOBES
        ("O I-A I-B", "O B-A B-B", [2, 2, 2]),  # another type begins a chunk
        ("S-A B-A I-A E-A", "B-A B-A I-A I-A", [2, 2, 2]),
        ("O O", "O O", [0, 0, 0]),
        ("", "", [0, 0, 0]),
    ],
)
def test_chunks_are_counted_by_hand(true: str, guess: str, expected: list[int]) -> None:
    assert shared_chunks(true.split(), guess.split()) == expected


TAGGINGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B", "E-B", "S-A"]), max_size=8)


@quick
@given(st.lists(TAGGINGS.flatmap(lambda row: st.permutations(row).map(lambda p: (row, p)))))
def test_chunk_f1_is_that_of_all_rows_together(pairs: list[tuple[list[str], list[str]]]) -> None:
    f1_score = pytest.importorskip("seqeval.metrics").f1_score  # where somebody has installed it
    rows = [shared_chunks(true, guess) for true, guess in pairs] or [[0, 0, 0]]
    value = float(f1(torch.tensor(rows, dtype=torch.float64).sum(0)))
    true, guess = ([list(pair[i]) for pair in pairs] for i in range(2))
    assert value == pytest.approx(f1_score([*true, ["O"]], [*guess, ["O"]], zero_division=0))


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    shared, true, guess = 3.0, 4.0, 10.0
    precision, recall = shared / guess, shared / true
    expected = 2 * precision * recall / (precision + recall)
    assert float(f1(torch.tensor([shared, true, guess]))) == pytest.approx(expected)


def test_tags_of_every_scheme_and_what_is_none() -> None:
    assert chunk_tags(Vocabulary(["B-A", "I-A", "O"])) == ["B-A", "I-A", "O"]
    assert chunk_tags(Vocabulary(["B-A", "L-A", "U-A", "O"])) == ["B-A", "E-A", "S-A", "O"]
    unknown = chunk_tags(Vocabulary.build([["B-A", "O"]], unknown=True))
    assert unknown == ["B-A", "O", "S-\N{REPLACEMENT CHARACTER}"]
    for tags in (["NAME", "OP"], ["O"], ["B-A", "X"], ["B-", "O"], "BIO"):
        assert chunk_tags(Vocabulary(tags)) is None


def tagger(*edges: str) -> tt.RecurrentModel:
    wiring = tt.Wiring("x(t) -> h(t)", "h(t) -> o(t)", *edges)
    model = tt.RecurrentModel(tt.cells.Elman(4), wiring, tt.outputs.Categorical(3), input_size=3)
    return model


def tagged() -> Examples:
    draw = torch.Generator().manual_seed(0)
    x, y = (torch.randint(3, (40, 7), generator=draw) for _ in range(2))
    lengths = torch.randint(1, 8, (40,), generator=draw)
    return Examples(Sequence(x, lengths), Sequence(y, lengths))


def test_with_and_without_a_label_fed_back() -> None:
    tags = Schema((), Tags("y").know(["B-A", "I-A", "O"]))
    torch.manual_seed(3)
    alone = by_name(evaluate(tagger(), tagged(), tags))
    assert [name for name in alone if name[:5] in ("accur", "chunk")] == ["accuracy", "chunk F1"]
    fed = by_name(evaluate(tagger("y(t-1) -> h(t)"), tagged(), tags))
    for name in ("accuracy", "chunk F1"):
        assert name not in fed
        assert fed[f"{name}, teacher-forced"].value != fed[f"{name}, closed loop"].value


def test_chunk_f1_of_a_model_is_that_of_its_labels() -> None:
    names = ["B-A", "I-A", "O"]
    model, examples = tagger(), tagged()
    assert isinstance(examples.x, Sequence)
    assert isinstance(examples.y, Sequence)
    numbers = by_name(evaluate(model, examples, Schema((), Tags("y").know(names))))
    p = model(examples.x)
    true, guess = (
        [[names[i] for i in row.tolist()] for row in y.to_list()] for y in (examples.y, p.mode())
    )
    counts = torch.tensor([shared_chunks(*pair) for pair in zip(true, guess, strict=True)])
    assert numbers["chunk F1"].value == pytest.approx(float(f1(counts.double().sum(0))))


@pytest.mark.parametrize("length", [tt.lengths.EndOfSequence(), tt.lengths.Unending()])
def test_the_next_symbol_is_the_one_with_the_most_probable_beginning(
    length: tt.lengths.Length,
) -> None:
    torch.manual_seed(2)  # padding, which is 0, is the most probable here and there
    wiring = tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)")
    model = tt.RecurrentModel(tt.cells.Elman(6), wiring, tt.outputs.Categorical(3), length)
    running = not length.stops
    y = torch.randint(3, (1, 30) if running else (6, 5))
    rows = Sequence(y, [30] if running else [5, 0, 1, 4, 3, 5])
    before = Sequence(torch.tensor([[2, 2, 0]])) if running else None
    numbers = by_name(evaluate(model, Examples(None, rows, before), symbols(3, running=running)))

    p, right = model().expand((1,)), 0
    if before is not None:
        p = p.observe(before)[1]
    for row in rows.to_list():
        for t, true in enumerate(row.tolist()):
            beginnings = torch.cat([row[:t].expand(3, t), torch.arange(3)[:, None]], 1)
            longer = Sequence(beginnings[:, None], torch.full((3, 1), t + 1))
            right += int(p.observe(longer)[0].argmax()) == true
    count = int(rows.lengths.sum())
    assert 0 < right < count
    assert numbers["accuracy, teacher-forced"].value == pytest.approx(right / count)


# ---- texts -------------------------------------------------------------------------------------


def test_word_errors_by_hand() -> None:
    measure = word_errors(["the cat sat", "", "one two"], ["the cat sat", "a b", "one  three four"])
    assert measure.rows.tolist() == [[0, 3], [2, 2], [2, 3]]
    assert measure.number().value == 4 / 8


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=4, max_size=9).map(" ".join)


@quick
@given(st.lists(WORDS, min_size=1))
def test_bleu_of_the_truth_is_one_and_of_nothing_zero(texts: list[str]) -> None:
    xs = torch.arange(len(texts))
    assert text_bleu(texts, texts, xs).number().value == pytest.approx(1)
    assert text_bleu([""] * len(texts), texts, xs).number().value == 0


def test_bleu_by_hand() -> None:
    # of 1 to 4 words 5/6, 3/5, 1/4 are shared and 0/3, smoothed to 1/6; as long as the reference
    row = counts("the cat sat on a mat", ["the cat sat by a mat"])
    assert row == [6, 6, 5, 3, 1, 0, 6, 5, 4, 3]
    value = float(bleu(torch.tensor(row, dtype=torch.float64)))
    assert value == pytest.approx((5 / 6 * 3 / 5 * 1 / 4 * 1 / 6) ** 0.25)
    half = counts("a b c d", ["a b c d e f g h"])
    assert float(bleu(torch.tensor(half))) == pytest.approx(math.exp(1 - 8 / 4))


@pytest.mark.parametrize("xs", [[0, 1, 2, 3], [0, 0, 1, 0]])
def test_bleu_is_sacrebleus_of_all_rows_with_their_references(xs: list[int]) -> None:
    corpus_bleu = pytest.importorskip("sacrebleu").corpus_bleu
    texts = ["a b c d e", "v w x y z", "k l m n o p", "a b c d z"]
    guesses = ["a b c d e", "a b c d e", "k l m n q", "v w x c"]
    of_rows = [[text for text, x in zip(texts, xs, strict=True) if x == own] for own in xs]
    most = max(map(len, of_rows))
    streams = [[row[i] if i < len(row) else None for row in of_rows] for i in range(most)]
    expected = corpus_bleu(guesses, streams, tokenize="none").score / 100
    measure = text_bleu(guesses, texts, torch.tensor(xs))
    assert measure.number().value == pytest.approx(expected)
    assert measure.rows[:, 0].tolist() == [5, 5, 5, 4]  # every row counts


def test_a_word_that_training_lacks_is_never_the_right_one() -> None:
    wiring = tt.wirings.VECTOR_TO_SEQUENCE
    model = tt.RecurrentModel(
        tt.cells.Elman(4), wiring, tt.outputs.Categorical(3), tt.lengths.PredictedLength(4),
        vector_size=2,
    )  # fmt: skip
    zeros(model)
    with torch.no_grad():  # always four of the unknown symbol
        model.graph.c[2] = 1.0
        for name, parameter in model.named_parameters():
            if parameter.shape == (5,):
                parameter[4] = 1.0
                assert "length" in name
    column = KINDS["words"]("y")
    assert isinstance(column, SymbolColumn)
    schema = Schema((), column.know(["a", "b", "\N{REPLACEMENT CHARACTER}"]))
    y = Sequence(torch.full((2, 4), 2))
    both = by_name(evaluate(model, Examples(torch.eye(2), y), schema))
    assert both["exact matches of the most probable y"].value == 1  # as far as the symbols say
    written = np.array(["what is jute ?", "what is tulle ?"], dtype=object)
    known = by_name(evaluate(model, Examples(torch.eye(2), y, None, None, written), schema))
    assert known["exact matches of the most probable y"].value == 0
    assert known["word error rate"].value == 1
    assert known["BLEU"].value == 0


def test_rows_of_the_same_x_are_found_in_the_order_they_are_measured() -> None:
    vectors = torch.tensor([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    y = Sequence(torch.zeros(3, 4, dtype=torch.int64), [3, 1, 2])
    assert same_x(Examples(vectors, y)).tolist() == [0, 1, 1]  # by length: rows 1, 2, 0
    assert same_x(Examples(None, y)).tolist() == [0, 1, 2]
    x = Sequence(torch.tensor([[5, 0], [5, 0], [5, 0]]), [1, 2, 1])  # of padding nothing is seen
    assert same_x(Examples(x, torch.zeros(3))).tolist() == [0, 0, 1]
    groups = torch.tensor([7, 2, 2])  # as the file has them, in which rare words are not one
    assert same_x(Examples(vectors, y, groups=groups)).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("known", "kind", "names"),
    [
        (["a", "b", " "], "characters", {"character error rate", "word error rate"}),
        (["a", "b", "c"], "characters", {"character error rate"}),
        (["one", "b", "c"], "words", {"word error rate", "BLEU"}),
        (["a", "b", "c"], "words", {"word error rate", "BLEU"}),
        (["AH", "B", "C"], "tokens", {"symbol error rate"}),
        (["A", "B", "C"], "tags", {"symbol error rate"}),
    ],
)
def test_which_numbers_of_a_y_of_its_own_length(
    known: list[str], kind: str, names: set[str]
) -> None:
    wiring = tt.wirings.VECTOR_TO_SEQUENCE
    model = tt.RecurrentModel(
        tt.cells.Elman(4), wiring, tt.outputs.Categorical(3), tt.lengths.Halt(), vector_size=2
    )
    text = torch.tensor([0, 2, 1, 2, 0, 2, 1, 2])
    examples = Examples(torch.eye(2), Sequence.from_list([text, text[1:]]))
    column = KINDS[kind]("y")
    assert isinstance(column, SymbolColumn)
    numbers = by_name(evaluate(model, examples, Schema((), column.know(known))))
    assert {name for name in numbers if "rate" in name or name == "BLEU"} == names
    assert "BLEU" not in by_name(evaluate(model, examples, symbols(3)))


@torch.no_grad()
def test_ends_are_counted_and_left_out() -> None:
    torch.manual_seed(0)
    for length, stops in ((tt.lengths.EndOfSequence(), 1), (tt.lengths.PredictedLength(9), 0)):
        model = tt.RecurrentModel(
            tt.cells.Elman(4), tt.Wiring("y(t-1) -> h(t)", "h(t) -> o(t)"),
            tt.outputs.Categorical(3), length,
        )  # fmt: skip
        y = Sequence(torch.randint(3, (9, 6)), [0, 1, 2, 3, 4, 5, 6, 6, 1])
        terms, taken = model().terms(y), int(y.lengths.sum())
        end = terms.decisions.gather(1, y.lengths[:, None]).sum() * stops + terms.length.sum()
        expected = {
            "nats per symbol, the end included": -terms.total().sum() / (taken + 9),
            "nats per symbol, the end left out": -(terms.total().sum() - end) / taken,
        }
        numbers = {n.unit: n for n in evaluate(model, Examples(None, y), symbols(3), interval=True)}
        for unit, value in expected.items():
            assert numbers[unit].value == pytest.approx(float(value), rel=1e-5)
            assert numbers[unit].low is not None
            bits = numbers[unit.replace("nats", "bits")].value
            assert bits == pytest.approx(float(value) / math.log(2), rel=1e-5)
            perplexity = numbers[unit.replace("nats", "choices")].value
            assert perplexity == pytest.approx(math.exp(float(value)), rel=1e-5)


# ---- real values -------------------------------------------------------------------------------

OUTPUTS = [tt.outputs.Normal(2), tt.outputs.Mixture(3, dim=2)]


@pytest.mark.parametrize("output", OUTPUTS + measures.MEASURED, ids=str)
def test_values_below_are_as_many_as_the_distribution_function_says(output: Any) -> None:
    torch.manual_seed(0)
    p = output.distribution(measures.units(output))
    drawn, at = p.sample((50_000,)), p.sample()
    assert torch.allclose(marginal_cdf(p, at), (drawn <= at).double().mean(0), atol=0.01)


@pytest.mark.parametrize("output", OUTPUTS, ids=str)
def test_coverage_of_a_model_that_is_right_and_of_one_that_is_too_sure(output: Any) -> None:
    torch.manual_seed(0)
    wiring = tt.Wiring("x(t) -> h(t)", "h(t-1) -> h(t)", "h(t) -> o(t)")
    model = tt.RecurrentModel(tt.cells.Elman(3), wiring, output, input_size=2)
    x = Sequence(torch.randn(400, 12, 2), torch.randint(1, 13, (400,)))
    with torch.no_grad():
        y = model(x).sample()
    name = "coverage of the central 90% interval"
    number = by_name(evaluate(model, Examples(x, y), reals(2), interval=True))[name]
    assert number.value == pytest.approx(0.9, abs=0.015)
    assert number.low is not None
    assert number.high is not None
    assert number.low < 0.9 < number.high
    far = Sequence(y.values * 3, y.lengths)
    assert by_name(evaluate(model, Examples(x, far), reals(2)))[name].value < 0.8


def test_errors_by_hand_and_the_mean_itself() -> None:
    wiring = tt.Wiring("x(t) -> h(t)", "h(t) -> o(t)")
    model = zeros(tt.RecurrentModel(tt.cells.Elman(2), wiring, tt.outputs.Normal(), input_size=1))
    y = torch.tensor([[1.0, 3.0], [8.0, 0.0]])[..., None] + 100
    examples = Examples(Sequence(torch.zeros(2, 2, 1)), Sequence(y))
    numbers = by_name(evaluate(model, examples, reals()))
    expected = y.square().mean() / y.var()
    squared = numbers["squared error of the one-step mean"].value
    assert squared == pytest.approx(float(expected), rel=1e-5)
    assert numbers["error of the one-step mean"].value == pytest.approx(squared**0.5)


def fed_back(*edges: str) -> tt.RecurrentModel:
    """A model of reals of which each is half of the one before, and no more certain than 1."""
    model = tt.RecurrentModel(
        tt.cells.Elman(1, "relu"), tt.Wiring("y(t-1) -> h(t)", "h(t) -> o(t)", *edges),
        tt.outputs.Normal(), None if edges else tt.lengths.Unending(),
        input_size=1 if edges else None,
    )  # fmt: skip
    zeros(model)
    with torch.no_grad():
        model.graph.first.S.weight.fill_(1.0)
        model.graph.V[0, 0] = 0.5
    return model


def test_errors_in_closed_loop_are_those_of_what_the_model_feeds_itself() -> None:
    model = fed_back("x(t) -> h(t)")
    y = Sequence(torch.tensor([[[1.0], [8.0], [6.0]], [[2.0], [1.0], [0.0]]]), [3, 2])
    examples = Examples(Sequence(0 * y.values, y.lengths), y)
    numbers = by_name(evaluate(model, examples, reals()))
    variance = float(y.values[y.mask].var())
    forced = [1.0, 7.5, 2.0, 2.0, 0.0]
    closed = [1.0, 8.0, 6.0, 2.0, 1.0]  # from nothing, half of nothing follows
    for name, errors in (("of the one-step mean", forced), ("in closed loop", closed)):
        expected = sum(e * e for e in errors) / 5 / variance
        assert numbers[f"squared error {name}"].value == pytest.approx(expected, rel=1e-5)


def test_a_series_is_forecast_from_what_came_before() -> None:
    y = torch.cat([torch.full((1, 10, 1), 8.0), 8 * 0.5 ** torch.arange(1, 14)[None, :, None]], 1)
    numbers = by_name(
        evaluate(fed_back(), Examples(None, Sequence(y)), reals(running=True), interval=True)
    )
    # the first ten from nothing, all others exactly
    expected = 10 * 64 / 23 / float(y.var())
    number = numbers["squared error in closed loop, 10 steps at a time"]
    assert number.value == pytest.approx(expected, rel=1e-5)


def test_without_y_fed_back_there_is_no_closed_loop() -> None:
    model = tt.RecurrentModel(
        tt.cells.Elman(2), tt.Wiring("x(t) -> h(t)", "h(t) -> o(t)"), tt.outputs.Normal(),
        input_size=1,
    )  # fmt: skip
    x = Sequence(torch.randn(3, 4, 1))
    assert not any("closed" in n.name for n in evaluate(model, Examples(x, x), reals()))


@quick
@given(st.integers(1, 3), st.integers(3, 30))
def test_relative_variance_is_that_of_the_values(dim: int, n: int) -> None:
    y = torch.randn(n, dim, dtype=torch.float64, generator=torch.Generator().manual_seed(n))
    sums = torch.cat([torch.tensor([6.0, n]), y.sum(0), y.square().sum(0)])
    expected = 6 / (n * dim) / y.var(0).mean()
    assert torch.allclose(relative_variance(sums), expected)


class Shy(tt.outputs.Normal):
    """A user's output whose distribution has no distribution function."""

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Any:
        p: Any = super().distribution(o, temperature, validate)

        def refuse(value: Tensor) -> Tensor:
            raise NotImplementedError

        p.base_dist.cdf = refuse
        return p


def test_without_a_distribution_function_there_is_no_coverage() -> None:
    wiring = tt.Wiring("x(t) -> h(t)", "h(t) -> o(t)")
    model = zeros(tt.RecurrentModel(tt.cells.Elman(2), wiring, Shy(), input_size=1))
    x = Sequence(torch.randn(3, 4, 1))
    names = by_name(evaluate(model, Examples(x, x), reals()))
    assert "error of the one-step mean" in names
    assert not any("coverage" in name for name in names)


# ---- intervals ---------------------------------------------------------------------------------


COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=5, max_size=20)


@quick
@given(COUNTS)
def test_an_interval_has_the_ratio_of_sums_inside(rows: list[tuple[int, int]]) -> None:
    top, bottom = zip(*rows, strict=True)
    measure = Measure("rate", "of 1", table(list(top), list(bottom)))
    (number,) = with_intervals([measure], torch.arange(len(rows)))
    assert number.value == sum(top) / sum(bottom)
    assert number.low is not None
    assert number.high is not None
    assert number.low <= number.value + 1e-12
    assert number.value <= number.high + 1e-12


@pytest.mark.parametrize(("count", "there"), [(4, False), (5, True)])
def test_few_rows_say_nothing_of_others(count: int, there: bool) -> None:
    measure = Measure("rate", "of 1", table([1] * count, [2] * count))
    (number,) = with_intervals([measure], torch.arange(count))
    assert (number.low is not None) == there


def test_what_is_measured_fits_memory_however_many_symbols(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the numbers are the same in however many pieces."""
    model = tt.RecurrentModel(
        tt.cells.Elman(3), Y_ALONE, tt.outputs.Categorical(50), tt.lengths.Halt()
    )
    examples = Examples(None, Sequence(torch.arange(40).reshape(10, 4)))
    whole = nats_per_symbol(model, examples, 10)
    monkeypatch.setattr(likelihood, "LOGITS", 500)
    assert [len(batch) for _, batch in likelihood.parts(model, examples, 10)] == [2] * 5
    assert nats_per_symbol(model, examples, 10) == pytest.approx(whole)


def width(rows: Tensor, units: Tensor | None = None) -> float:
    measure = Measure("mean", "of 1", table(rows, torch.ones(len(rows))))
    units = torch.arange(len(rows)) if units is None else units
    (number,) = with_intervals([measure], units)
    assert number.low is not None
    assert number.high is not None
    return number.high - number.low


def test_an_interval_is_as_wide_as_theory_says_and_shrinks_with_more_rows() -> None:
    torch.manual_seed(0)
    for n in (100, 400, 1_600):
        values = torch.randn(n)
        expected = 2 * 1.96 * float(values.std(correction=0)) / n**0.5
        assert width(values) == pytest.approx(expected, rel=0.1)


def test_rows_that_belong_together_are_drawn_together() -> None:
    values = torch.randn(200, generator=torch.Generator().manual_seed(0))
    copies, units = values.repeat_interleave(4), torch.arange(200).repeat_interleave(4)
    together = width(copies, units)
    assert together == pytest.approx(width(values))
    within = torch.randn(200, 4)  # what differs in a unit adds up to zero
    within = (within - within.mean(1, keepdim=True)).flatten()
    assert width(copies + within, units) == pytest.approx(together, rel=1e-5)
    assert width(copies) == pytest.approx(together / 2, rel=0.1)  # as if there were four times more


def test_rows_measured_twice_make_no_interval_narrower() -> None:
    examples = Examples(torch.randn(40, 3), tagged().y)
    model = tt.RecurrentModel(
        tt.cells.Elman(4), tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(3),
        tt.lengths.Halt(), vector_size=3,
    )  # fmt: skip
    twice = examples[torch.arange(40).repeat_interleave(2)]
    once, again = (evaluate(model, e, symbols(3), interval=True)[0] for e in (examples, twice))
    assert again.low == pytest.approx(once.low)
    assert again.high == pytest.approx(once.high)


def test_draws_are_the_same_in_parts_and_leave_the_generator_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units, before = torch.rand(50, 3, dtype=torch.float64), torch.get_rng_state()
    whole = resampled(units)
    monkeypatch.setattr("throughtime.evaluation.metrics.bootstrap.CELLS", 50 * 7)
    assert torch.allclose(resampled(units), whole)
    assert torch.equal(before, torch.get_rng_state())


def test_intervals_change_no_number_and_one_row_has_none() -> None:
    model, examples = tagger(), tagged()
    schema = symbols(3)
    without = evaluate(model, examples, schema)
    numbers = evaluate(model, examples, schema, interval=True)
    assert [n._replace(low=None, high=None) for n in numbers] == without
    assert all(n.low is not None and n.high is not None for n in numbers)
    one = examples[:1]
    assert evaluate(model, one, schema, interval=True) == evaluate(model, one, schema)


def test_running_text_is_drawn_in_chunks() -> None:
    model = tt.RecurrentModel(
        tt.cells.Elman(3), tt.Wiring("y(t-1) -> h(t)", "h(t) -> o(t)"), tt.outputs.Categorical(5),
        tt.lengths.Unending(),
    )  # fmt: skip
    y = torch.randint(5, (1, 5_500), generator=torch.Generator().manual_seed(0))
    running = symbols(5, running=True)
    numbers = evaluate(model, Examples(None, Sequence(y)), running, interval=True)
    assert all(n.low is not None and n.low < n.value for n in numbers)
    short = evaluate(model, Examples(None, Sequence(y[:, :3_900])), running, interval=True)
    assert all(n.low is None for n in short)
