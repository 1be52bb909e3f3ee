"""A wiring is a set of edges; each of the 512 sets makes a model or is refused with the reason."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from torch import Tensor

import throughtime as tt
from tests.helpers.models import VALID, WIRINGS, Trace, make, problem
from throughtime import Edge, Wiring
from throughtime.wiring import NAMED

ALL = [frozenset(edges) for n in range(10) for edges in combinations(Edge, n)]
FED = {Edge.OBSERVED, Edge.EXPECTED, Edge.OUTPUT}


def test_there_are_512_sets_of_edges() -> None:
    assert len(set(ALL)) == 512


def makes_a_model(edges: frozenset[Edge]) -> bool:
    """The theory, in other words than the library's."""
    if len(edges & {Edge.EMIT, Edge.EMIT_LAST}) != 1 or len(edges & FED) > 1:
        return False
    if Edge.EMIT_LAST in edges:  # reads a whole sequence, and feeds nothing back
        return (
            Edge.INPUT in edges and not edges & FED and bool(edges & {Edge.HIDDEN, Edge.BACKWARD})
        )
    if Edge.BACKWARD in edges:  # the future exists only of an input, and not of an output
        return Edge.INPUT in edges and not edges & FED
    return edges != {Edge.EMIT}


@pytest.mark.parametrize("makes", [True, False])
def test_every_set_of_edges_is_accepted_or_refused_with_one_line_of_reason(makes: bool) -> None:
    for edges in ALL:
        if makes_a_model(edges) is not makes:
            continue
        if makes:
            assert Wiring(*edges).edges == edges
            continue
        with pytest.raises(ValueError, match=r"\w+") as refused:
            Wiring(*edges)
        reason = str(refused.value)
        assert "\n" not in reason
        named = {edge for edge in Edge if edge.value in reason}
        # it speaks of edges that are there, or of one to add, unless nothing is there to speak of
        assert named or edges == {Edge.EMIT}


REASONS = {
    "no output": (Edge.INPUT, Edge.HIDDEN),
    "both there": (Edge.INPUT, Edge.HIDDEN, Edge.EMIT, Edge.EMIT_LAST),
    "carrying different things": (Edge.INPUT, Edge.OBSERVED, Edge.EXPECTED, Edge.EMIT),
    "needs an output at every step": (Edge.INPUT, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT_LAST),
    "no order to compute in": (Edge.INPUT, Edge.BACKWARD, Edge.OBSERVED, Edge.EMIT),
    "reads the input from its end": (Edge.VECTOR, Edge.BACKWARD, Edge.EMIT),
    "sums up an input sequence": (Edge.VECTOR, Edge.HIDDEN, Edge.EMIT_LAST),
    "would see the last": (Edge.INPUT, Edge.EMIT_LAST),
    "nothing enters": (Edge.EMIT,),
}


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_is_the_one_that_applies(reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Wiring(*REASONS[reason])


def test_the_five_of_the_notes() -> None:
    x, h, y, vector = Edge.INPUT, Edge.HIDDEN, Edge.OBSERVED, Edge.VECTOR
    assert tt.wirings.HIDDEN_TO_HIDDEN.edges == {x, h, Edge.EMIT}
    assert tt.wirings.OUTPUT_TO_HIDDEN.edges == {x, y, Edge.EMIT}
    assert tt.wirings.SEQUENCE_TO_VECTOR.edges == {x, h, Edge.EMIT_LAST}
    assert tt.wirings.VECTOR_TO_SEQUENCE.edges == {vector, h, y, Edge.EMIT}
    assert tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN.edges == {x, h, y, Edge.EMIT}
    assert {n.upper().replace("-", "_"): w for n, w in NAMED.items()} == {
        name: getattr(tt.wirings, name)
        for name in vars(tt.wirings)
        if isinstance(getattr(tt.wirings, name), Wiring)
    }


# ---- text and sets ----------------------------------------------------------------------------


@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_a_wiring_is_made_again_from_what_it_prints(wiring: Wiring) -> None:
    again = eval(repr(wiring), {"Wiring": Wiring})
    assert again == wiring
    assert hash(again) == hash(wiring)
    assert set(wiring) == wiring.edges
    assert len(list(wiring)) == len(wiring.edges)


@pytest.mark.parametrize("edge", Edge)
def test_spaces_and_the_kind_of_arrow_do_not_matter(edge: Edge) -> None:
    for text in (edge.value, edge.value.replace(" ", ""), edge.value.replace("->", "→")):
        whole = next(w for w in VALID if edge in w)
        rest = [e for e in whole if e is not edge]
        assert Wiring(text, *rest) == whole
        assert text in whole


def test_tau_can_be_spelled_out() -> None:
    last = tt.wirings.SEQUENCE_TO_VECTOR
    for text in ("h(tau) -> o", "h(tau)→o", "h( tau )->o"):
        assert Wiring("x(t) -> h(t)", "h(t-1) -> h(t)", text) == last
        assert text in last
    with pytest.raises(ValueError, match=r"one a step\) or h\(τ\) -> o \(or h\(tau\) -> o\)"):
        Wiring("x(t) -> h(t)", "h(t-1) -> h(t)")


@pytest.mark.parametrize("text", ["h(t) -> h(t)", "", "y(t) -> h(t)", "h(t-2) -> h(t)"])
def test_an_unknown_edge_is_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="no edge") as refused:
        Wiring(text)
    assert all(edge.value in str(refused.value) for edge in Edge)
    assert str(refused.value).endswith("h(t) -> o(t), h(τ) -> o (or h(tau) -> o)")


def test_edges_are_added_and_taken_away() -> None:
    both = tt.wirings.HIDDEN_TO_HIDDEN | Edge.OBSERVED
    assert both == tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    assert both - Edge.HIDDEN == both - "h(t-1)→h(t)" == tt.wirings.OUTPUT_TO_HIDDEN
    assert both - Edge.VECTOR == both
    assert both != both.edges
    with pytest.raises(ValueError, match="no output"):
        both - Edge.EMIT
    with pytest.raises(ValueError, match="choose one"):
        both | "o(t-1) -> h(t)"


def test_the_delay_of_an_edge_is_its_black_square() -> None:
    delays = {edge: edge.delay for edge in Edge if edge.delay}
    assert delays == {**dict.fromkeys([Edge.HIDDEN, *FED], 1), Edge.BACKWARD: -1}


# ---- what follows from the edges --------------------------------------------------------------


def crosses_time(wiring: Wiring, observed: bool) -> bool:
    """Whether the folded graph has a path from a step's hidden units to those of another step;
    y observed is data, so what enters it stops there."""
    ends = {
        Edge.HIDDEN: ("h", "h"),
        Edge.BACKWARD: ("h", "h"),
        Edge.EMIT: ("h", "o"),
        Edge.OBSERVED: ("data" if observed else "o", "h"),
        Edge.EXPECTED: ("o", "h"),
        Edge.OUTPUT: ("o", "h"),
    }
    edges = [(*ends[e], e.delay) for e in wiring if e in ends]
    reached = {("h", 0)}
    for _ in range(4):
        reached |= {
            (b, min(1, abs(moved) + abs(delay)))
            for a, b, delay in edges
            for node, moved in reached
            if node == a
        }
    return ("h", 1) in reached


@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_steps_are_decoupled_where_the_graph_has_no_path_between_them(wiring: Wiring) -> None:
    assert wiring.decoupled == (not crosses_time(wiring, observed=True))


@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_values_are_independent_given_x_where_no_drawn_value_enters(wiring: Wiring) -> None:
    assert wiring.independent == (Edge.OBSERVED not in wiring)
    assert wiring.feedback == next((e for e in FED if e in wiring), None)
    assert wiring.emits_last == (Edge.EMIT_LAST in wiring)


class Counting(Trace):
    """A user's cell that counts its steps and the rows of each."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.rows: list[int] = []

    def step(self, drive: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        self.rows.append(len(drive))
        return super().step(drive, state)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_decoupled_steps_are_one_call_and_others_are_one_each(wiring: Wiring, layers: int) -> None:
    """2.2 runs parallel over time because its wiring says so."""
    lengths, rows = (6, 2, 0), 3
    length = None if Edge.INPUT in wiring else tt.lengths.Unending()
    model = make("own", wiring, length=length, layers=layers)
    for recurrence in model.graph.recurrences:
        recurrence.cell = Counting(3).double()
    log_prob = problem(model, lengths).log_prob(model)
    expected = [6 * rows] if wiring.decoupled else [rows] * 6
    assert all(r.cell.rows == expected for r in model.graph.recurrences)
    log_prob.sum().backward()
    if wiring.decoupled:  # and so is its gradient
        assert all(r.cell.rows == expected for r in model.graph.recurrences)


def test_a_stop_is_one_step_more() -> None:
    model = make("own", WIRINGS["generator"])
    cell = model.graph.first.cell = Counting(3).double()
    problem(model, (6, 2, 0)).log_prob(model)
    assert cell.rows == [3] * 7


@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_a_direction_of_time_for_each_recurrence(wiring: Wiring) -> None:
    forward, backward = Edge.HIDDEN in wiring, Edge.BACKWARD in wiring
    assert wiring.directions == ((1,) * forward + (-1,) * backward or (0,))
    model = make("tanh", wiring, layers=2)
    assert [r.direction for r in model.graph.recurrences] == [*wiring.directions] * 2
    assert model.graph.hidden_size == 3 * len(wiring.directions)
    assert torch.Size([*model.graph.V.shape][1:]) == (model.graph.hidden_size,)
