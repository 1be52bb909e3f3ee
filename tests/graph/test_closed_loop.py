"""The loop through E[y(t-1)] or o(t-1) is one cell of its graph, made once and part of nothing."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from torch import nn

import throughtime as tt
from tests.helpers.models import assert_same, gradients, leaves, make, problem
from throughtime import Edge
from throughtime.engine import library
from throughtime.gradients import Autograd, FullBPTT
from throughtime.tracing import cache

CLOSED = [
    tt.Wiring(Edge.INPUT, fed, Edge.EMIT, *hidden)
    for fed in (Edge.EXPECTED, Edge.OUTPUT)
    for hidden in ((), (Edge.HIDDEN,))
]


@pytest.mark.parametrize("wiring", CLOSED, ids=str)
@pytest.mark.parametrize(
    ("cell", "dropout"),
    [
        ("GRU", 0.4),
        ("LSTM", 0.0),
        pytest.param("GRU", 0.0, marks=pytest.mark.thorough),
        pytest.param("LSTM", 0.4, marks=pytest.mark.thorough),
    ],
)
def test_the_engine_takes_the_loop_by_a_trace_and_its_gradients_are_right(
    cell: str, dropout: float, wiring: tt.Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    if library.loaded() is None:
        pytest.skip("no engine is built here")
    monkeypatch.setattr(cache, "ENOUGH", 0)
    model = make(cell, wiring, tt.outputs.Categorical(3), layers=2, dropout=dropout)
    given = problem(model, (12, 0, 9, 1))
    found = []
    for method in (FullBPTT(), Autograd()):
        model.gradient = method
        torch.manual_seed(0)
        found.append(gradients(given.loss(model), leaves(model, given)))
    by_hand, automatic = found
    assert_same(by_hand, automatic)
    known = cache._cells[model.graph.loops[dropout > 0]].programs
    assert [traced is not None for traced in known.values()] == [True]


def test_it_is_made_once_and_registers_nothing() -> None:
    model = make("GRU", CLOSED[1])
    names = list(model.state_dict()), [name for name, _ in model.named_modules()]
    loops = model.graph.loops
    assert model.graph.loops is loops
    assert (list(model.state_dict()), [name for name, _ in model.named_modules()]) == names
    model.double()
    assert {p.dtype for loop in loops for p in loop.parameters()} == {torch.float64}


def test_its_parameters_are_those_of_the_step() -> None:
    model = make("GRU", tt.Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EXPECTED, Edge.EMIT), layers=2)
    own = {id(p) for p in model.graph.loops[0].parameters()}
    other = {name for name, p in model.graph.named_parameters() if id(p) not in own}
    assert other == {"recurrences.0.U.weight", "recurrences.0.start"} | {
        f"recurrences.{layer}.initial.0" for layer in range(2)
    }


@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
def test_a_copy_of_a_model_has_a_loop_of_its_own(way: str) -> None:
    model = make("GRU", CLOSED[1])
    given = problem(model)
    before = given.loss(model)  # from here on there is a loop
    other = copy.deepcopy(model) if way == "deepcopy" else pickle.loads(pickle.dumps(model))
    assert all(loop.graph is other.graph for loop in other.graph.loops)
    assert torch.equal(given.loss(other), before)
    with torch.no_grad():
        nn.init.zeros_(other.graph.V)
    assert torch.equal(given.loss(model), before)
    assert not torch.equal(given.loss(other), before)
