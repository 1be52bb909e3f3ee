"""``tt.nn`` keeps the contract of ``torch.nn``: the same calls, made to both."""

from __future__ import annotations

import copy
import io
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.func import functional_call, grad, jvp, vmap
from torch.nn.utils import parametrize
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence

import throughtime as tt
from tests.helpers.calls import counted
from tests.helpers.models import quick
from throughtime import Sequence
from throughtime.engine import library, sweep, use

pytestmark = [
    pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated"),  # torch's own
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN"),
]

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "tanh": ("RNN", {}),
    "relu": ("RNN", {"nonlinearity": "relu"}),
    "GRU": ("GRU", {}),
    "LSTM": ("LSTM", {}),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
SIZE, H, T, LENGTHS = 3, 5, 6, [4, 6, 1, 6]
TOLERANCE = {torch.float64: 1e-11, torch.float32: 2e-5}


def pair(kind: str, **options: Any) -> tuple[nn.RNNBase, nn.RNNBase]:
    """torch's module and ours, with the same weights, neither almost linear nor saturated."""
    name, own = KINDS[kind]
    theirs = getattr(nn, name)(SIZE, H, **own, **options)
    ours = getattr(tt.nn, name)(SIZE, H, **own, **options)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.uniform_(-0.8, 0.8)
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def parts(hidden: Any) -> tuple[Tensor, ...]:
    return hidden if isinstance(hidden, tuple) else (hidden,)


def initial(module: nn.RNNBase, *rows: int) -> Any:
    """A random h_0, or (h_0, c_0), in the dtype of the weights."""
    shape = (module.num_layers * (2 if module.bidirectional else 1), *rows, module.hidden_size)
    dtype = next(module.parameters()).dtype
    h, c = torch.randn(2, *shape, dtype=dtype).requires_grad_()
    return (h, c) if module.mode == "LSTM" else h


# ---- results and gradients -----------------------------------------------------------------------


class Form(NamedTuple):
    """A form of input: what it is made into, and its shape before."""

    made: Callable[[Tensor, nn.RNNBase], Tensor | PackedSequence]
    shape: tuple[int, ...] = (T, len(LENGTHS), SIZE)
    rows: tuple[int, ...] = (len(LENGTHS),)


def packed(lengths: list[int], enforce_sorted: bool) -> Form:
    return Form(
        lambda x, module: pack_padded_sequence(
            x.transpose(0, 1) if module.batch_first else x,
            torch.tensor(lengths),
            batch_first=module.batch_first,
            enforce_sorted=enforce_sorted,
        )
    )


FORMS = {
    "padded": Form(lambda x, module: x.transpose(0, 1) if module.batch_first else x),
    "one sequence": Form(lambda x, module: x, (T, SIZE), ()),
    "packed": packed(LENGTHS, enforce_sorted=False),
    "packed and sorted": packed(sorted(LENGTHS, reverse=True), enforce_sorted=True),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "both ways": {"bidirectional": True},
    "two layers without bias": {"num_layers": 2, "bias": False},
    "three layers both ways": {"num_layers": 3, "bidirectional": True, "batch_first": True},
    "dropout": {"num_layers": 3, "bidirectional": True, "dropout": 0.4},
}


def results(module: nn.RNNBase, form: Form, x: Tensor, hx: Any) -> list[Tensor]:
    """The outputs and the last state; then the gradients of everything that has one."""
    torch.manual_seed(1)  # of dropout
    output, hidden = module(form.made(x, module), hx)
    values = [output.data if isinstance(output, PackedSequence) else output, *parts(hidden)]
    weighted: Any = sum((v * torch.linspace(-1, 2, v.numel()).view_as(v)).sum() for v in values)
    wanted = [x, *(parts(hx) if hx is not None else ()), *module.parameters()]
    return [*values, *torch.autograd.grad(weighted, wanted)]


@pytest.mark.parametrize("given_state", [True, False], ids=["h_0", "no h_0"])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("form", FORMS)
@every_kind
def test_results_and_gradients_are_those_of_torch(
    kind: str, form: str, options: str, given_state: bool
) -> None:
    """And with dropout, from the same seed the same is dropped."""
    dtype = torch.float64 if given_state else torch.float32
    theirs, ours = (m.to(dtype) for m in pair(kind, **OPTIONS[options]))
    x = torch.randn(FORMS[form].shape, dtype=dtype, requires_grad=True)
    hx = initial(theirs, *FORMS[form].rows) if given_state else None
    expected = results(theirs, FORMS[form], x, hx)
    for a, b in zip(results(ours, FORMS[form], x, hx), expected, strict=True):
        assert a.shape == b.shape
        largest = max(float(b.detach().abs().max()), 1.0)
        torch.testing.assert_close(a, b, rtol=0, atol=TOLERANCE[dtype] * largest)


@every_kind
def test_a_packed_output_has_the_order_of_the_input(kind: str) -> None:
    _, ours = pair(kind)
    x = FORMS["packed"].made(torch.randn(T, len(LENGTHS), SIZE), ours)
    output, _ = ours(x)
    for name in ("batch_sizes", "sorted_indices", "unsorted_indices"):
        assert torch.equal(getattr(output, name), getattr(x, name))


@pytest.mark.skipif(library.loaded() is None, reason="no engine is built here")
@pytest.mark.parametrize("form", FORMS)
@every_kind
def test_the_engine_runs_it(kind: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [counted(monkeypatch, sweep, name) for name in ("forward", "reverse")]
    _, ours = pair(kind, num_layers=2, bidirectional=True)
    x = torch.randn(FORMS[form].shape, requires_grad=True)
    results(ours, FORMS[form], x, None)
    assert calls == [["forward"] * 4, ["reverse"] * 4]


@every_kind
def test_some_epochs_of_training_are_the_same(kind: str) -> None:
    x = torch.randn(T, 2, SIZE, dtype=torch.float64)
    losses = []
    for module in pair(kind, num_layers=2, dropout=0.3):
        torch.manual_seed(2)
        optimizer = torch.optim.SGD(module.double().parameters(), lr=0.1, momentum=0.5)
        for _ in range(5):
            optimizer.zero_grad()
            loss = (module(x)[0] - x.sum(-1, keepdim=True)).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert losses[:5] == pytest.approx(losses[5:], rel=1e-9)
    assert losses[4] < losses[0]


# ---- the module ----------------------------------------------------------------------------------

ATTRIBUTES = "input_size hidden_size num_layers bias batch_first dropout bidirectional proj_size"


@pytest.mark.parametrize("options", OPTIONS)
@every_kind
def test_the_module_is_that_of_torch(kind: str, options: str) -> None:
    """First values from the same seed, keys, attributes, repr, and the seed left as it was."""
    name, own = KINDS[kind]
    made = []
    for library_ in (nn, tt.nn):
        torch.manual_seed(3)
        made.append((getattr(library_, name)(SIZE, H, **own, **OPTIONS[options]), torch.rand(1)))
    (theirs, after), (ours, ours_after) = made
    assert torch.equal(after, ours_after)
    assert list(theirs.state_dict()) == list(ours.state_dict())
    for a, b in zip(theirs.parameters(), ours.parameters(), strict=True):
        assert torch.equal(a, b)
    for attribute in (*ATTRIBUTES.split(), *(["nonlinearity"] if name == "RNN" else [])):
        assert getattr(theirs, attribute) == getattr(ours, attribute)
    assert repr(theirs) == repr(ours)
    assert isinstance(ours, type(theirs))
    assert not list(ours.children())
    theirs.load_state_dict(ours.state_dict())


def test_arguments_by_position() -> None:
    ours = tt.nn.RNN(3, 4, 2, "relu", False, True, 0.5, True, dtype=torch.float64)
    assert repr(ours) == repr(nn.RNN(3, 4, 2, "relu", False, True, 0.5, True))
    assert ours.nonlinearity == "relu"
    assert ours.weight_hh_l1_reverse.dtype == torch.float64


BAD_ARGUMENTS: dict[str, dict[str, Any]] = {
    "no units": {"hidden_size": 0},
    "units that are no number": {"hidden_size": 2.5},
    "no layers": {"num_layers": 0},
    "more dropout than there is": {"dropout": 1.5},
    "an unknown nonlinearity": {"nonlinearity": "sine"},
    "bias as a number": {"bias": 1},
    "a projection to more": {"proj_size": 9},
}


@pytest.mark.parametrize("bad", BAD_ARGUMENTS)
@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_arguments_that_torch_refuses_are_refused(name: str, bad: str) -> None:
    arguments = {"input_size": 3, "hidden_size": 4, **BAD_ARGUMENTS[bad]}
    with pytest.raises((TypeError, ValueError)) as theirs:
        getattr(nn, name)(**arguments)
    with pytest.raises(theirs.type) as ours:
        getattr(tt.nn, name)(**arguments)
    assert str(ours.value).replace("Recurrent", "RNNBase") == str(theirs.value)


def test_dropout_of_a_single_layer_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="dropout option adds dropout after all but last"):
        tt.nn.GRU(3, 4, dropout=0.5)


@pytest.mark.parametrize("copied", ["pickle", "torch.save", "deepcopy"])
@every_kind
def test_copies_compute_the_same_and_share_nothing(kind: str, copied: str) -> None:
    def saved(module: nn.Module) -> nn.Module:
        file = io.BytesIO()
        torch.save(module, file)
        file.seek(0)
        return torch.load(file, weights_only=False)

    copies = {
        "pickle": lambda module: pickle.loads(pickle.dumps(module)),
        "torch.save": saved,
        "deepcopy": copy.deepcopy,
    }
    _, ours = pair(kind, num_layers=2)
    x = torch.randn(T, 2, SIZE)
    expected = ours(x)[0]  # which leaves nothing behind that could not be copied
    twin = copies[copied](ours)
    assert type(twin) is type(ours)
    assert torch.equal(twin(x)[0], expected)
    with torch.no_grad():
        twin.weight_hh_l0.zero_()
    assert torch.equal(ours(x)[0], expected)
    assert not torch.equal(twin(x)[0], expected)


@every_kind
def test_a_parameter_that_is_replaced_or_frozen_is_seen(kind: str) -> None:
    theirs, ours = pair(kind)
    x = torch.randn(T, 2, SIZE, requires_grad=True)
    weight = torch.randn_like(theirs.get_parameter("weight_hh_l0"))
    for module in (theirs, ours):
        module.weight_hh_l0 = nn.Parameter(weight)
        module.weight_ih_l0.requires_grad_(False)
        module(x)[0].square().sum().backward()
    torch.testing.assert_close(ours(x)[0], theirs(x)[0])
    torch.testing.assert_close(ours.weight_hh_l0.grad, theirs.weight_hh_l0.grad)
    assert ours.weight_ih_l0.grad is None
    with torch.inference_mode():
        torch.testing.assert_close(ours(x)[0], theirs(x)[0])


# ---- what is refused -----------------------------------------------------------------------------

BAD_CALLS: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "input size": lambda m: (torch.zeros(T, 2, SIZE + 1),),
    "input size of one sequence": lambda m: (torch.zeros(T, SIZE + 1),),
    "one dimension": lambda m: (torch.zeros(SIZE),),
    "four dimensions": lambda m: (torch.zeros(1, T, 2, SIZE),),
    "packed symbols": lambda m: (pack_sequence([torch.zeros(T)]),),
    "dtype": lambda m: (torch.zeros(T, 2, SIZE, dtype=torch.float64),),
    "integers": lambda m: (torch.zeros(T, 2, SIZE, dtype=torch.int64),),
    "rows of h_0": lambda m: (torch.zeros(T, 2, SIZE), initial(m, 3)),
    "h_0 without rows": lambda m: (torch.zeros(T, 2, SIZE), initial(m)),
    "h_0 with rows, of one sequence": lambda m: (torch.zeros(T, SIZE), initial(m, 1)),
    "layers of h_0": lambda m: (torch.zeros(T, 2, SIZE), initial(nn.GRU(SIZE, H, 2), 2)),
    "size of h_0": lambda m: (torch.zeros(T, 2, SIZE), initial(type(m)(SIZE, H + 1), 2)),
    "dtype of h_0": lambda m: (torch.zeros(T, 2, SIZE), initial(copy.deepcopy(m).double(), 2)),
    "not a tensor": lambda m: ([[0.0] * SIZE] * T,),
}


@pytest.mark.parametrize("bad", BAD_CALLS)
@every_kind
def test_calls_that_torch_refuses_are_refused_with_the_same_exception(kind: str, bad: str) -> None:
    theirs, ours = pair(kind)
    arguments = BAD_CALLS[bad](theirs)
    with pytest.raises((ValueError, RuntimeError, AttributeError)) as refused:
        theirs(*arguments)
    with pytest.raises(refused.type):
        ours(*arguments)


@pytest.mark.parametrize("hx", ["h_0 alone", "three parts"])
def test_the_state_of_an_lstm_is_a_pair(hx: str) -> None:
    h = torch.zeros(2, 2, H)
    _, ours = pair("LSTM", bidirectional=True)
    with pytest.raises(RuntimeError, match=r"expected \(h_0, c_0\)"):
        ours(torch.zeros(T, 2, SIZE), h if hx == "h_0 alone" else (h, h, h))


def test_the_message_names_what_is_wrong() -> None:
    _, ours = pair("LSTM")
    h = torch.zeros(1, 2, H)
    with pytest.raises(
        RuntimeError, match=r"Expected hidden\[1\] size \(1, 2, 5\), got \[1, 3, 5\]"
    ):
        ours(torch.zeros(T, 2, SIZE), (h, torch.zeros(1, 3, H)))
    with pytest.raises(RuntimeError, match=r"equal to input_size\. Expected 3, got 4"):
        ours(torch.zeros(T, 2, 4))


@pytest.mark.parametrize("by", ["engine", "torch"])
@every_kind
def test_a_packed_call_is_refused_like_a_padded_one(kind: str, by: str) -> None:
    """torch.nn lets some of these pass without a word: an LSTM's, whose kernel then reads memory
    that is not the input's; and more rows than there are, where it sorts them."""
    _, ours = pair(kind)
    with use(None) if by == "torch" else nullcontext():
        with pytest.raises(RuntimeError, match=r"equal to input_size\. Expected 3, got 4"):
            ours(pack_sequence([torch.zeros(T, SIZE + 1)]))
        rows = [torch.zeros(2, SIZE), torch.zeros(T, SIZE)]
        for x in (pack_sequence(rows, enforce_sorted=False), pack_sequence(rows[::-1])):
            for count in (1, 3):
                with pytest.raises(RuntimeError, match=rf"size \(1, 2, 5\), got \[1, {count}, 5\]"):
                    ours(x, initial(ours, count))


# ---- dropout -------------------------------------------------------------------------------------


@every_kind
def test_dropout_acts_in_training_and_between_layers_alone(kind: str) -> None:
    _, ours = pair(kind, num_layers=2, dropout=0.5)
    x = torch.randn(T, 4, SIZE)
    _, plain = pair(kind, num_layers=2)
    plain.load_state_dict(ours.state_dict())
    assert torch.equal(ours.eval()(x)[0], plain(x)[0])
    ours.train()
    first, second = ours(x), ours(x)
    assert torch.equal(parts(first[1])[0][0], parts(second[1])[0][0])  # the lowest layer
    assert not torch.equal(first[0], second[0])


def test_of_the_lower_layer_a_share_is_dropped_and_the_rest_is_scaled() -> None:
    """Seen through a second layer that lets its input through as it is."""
    ours = tt.nn.RNN(SIZE, 200, 2, "relu", dropout=0.3)
    with torch.no_grad():
        ours.weight_ih_l1.copy_(torch.eye(200))
        for name in ("weight_hh_l0", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1"):
            getattr(ours, name).zero_()
        ours.bias_ih_l0.fill_(9.0)  # all units are on
    x = torch.randn(20, 10, SIZE)
    undropped = ours.eval()(x)[0]
    assert bool((undropped > 0).all())
    share = ours.train()(x)[0] / undropped
    assert float((share == 0).double().mean()) == pytest.approx(0.3, abs=0.02)
    torch.testing.assert_close(share[share > 0], torch.full_like(share[share > 0], 1 / 0.7))


@every_kind
def test_all_can_be_dropped(kind: str) -> None:
    theirs, ours = pair(kind, num_layers=2, dropout=1.0)
    x = torch.randn(T, 2, SIZE)
    torch.testing.assert_close(ours(x), theirs(x))
    assert torch.equal(ours(x)[0], ours(2 * x)[0])


# ---- Sequence: rows of every length --------------------------------------------------------------


@quick
@given(
    kind=st.sampled_from(list(KINDS)),
    lengths=st.lists(st.integers(0, 5), max_size=5),
    room=st.integers(0, 2),
    layers=st.integers(1, 2),
    bidirectional=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_each_row_of_a_sequence_is_as_if_alone(
    kind: str, lengths: list[int], room: int, layers: int, bidirectional: bool, seed: int
) -> None:
    """What torch gives for the row's own steps; and where there are none, h_n is h_0."""
    torch.manual_seed(seed)
    theirs, ours = (m.double() for m in pair(kind, num_layers=layers, bidirectional=bidirectional))
    steps = max(lengths, default=0) + room
    x = torch.randn(len(lengths), steps, SIZE, dtype=torch.float64)
    for row, length in enumerate(lengths):
        x[row, length:] = torch.nan
    hx = initial(theirs, len(lengths))
    output, h_n = ours(Sequence(x, lengths), hx)
    assert output.lengths.tolist() == lengths
    assert output.values.shape == (len(lengths), steps, H * (2 if bidirectional else 1))
    for row, length in enumerate(lengths):
        start = tuple(part[:, row] for part in parts(hx))
        end = tuple(part[:, row] for part in parts(h_n))
        if not length:
            for a, b in zip(end, start, strict=True):
                assert torch.equal(a, b)
            continue
        expected, last = theirs(x[row, :length], start if kind == "LSTM" else start[0])
        torch.testing.assert_close(output[row].values, expected, rtol=1e-10, atol=1e-10)
        for a, b in zip(end, parts(last), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@every_kind
def test_padding_has_no_part_in_values_gradients_or_dropout(kind: str) -> None:
    _, ours = pair(kind, num_layers=2, bidirectional=True, dropout=0.4)
    x = torch.randn(3, T, SIZE)
    found = []
    for room in (0, 4):
        torch.manual_seed(4)
        values = torch.cat([x, torch.full((3, room, SIZE), torch.inf)], 1).requires_grad_()
        output, h_n = ours(Sequence(values, [T, 0, 2]))
        total = output.values.sum() + sum(part.square().sum() for part in parts(h_n))
        grads = torch.autograd.grad(total, [values, *ours.parameters()])
        assert not bool(grads[0][:, T:].any())
        assert not bool(grads[0][1].any())
        found.append([output.values[:, :T], *parts(h_n), grads[0][:, :T], *grads[1:]])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("batch", [(), (2,), (2, 3), (0,)], ids=str)
@every_kind
def test_a_sequence_has_any_batch_shape(kind: str, batch: tuple[int, ...]) -> None:
    _, ours = pair(kind, num_layers=2, bidirectional=True, batch_first=True)
    x = Sequence(torch.randn(*batch, T, SIZE), torch.randint(0, T + 1, batch))
    hx = initial(ours, *batch)
    output, h_n = ours(x, hx)
    assert output.batch_shape == batch
    assert all(part.shape == (4, *batch, H) for part in parts(h_n))
    flat, last = ours(x.flatten(), tuple(p.reshape(4, -1, H) for p in hx)
                      if kind == "LSTM" else hx.reshape(4, -1, H))  # fmt: skip
    assert torch.equal(output.flatten().values, flat.values)
    for a, b in zip(parts(h_n), parts(last), strict=True):
        assert torch.equal(a.reshape(b.shape), b)


def test_a_sequence_that_does_not_fit_is_refused() -> None:
    _, ours = pair("GRU")
    with pytest.raises(ValueError, match=r"event shape \(\); expected vectors, \(3,\)"):
        ours(Sequence(torch.zeros(2, T)))
    with pytest.raises(RuntimeError, match=r"equal to input_size\. Expected 3, got 4"):
        ours(Sequence(torch.zeros(2, T, 4)))
    with pytest.raises(RuntimeError, match=r"Expected hidden size \(1, 2, 5\), got \[1, 3, 5\]"):
        ours(Sequence(torch.zeros(2, T, SIZE)), torch.zeros(1, 3, H))
    with pytest.raises(ValueError, match=r"do not take a tt\.Sequence"):
        tt.nn.LSTM(SIZE, H, proj_size=2)(Sequence(torch.zeros(2, T, SIZE)))


@pytest.mark.parametrize("shape", [(0, 2, SIZE), (T, 0, SIZE), (0, 0, SIZE), (0, SIZE)], ids=str)
@every_kind
def test_no_steps_and_no_rows_are_legal(kind: str, shape: tuple[int, ...]) -> None:
    _, ours = pair(kind, num_layers=2, bidirectional=True)
    hx = initial(ours, *shape[1:-1])
    output, h_n = ours(torch.zeros(shape), hx)
    assert output.shape == (*shape[:-1], 2 * H)
    for a, b in zip(parts(h_n), parts(hx), strict=True):
        assert a.shape == b.shape
        assert shape[0] or torch.equal(a, b)


# ---- other dtypes, devices and ways to run -------------------------------------------------------


def assert_close_but_for_rounding(exact: list[Tensor], *narrower: list[Tensor]) -> None:
    for values in zip(exact, *narrower, strict=True):
        for v in values:
            difference = float((v.float() - values[0]).norm().detach())
            assert difference < 0.2 * float(values[0].detach().norm())


@pytest.mark.parametrize("given_state", [True, False], ids=["h_0", "no h_0"])
@pytest.mark.parametrize("form", ["padded", "packed"])
@every_kind
def test_under_autocast_the_recursion_keeps_the_dtype_of_the_weights(
    kind: str, form: str, given_state: bool
) -> None:
    """torch.nn's has one dtype or the other, by module and form; the values are close."""
    theirs, ours = pair(kind, num_layers=2, bidirectional=True)
    x = torch.randn(FORMS[form].shape, requires_grad=True)
    hx = initial(theirs, *FORMS[form].rows) if given_state else None
    exact = results(ours, FORMS[form], x, hx)
    with torch.autocast("cpu", torch.bfloat16):
        actual = results(ours, FORMS[form], x, hx)
        narrow = results(ours, FORMS[form], x.detach().bfloat16().requires_grad_(), hx)
    assert actual[0].dtype == narrow[0].dtype == torch.float32
    assert_close_but_for_rounding(exact, actual, narrow)
    assert not torch.equal(narrow[0], exact[0])
    try:
        with torch.autocast("cpu", torch.bfloat16):
            expected = results(theirs, FORMS[form], x, hx)
    except RuntimeError as error:
        if "could not create a primitive descriptor" not in str(error):
            raise
        pytest.skip(f"torch's own {kind} does not run under autocast on this processor")
    assert_close_but_for_rounding(exact, expected)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("form", FORMS)
@every_kind
def test_other_dtypes_are_run_by_torch(kind: str, form: str, dtype: torch.dtype) -> None:
    theirs, ours = (m.to(dtype) for m in pair(kind, bidirectional=True))
    x = torch.randn(FORMS[form].shape, dtype=dtype, requires_grad=True)
    for a, b in zip(*(results(m, FORMS[form], x, None) for m in (theirs, ours)), strict=True):
        assert torch.equal(a, b)
    output, _ = ours(Sequence(torch.randn(2, T, SIZE, dtype=dtype), [T, 0]))  # which torch has not
    assert output.dtype == dtype


@every_kind
def test_without_an_engine_torch_runs_it(kind: str) -> None:
    theirs, ours = pair(kind, bidirectional=True)
    x = torch.randn(T, 2, SIZE)
    with use(None):
        assert torch.equal(ours(x)[0], theirs(x)[0])


def test_projections_are_run_by_torch() -> None:
    theirs, ours = pair("LSTM", proj_size=2, num_layers=2)
    x = torch.randn(T, 2, SIZE)
    for a, b in zip(ours(x)[1], theirs(x)[1], strict=True):
        assert torch.equal(a, b)
    assert repr(ours) == repr(theirs)


@every_kind
def test_on_the_meta_device_there_are_shapes(kind: str) -> None:
    name, own = KINDS[kind]
    ours = getattr(tt.nn, name)(SIZE, H, bidirectional=True, device="meta", **own)
    output, h_n = ours(torch.zeros(T, 2, SIZE, device="meta"))
    assert output.shape == (T, 2, 2 * H)
    assert parts(h_n)[0].device.type == "meta"
    output, _ = ours.to_empty(device="cpu")(torch.zeros(T, 2, SIZE))
    assert output.device.type == "cpu"


@pytest.mark.filterwarnings(
    "ignore::torch.jit.TracerWarning",
    "ignore:`torch.jit.trace",
    "ignore:The tensor attributes self._flat_weights",  # which are torch.nn's
)
@every_kind
def test_graphs_that_torch_records_are_right(kind: str) -> None:
    """The engine is nothing that torch could record; so it is not used then."""
    _, ours = pair(kind, num_layers=2, bidirectional=True)
    x = torch.randn(T, 2, SIZE)
    torch.testing.assert_close(torch.jit.trace(ours, (x,))(2 * x)[0], ours(2 * x)[0])
    exported = torch.export.export(ours, (x,)).module()
    torch.testing.assert_close(exported(2 * x)[0], ours(2 * x)[0])


def test_fake_tensors_have_no_memory_to_run_in() -> None:
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        output, _ = tt.nn.GRU(SIZE, H)(torch.zeros(T, 2, SIZE))
    assert output.shape == (T, 2, H)


def test_threads_that_run_the_same_module_do_not_meet() -> None:
    _, ours = pair("GRU", num_layers=2)
    inputs = [torch.randn(T, 2, SIZE) for _ in range(40)]
    expected = [ours(x)[0] for x in inputs]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            actual = list(pool.map(lambda x: ours(x)[0], inputs))
    finally:
        sys.setswitchinterval(interval)
    for a, b in zip(actual, expected, strict=True):
        assert torch.equal(a, b)


# ---- functions of parameters ---------------------------------------------------------------------


@every_kind
def test_called_with_other_parameters_it_uses_no_others(kind: str) -> None:
    theirs, ours = (m.double() for m in pair(kind, num_layers=2))
    x = torch.randn(T, 2, SIZE, dtype=torch.float64)
    others = {k: torch.randn_like(v).requires_grad_() for k, v in theirs.named_parameters()}
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.fill_(torch.nan)  # whoever looks at these will see
    found = []
    for module in (theirs, ours):
        total = functional_call(module, others, (x,))[0].square().sum()
        found.append(torch.autograd.grad(total, list(others.values())))
    torch.testing.assert_close(found[1], found[0], rtol=1e-10, atol=1e-10)


class Half(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return weight / 2


@every_kind
def test_parametrized_weights(kind: str) -> None:
    theirs, ours = pair(kind)
    for module in (theirs, ours):
        for name in ("weight_ih_l0", "weight_hh_l0"):
            parametrize.register_parametrization(module, name, Half())
    x = torch.randn(T, 2, SIZE, requires_grad=True)
    for a, b in zip(*(results(m, FORMS["padded"], x, None) for m in (ours, theirs)), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


def with_parameters(module: nn.RNNBase, *inputs: Tensor) -> tuple[Callable[..., Any], list[Tensor]]:
    """The module as a function of its inputs and parameters."""
    names = [name for name, _ in module.named_parameters()]

    def f(*values: Tensor) -> tuple[Tensor, ...]:
        x, h, *others = values
        hx = (h, h.flip(0)) if module.mode == "LSTM" else h
        output, hidden = functional_call(module, dict(zip(names, others, strict=True)), (x, hx))
        return (output.data if isinstance(output, PackedSequence) else output, *parts(hidden))

    return f, [*inputs, *(p.detach().clone().requires_grad_() for p in module.parameters())]


@every_kind
def test_torchs_own_checks_of_both_derivatives_agree(kind: str) -> None:
    _, ours = pair(kind, bidirectional=True)
    x = torch.randn(3, 2, SIZE, dtype=torch.float64, requires_grad=True)
    h = torch.randn(2, 2, H, dtype=torch.float64, requires_grad=True)
    f, values = with_parameters(ours.double(), x, h)
    torch.autograd.gradcheck(f, values, fast_mode=True)
    torch.autograd.gradgradcheck(f, values, fast_mode=True)


@every_kind
def test_gradients_of_each_sample(kind: str) -> None:
    """Which torch.nn's modules cannot give: their kernels have no batching rule."""
    theirs, ours = (m.double() for m in pair(kind, bidirectional=True))
    x = torch.randn(3, T, SIZE, dtype=torch.float64)
    parameters = {k: v.detach() for k, v in ours.named_parameters()}
    each = vmap(grad(lambda p, x: functional_call(ours, p, (x,))[0].square().sum()), (None, 0))
    found = each(parameters, x)
    for sample in range(3):
        total = theirs(x[sample])[0].square().sum()
        expected = torch.autograd.grad(total, list(theirs.parameters()))
        for name, b in zip(parameters, expected, strict=True):
            torch.testing.assert_close(found[name][sample], b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("gradients", [True, False], ids=["grad", "no_grad"])
@every_kind
def test_forward_mode(kind: str, gradients: bool) -> None:
    _, ours = pair(kind, bidirectional=True)
    ours, direction = ours.double(), torch.randn(T, 2, SIZE, dtype=torch.float64)
    x, step = torch.randn_like(direction), 1e-6
    expected = (ours(x + step * direction)[0] - ours(x - step * direction)[0]) / (2 * step)
    with torch.set_grad_enabled(gradients):
        with forward_ad.dual_level():
            dual = ours(forward_ad.make_dual(x, direction))[0]
            tangent = forward_ad.unpack_dual(dual).tangent
        other = jvp(lambda x: ours(x)[0], (x,), (direction,))[1]
    torch.testing.assert_close(tangent, expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(other, expected, rtol=1e-6, atol=1e-6)
