"""All kinds of columns, and which of them one seems to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from throughtime.data.columns.field import Field
from throughtime.data.columns.image import SUFFIXES, Image
from throughtime.data.columns.numbers import Bits, Number, Numbers, Vector, is_bits
from throughtime.data.columns.symbols import Features, Label, Tags, Tokens
from throughtime.data.columns.texts import TEXTS, Characters, text_field
from throughtime.data.errors import DataError
from throughtime.data.formats.table import number

_OTHERS: tuple[type[Field], ...] = (
    *(Tokens, Tags, Label, Features),
    *(Number, Vector, Numbers, Bits, Image),
)

KINDS: dict[str, type[Field]] = {**TEXTS, **{field.kind: field for field in _OTHERS}}


def made(kind: str, name: str) -> Field:
    """A column by its kind, as the command line has it: ``label``, ``bpe:2000``.

    Raises:
        DataError: if there is no such kind.
    """
    if kind.partition(":")[0] in TEXTS:
        return text_field(kind, name)
    if kind not in KINDS:
        raise DataError(f"no kind {kind!r} of column; expected one of {', '.join(KINDS)}")
    return KINDS[kind](name)


def guess(values: Sequence[Any], *, target: bool) -> type[Field]:
    """The kind of a column, by its values.

    Paths of pictures are images, and lists are tokens, bits or numbers. What are numbers throughout
    is a number. Text that repeats itself is a label: of a target, if each value stands there twice
    on the mean; of an input, only if there are few (a text that decides something is seldom seen
    again). Other text is characters.
    """
    if not target and all(str(value).lower().endswith(SUFFIXES) for value in values):
        return Image
    if all(isinstance(value, list | np.ndarray) for value in values):
        if any(isinstance(v, str) for value in values for v in value):
            return Tags if target else Tokens
        bits = all(is_bits(Numbers().parse(value)) for value in values)
        return Bits if bits else Numbers
    if all(number(value) is not None for value in values):
        return Number
    distinct = len({str(value) for value in values})
    few = distinct * 2 <= len(values) if target else distinct * 20 <= len(values)
    return Label if few else Characters
