"""2.3, which sums up a sequence; 2.4, which unfolds a vector; and the two composed."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import nn
from torch.distributions import Distribution
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.oracle import Unfolded
from throughtime import Edge

LENGTHS = [3, 0, 1]
SYMBOLS = tt.outputs.Categorical(3)


def _summary(wiring: tt.Wiring, **options: Any) -> tt.RecurrentModel:
    return oracle.model(wiring, None, **options)


def _decoder(length: tt.lengths.Length, **options: Any) -> tt.RecurrentModel:
    return oracle.model(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, length, **options)


def _encoder_decoder(length: tt.lengths.Length) -> tt.EncoderDecoder:
    return tt.EncoderDecoder(_summary(tt.wirings.SEQUENCE_TO_VECTOR), _decoder(length))


# ---- a sequence to one vector --------------------------------------------------------------------


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("wiring", oracle.EMIT_LAST, ids=repr)
@torch.no_grad()
def test_the_summary_is_the_last_hidden_state_of_each_direction(
    wiring: tt.Wiring, layers: int
) -> None:
    model, inputs = _summary(wiring, layers=layers), oracle.inputs(wiring, LENGTHS)
    h = model(**inputs)
    assert h.shape == (3, oracle.HIDDEN_SIZE * len(wiring.directions))
    for i, tau in enumerate(LENGTHS):
        graph = Unfolded(model, torch.zeros(0), **oracle.row_of(inputs, i))
        # forward has read all of x at τ, and backward at 1; before them is the initial state
        last = [graph.h(layers - 1, d, tau if d > 0 else 1) for d in wiring.directions]
        assert_close(h[i], torch.cat(last))


@pytest.mark.parametrize("initial_state", ["zeros", "learned"])
@pytest.mark.parametrize("wiring", oracle.EMIT_LAST, ids=repr)
def test_the_summary_of_the_empty_sequence_is_the_initial_state(
    wiring: tt.Wiring, initial_state: Any
) -> None:
    model = _summary(wiring, initial_state=initial_state)
    h = model(**oracle.inputs(wiring, [0, 0]))
    expected = [r.initial[0] if len(r.initial) else torch.zeros(2) for r in model.graph.layers[-1]]
    assert_close(h, torch.cat(expected).double().expand(2, -1))
    assert bool(h.any()) is (initial_state == "learned")


@pytest.mark.parametrize(
    "output",
    [SYMBOLS, tt.outputs.Bernoulli(2), tt.outputs.Normal(2), tt.outputs.Mixture(2)],
    ids=repr,
)
@pytest.mark.parametrize("wiring", oracle.EMIT_LAST, ids=repr)
@torch.no_grad()
def test_with_an_output_the_summary_becomes_a_torch_distribution(
    wiring: tt.Wiring, output: tt.outputs.Output
) -> None:
    model, inputs = oracle.model(wiring, output), oracle.inputs(wiring, LENGTHS)
    p = model(**inputs)
    assert isinstance(p, Distribution)
    assert not isinstance(p, tt.SequenceDistribution)
    assert (p.batch_shape, p.event_shape) == ((3,), output.event_shape)
    y = p.sample()
    bare = _summary(wiring)
    bare.load_state_dict(model.state_dict(), strict=False)
    o = bare(**inputs) @ model.graph.V.T + model.graph.c
    expected = [oracle.log_density(output, o[i], y[i]) for i in range(3)]
    assert_close(p.log_prob(y), torch.stack(expected))


@pytest.mark.parametrize("wiring", oracle.EMIT_LAST, ids=repr)
def test_the_gradient_of_what_comes_after_the_summary_reaches_all_of_the_sequence(
    wiring: tt.Wiring,
) -> None:
    model, inputs = _summary(wiring), oracle.inputs(wiring, LENGTHS)
    x = inputs["x"].values.clone().requires_grad_()
    inputs["x"] = tt.Sequence(x, inputs["x"].lengths)
    later = nn.Linear(model.graph.hidden_size, 1).double()
    loss = later(model(**inputs)).sum()
    gradient = torch.autograd.grad(loss, [x, *model.parameters()])
    mask = inputs["x"].mask
    assert (gradient[0].abs().sum(-1) > 0).equal(mask)
    assert all(g.any() for g in gradient[1:])


@torch.no_grad()
def test_padding_and_other_rows_do_not_change_a_summary() -> None:
    wiring = tt.Wiring(Edge.INPUT, Edge.HIDDEN, Edge.BACKWARD, Edge.EMIT_LAST)
    model, x = _summary(wiring, layers=2), oracle.inputs(wiring, LENGTHS)["x"]
    garbage = torch.full((3, 5, 2), torch.nan, dtype=torch.float64)
    garbage[:, :3] = torch.where(x.mask[..., None], x.values, torch.nan)
    assert torch.equal(model(tt.Sequence(garbage, x.lengths)), model(x))
    for i in range(3):
        assert_close(model(x[i]), model(x)[i])
        assert_close(model(x[i : i + 1]), model(x)[i : i + 1])
    assert model(tt.Sequence(torch.zeros(0, 3, 2).double())).shape == (0, 4)


# ---- composed ------------------------------------------------------------------------------------

ENDINGS = [tt.lengths.EndOfSequence(), tt.lengths.Halt(), tt.lengths.PredictedLength(2)]


@pytest.mark.parametrize("length", ENDINGS, ids=repr)
@torch.no_grad()
def test_given_each_x_the_probabilities_of_all_sequences_of_all_lengths_sum_to_one(
    length: tt.lengths.Length,
) -> None:
    model = _encoder_decoder(length)
    p = model(oracle.inputs(tt.wirings.SEQUENCE_TO_VECTOR, LENGTHS)["x"])
    assert p.batch_shape == (3,)
    y, _ = oracle.support(p, 2)
    total = p.log_prob(y).exp().sum(0)
    if length.stops:
        total = total + p.observe(oracle.beginnings(p, 3))[0].exp().sum(0)
    assert_close(total, torch.ones(3, dtype=torch.float64))


def _example(length: tt.lengths.Length) -> tuple[tt.EncoderDecoder, tt.Sequence, tt.Sequence]:
    """A model, three x, and a y of each."""
    x = oracle.inputs(tt.wirings.SEQUENCE_TO_VECTOR, LENGTHS)["x"]
    y = tt.Sequence(torch.tensor([[0, 2], [1, 0], [0, 0]]), [2, 1, 0])
    return _encoder_decoder(length), x, y


@pytest.mark.parametrize("length", ENDINGS, ids=repr)
def test_the_composition_is_the_decoder_given_the_encoders_vector(
    length: tt.lengths.Length,
) -> None:
    model, x, y = _example(length)
    expected = model.decoder(model.encoder(x)).log_prob(y)
    assert torch.equal(model(x).log_prob(y), expected)
    rows = [
        Unfolded(model.decoder, y[i].values, vector=model.encoder(x)[i]).log_prob()
        for i in range(3)
    ]
    assert_close(expected, torch.stack(rows))


@pytest.mark.parametrize("length", ENDINGS, ids=repr)
def test_the_gradient_flows_through_the_vector_into_the_encoder(
    length: tt.lengths.Length,
) -> None:
    model, x, y = _example(length)
    vector = model.encoder(x)
    (of_vector,) = torch.autograd.grad(
        model.decoder(vector).log_prob(y).sum(), vector, retain_graph=True
    )
    parameters = list(model.encoder.parameters())
    expected = torch.autograd.grad(vector, parameters, of_vector)
    actual = torch.autograd.grad(model(x).log_prob(y).sum(), parameters)
    for a, b in zip(actual, expected, strict=True):
        assert_close(a, b)
        assert a.any()


def test_any_module_that_gives_a_vector_is_an_encoder() -> None:
    picture = nn.Sequential(nn.Flatten(-2), nn.Linear(9, oracle.VECTOR_SIZE)).double()
    model = tt.EncoderDecoder(picture, _decoder(tt.lengths.EndOfSequence()))
    p = model(torch.randn(4, 3, 3, dtype=torch.float64))
    assert p.log_prob(p.mode(2, max_length=3)).shape == (4,)


def test_the_vector_may_be_a_symbol() -> None:
    decoder = _decoder(tt.lengths.Halt(), vector_size=4)
    y = torch.tensor([[1, 2], [0, 0]])
    one_hot = torch.eye(4, dtype=torch.float64)[[3, 0]]
    assert_close(decoder(torch.tensor([3, 0])).log_prob(y), decoder(one_hot).log_prob(y))


BIDIRECTIONAL = tt.Wiring(Edge.INPUT, Edge.HIDDEN, Edge.BACKWARD, Edge.EMIT_LAST)


@pytest.mark.parametrize(
    ("encoder", "decoder", "reason"),
    [
        (
            lambda: _summary(tt.wirings.SEQUENCE_TO_VECTOR),
            lambda: oracle.model(tt.wirings.HIDDEN_TO_HIDDEN, SYMBOLS),
            f"a decoder's only input is a vector, through {Edge.VECTOR.value}; got Wiring",
        ),
        (
            lambda: _summary(tt.wirings.SEQUENCE_TO_VECTOR),
            lambda: oracle.model(tt.wirings.HIDDEN_TO_HIDDEN | Edge.VECTOR, SYMBOLS),
            "a decoder's only input is a vector",
        ),
        (
            lambda: nn.Linear(2, 2),
            lambda: oracle.model(tt.wirings.HIDDEN_TO_HIDDEN, SYMBOLS),
            "a decoder's only input is a vector",
        ),
        (
            lambda: oracle.model(tt.wirings.SEQUENCE_TO_VECTOR, SYMBOLS),
            lambda: _decoder(tt.lengths.Halt()),
            "has output=None; got",
        ),
        (
            lambda: oracle.model(tt.wirings.HIDDEN_TO_HIDDEN, SYMBOLS),
            lambda: _decoder(tt.lengths.Halt()),
            "a recurrent encoder gives a vector: it emits last",
        ),
        (
            lambda: _summary(BIDIRECTIONAL),
            lambda: _decoder(tt.lengths.Halt()),
            "the encoder's summary has size 4, and the decoder takes vectors of size 2",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(encoder: Any, decoder: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        tt.EncoderDecoder(encoder(), decoder())
