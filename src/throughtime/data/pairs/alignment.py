"""Check that x and y have equal lengths in every row, where they have in nearly all."""

from __future__ import annotations

from throughtime.data.errors import DataError
from throughtime.data.examples import Examples
from throughtime.data.schema import Schema
from throughtime.data.table.table import Table
from throughtime.sequence import Sequence

FEW = 0.2
"""If fewer rows than this share have x and y of different lengths, those rows are mistakes."""


def check_alignment(divided: dict[str, Table], splits: dict[str, Examples], schema: Schema) -> None:
    """Check that y has a value for each step of x in all rows, if it has in nearly all.

    Args:
        divided: the rows of each part.
        splits: the same as pairs (x, y).
        schema: the columns of x and y.

    Raises:
        DataError: with file and line, at the first row whose x and y differ in length.
    """
    if not schema.y.stepwise or not schema.x_is_sequence:
        return
    first, differing, rows = "", 0, 0
    for part, examples in splits.items():
        assert isinstance(examples.x, Sequence)
        assert isinstance(examples.y, Sequence)
        of_rows = (examples.x.lengths, examples.y.lengths)
        differ = (of_rows[0] != of_rows[1]).nonzero()[:, 0].tolist()
        differing, rows = differing + len(differ), rows + len(examples)
        if differ and not first:
            x, y = (int(lengths[differ[0]]) for lengths in of_rows)
            first = (
                f"{divided[part].at(differ[0])}: column {schema.y.name!r} has {y} values, and "
                f"column {schema.x[0].name!r} has {x}; expected equal lengths, as in nearly all "
                "rows"
            )
            if schema.y.vocabulary is not None:
                first += f"; as {schema.y.name}:tokens lengths may differ"
    if first and differing < FEW * rows:
        raise DataError(first)
