"""All kinds of columns, and which of them one seems to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from throughtime.data.columns.column import Column, shown
from throughtime.data.columns.image import SUFFIXES, Image, Ink
from throughtime.data.columns.numbers import Bits, Number, Numbers, Vector, is_bits
from throughtime.data.columns.symbols import Features, Label, Tags, Tokens
from throughtime.data.columns.texts import Bytes, Characters, Pairs, Text, Words
from throughtime.data.errors import DataError
from throughtime.data.number import number

KINDS: dict[str, type[Column]] = {
    column.kind: column
    for column in (
        *(Characters, Words, Bytes, Pairs),
        *(Tokens, Tags, Label, Features),
        *(Number, Vector, Numbers, Bits),
        *(Image, Ink),
    )
}
"""What the command line and a saved run call each kind of column."""


def column(kind: str, name: str) -> Column:
    """A column by its kind, as the command line has it: ``label``, ``bpe:2000``.

    Raises:
        DataError: if there is no such kind.
    """
    chosen, colon, detail = kind.partition(":")
    if chosen not in KINDS:
        raise DataError(f"no kind {kind!r} of column; expected one of {', '.join(KINDS)}")
    return KINDS[chosen](name, detail if colon else None)


def text_column(kind: str, name: str) -> Text:
    """A column of text by its kind: ``characters``, ``words``, ``bytes``, ``bpe`` or ``bpe:SIZE``.

    Raises:
        DataError: if there is no such kind, or it is none of text.
    """
    chosen = KINDS.get(kind.partition(":")[0])
    found = column(kind, name) if chosen is not None and issubclass(chosen, Text) else None
    if not isinstance(found, Text):
        raise DataError(f"no symbols {kind!r}; expected characters, words, bytes or bpe[:SIZE]")
    return found


def saved(column: Column) -> dict[str, Any]:
    """Kind, name and what was learned, as JSON can have it; see :func:`restored`."""
    return {"kind": column.kind, "name": column.name, **column.state()}


def restored(said: object) -> Column:
    """The column that :func:`saved` has said.

    Raises:
        DataError: in one line, if it says something else.

    Example:
        >>> restored({"kind": "words", "name": "title", "symbols": ["a", "cat"]}).encode("cat a")
        tensor([1, 0])
    """
    if not isinstance(said, Mapping):
        raise DataError(f"a column is {shown(said)}; expected an object")
    state = dict(said)
    kind, name = state.pop("kind", None), state.pop("name", None)
    if not isinstance(name, str):
        raise DataError(f"a column's name is {shown(name)}; expected a text")
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataError(f"a column's kind is {shown(kind)}; expected one of {', '.join(KINDS)}")
    found = KINDS[kind](name)
    try:
        found.load_state(state)
    except DataError as error:
        raise DataError(f"the column {name!r} has {error}") from None
    return found


def guess(values: Sequence[Any], *, target: bool, caption: bool = False) -> type[Column]:
    """The kind of a column, by its values.

    Paths of pictures are images, and lists are tokens, bits or numbers. What are numbers throughout
    is a number. Text that repeats itself is a label: of a target, if each value stands there twice
    on the mean; of an input, only if there are few (a text that decides something is seldom seen
    again). Other text is characters, and so is every ``caption`` of a picture: they may repeat.
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
    if caption:
        return Characters
    distinct = len({str(value) for value in values})
    few = distinct * 2 <= len(values) if target else distinct * 20 <= len(values)
    return Label if few else Characters
