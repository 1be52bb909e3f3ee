"""Arrow's kinds of values become those that a text file would have, and are measured before."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow
import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError
from throughtime.data.formats.arrow import values as arrow_values
from throughtime.data.formats.arrow.values import plain_columns, table_of_batches

NOON = datetime(2020, 1, 31, 12)
NS = pyarrow.timestamp("ns")
DAY_NS = 1_580_428_800 * 10**9


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([b"caf\xc3\xa9", None], ["café", None]),
        ([b"caf\xc3\xa9", b"\xff"], [b"caf\xc3\xa9", b"\xff"]),
        ([timedelta(minutes=1.5), None], [90.0, None]),
        (pyarrow.array([1500], pyarrow.duration("ns")), [1e-6]),
        ([1.5, float("nan")], [1.5, None]),
        ([[1.5, float("nan")]], [[1.5, None]]),
        ([[Decimal("1.25")], None], [[1.25], None]),
        ([[date(2020, 1, 31)]], [["2020-01-31"]]),
        (pyarrow.array([[NOON]], pyarrow.list_(NS)), [["2020-01-31T12:00:00"]]),
        (pyarrow.array([[DAY_NS + 1500]], pyarrow.list_(NS)), [["2020-01-31T00:00:00.000001"]]),
        (pyarrow.array([1500], pyarrow.time64("ns")), ["00:00:00.000001"]),
        ([time(12, 30)], ["12:30:00"]),
        ([[b"a", b"\xff"]], [["a", b"\xff"]]),
        (pyarrow.array(["a", None, "a"]).dictionary_encode(), ["a", None, "a"]),
        ([{"bytes": b"GIF89a", "path": None}], [{"bytes": b"GIF89a", "path": None}]),
        ([[{"d": Decimal("0.5")}]], [[{"d": 0.5}]]),
    ],
)
def test_values(values: Any, expected: list[object]) -> None:
    assert plain_columns(pyarrow.table({"a": values}), "f") == {"a": expected}


def test_objects_are_columns() -> None:
    rows = [{"d": date(2020, 1, 31), "in": {"x": 1}}, None]
    table = pyarrow.table({"a": rows, "b": [1, 2]})
    assert plain_columns(table, "f") == {
        "a.d": ["2020-01-31", None],
        "a.in.x": [1, None],
        "b": [1, 2],
    }
    twice = pyarrow.table({"a": rows, "a.d": [1, 2]})
    with pytest.raises(DataError, match=r"f: two columns are called 'a.d'"):
        plain_columns(twice, "f")


LONG = "x" * 2000
REPEATED = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 1000), pyarrow.array([LONG]))


@pytest.mark.parametrize(
    "array",
    [
        REPEATED,
        pyarrow.ListArray.from_arrays(pyarrow.array([0, 1000]), REPEATED),
        pyarrow.StructArray.from_arrays([REPEATED], names=["a"]),
        pyarrow.MapArray.from_arrays([0, 1000], pyarrow.array(range(1000)), REPEATED),
        pyarrow.array([LONG] * 1000, pyarrow.string_view()),
        pyarrow.array([10 * LONG] * 9 + [LONG] * 1000, pyarrow.string_view())[9:],
        pyarrow.array([LONG] * 1000 + [10 * LONG] * 9, pyarrow.string_view())[:1000],
        pyarrow.nulls(250_000),
        pyarrow.array([True] * 250_000),
        pyarrow.array(np.zeros(250_000)),
    ],
)
def test_a_table_far_larger_than_its_file_is_refused(
    array: pyarrow.Array, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow_values, "LARGEST", 1_900_000)
    table = pyarrow.table({"a": array})
    refused = r"f: a file of 100 bytes with 2,0\d\d,\d\d\d bytes or more of values; expected"
    with pytest.raises(DataError, match=refused):
        table_of_batches(write("f", bytes(100)), [table])
    assert len(table_of_batches(write("f", bytes(30_000)), [table])) == len(table)
