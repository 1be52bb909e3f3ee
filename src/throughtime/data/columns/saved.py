"""Fields again, from what they have said of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from throughtime.data.columns.field import Field, shown
from throughtime.data.columns.image import LARGEST, SMALLEST, Image
from throughtime.data.columns.kinds import KINDS
from throughtime.data.columns.numbers import Bits, Number, Numbers
from throughtime.data.columns.scale import Scale
from throughtime.data.columns.texts import Pairs
from throughtime.data.errors import DataError
from throughtime.data.formats.table import number


def restored(saved: object) -> Field:
    """The field that :meth:`Field.saved` has said.

    Raises:
        DataError: in one line, if it says something else.

    Example:
        >>> said = {"kind": "words", "name": "title", "symbols": ["a", "cat"]}
        >>> restored(said).encode("cat a")
        tensor([1, 0])
    """
    if not isinstance(saved, Mapping):
        raise DataError(f"a field is {shown(saved)}; expected an object")
    kind, name = saved.get("kind"), saved.get("name")
    if not isinstance(name, str):
        raise DataError(f"a field's name is {shown(name)}; expected a text")
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataError(f"a field's kind is {shown(kind)}; expected one of {', '.join(KINDS)}")
    field = KINDS[kind](name)
    learned = _learned(field)
    if set(saved) != {"kind", "name", *learned}:
        raise DataError(f"the field {name!r} has not just kind, name, {' and '.join(learned)}")
    reason = _learn(field, *(saved[key] for key in learned))
    if reason is not None:
        raise DataError(f"the field {name!r} has {reason}")
    return field


def _learned(field: Field) -> tuple[str, ...]:
    if isinstance(field, Image):
        return ("size", "shape")
    if isinstance(field, Bits):
        return ("size",)
    if isinstance(field, Pairs):
        return ("symbols", "merges")
    return ("mean", "unit") if isinstance(field, Number | Numbers) else ("symbols",)


def _learn(field: Field, *values: Any) -> str | None:
    """Give a field what it has learned; or say why it cannot be that."""
    if isinstance(field, Image):
        size, shape = values
        if not isinstance(shape, list) or len(shape) != 2 or not all(map(_is_count, shape)):
            return f"the shape {shown(shape)}; expected rows and columns"
        if not all(SMALLEST <= n <= LARGEST for n in shape) or size != shape[0] * shape[1]:
            return f"the shape {shape} and the size {shown(size)}, which do not go together"
        field.shape, field.size = (shape[0], shape[1]), size
        return None
    if isinstance(field, Bits):
        (size,) = values
        if not _is_count(size):
            return f"the size {shown(size)}; expected how many bits there are"
        field.size = size
        return None
    if isinstance(field, Pairs) and all(isinstance(v, list) for v in values):
        return _learn_pairs(field, *values)
    if not all(isinstance(v, list) and v for v in values):
        return f"{' or '.join(_learned(field))} that is no list of some values"
    if len(values) == 1:
        return _learn_symbols(field, values[0])
    return _learn_scale(field, *values)


def _learn_symbols(field: Field, symbols: list[Any]) -> str | None:
    if not all(isinstance(symbol, str) for symbol in symbols):
        return "symbols that are no texts"
    field.know(symbols)
    return None


def _learn_pairs(field: Pairs, symbols: list[Any], merges: list[Any]) -> str | None:
    if not all(isinstance(symbol, str) for symbol in symbols):
        return "symbols that are no texts"
    if not all(isinstance(pair, list) and [*map(type, pair)] == [str, str] for pair in merges):
        return "merges that are no pairs of texts"
    field.join(symbols, merges)
    return None


def _learn_scale(field: Field, mean: list[Any], unit: list[Any]) -> str | None:
    if not all(_is_finite(v) for v in (*mean, *unit)):
        return "a mean or a unit that is no finite number"
    scale = Scale(*(torch.tensor(v, dtype=torch.float64) for v in (mean, unit)))
    few = isinstance(field, Number) and len(mean) != 1
    if len(mean) != len(unit) or few or scale.unit.min() <= 0:
        return f"{len(mean)} means and {len(unit)} units; expected as many, the units above 0"
    field.measure(scale)
    return None


def _is_finite(value: Any) -> bool:
    return not isinstance(value, str | bool) and number(value) is not None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
