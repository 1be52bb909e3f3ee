"""A drawing has the graph that the theory says, and no other."""

from __future__ import annotations

from collections import Counter
from graphlib import CycleError, TopologicalSorter

import pytest

import throughtime as tt
from tests.helpers.models import VALID
from tests.wiring.graphs import BOTH_LAST, before, drawn, encoded, parents, steps_of, whole
from throughtime import Edge, Wiring
from throughtime.wiring import FEEDBACK, RECURRENCE
from throughtime.wiring.drawing.diagram import Arrow, Inner, Key, Unit
from throughtime.wiring.drawing.net import MODES, Mode

STEPS = 4
MATRIX: dict[Edge | Inner, str] = {
    **dict.fromkeys(FEEDBACK, "S"),
    **dict.fromkeys(RECURRENCE, "W"),
    Edge.INPUT: "U",
    Edge.VECTOR: "R",
    Edge.EMIT: "V",
    Edge.EMIT_LAST: "V",
    Inner.BETWEEN: "U",
    Inner.DRAWN: "~",
}

each = pytest.mark.parametrize("mode", MODES)


def letter(arrow: Arrow) -> str | None:
    """The letter of the matrix, without the prime of the backward units."""
    return arrow.marks[0].symbol.letter.rstrip("′") if arrow.marks else None


@each
def test_the_edges_are_those_of_the_wiring_each_with_its_matrix(mode: Mode) -> None:
    for wiring in VALID:
        for diagram in (drawn(wiring, mode), drawn(wiring, mode, STEPS, 3)):
            assert {a.edge for a in diagram.arrows if isinstance(a.edge, Edge)} == wiring.edges
            assert all(letter(a) == MATRIX.get(a.edge) for a in whole(diagram))


@each
def test_what_enters_enters_the_lowest_layer_and_only_the_top_one_leads_out(mode: Mode) -> None:
    enters = {Edge.INPUT, Edge.VECTOR, *FEEDBACK}
    for wiring in VALID:
        for diagram in (drawn(wiring, mode, None, 3), drawn(wiring, mode, STEPS, 3)):
            for arrow in whole(diagram):
                assert arrow.source is not None
                assert arrow.target is not None
                if arrow.edge in enters:
                    assert arrow.target.layer == 0
                if arrow.edge in (Edge.EMIT, Edge.EMIT_LAST):
                    assert arrow.source.layer == 2
                if arrow.edge is Inner.BETWEEN:
                    assert arrow.target.layer == arrow.source.layer + 1


@each
def test_a_square_is_a_delay(mode: Mode) -> None:
    for wiring in VALID:
        diagram = drawn(wiring, mode, None, 2)
        for arrow in diagram.arrows:
            assert arrow.ahead == (arrow.edge.delay if isinstance(arrow.edge, Edge) else 0)
        delays = [arrow.ahead for arrow in diagram.arrows if arrow.ahead]
        assert Counter(square.steps for square in diagram.squares) == Counter(delays)
        recurrent = 2 * len(wiring.edges & RECURRENCE)  # one in each layer
        assert len(delays) == recurrent + len(wiring.edges & FEEDBACK)


@pytest.mark.parametrize("steps", [1, 2, STEPS])
@each
def test_every_step_has_nodes_of_its_own(mode: Mode, steps: int) -> None:
    for wiring in VALID:
        layers = 2
        count = Counter(node.key.unit for node in drawn(wiring, mode, steps, layers).nodes)
        outputs = 1 if wiring.emits_last else steps
        expected = {
            Unit.H: layers * steps,
            Unit.G: layers * steps * (wiring.edges >= RECURRENCE),
            Unit.X: steps * (Edge.INPUT in wiring),
            Unit.VECTOR: 1 * (Edge.VECTOR in wiring),
            Unit.O: outputs,
            Unit.Y: outputs,
            Unit.L: outputs * (mode == "training"),
        }
        assert count == Counter({unit: many for unit, many in expected.items() if many})


@pytest.mark.parametrize("steps", [1, 2, STEPS])
@each
def test_the_unfolded_graph_has_no_cycle(mode: Mode, steps: int) -> None:
    for wiring in VALID:
        order = TopologicalSorter(parents(drawn(wiring, mode, steps, 2))).static_order()
        assert len(list(order)) == len(drawn(wiring, mode, steps, 2).nodes)


@each
def test_the_folded_graph_has_a_cycle_where_there_is_a_loop(mode: Mode) -> None:
    for wiring in VALID:
        loops = not wiring.decoupled or (mode == "closed-loop" and wiring.feedback is not None)
        try:
            TopologicalSorter(parents(drawn(wiring, mode))).prepare()
            assert not loops
        except CycleError:
            assert loops


@each
def test_an_edge_spans_its_delay(mode: Mode) -> None:
    for wiring in VALID:
        diagram = drawn(wiring, mode, STEPS, 2)
        for arrow in whole(diagram):
            assert arrow.source is not None
            assert arrow.target is not None
            if arrow.source.step is not None and arrow.edge is not Edge.EMIT_LAST:
                delay = arrow.edge.delay if isinstance(arrow.edge, Edge) else 0
                assert arrow.target.step is not None
                assert arrow.target.step - arrow.source.step == delay


# ---- what depends on what ----------------------------------------------------------------------


def test_in_training_a_given_y_reaches_the_next_step_only_by_its_own_edge() -> None:
    for wiring in VALID:
        diagram = drawn(wiring, "training", STEPS, 2)
        direct = parents(diagram)
        assert all(not direct[key] for key in direct if key.unit is Unit.Y)  # nothing makes it
        reaches = any(
            steps_of(before(diagram, Key(Unit.H, layer, i)), Unit.Y)
            for layer in range(2)
            for i in range(STEPS)
        )
        assert reaches == (Edge.OBSERVED in wiring)
        for key in direct:
            if key.unit is Unit.L:  # compares, and nothing follows from it
                assert {source.unit for source in direct[key]} == {Unit.O, Unit.Y}
                assert {source.step for source in direct[key]} == {key.step}
                assert not any(key in sources for sources in direct.values())


def test_in_a_closed_loop_y_is_drawn_from_o_and_values_depend_as_the_theory_says() -> None:
    for wiring in VALID:
        diagram = drawn(wiring, "closed-loop", STEPS, 1)
        assert not any(node.key.unit is Unit.L for node in diagram.nodes)
        for key, sources in parents(diagram).items():
            if key.unit is Unit.Y:
                assert sources == {key._replace(unit=Unit.O)}
        if not wiring.emits_last:
            earlier = steps_of(before(diagram, Key(Unit.Y, 0, STEPS - 1)), Unit.Y)
            assert earlier == (set() if wiring.independent else {*range(STEPS - 1)})


def test_steps_are_joined_where_they_are_not_decoupled() -> None:
    for wiring in VALID:
        diagram = drawn(wiring, "training", STEPS, 1)
        joined = steps_of(before(diagram, Key(Unit.H, 0, 1)), Unit.H) - {1}
        if Edge.BACKWARD in wiring and Edge.HIDDEN not in wiring:
            assert joined == {2, 3}
        else:
            assert joined == (set() if wiring.decoupled else {0})


@pytest.mark.parametrize("layers", [1, 2])
def test_o_sees_the_x_that_its_directions_reach(layers: int) -> None:
    for wiring in VALID:
        if Edge.INPUT not in wiring or wiring.emits_last:
            continue
        diagram = drawn(wiring, "training", STEPS, layers)
        for t in range(STEPS):
            past = Edge.HIDDEN in wiring or wiring.feedback in (Edge.EXPECTED, Edge.OUTPUT)
            seen = {t, *(range(t) if past else ())}
            seen |= {*range(t, STEPS)} if Edge.BACKWARD in wiring else set()
            assert steps_of(before(diagram, Key(Unit.O, 0, t)), Unit.X) == seen


@pytest.mark.parametrize("steps", [1, 3])
def test_what_one_output_is_made_of_has_read_the_whole_sequence(steps: int) -> None:
    """Forward that is h(τ), backward h(1): at its other end each has read one x only."""
    for wiring in VALID:
        if not wiring.emits_last:
            continue
        diagram = drawn(wiring, "training", steps, 2)
        sources = parents(diagram)[Key(Unit.O, 0, steps - 1)]
        assert len(sources) == len(wiring.directions)
        for source in sources:
            assert source.layer == 1
            alone = {source.unit, Unit.X}  # along its own direction
            seen = {key for key in before(diagram, source) if key.unit in alone and key.layer == 0}
            assert steps_of(seen, Unit.X) == {*range(steps)}
            row = Key(source.unit, 1, 0 if source.step else steps - 1)
            assert steps == 1 or row in before(diagram, source)


def test_both_directions_are_two_sets_of_units_that_do_not_meet() -> None:
    diagram = drawn(tt.wirings.HIDDEN_TO_HIDDEN | Edge.BACKWARD, "training", STEPS, 1)
    for t in range(STEPS):
        forward = before(diagram, Key(Unit.H, 0, t))
        backward = before(diagram, Key(Unit.G, 0, t))
        assert {key.unit for key in forward} <= {Unit.H, Unit.X}
        assert {key.unit for key in backward} <= {Unit.G, Unit.X}
        assert steps_of(forward, Unit.X) == {*range(t + 1)}
        assert steps_of(backward, Unit.X) == {*range(t, STEPS)}
    letters = {a.marks[0].symbol.letter for a in diagram.arrows if a.marks}
    assert letters == {"U", "U′", "W", "W′", "V"}


# ---- models ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoder", [tt.wirings.SEQUENCE_TO_VECTOR, BOTH_LAST], ids=str)
def test_a_decoder_sees_all_that_its_encoder_reads(encoder: Wiring) -> None:
    diagram = encoded(encoder)
    handed = parents(diagram)[Key(Unit.VECTOR)]
    assert {key.net for key in handed} == {1}
    last = {Key(Unit.H, 0, 2, net=1)}
    assert handed == (last if encoder is not BOTH_LAST else last | {Key(Unit.G, 0, 0, net=1)})
    for t in range(3):
        seen = {key for key in before(diagram, Key(Unit.O, 0, t)) if key.net == 1}
        assert steps_of(seen, Unit.X) == {0, 1, 2}
    handed = parents(encoded(encoder, folds=True))[Key(Unit.VECTOR)]
    assert {key.unit for key in handed} == (
        {Unit.H} if encoder is not BOTH_LAST else {Unit.H, Unit.G}
    )


def test_a_model_says_what_it_is_made_of() -> None:
    model = tt.RecurrentModel(
        [tt.cells.GRU(8), tt.cells.LSTM(4)],
        tt.wirings.VECTOR_TO_SEQUENCE,
        tt.outputs.Categorical(3),
        tt.lengths.PredictedLength(9),
        vector_size=5,
    )
    said = str(model.draw())
    words = ("GRU 8", "LSTM 4", "size 5", repr(model.output), repr(model.length), ">φ<", ">C<")
    assert all(word in said for word in words)
    assert ">φ<" not in str(model.wiring.draw())
    assert model._repr_svg_() == said
    assert set(model.state_dict()) == {name for name, _ in model.named_parameters()}


def test_encoders_stand_before_decoders_and_alone() -> None:
    encoder = tt.RecurrentModel(
        tt.cells.GRU(6), tt.wirings.SEQUENCE_TO_VECTOR, output=None, input_size=4
    )
    decoder = tt.RecurrentModel(
        tt.cells.LSTM(8),
        tt.wirings.VECTOR_TO_SEQUENCE,
        tt.outputs.Categorical(3),
        tt.lengths.EndOfSequence(),
        vector_size=6,
    )
    said = str(tt.EncoderDecoder(encoder, decoder).draw())
    assert all(word in said for word in ("GRU 6", "LSTM 8", "summary, size 6", ">s<"))
    assert ">o<" not in str(encoder.draw())  # it gives h(τ) itself
    assert ">s<" in str(encoder.draw())


class Linear(tt.cells.Cell):
    """A cell of one's own."""


def test_own_cells_and_encoders_are_named() -> None:
    model = tt.RecurrentModel(
        Linear(3),
        tt.wirings.VECTOR_TO_SEQUENCE,
        tt.outputs.Normal(1),
        tt.lengths.Halt(),
        vector_size=2,
    )
    both = tt.EncoderDecoder(Linear(2), model)
    assert "Linear 3" in str(model.draw())
    assert ">Linear<" in str(both.draw())
