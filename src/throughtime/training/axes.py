"""What stands along the axes of a model's matrices: the symbols and numbers of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from throughtime.data.columns import Column
from throughtime.data.schema import Schema
from throughtime.evaluation.likelihood import decoder
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.runs.build import Model
from throughtime.wiring import Edge

END = -1
"""The entry of y that stands for its end."""


class Place(NamedTuple):
    """What one entry along an axis stands for.

    Args:
        column: the name of a column.
        kind: its kind: the word ``a`` is not the letter ``a``.
        symbol: one of its symbols, or the number of an entry.
    """

    column: str
    kind: str
    symbol: str | int


class Axis(NamedTuple):
    """One axis of a parameter.

    Args:
        number: which one.
        places: what stands along it.
    """

    number: int
    places: list[Place]


def axes(model: Model, schema: Schema) -> dict[str, Axis]:
    """Of each parameter that columns enter or leave by, the axis along which they stand.

    x enters by the columns of U, or of R where it is a vector; y(t-1) by those of S, and o(t) has a
    row of V for each symbol of y, and for the end.

    Example:
        >>> from throughtime.data import load
        >>> from throughtime.runs.build import build
        >>> from throughtime.runs.options import Options
        >>> from throughtime.training.resolve import resolve
        >>> data = load("digits")
        >>> model = build(resolve(Options(hidden_size=8), data), data.schema)
        >>> axes(model, data.schema)["graph.c"].places[1]
        Place(column='digit', kind='label', symbol='1')
    """
    names = {id(p): name for name, p in model.named_parameters()}
    return {names[id(p)]: axis for p, axis in _axes(model, schema)}


def _axes(model: Model, schema: Schema) -> Iterator[tuple[object, Axis]]:
    x = [place for column in schema.x for place in places(column)]
    y, last = places(schema.y), decoder(model)
    reader = model.encoder if isinstance(model, EncoderDecoder) else model
    if isinstance(reader, RecurrentModel):
        letter = "U" if Edge.INPUT in reader.wiring else "R"
        for r in reader.graph.layers[0]:
            if hasattr(r, letter):
                yield getattr(r, letter).weight, Axis(1, x)
    first, size = last.graph.first, schema.output.value_size
    if hasattr(first, "S") and first.S.weight.shape[1] == size:
        yield first.S.weight, Axis(1, y)
        yield first.start, Axis(0, y)
    units = len(last.graph.c)
    if size <= units <= size + 1 and schema.output.discrete:
        ends = [Place(schema.y.name, schema.y.kind, END)]
        for parameter in (last.graph.V, last.graph.c):
            yield parameter, Axis(0, (y + ends)[:units])


def places(column: Column) -> list[Place]:
    """What a column's vectors have along them: its symbols, or its entries by number."""
    symbols = () if column.vocabulary is None else column.vocabulary.symbols
    entries = symbols if len(symbols) == column.size else range(column.size)
    return [Place(column.name, column.kind, entry) for entry in entries]
