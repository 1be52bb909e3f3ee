"""All kinds of columns by name, and a guess of the kind from the values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from throughtime.data.columns.column import Column, shown
from throughtime.data.columns.features import Features
from throughtime.data.columns.image import Image, Ink, PixelRows, is_picture
from throughtime.data.columns.inputs import Inputs, Static
from throughtime.data.columns.lists import as_list
from throughtime.data.columns.measured import Measured
from throughtime.data.columns.numbers import Bits, Number, Numbers, Vector, is_bits
from throughtime.data.columns.symbols import Label, Tags, Tokens
from throughtime.data.columns.texts import Bytes, Characters, Pairs, Text, Words
from throughtime.data.errors import DataError
from throughtime.data.numbers.notation import are_numbers
from throughtime.data.numbers.number import number

KINDS: dict[str, type[Column]] = {
    column.kind: column
    for column in (
        *(Characters, Words, Bytes, Pairs),
        *(Tokens, Tags, Label, Features),
        *(Number, Vector, Numbers, Bits),
        *(Image, Ink, PixelRows),
    )
}
"""The kinds of columns by their names on the command line and in saved runs."""

SAVED = {**KINDS, **{column.kind: column for column in (Measured, Inputs, Static)}}
"""The kinds in saved runs: also those of series, which are read by their time and not by cells."""


def column(kind: str, name: str) -> Column:
    """A column of a kind that is given by its name: ``label``, ``bpe:2000``.

    Raises:
        DataError: if there is no such kind.

    Args:
        kind: the kind, and after a colon what it takes.
        name: the name of the column.

    Example:
        >>> column("label", "country").kind, column("bpe:2000", "text").kind
        ('label', 'bpe')
    """
    chosen, colon, detail = kind.partition(":")
    if chosen not in KINDS:
        raise DataError(f"no kind {kind!r} of column; expected one of {', '.join(KINDS)}")
    return KINDS[chosen](name, detail if colon else None)


def text_column(kind: str, name: str) -> Text:
    """A column of text by its kind: ``characters``, ``words``, ``bytes``, ``bpe`` or ``bpe:SIZE``.

    Raises:
        DataError: if there is no such kind, or it is not one of text.

    Example:
        >>> text_column("words", "title").symbol
        'word'
    """
    chosen = KINDS.get(kind.partition(":")[0])
    found = column(kind, name) if chosen is not None and issubclass(chosen, Text) else None
    if not isinstance(found, Text):
        raise DataError(f"no symbols {kind!r}; expected characters, words, bytes or bpe[:SIZE]")
    return found


def saved(column: Column) -> dict[str, Any]:
    """Kind, name and what was learned, for JSON; see :func:`restored`.

    Example:
        >>> saved(Label("long").know(["no", "yes"]))
        {'kind': 'label', 'name': 'long', 'symbols': ['no', 'yes']}
    """
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
    if not isinstance(kind, str) or kind not in SAVED:
        raise DataError(f"a column's kind is {shown(kind)}; expected one of {', '.join(SAVED)}")
    found = SAVED[kind](name)
    try:
        found.load_state(learned)
    except DataError as error:
        raise DataError(f"the column {name!r} has {error}") from None
    return found


def guess(name: str, values: Sequence[Any], *, target: bool, caption: bool = False) -> type[Column]:
    """Guess the kind of a column from its values.

    - pictures, or paths of such: image;
    - lists: tokens, tags, bits or numbers. So are lists in a text, as ``0.1 0.2`` and
      ``[0.1, 0.2]``. Whole numbers in lists are tags of a target and, in a column that is called
      so, ids of tokens;
    - numbers: number. A target of few different whole numbers, as 0 and 1, is a label;
    - text with few distinct values: label. A target may have half as many distinct values as rows,
      an input a twentieth, since a text that y depends on is rarely repeated;
    - other text, and every ``caption`` of a picture, even if captions repeat, unless most of them
      are single words that occur often: characters.

    A few values that are not like the others do not change the kind: they are mistakes.

    Args:
        name: the name of the column.
        values: its values, texts of numbers read as numbers.
        target: whether it is y.
        caption: whether x is a picture.

    Example:
        >>> guess("a", ["0.5", "2"], target=True), guess("a", ["yes", "no"] * 9, target=True)
        (<class '...Number'>, <class '...Label'>)
    """
    if not target and 2 * sum(map(is_picture, values)) > len(values):
        return Image
    filled = [v for v in values if v is not None and not (isinstance(v, str) and v == "")]
    lists = [v for v in map(as_list, filled) if isinstance(v, list | np.ndarray)]
    if 2 * len(lists) > len(filled):
        return _of_lists(name, lists, target=target)
    if filled and all(isinstance(value, bool) for value in filled):
        return Label
    if are_numbers(values):
        numbers = [number(value) for value in filled]
        whole = all(n is not None and n.is_integer() for n in numbers)
        classes = target and whole and _few_classes(len(set(numbers)), len(values))
        return Label if classes else Number
    if caption and (OF_TEXTS.search(name) or not _are_classes(filled)):
        return Characters
    distinct = len({str(value) for value in values})
    few = distinct * 2 <= len(values) if target else distinct * 20 <= len(values)
    return Label if few else Characters


def _few_classes(distinct: int, rows: int) -> bool:
    """Whether whole numbers are classes: two, or up to twenty that all occur often."""
    return distinct == 2 or (distinct <= CLASSES and OFTEN * distinct <= rows)


def _are_classes(values: Sequence[Any]) -> bool:
    """Whether texts are names of classes, such as cat: few, and most of them of one word."""
    distinct = {str(value) for value in values}
    words = sum(len(value.split()) == 1 for value in distinct)
    return OFTEN * len(distinct) <= len(values) and 2 * words > len(distinct)


OF_TEXTS = re.compile("caption|text|descri|title|sentence|comment", re.IGNORECASE)
"""Names of columns with captions."""

CLASSES = 20
"""The most different whole numbers that are taken for classes."""

OFTEN = 5
"""The fewest rows for each of them, on average."""

OF_IDS = re.compile(r"(^|_)(ids?|tokens?)$|Ids?$", re.IGNORECASE)
"""Names of columns whose whole numbers are symbols."""


def _of_lists(name: str, lists: list[Any], *, target: bool) -> type[Column]:
    if any(isinstance(v, str) for value in lists for v in value):
        return Tags if target else Tokens
    flat = [v for value in lists for v in value]
    whole = bool(flat) and all(isinstance(v, int) for v in flat)
    if whole and not target and OF_IDS.search(name):
        return Tokens
    if whole and target and len(set(flat)) <= min(len(flat) // 4, 200) and min(flat) >= 0:
        return Tags
    try:
        bits = all(is_bits(Numbers().parse(value)) for value in lists)
    except DataError:  # a mistake, which parsing names with its line
        bits = False
    return Bits if bits else Numbers
