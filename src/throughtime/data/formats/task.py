"""What x and y make of a model: its wiring, its output, and how its length is decided."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.columns import Bits, Features, Field, Image, Number, Numbers, Tags
from throughtime.data.dataset import Examples
from throughtime.data.errors import DataError
from throughtime.data.formats.table import Table
from throughtime.data.text import Y_ALONE
from throughtime.lengths import EndOfSequence, Length, SameAsInput, Unending
from throughtime.outputs import Bernoulli, Categorical, Normal, Output
from throughtime.sequence import Sequence
from throughtime.wiring import (
    HIDDEN_TO_HIDDEN,
    SEQUENCE_TO_VECTOR,
    VECTOR_TO_SEQUENCE,
    Wiring,
)

FEW = 0.2
"""The share of rows whose x and y differ in length below which these are mistakes."""


def wiring_of(
    path: Path, of_x: list[Field], of_y: Field, aligned: bool
) -> tuple[Wiring, Length | None]:
    """The wiring, and the length if y is a sequence.

    Raises:
        DataError: if no recurrent net gives such a y of such an x.
    """
    from_sequence = bool(of_x) and of_x[0].sequence
    if isinstance(of_y, Image):
        raise DataError(f"{path}: y is a picture, which no output gives; make it --input")
    if isinstance(of_y, Features):
        raise DataError(
            f"{path}: column {of_y.name!r} as features is for --input; as tags it is a sequence y"
        )
    if not of_y.sequence:
        if not from_sequence:
            raise DataError(
                f"{path}: neither x nor y is a sequence, so there is nothing for a recurrent net; "
                "say which column is, for instance --input NAME:characters"
            )
        return SEQUENCE_TO_VECTOR, None
    ends: Length = EndOfSequence() if output_of(of_y).symbolic else Unending()
    if not of_x:
        return Y_ALONE, ends
    if not from_sequence:
        return VECTOR_TO_SEQUENCE, ends
    return (HIDDEN_TO_HIDDEN, SameAsInput()) if aligned else (VECTOR_TO_SEQUENCE, ends)


def aligned(
    divided: dict[str, Table], splits: dict[str, Examples], of_x: list[Field], of_y: Field
) -> bool:
    """Whether y has a value for each step of x. Where nearly all rows have, the others are wrong.

    Raises:
        DataError: with file and line, at the first row that has more or fewer.
    """
    if not isinstance(of_y, Tags | Numbers):
        return False
    first, differing, rows = "", 0, 0
    for part, examples in splits.items():
        if not (isinstance(examples.x, Sequence) and isinstance(examples.y, Sequence)):
            return False
        of_rows = (examples.x.lengths, examples.y.lengths)
        differ = (of_rows[0] != of_rows[1]).nonzero()[:, 0].tolist()
        differing, rows = differing + len(differ), rows + len(examples)
        if differ and not first:
            x, y = (int(lengths[differ[0]]) for lengths in of_rows)
            first = (
                f"{divided[part].at(differ[0])}: column {of_y.name!r} has {y} values, and column "
                f"{of_x[0].name!r} has {x}; expected as many, as nearly all other rows have"
                + (f"; as {of_y.name}:tokens it may have others" if isinstance(of_y, Tags) else "")
            )
    if first and differing < FEW * rows:
        raise DataError(first)
    return not first


def output_of(of_y: Field) -> Output:
    """What each value of y is."""
    if isinstance(of_y, Bits):
        return Bernoulli(of_y.size)
    return Normal(of_y.size) if isinstance(of_y, Number | Numbers) else Categorical(of_y.size)
