"""Whether the choices that make a model go together."""

from __future__ import annotations

from throughtime.cells.cell import Cell
from throughtime.lengths.length import Length
from throughtime.outputs.output import Output
from throughtime.whole import whole
from throughtime.wiring import Edge, Wiring


def check_choices(
    cells: list[Cell], wiring: Wiring, output: Output | None, length: Length | None
) -> None:
    """Raise a ``ValueError`` with the reason if choices contradict each other, and a ``TypeError``
    if one is of another kind."""
    for cell in cells:
        _check_kind("cell", cell, Cell, "cells.GRU(64)")
    _check_kind("wiring", wiring, Wiring, "wirings.HIDDEN_TO_HIDDEN")
    if output is not None:
        _check_kind("output", output, Output, "outputs.Categorical(26)")
    if length is not None:
        _check_kind("length", length, Length, "lengths.EndOfSequence()")
    if not cells:
        raise ValueError("a model has at least one layer; got an empty list of cells")
    if len({id(cell) for cell in cells}) < len(cells):
        raise ValueError("the same cell object stands for two layers; make one cell for each layer")
    if wiring.emits_last:
        if length is not None:
            raise ValueError(
                f"{Edge.EMIT_LAST.value} gives one output, not a sequence; leave the length out "
                f"instead of {length}"
            )
        return
    if output is None:
        raise ValueError(
            f"{Edge.EMIT.value} needs an output that says what o(t) means, such as "
            f"outputs.Categorical(26); only {Edge.EMIT_LAST.value} can do without, and gives h(τ)"
        )
    if length is None:
        raise ValueError(
            f"without {Edge.INPUT.value} something must decide the length τ: give EndOfSequence, "
            "Halt, PredictedLength or Unending"
        )
    length.check(wiring, output)


def _check_kind(name: str, choice: object, kind: type, example: str) -> None:
    if not isinstance(choice, kind):
        raise TypeError(f"the {name} is {choice!r}; expected a {kind.__name__}, such as {example}")


def check_size(name: str, value: int | None, edge: Edge, wiring: Wiring) -> None:
    """Raise a ``ValueError`` if the size of an edge is missing, or there is no such edge."""
    if edge in wiring and value is None:
        raise ValueError(f"the wiring has {edge.value}, so give {name}, at least 1; got {value}")
    if value is not None:
        whole(name, value)
    if edge not in wiring and value is not None:
        raise ValueError(f"the wiring has no {edge.value}, so leave {name}={value} out")
