"""A captured graph, divided into what is computed forward, what in reverse, and what is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import getitem
from typing import Any, NamedTuple

from torch import fx

from throughtime.engine.program import Instruction, Operation, Place, Program, Value
from throughtime.tracing.nodes import aten, of_rows, size_of
from throughtime.tracing.operations import CHEAP, translate
from throughtime.tracing.parts import VIEWS
from throughtime.tracing.translator import Translator


class Taken(NamedTuple):
    """A program, and which of the constants are its matrices."""

    program: Program
    matrices: Sequence[int]


def reached(nodes: Sequence[fx.Node]) -> set[fx.Node]:
    """All that depends on one of the nodes."""
    reached = set(nodes)
    for node in nodes[0].graph.nodes:
        if node.op == "call_function" and any(n in reached for n in node.all_input_nodes):
            reached.add(node)
    return reached


def made_of(nodes: Iterable[fx.Node], calls: Sequence[fx.Node]) -> list[fx.Node]:
    """Those of the calls that lead to the nodes, with all that one call gives."""
    wanted = set(nodes)
    for n in reversed(calls):
        if n in wanted:
            wanted.update(n.all_input_nodes)
    return [n for n in calls if n in wanted or (n.target is getitem and n.args[0] in wanted)]


def divided(
    rows: Sequence[fx.Node],
    forward: Sequence[fx.Node],
    wanted: Iterable[fx.Node],
    outside: set[fx.Node],
) -> tuple[list[fx.Node], list[fx.Node]]:
    """What the forward program saves, and what the reverse computes: of the former's nodes again
    those that take less than what would be saved for them."""
    ahead, needed = set(forward), set(wanted)
    read = {m for n in rows if n not in ahead for m in n.all_input_nodes} | needed

    cheap = set[fx.Node]()
    for n in rows:
        known = (m in outside or m in read or m in cheap for m in n.all_input_nodes if of_rows(m))
        if (n.target in CHEAP or n.target in VIEWS) and all(known):
            cheap.add(n)

    saved, reverse = [], []
    for n in reversed(rows):
        if n not in needed or n in outside:
            continue
        if n in ahead and n not in cheap:
            saved.append(n)
        else:
            reverse.append(n)
            needed.update(n.all_input_nodes)
    return saved, reverse[::-1]


def side_by_side(nodes: Sequence[fx.Node], name: str) -> tuple[int, dict[fx.Node, Value]]:
    """How many numbers of a row they are together, and where: whole vectors before single ones."""
    place, where = Place(sum(map(size_of, nodes)), name), {}
    start = 0
    for n in sorted(nodes, key=size_of, reverse=True):
        where[n] = Value(place, start, size_of(n))
        start += size_of(n)
    return place.size, where


def row_sum(node: fx.Node) -> fx.Node | None:
    """What a node adds up over all rows, if it does nothing else."""
    if node.target is not aten.sum.dim_IntList or node.args[1] != [0]:
        return None
    (of,) = node.all_input_nodes
    rows, total = of.meta["val"], node.meta["val"]
    return of if of_rows(of) and rows.dim() == 2 and rows.dtype is total.dtype else None


def forward_program(
    nodes: Sequence[fx.Node],
    values: dict[fx.Node, Value],
    destinations: dict[fx.Node, Value],
    new: Sequence[fx.Node],
    constants: Sequence[fx.Node],
) -> Taken:
    """The program of h(t).

    Args:
        nodes: what it computes.
        values: where the drive, the state before and constants are.
        destinations: where the new state has to be, and what is saved.
        new: the new state, part by part; of a row that has ended it is the old one.
        constants: what is the same for all rows.

    Raises:
        NotTranslated: if the engine cannot compute a node.
    """
    t = Translator(values, destinations, constants)
    translate(t, nodes)
    ended = []
    for i, n in enumerate(new):
        old, to = (Value.new(size_of(n), f"{name} {i}") for name in ("old", "new"))
        value = t.value(n)
        if value.place.name != to.place.name:
            t.copy(value, to)
        ended.append(Instruction(Operation.COPY, to, (old,), to.size))
    return Taken(t.program(ended), t.matrices)


def reverse_program(
    nodes: Sequence[fx.Node],
    values: dict[fx.Node, Value],
    grads: Sequence[fx.Node],
    of_state: Sequence[fx.Node],
    of_drive: fx.Node,
    stored: Sequence[fx.Node],
    totals: Mapping[fx.Node, Value],
    constants: Sequence[fx.Node],
) -> Taken:
    """The program of the gradients of h(t-1) and u(t).

    The gradient of the state is carried from step to step; to it comes first what arrives at h(t)
    from above. Of a row that has ended it is carried on, and all else is zero.

    Args:
        nodes: what it computes.
        values: where drive, states, constants and what has been saved are.
        grads: the gradient of the new state, part by part.
        of_state: that of the old state.
        of_drive: that of the drive.
        stored: what the parameters' gradients are made of, besides, row by row.
        totals: what they are made of as a sum over rows, and where it is added up.
        constants: what is the same for all rows.

    Raises:
        NotTranslated: if the engine cannot compute a node.
    """
    carry = {n: Value.new(size_of(n), f"carry {i}") for i, n in enumerate(grads)}
    out = {of_drive: Value.new(size_of(of_drive), "grad drive")}
    out |= {n: Value.new(size_of(n), f"stored {k}") for k, n in enumerate(stored)}
    t = Translator(values | carry, out, constants, totals)
    for i, to in enumerate(carry.values()):
        t.write(Operation.ADD, to.size, to, Value.new(to.size, f"arriving {i}"), to=to)
    ended = list(t.instructions)
    for n in totals:
        if t.has(n):
            t.add_up(n)
    translate(t, nodes)
    for n, to in out.items():
        t.copy(t.value(n), to)
        ended.append(Instruction(Operation.COPY, to, (t.value(0.0),), to.size))
    found = [t.value(n) for n in of_state]
    # none is overwritten before it is read
    places = {to.place for to in carry.values()}
    found = [t.copy(v, Value.new(size_of(n))) if v.place in places else v
             for v, n in zip(found, of_state, strict=True)]  # fmt: skip
    for value, to in zip(found, carry.values(), strict=True):
        t.copy(value, to)
    return Taken(t.program(ended), t.matrices)


def function_of(inputs: Sequence[fx.Node], outputs: Sequence[fx.Node]) -> Callable[..., Any]:
    """The part of a graph that leads from some of its nodes to others."""
    graph, copies = fx.Graph(), dict[fx.Node, fx.Node]()
    for node in inputs:
        copies[node] = graph.placeholder(node.name)
    nodes = outputs[0].graph.nodes if outputs else ()
    for node in nodes:
        new = node.op == "call_function" and node not in copies and not of_rows(node)
        if new and all(n in copies for n in node.all_input_nodes):
            copies[node] = graph.node_copy(node, lambda n: copies[n])
    graph.output(tuple(copies[n] for n in outputs))
    graph.eliminate_dead_code()
    return fx.GraphModule({}, graph).forward
