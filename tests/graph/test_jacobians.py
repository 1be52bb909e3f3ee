"""An edge that is absent has a Jacobian of exactly zero, and one that is there has not: for every
wiring and every cell, o(t) depends on what the unfolded graph has a path from, and on nothing else.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import throughtime as tt
from tests.helpers.models import CELLS, VALID, make
from throughtime import Edge, GraphState, RecurrentModel, Sequence, Wiring
from throughtime.gradients import FullBPTT
from throughtime.graph.steps import Steps

STEPS = 4
Node = tuple[str, int]
"""A node of the unfolded graph, such as ("x", 2) for x(2); what has no time stands at 0."""


def ancestors(wiring: Wiring, steps: int = STEPS) -> dict[Node, set[Node]]:
    """For each output, all nodes that the unfolded graph has a path from, drawn edge by edge."""
    parents: dict[Node, set[Node]] = {}

    def draw(source: Node, target: Node) -> None:
        parents.setdefault(target, set()).add(source)

    # both recurrences at once are two sets of hidden units; what enters enters both
    units = [e.name for e in (Edge.HIDDEN, Edge.BACKWARD) if e in wiring] or ["units"]
    for h in units:
        for t in range(1, steps + 1):
            if Edge.INPUT in wiring:
                draw(("x", t), (h, t))
            if Edge.VECTOR in wiring:
                draw(("vector", 0), (h, t))
            if Edge.OBSERVED in wiring:
                draw(("y", t - 1), (h, t))
            if Edge.EXPECTED in wiring or Edge.OUTPUT in wiring:
                draw(("o", t - 1) if t > 1 else ("y", 0), (h, t))
            if h == "HIDDEN":
                draw((h, t - 1), (h, t))
            if h == "BACKWARD":
                draw((h, t + 1), (h, t))
            if Edge.EMIT in wiring:
                draw((h, t), ("o", t))
        if Edge.EMIT_LAST in wiring:
            draw((h, steps if h == "HIDDEN" else 1), ("o", steps))

    def above(node: Node) -> set[Node]:
        own = parents.get(node, set())
        return own.union(*(above(parent) for parent in own))

    return {node: above(node) for node in parents if node[0] == "o"}


class Leaves:
    """Everything that an output could depend on, each a tensor of its own."""

    def __init__(self, model: RecurrentModel) -> None:
        def leaf(*shape: int) -> Tensor:
            return torch.rand(*shape, dtype=torch.float64).requires_grad_()

        self.nodes: dict[Node, list[Tensor]] = {("vector", 0): [leaf(1, 2)]}
        for t in range(1, STEPS + 1):
            self.nodes["x", t], self.nodes["y", t] = [leaf(1, 2)], [leaf(1, 1)]
        state = model.graph.initial_state(1)
        owners = [
            ("HIDDEN", 0) if d > 0 else ("BACKWARD", STEPS + 1)
            for _ in model.graph.layers
            for d in model.wiring.directions
        ]
        cells = []
        for owner, cell in zip(owners, state.cells, strict=True):
            cells.append(tuple(leaf(*s.shape) for s in cell))
            if cell:
                self.nodes.setdefault(owner, []).extend(cells[-1])
        fed = None
        if state.fed is not None:
            fed = leaf(*state.fed.shape)
            self.nodes["y", 0] = [fed]
        self.state = GraphState(tuple(cells), fed)

    def felt(self, o: Tensor) -> dict[Node, list[bool]]:
        """Whether the Jacobian of o is not zero, for each tensor of each node."""
        tensors = [v for own in self.nodes.values() for v in own]
        found = torch.autograd.grad(o.sum(), tensors, retain_graph=True, allow_unused=True)
        felt = iter([g is not None and bool(g.any()) for g in found])
        return {node: [next(felt) for _ in own] for node, own in self.nodes.items()}

    def outputs(self, model: RecurrentModel) -> dict[Node, Tensor]:
        """The first unit of each o(t)."""
        (vector,) = self.nodes["vector", 0]
        x, y = (
            torch.stack([self.nodes[name, t][0] for t in range(1, STEPS + 1)], 1) for name in "xy"
        )
        p = model(
            Sequence(x) if Edge.INPUT in model.wiring else None,
            vector if Edge.VECTOR in model.wiring else None,
            self.state,
        )
        if model.wiring.emits_last:
            return {("o", STEPS): p.mean[0]}
        return {("o", t + 1): mean for t, mean in enumerate(p.predictive(Sequence(y)).mean[0])}


def positive(cell: str, wiring: Wiring, layers: int = 1) -> RecurrentModel:
    """A model in which influences cannot cancel, and no relu is off."""
    length = None if Edge.INPUT in wiring else tt.lengths.Unending()
    model = make(cell, wiring, tt.outputs.Normal(1), length, layers=layers)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.uniform_(0.1, 0.6)
    return model


CASES = [(cell, 1) for cell in CELLS] + [("tanh", 2)]


@pytest.mark.parametrize("wiring", VALID, ids=str)
@pytest.mark.parametrize(("cell", "layers"), CASES)
def test_the_jacobian_is_zero_exactly_where_the_graph_has_no_path(
    cell: str, layers: int, wiring: Wiring
) -> None:
    model = positive(cell, wiring, layers)
    leaves = Leaves(model)
    paths = ancestors(wiring)
    outputs = leaves.outputs(model)
    assert outputs.keys() == paths.keys()
    for node, o in outputs.items():
        for leaf, felt in leaves.felt(o).items():
            assert felt == [leaf in paths[node]] * len(felt), f"∂{node}/∂{leaf}: {felt}"


@torch.no_grad()
@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_a_change_is_felt_exactly_where_the_graph_has_a_path(wiring: Wiring) -> None:
    """The same without any gradient: where there is no path not one bit changes."""
    model = positive("GRU", wiring, 2)
    leaves = Leaves(model)
    paths = ancestors(wiring)
    before = leaves.outputs(model)
    for leaf, tensors in leaves.nodes.items():
        kept = [tensor.clone() for tensor in tensors]
        for tensor in tensors:
            tensor += 0.5
        for node, after in leaves.outputs(model).items():
            assert torch.equal(after, before[node]) != (leaf in paths[node]), (leaf, node)
        for tensor, value in zip(tensors, kept, strict=True):
            tensor.copy_(value)


# ---- what the notes say of the five -----------------------------------------------------------


def dependencies(wiring: Wiring, t: int) -> set[Node]:
    """What the teacher-forced o(t) depends on, by its Jacobian, of x, y and the vector."""
    model = positive("LSTM", wiring)
    leaves = Leaves(model)
    felt = leaves.felt(leaves.outputs(model)["o", t])
    return {node for node, any_ in felt.items() if any(any_) and node[0] in ("x", "y", "vector")}


def xs(*times: int) -> set[Node]:
    return {("x", t) for t in times}


def ys(*times: int) -> set[Node]:
    return {("y", t) for t in times}


VECTOR: set[Node] = {("vector", 0)}
NOTES = {
    "2.1": (tt.wirings.HIDDEN_TO_HIDDEN, xs(1, 2, 3, 4)),
    "2.2": (tt.wirings.OUTPUT_TO_HIDDEN, xs(4) | ys(3)),
    "2.2 in closed loop": (Wiring(Edge.INPUT, Edge.EXPECTED, Edge.EMIT), xs(1, 2, 3, 4) | ys(0)),
    "2.3": (tt.wirings.SEQUENCE_TO_VECTOR, xs(1, 2, 3, 4)),
    "2.4": (tt.wirings.VECTOR_TO_SEQUENCE, VECTOR | ys(0, 1, 2, 3)),
    "2.5": (tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, xs(1, 2, 3, 4) | ys(0, 1, 2, 3)),
}


@pytest.mark.parametrize("section", NOTES)
def test_the_last_output_depends_on_what_the_notes_say(section: str) -> None:
    wiring, expected = NOTES[section]
    assert dependencies(wiring, STEPS) == expected


@pytest.mark.parametrize("t", [1, 2, 3, 4])
def test_in_2_2_an_output_sees_one_value_back_and_no_further(t: int) -> None:
    assert dependencies(tt.wirings.OUTPUT_TO_HIDDEN, t) == xs(t) | ys(t - 1)


@pytest.mark.parametrize("wiring", [w for w in VALID if Edge.OBSERVED in w], ids=str)
def test_no_output_sees_its_own_value_or_a_later_one(wiring: Wiring) -> None:
    """Or log p(y) would not be a probability."""
    seen = {s for name, s in dependencies(wiring, 2) if name == "y"}
    assert 1 in seen
    assert seen <= {0, 1}


def test_the_output_of_the_last_step_sees_no_input_that_is_still_to_come() -> None:
    assert dependencies(tt.wirings.HIDDEN_TO_HIDDEN, 2) == xs(1, 2)
    bidirectional = tt.wirings.HIDDEN_TO_HIDDEN | Edge.BACKWARD
    assert dependencies(bidirectional, 2) == xs(1, 2, 3, 4)
    assert dependencies(bidirectional - Edge.HIDDEN, 2) == xs(2, 3, 4)


# ---- rows ------------------------------------------------------------------------------------


@torch.no_grad()
@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_a_row_of_a_ragged_batch_is_as_if_it_were_alone(wiring: Wiring) -> None:
    """Whatever stands in the padding and in other rows, and also what is carried on."""
    lengths = [3, 0, 5, 1, 5]
    length = None if Edge.INPUT in wiring else tt.lengths.Unending()
    model = make("LSTM", wiring, tt.outputs.Normal(2), length, layers=2)
    graph = model.graph
    x, y = torch.randn(2, 5, len(lengths), 2, dtype=torch.float64)
    vector = torch.randn(len(lengths), 2, dtype=torch.float64) if model.graph.vector_size else None
    alive = torch.arange(5)[:, None] < torch.tensor(lengths)

    def run(alive: Tensor, rows: slice, steps: int) -> tuple[Tensor | None, GraphState]:
        taken = Steps(
            alive,
            x=x[:steps, rows] if Edge.INPUT in wiring else None,
            y=y[:steps, rows] if Edge.OBSERVED in wiring else None,
        )
        state = graph.initial_state(
            alive.shape[1], None if vector is None else vector[rows].contiguous()
        )
        read, end = graph.unfold(state, taken, FullBPTT())
        return None if read is None else read.o, end

    o, end = run(alive, slice(None), 5)
    for row, n in enumerate(lengths):
        own = slice(row, row + 1)
        o_alone, end_alone = run(torch.ones(n, 1, dtype=torch.bool), own, n)
        if o is not None:
            assert o_alone is not None
            torch.testing.assert_close(o[:n, own], o_alone, rtol=1e-12, atol=1e-12)
        for together, alone in zip(end.tensors(), end_alone.tensors(), strict=True):
            torch.testing.assert_close(together[own], alone, rtol=1e-12, atol=1e-12)
