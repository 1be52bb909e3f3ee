"""A model is four choices: those that contradict each other are refused with the reason, inputs
are checked against them, and what was saved comes back to the bit."""

from __future__ import annotations

import copy
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.models import WIRINGS, unchecked
from tests.helpers.oracle import Case
from throughtime import Edge
from throughtime.lengths import EndOfSequence, Halt, PredictedLength, SameAsInput
from throughtime.wiring import (
    HIDDEN_AND_OUTPUT_TO_HIDDEN,
    HIDDEN_TO_HIDDEN,
    SEQUENCE_TO_VECTOR,
    VECTOR_TO_SEQUENCE,
)

SYMBOLS = tt.outputs.Categorical(3)
ELMAN = tt.cells.Elman


# ---- choices -------------------------------------------------------------------------------------


def _shared() -> list[tt.cells.Cell]:
    return [ELMAN(2)] * 2


CHOICES: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    (([], HIDDEN_TO_HIDDEN, SYMBOLS), {"input_size": 2}, "at least one layer; got an empty list"),
    ((_shared(), HIDDEN_TO_HIDDEN, SYMBOLS), {"input_size": 2}, "the same cell object stands for"),
    ((ELMAN(2), HIDDEN_TO_HIDDEN, None), {"input_size": 2}, "needs an output that says what o(t)"),
    ((ELMAN(2), HIDDEN_TO_HIDDEN, SYMBOLS), {}, "x(t) -> h(t), so give input_size, at least 1"),
    ((ELMAN(2), HIDDEN_TO_HIDDEN, SYMBOLS), {"input_size": 0}, "at least 1; got 0"),
    (
        (ELMAN(2), HIDDEN_TO_HIDDEN, SYMBOLS),
        {"input_size": 2, "vector_size": 3},
        "has no x -> h(t), so leave vector_size=3 out",
    ),
    (
        (ELMAN(2), VECTOR_TO_SEQUENCE, SYMBOLS, Halt()),
        {},
        "the wiring has x -> h(t), so give vector_size, at least 1; got None",
    ),
    (
        (ELMAN(2), VECTOR_TO_SEQUENCE, SYMBOLS, Halt()),
        {"input_size": 2, "vector_size": 3},
        "has no x(t) -> h(t), so leave input_size=2 out",
    ),
    (
        (ELMAN(2), VECTOR_TO_SEQUENCE, SYMBOLS),
        {"vector_size": 3},
        "something must decide the length τ: give EndOfSequence, Halt, PredictedLength or Unending",
    ),
    (
        (ELMAN(2), VECTOR_TO_SEQUENCE, SYMBOLS, SameAsInput()),
        {"vector_size": 3},
        "SameAsInput() needs x(t) -> h(t)",
    ),
    (
        (ELMAN(2), HIDDEN_TO_HIDDEN, SYMBOLS, PredictedLength(3)),
        {"input_size": 2},
        "PredictedLength(max_length=3) decides a length, but with x(t) -> h(t)",
    ),
    (
        (ELMAN(2), VECTOR_TO_SEQUENCE, tt.outputs.Normal(), EndOfSequence()),
        {"vector_size": 3},
        "an end symbol needs an alphabet to stand in, which Normal(dim=1) has not",
    ),
    (
        (ELMAN(2), SEQUENCE_TO_VECTOR, SYMBOLS, Halt()),
        {"input_size": 2},
        "gives one output, not a sequence; leave the length out instead of Halt()",
    ),
    (
        (ELMAN(2), HIDDEN_TO_HIDDEN, SYMBOLS),
        {"input_size": 2, "dropout": 1.0},
        "dropout is a share from 0 to below 1; got 1.0",
    ),
    (
        (ELMAN(2), HIDDEN_TO_HIDDEN, SYMBOLS),
        {"input_size": 2, "dropout": -0.1},
        "dropout is a share from 0 to below 1; got -0.1",
    ),
    (
        (ELMAN(2), HIDDEN_TO_HIDDEN, SYMBOLS),
        {"input_size": 2, "initial_state": "random"},
        "initial_state is 'zeros' or 'learned'; got 'random'",
    ),
    (
        (ELMAN(2), HIDDEN_TO_HIDDEN - Edge.HIDDEN, SYMBOLS),
        {"input_size": 2, "initial_state": "learned"},
        "no h(t-1) -> h(t), so there is no h(0) to learn",
    ),
]


@pytest.mark.parametrize(("choices", "options", "reason"), CHOICES)
def test_choices_that_contradict_each_other_are_refused_with_the_reason(
    choices: tuple[Any, ...], options: dict[str, Any], reason: str
) -> None:
    with unchecked(), pytest.raises(ValueError, match=re.escape(reason)):
        tt.RecurrentModel(*choices, **options)


# ---- inputs --------------------------------------------------------------------------------------


def _zeros(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.zeros(*shape, dtype=dtype)


X, VECTOR = tt.Sequence(_zeros(3, 4, 2)), _zeros(3, 2)
BOTH = HIDDEN_TO_HIDDEN | Edge.VECTOR
ALONE = tt.Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
INPUTS: list[tuple[tt.Wiring, dict[str, Any], str]] = [
    (HIDDEN_TO_HIDDEN, {}, "has x(t) -> h(t) and so takes a Sequence, which was not given"),
    (HIDDEN_TO_HIDDEN, {"x": X, "vector": VECTOR}, "has no x -> h(t), and so takes no vector"),
    (HIDDEN_TO_HIDDEN, {"x": _zeros(3, 4, 2)}, "x(t) comes as a tt.Sequence, which knows its"),
    (
        HIDDEN_TO_HIDDEN,
        {"x": tt.Sequence(_zeros(3, 4, 5))},
        "x has shape (3, 4, 5); expected (3, 4",
    ),
    (
        HIDDEN_TO_HIDDEN,
        {"x": [1, 2]},
        "x(t) comes as a tt.Sequence, which knows its lengths; got a l",
    ),
    (HIDDEN_TO_HIDDEN, {"x": X.to(torch.complex64)}, "x is torch.complex64, neither numbers nor"),
    (BOTH, {"x": X, "vector": X}, "x comes as a tensor, a vector for each row; got a Sequence"),
    (
        HIDDEN_TO_HIDDEN,
        {"x": X.to(torch.float32)},
        "x is torch.float32 and the model torch.float64",
    ),
    (
        HIDDEN_TO_HIDDEN,
        {"x": tt.Sequence(_zeros(3, 4, 2, dtype=torch.int64))},
        "x has symbols of shape (3, 4, 2); expected no more than the batch, (3, 4)",
    ),
    (
        HIDDEN_TO_HIDDEN,
        {"x": tt.Sequence(torch.tensor([[0, 1], [0, 2]]))},
        "x has the symbol 2 at [1, 1]; expected symbols from 0 to 1",
    ),
    (
        HIDDEN_TO_HIDDEN,
        {"x": tt.Sequence(torch.tensor([[-1, 1]]))},
        "x has the symbol -1 at [0, 0]; expected symbols from 0 to 1",
    ),
    (VECTOR_TO_SEQUENCE, {}, "has x -> h(t) and so takes a vector for each row, which was not"),
    (VECTOR_TO_SEQUENCE, {"x": X}, "has no x(t) -> h(t), and so takes no Sequence"),
    (VECTOR_TO_SEQUENCE, {"x": _zeros(3, 5)}, "the vector has shape (3, 5); expected (3, 2)"),
    (VECTOR_TO_SEQUENCE, {"vector": _zeros(3, 5)}, "the vector has shape (3, 5); expected (3, 2)"),
    (VECTOR_TO_SEQUENCE, {"vector": VECTOR.float()}, "the vector is torch.float32 and the model"),
    (VECTOR_TO_SEQUENCE, {"vector": torch.tensor([0, 2])}, "the vector has the symbol 2 at [1]"),
    (BOTH, {"x": X}, "has x -> h(t) and so takes a vector for each row"),
    (BOTH, {"x": X, "vector": _zeros(2, 2)}, "x has batch shape (3,) and the vector (2,)"),
    (BOTH, {"x": X, "vector": _zeros(2)}, "x has batch shape (3,) and the vector ()"),
    (ALONE, {"x": X}, "has no x(t) -> h(t), and so takes no Sequence"),
    (ALONE, {"x": VECTOR}, "has no x -> h(t), and so takes no vector"),
]


@pytest.mark.parametrize(("wiring", "inputs", "reason"), INPUTS)
def test_inputs_that_the_wiring_does_not_take_are_refused_with_the_reason(
    wiring: tt.Wiring, inputs: dict[str, Any], reason: str
) -> None:
    model = oracle.model(wiring, SYMBOLS, None if Edge.INPUT in wiring else Halt())
    with unchecked(), pytest.raises(ValueError, match=re.escape(reason)):
        model(**inputs)


def test_inputs_on_another_device_are_refused() -> None:
    model = oracle.model(HIDDEN_TO_HIDDEN, SYMBOLS, None)
    p = model(X)
    model.to("meta")  # a device that is everywhere
    with pytest.raises(ValueError, match=r"x is on cpu and the model on meta; use .to\(meta\)"):
        model(X)
    with pytest.raises(ValueError, match=r"y is on cpu and the model on meta; use .to\(meta\)"):
        p.log_prob(tt.Sequence(_zeros(3, 4, dtype=torch.int64)))


@pytest.mark.parametrize("wiring", [HIDDEN_TO_HIDDEN, HIDDEN_AND_OUTPUT_TO_HIDDEN], ids=repr)
def test_a_symbol_stands_for_its_one_hot_vector(wiring: tt.Wiring) -> None:
    model = oracle.model(wiring, SYMBOLS, input_size=4)
    x, y = torch.tensor([[3, 0, 1]]), torch.tensor([[2, 0, 1]])
    one_hot = torch.eye(4, dtype=torch.float64)[x]
    assert_close(model(tt.Sequence(x)).log_prob(y), model(tt.Sequence(one_hot)).log_prob(y))


def test_symbols_in_the_padding_are_not_looked_at() -> None:
    model = oracle.model(HIDDEN_TO_HIDDEN, SYMBOLS)
    p = model(tt.Sequence(torch.tensor([[0, 1], [0, 99]]), [2, 1]))
    assert p.batch_shape == (2,)


# ---- the given state -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wiring", [w for w in oracle.EMIT_EVERY_STEP if Edge.INPUT not in w], ids=repr
)
@torch.no_grad()
def test_a_given_state_is_where_the_sequence_goes_on(wiring: tt.Wiring) -> None:
    model = Case(wiring, SYMBOLS, Halt()).model(layers=2)
    inputs = oracle.inputs(wiring, [1, 1])
    p = model(**inputs)
    beginning = oracle.beginnings(p, 2)[4]
    _, rest = p.observe(beginning)
    again = model(**inputs, state=rest.state)
    y = oracle.beginnings(rest, 2)
    shape = (9, *again.batch_shape)
    y_again = tt.Sequence(y.values.view(*shape, 2), y.lengths.view(shape))
    assert_close(again.log_prob(y_again).flatten(), rest.log_prob(y).flatten())


@torch.no_grad()
def test_a_given_state_for_each_row_makes_a_batch_where_there_is_no_input() -> None:
    model = oracle.model(ALONE, SYMBOLS, Halt())
    state = model().state.map(lambda s: torch.cat([s, s + 1]))
    p = model(state=state)
    assert p.batch_shape == (2,)
    y = oracle.beginnings(p, 2)
    assert_close(p.log_prob(y)[:, 0], model().log_prob(y[:, 0]))
    assert not torch.allclose(p.log_prob(y)[:, 1], p.log_prob(y)[:, 0])


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s[:2],
        lambda s: torch.cat([s, s], -1),
        lambda s: torch.cat([s, s]),
    ],
)
def test_a_state_of_another_shape_is_refused_with_both_shapes(change: Any) -> None:
    model = oracle.model(HIDDEN_AND_OUTPUT_TO_HIDDEN, SYMBOLS)
    state = model(X).state.map(change)
    reason = "the given state has tensors of shapes .*; expected .*(3, 2), (3, 3)"
    with pytest.raises(ValueError, match=reason.replace("(3", r"\(3").replace(")", r"\)")):
        model(X, state=state)


def test_a_state_of_rows_that_differ_is_refused() -> None:
    model = oracle.model(ALONE, SYMBOLS, Halt())
    state = model().state
    longer = state._replace(fed=torch.cat([state.fed, state.fed]))
    for wrong in (longer, state._replace(cells=(), fed=None), state.map(lambda s: s.sum())):
        with pytest.raises(ValueError, match="the given state has tensors of shapes"):
            model(state=wrong)


# ---- saved and loaded ----------------------------------------------------------------------------


def _saved(model: tt.RecurrentModel, twin: tt.RecurrentModel, path: Path) -> tt.RecurrentModel:
    save_file(model.state_dict(), path / "model.safetensors")
    twin.load_state_dict(load_file(path / "model.safetensors"))
    return twin


AGAIN = {
    "saved": _saved,
    "copied": lambda model, twin, path: copy.deepcopy(model),
    "pickled": lambda model, twin, path: pickle.loads(pickle.dumps(model)),
}


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("case", oracle.one_for_each_wiring(oracle.CASES), ids=str)
@torch.no_grad()
def test_a_model_saved_or_copied_gives_the_same_log_prob_to_the_bit(
    case: Case, again: str, tmp_path: Path
) -> None:
    model, twin = (case.model(layers=2, seed=seed) for seed in (0, 1))
    inputs = oracle.inputs(case.wiring, [2, 2])
    y = oracle.beginnings(model(**inputs), 2)
    expected = model(**inputs).log_prob(y)
    assert not torch.equal(twin(**inputs).log_prob(y), expected)
    assert torch.equal(AGAIN[again](model, twin, tmp_path)(**inputs).log_prob(y), expected)


@pytest.mark.parametrize("cell", [tt.cells.Elman, tt.cells.GRU, tt.cells.LSTM])
@torch.no_grad()
def test_a_summary_saved_or_copied_is_the_same_to_the_bit(cell: Any, tmp_path: Path) -> None:
    def made() -> tt.RecurrentModel:
        return tt.RecurrentModel(
            [cell(3), cell(2)],
            tt.Wiring(Edge.INPUT, Edge.HIDDEN, Edge.BACKWARD, Edge.EMIT_LAST),
            None,
            input_size=2,
            initial_state="learned",
        ).double()

    model, twin = made(), made()
    for again in AGAIN.values():
        assert torch.equal(again(model, twin, tmp_path)(X), model(X))


def test_a_model_of_other_choices_does_not_take_the_parameters() -> None:
    model = oracle.model(HIDDEN_TO_HIDDEN, SYMBOLS)
    with pytest.raises(RuntimeError, match=r"recurrences.0.S.weight"):
        oracle.model(HIDDEN_AND_OUTPUT_TO_HIDDEN, SYMBOLS).load_state_dict(model.state_dict())


# ---- dropout -------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("wiring", [HIDDEN_TO_HIDDEN, HIDDEN_TO_HIDDEN | Edge.EXPECTED], ids=repr)
def test_dropout_is_in_training_only(wiring: tt.Wiring, layers: int) -> None:
    model = oracle.model(wiring, SYMBOLS, layers=layers, dropout=0.5)
    y = _zeros(3, 4, dtype=torch.int64)
    x = tt.Sequence(torch.ones(3, 4, 2, dtype=torch.float64))
    one, two = (model.eval()(x).log_prob(y) for _ in range(2))
    assert torch.equal(one, two)
    one, two = (model.train()(x).log_prob(y) for _ in range(2))
    assert not torch.equal(one, two)


@pytest.mark.parametrize("wiring", [HIDDEN_TO_HIDDEN, HIDDEN_TO_HIDDEN | Edge.EXPECTED], ids=repr)
def test_where_all_is_dropped_nothing_is_known(wiring: tt.Wiring) -> None:
    """p(y(t)) is softmax(c), whatever the h(t)."""
    model = oracle.model(wiring, SYMBOLS, layers=2, dropout=1 - 1e-9).train()
    y = _zeros(3, 4, dtype=torch.int64)
    x = tt.Sequence(torch.ones(3, 4, 2, dtype=torch.float64))
    expected = 4 * torch.log_softmax(model.graph.c, -1)[0]
    torch.testing.assert_close(model(x).log_prob(y), expected.expand(3))


def test_a_symbol_is_dropped_whole() -> None:
    graph = oracle.model(HIDDEN_TO_HIDDEN, SYMBOLS, dropout=1 - 1e-9).train().graph
    symbols = torch.arange(2).repeat(3, 2)
    assert graph.first.U(symbols).all()
    assert not graph.first.U(graph.drop_symbols(symbols)).any()


def test_the_share_of_what_is_dropped_is_as_said() -> None:
    graph = oracle.model(HIDDEN_TO_HIDDEN, SYMBOLS, dropout=0.3).train().graph
    ones = torch.ones(100_000)
    symbols, h = graph.drop_symbols(ones.long()), graph.drop_units(ones)
    for share in ((symbols == -1).double().mean(), (h == 0).double().mean()):
        assert share == pytest.approx(0.3, abs=0.01)  # seven standard deviations
    assert torch.equal(
        graph.drop_symbols(ones), ones
    )  # the numbers that are told, not what is learned of them


def test_h_is_not_dropped_on_its_way_through_time() -> None:
    """The state after training's steps is that without dropout, if nothing enters but h(t-1)."""
    wiring = tt.Wiring(Edge.VECTOR, Edge.HIDDEN, Edge.EMIT)
    model = oracle.model(wiring, SYMBOLS, tt.lengths.Unending(), dropout=0.5)
    vector, y = torch.ones(3, 2, dtype=torch.float64), _zeros(3, 4, dtype=torch.int64)
    ends = [model.train(mode)(vector).observe(y)[1].state for mode in (True, False)]
    torch.testing.assert_close(ends[0].cells, ends[1].cells)


@pytest.mark.parametrize("wiring", ["hidden-and-output-to-hidden", "expected and hidden"])
def test_of_fake_tensors_there_are_shapes(wiring: str) -> None:
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        model = tt.RecurrentModel(
            tt.cells.LSTM(3), WIRINGS[wiring], tt.outputs.Categorical(3), input_size=2
        )
        x = tt.Sequence(torch.zeros(4, 5, 2), torch.ones(4, dtype=torch.int64))
        log_prob = model(x).log_prob(tt.Sequence(torch.zeros(4, 5, dtype=torch.int64), x.lengths))
        log_prob.sum().backward()
    assert log_prob.shape == (4,)
