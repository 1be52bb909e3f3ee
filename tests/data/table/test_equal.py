"""Rows that are equal in some columns have one number, and rows that are not have two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.data.table.equal import hashes_of, numbered
from throughtime.data.table.table import Table

VALUES = st.one_of(
    st.sampled_from([-1, -2, 0, "", "a", None]),
    st.lists(st.integers(-2, 1), max_size=2),
    st.dictionaries(st.sampled_from("ab"), st.integers(-2, -1)),
)


@quick
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=8))
def test_rows_have_one_number_if_they_are_equal(rows: list[tuple[object, object]]) -> None:
    first, second = map(list, zip(*rows, strict=True))
    table = Table(Path("a.json"), {"x": first, "z": second}, range(len(rows)))
    different: list[tuple[object, object]] = []
    for row in rows:
        if row not in different:
            different.append(row)
    found = numbered(hashes_of(table, ["x", "z"]))
    assert found.tolist() == [different.index(row) for row in rows]


def test_arrays_are_equal_by_their_shape_and_values() -> None:
    arrays = [np.array(v) for v in ([[1, 2]], [1, 2], [[1, 2]], [[1], [2]], [2, 1])]
    table = Table(Path("a.npz"), {"x": arrays}, range(5))
    assert numbered(hashes_of(table, ["x"])).tolist() == [0, 1, 0, 2, 3]
