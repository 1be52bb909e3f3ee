"""Rows in memory: dicts, values of one column, or a data frame; what is no table is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest

from throughtime.data import DataError, Reading, load, read
from throughtime.data.formats.memory import table_of
from throughtime.sequence import Sequence

ROWS = [{"word": f"{'ab' * (1 + i % 4)}{i}", "size": i, "long": "ny"[i % 2]} for i in range(40)]


def csv_file(tmp_path: Path) -> Path:
    lines = [",".join(map(str, row.values())) for row in ROWS]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["word,size,long", *lines]) + "\n")
    return path


def frame() -> pyarrow.Table:
    return pyarrow.table({name: [row[name] for row in ROWS] for name in ROWS[0]})


class Frame:
    """What pandas and polars have in common: a stream for Arrow."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return frame().__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "rows", [ROWS, frame(), Frame(), iter(ROWS)], ids=["dicts", "arrow", "frame", "iterator"]
)
def test_rows_are_those_of_a_file(rows: object, tmp_path: Path) -> None:
    told = Reading(input="word:characters", target="long")
    of_file = load(csv_file(tmp_path), 3, told)
    data = read(rows, seed=3, input="word:characters", target="long")
    assert data.digest == of_file.digest
    assert data.schema.saved() == of_file.schema.saved()
    assert data.source is not None
    assert (data.name, data.source.name) == ("rows", None)
    assert of_file.source is not None
    again = read(csv_file(tmp_path), seed=3, input="word:characters", target="long")
    assert (again.digest, again.source) == (of_file.digest, of_file.source)
    assert read(ROWS, target="word:words", name="mine").name == "mine"


def test_texts_are_sequences() -> None:
    data = read([f"one {i} two" for i in range(30)])
    assert (data.schema.x, data.schema.y.name, data.schema.y.kind) == ((), "text", "characters")
    y = data.splits["train"].y
    assert isinstance(y, Sequence)
    assert all(data.schema.y.decode(row).startswith("one ") for row in y.to_list())
    assert read([f"one {i}" for i in range(30)], target="text:words").schema.y.kind == "words"


def test_numbers_alone_are_a_series() -> None:
    data = read([{"a": np.float64(i), "b": np.int64(-i)} for i in range(60)])
    assert data.schema.running
    assert data.schema.y.name == "b"  # the first one counts
    lengths = [part.y.lengths for part in data.splits.values() if isinstance(part.y, Sequence)]
    assert sum(map(int, lengths)) == 60


def test_lists_are_sequences() -> None:
    words, tags = [[str(i), "b"][: 1 + i % 2] for i in range(40)], [["X", "Y"], ["X"]]
    rows = [{"word": word, "tag": tags[len(word) % 2]} for word in words]
    data = read(rows, input="word", target="tag")
    assert (data.schema.x[0].kind, data.schema.y.kind, data.aligned) == ("tokens", "tags", True)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "there are no rows"),
        (iter(()), "there are no rows"),
        (pyarrow.table({"a": pyarrow.array([], "string")}), "there are no rows"),
        (3, "rows are a int; expected a list of dicts"),
        (None, "rows are a NoneType"),
        (b"text", "rows are a bytes"),
        ({"a": [1, 2]}, "rows are a dict"),
        (
            [{"a": i, "b": "x" * i} if i != 2 else {"a": 2} for i in range(1, 31)],
            "row 2: column 'b': ",
        ),
        ([{"a": 1}, "text"], "row 2 is 'text'; expected a dict, as row 1"),
        ([{"a": {"b": 1}, "a.b": 2}], "row 1: two values are called 'a.b'"),
        (
            ["text", {"a": 1}, *(f"text {i}" for i in range(30))],
            r"row 2: column 'text' has an object \(a\)",
        ),
        ([{3: "a"}], "a column is called 3; expected a text"),
        (["one"] * 20, "1 different"),
    ],
)
def test_what_is_no_table_is_refused(rows: object, reason: str) -> None:
    with pytest.raises(DataError, match=reason) as caught:
        read(rows)
    assert "\n" not in str(caught.value)


def test_single_values_are_of_one_column() -> None:
    with pytest.raises(DataError, match="row 1 is 'a'; expected a dict"):
        table_of(["a", "b"])


def test_a_bad_value_is_named_with_its_row() -> None:
    bad = [*ROWS[:7], {**ROWS[7], "size": "?"}, *ROWS[8:]]
    with pytest.raises(DataError, match=r"^row 8: column 'size': '\?' is not a finite number"):
        read(bad, input="word:characters", target="size:number")


def test_what_is_for_files_is_refused_for_rows(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = [{"format": "table"}, {"symbols": "words"}]
    for (name,), options in zip(told, told, strict=True):
        with pytest.raises(DataError, match=f"{name} is for files"):
            read(ROWS, **options)
    with pytest.raises(TypeError, match="inputs"):
        read(ROWS, inputs="word")
    with pytest.raises(DataError, match=r"none\.csv: no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="digits: no such file"):
        read("digits")  # by its name it is data.load
