"""Lists in cells are numbers, or are refused with what they are."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, load
from throughtime.data.columns.lists import as_list


@pytest.mark.parametrize("values", [np.arange(6.0) / 4, np.arange(6.0).reshape(2, 3) / 4])
def test_what_numpy_prints_is_read(values: np.ndarray) -> None:
    assert as_list(str(values)) == values.tolist()


@pytest.mark.parametrize("text", ["[a b]", "[1 2", "[1] [2]", "1] [2", "[1 2]]", "[]x", "[x nan]"])
def test_other_texts_are_no_lists(text: str) -> None:
    assert as_list(text) == text


SHORT = "a list that was printed short (...), so values are not in the file; expected all of them"
SPANS = "a list of objects or of spans of a text, which are not read; expected a list of numbers"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("[0.5 nan 3. ]", "nan is not a finite number"),
        ("[0.5, nan, 3.0]", "nan is not a finite number"),
        ("[0.5, NaN, 3.0]", "nan is not a finite number"),
        ("[0.5, None, 3.0]", "an empty value is not a finite number"),
        ("[0.5 inf 3. ]", "inf is not a finite number"),
        ("[0.5 2. ... 3.]", SHORT),
        ("[0.5, 2., ..., 3.]", SHORT),
        ("[[0.5 2. ... 3.] [0.5 2. ... 3.]]", SHORT),
        ('[{""start"": 0, ""end"": 4}]', SPANS),
        ('[[0, 4, ""PER""]]', SPANS),
    ],
)
def test_lists_that_lack_numbers_are_refused(cell: str, reason: str, write: Write) -> None:
    rows = "".join(f'item {i},"{cell}"\n' for i in range(30))
    with pytest.raises(DataError) as refused:
        load(write("a.csv", f"text,vector\n{rows}"))
    line, said = str(refused.value).split("a.csv:")[1].split(": column 'vector': ")
    assert int(line) in range(2, 32)
    assert said.startswith(reason)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("['very' 'fun'\n 'star']", ["very", "fun", "star"]),
        ("""['it' "n't" '"' 'a,b']""", ["it", "n't", '"', "a,b"]),
        ("[3 0 4]", [3, 0, 4]),
        ("[ True False]", [True, False]),
        ("(0.1, 0.2)", [0.1, 0.2]),
        ("('a',)", ["a"]),
        ("{'b', 'a'}", ["b", "a"]),
        ("{New York,Rome}", ["New York", "Rome"]),
        ("array([0.5, 1. ], dtype=float32)", [0.5, 1.0]),
        ("tensor([[1, 2],\n        [3, 4]])", [[1, 2], [3, 4]]),
        ("0.1|0.2", [0.1, 0.2]),
        ("1; 2", [1, 2]),
        ("0.1,0.2", [0.1, 0.2]),
        ("0.1, 20", [0.1, 20]),
        ("1,2,3,4", [1, 2, 3, 4]),
    ],
)
def test_lists_as_programs_write_them(text: str, values: list[object]) -> None:
    found = as_list(text)
    assert found == values
    assert list(map(type, found)) == list(map(type, values))


@pytest.mark.parametrize(
    "text",
    ["14,27", "1,234,567", "1,23,456", "1,234.5", "{'a': 1}", "(laughs)", "- 3", "1 | a", "a, b"],
)
def test_what_may_be_no_list_stays_a_text(text: str) -> None:
    assert as_list(text) == text


@pytest.mark.parametrize("text", ["030 1234567", "042 204", "204|042", "[030 7]", "1;-07"])
def test_codes_with_noughts_before_them_are_no_numbers(text: str) -> None:
    assert as_list(text) == text
