"""Answers as rows of a Parquet file, whose columns have the names that they have in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib import import_module
from io import RawIOBase
from typing import Any

from throughtime.data.columns import Bits, Column, Label, Number, Vector
from throughtime.data.columns.texts import Text

SIZE = 2**24
"""Bytes of a row group, about."""


def as_parquet(
    rows: Iterable[dict[str, Any]], use: str, y: Column, at_once: int = 128
) -> Iterator[bytes]:
    """A Parquet file, part by part.

    A dict whose keys are values, such as labels with their probabilities, is a map. x and y of the
    file, which may be anything, are texts, in JSON where they are none.

    Args:
        rows: the answers by :meth:`to_dict`, all with the same names.
        use: what they answer: ``predict`` or ``score``.
        y: the column that was predicted or scored.
        at_once: the rows that become Arrow's at once.
    """
    parquet = import_module("pyarrow.parquet")
    kinds, sink, writer = types(use, y), _Sink(), None
    for table in _tables(rows, kinds, at_once):
        if writer is None:
            writer = parquet.ParquetWriter(sink, table.schema)
        writer.write_table(table, row_group_size=max(1, len(table)))
        yield from sink.take()
    assert writer is not None
    writer.close()
    yield from sink.take()


def types(use: str, y: Column) -> dict[str, Any]:
    """Arrow's type of each name in the answers of a use of a model of y."""
    arrow = import_module("pyarrow")
    text, real, whole = arrow.string(), arrow.float64(), arrow.int64()
    value = _type(y, arrow)
    shares = arrow.map_(text, real)
    # a score has terms, and the most probable symbols of each, though y be one value
    many = use == "score" or y.sequence or y.stepwise
    return {
        **{"file": text, "row": whole, "input": text, "target": text, "text": text},
        **{"prediction": value, "deviation": value, "quantiles": arrow.map_(text, value)},
        **{"probability": real, "probabilities": shares},
        **{"log_prob": real, "per_symbol": real, "terms": arrow.list_(real), "length": real},
        "top": arrow.list_(shares) if many else shares,
        "best": arrow.list_(arrow.struct({"prediction": value, "log_prob": real})),
        "unknown": whole,
    }


def _type(y: Column, arrow: Any) -> Any:
    """The type of a value of y, as :meth:`Column.decode` gives it."""
    if isinstance(y, Text | Label):
        return arrow.string()
    if y.vocabulary is not None:
        return arrow.list_(arrow.string())
    if isinstance(y, Bits):
        return arrow.list_(arrow.list_(arrow.int64()))
    if isinstance(y, Number):
        return arrow.float64()
    of_steps = arrow.list_(arrow.float64())
    return of_steps if isinstance(y, Vector) or y.size == 1 else arrow.list_(of_steps)


def _tables(rows: Iterable[dict[str, Any]], kinds: dict[str, Any], at_once: int) -> Iterator[Any]:
    arrow = import_module("pyarrow")
    waiting: list[Any] = []
    some: list[dict[str, Any]] = []

    def batch() -> Any:
        arrays = {
            name: arrow.array([_plain(name, row[name]) for row in some], kinds[name])
            for name in some[0]
        }
        return arrow.RecordBatch.from_pydict(arrays)

    for row in rows:
        some.append(row)
        if len(some) == at_once:
            waiting.append(batch())
            some = []
            if sum(b.nbytes for b in waiting) > SIZE:
                yield arrow.Table.from_batches(waiting).combine_chunks()
                waiting = []
    if some:
        waiting.append(batch())
    if waiting:
        yield arrow.Table.from_batches(waiting).combine_chunks()


OF_THE_FILE = ("input", "target", "text")
"""What an answer repeats of its row."""


def _plain(name: str, value: Any) -> Any:
    """A value as Arrow takes it."""
    if name in OF_THE_FILE:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if name == "best":
        return value
    if isinstance(value, dict):
        return [(str(key), inner) for key, inner in value.items()]
    if isinstance(value, list):
        return [_plain(name, inner) for inner in value]
    return value


class _Sink(RawIOBase):
    """A file that is taken away as it is written."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def take(self) -> list[bytes]:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return parts
