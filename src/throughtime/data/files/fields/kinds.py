"""All kinds of columns, and which of them one seems to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from throughtime.data.files.fields.field import Field
from throughtime.data.files.fields.image import SUFFIXES, Image
from throughtime.data.files.fields.numbers import Bits, Number, Numbers, Vector, is_bits
from throughtime.data.files.fields.symbols import Characters, Features, Label, Tags, Tokens, Words
from throughtime.data.files.table import number

KINDS: dict[str, type[Field]] = {
    field.kind: field
    for field in (
        *(Characters, Words, Tokens, Tags, Label),
        *(Number, Vector, Features, Numbers, Bits, Image),
    )
}


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
