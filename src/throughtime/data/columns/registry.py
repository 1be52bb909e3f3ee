"""All kinds of columns by name, and a guess of the kind from the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from throughtime.data.columns.column import Column, shown
from throughtime.data.columns.image import Image, Ink, is_picture
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
"""The kinds of columns by their names on the command line and in saved runs."""


def column(kind: str, name: str) -> Column:
    """A column of a kind that is given by its name: ``label``, ``bpe:2000``.

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
        DataError: if there is no such kind, or it is not one of text.
    """
    chosen = KINDS.get(kind.partition(":")[0])
    found = column(kind, name) if chosen is not None and issubclass(chosen, Text) else None
    if not isinstance(found, Text):
        raise DataError(f"no symbols {kind!r}; expected characters, words, bytes or bpe[:SIZE]")
    return found


def saved(column: Column) -> dict[str, Any]:
    """Kind, name and what was learned, for JSON; see :func:`restored`."""
    return {"kind": column.kind, "name": column.name, **column.state()}


def restored(state: object) -> Column:
    """The column from the state that :func:`saved` gave.

    Raises:
        DataError: if the state is damaged.

    Example:
        >>> restored({"kind": "words", "name": "title", "symbols": ["a", "cat"]}).encode("cat a")
        tensor([1, 0])
    """
    if not isinstance(state, Mapping):
        raise DataError(f"a column is {shown(state)}; expected an object")
    learned = dict(state)
    kind, name = learned.pop("kind", None), learned.pop("name", None)
    if not isinstance(name, str):
        raise DataError(f"a column's name is {shown(name)}; expected a text")
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataError(f"a column's kind is {shown(kind)}; expected one of {', '.join(KINDS)}")
    found = KINDS[kind](name)
    try:
        found.load_state(learned)
    except DataError as error:
        raise DataError(f"the column {name!r} has {error}") from None
    return found


def guess(values: Sequence[Any], *, target: bool, caption: bool = False) -> type[Column]:
    """Guess the kind of a column from its values.

    - pictures, or paths of such, with mistakes among them: image;
    - lists: tokens, tags, bits or numbers;
    - numbers throughout: number;
    - text with few distinct values: label. A target may have half as many distinct values as rows,
      an input a twentieth, since a text that y depends on is rarely repeated;
    - other text, and every ``caption`` of a picture, even if captions repeat: characters.
    """
    if not target and 2 * sum(map(is_picture, values)) > len(values):
        return Image
    if all(isinstance(value, list | np.ndarray) for value in values):
        if any(isinstance(v, str) for value in values for v in value):
            return Tags if target else Tokens
        bits = all(is_bits(Numbers().parse(value)) for value in values)
        return Bits if bits else Numbers
    if all(isinstance(value, bool) for value in values):
        return Label
    if all(number(value) is not None for value in values):
        return Number
    if caption:
        return Characters
    distinct = len({str(value) for value in values})
    few = distinct * 2 <= len(values) if target else distinct * 20 <= len(values)
    return Label if few else Characters
