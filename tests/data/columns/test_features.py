"""Sets of names: how files write them, and the vectors of zeros and ones that they become."""

import json
from typing import Any

import pytest
import torch

from throughtime.data import DataError
from throughtime.data.columns import Features, restored, saved
from throughtime.data.columns.features import are_flags, are_lists_of_names, are_marked_sets
from throughtime.data.vocabularies.absent import absent_labels, known
from throughtime.outputs import Bernoulli


def fitted(values: list[Any], name: str = "y") -> Features:
    column = Features(name)
    column.see(values)
    column.fit([column.parse(value) for value in values], 1)
    return column


@pytest.mark.parametrize(
    ("values", "names", "vectors"),
    [
        (["a|New York", "a", "[]"], ["New York", "a"], [[1, 1], [0, 1], [0, 0]]),
        (["|b|a|", " a | b ", "b"], ["a", "b"], [[1, 1], [1, 1], [0, 1]]),
        (["a, b", "b"], ["a", "b"], [[1, 1], [0, 1]]),
        (["a;b", "b,c"], ["a", "b", "b,c"], [[1, 1, 0], [0, 0, 1]]),
        (["1|2", "2"], ["1", "2"], [[1, 1], [0, 1]]),
        (["a b", "b"], ["a", "b"], [[1, 1], [0, 1]]),
        ([["New York", " b"], [], [" b", " b"]], [" b", "New York"], [[1, 1], [0, 0], [1, 0]]),
        (["['a', 'b']", '["b"]'], ["a", "b"], [[1, 1], [0, 1]]),
        ([[3, 17], [17]], ["17", "3"], [[1, 1], [1, 0]]),
        ([[1, 0, 0], [0, 0, 1]], ["y[0]", "y[1]", "y[2]"], [[1, 0, 0], [0, 0, 1]]),
        (["[1, 0]", "[0, 0]"], ["y[0]", "y[1]"], [[1, 0], [0, 0]]),
        ([[True, False], [False, False]], ["y[0]", "y[1]"], [[1, 0], [0, 0]]),
    ],
)
def test_sets_as_files_write_them(
    values: list[Any], names: list[str], vectors: list[list[int]]
) -> None:
    column = fitted(values)
    assert list(column.vocabulary) == names
    assert column.output() == Bernoulli(len(names))
    again = restored(json.loads(json.dumps(saved(column))))
    for value, vector in zip(values, vectors, strict=True):
        expected = [name for name, one in zip(names, vector, strict=True) if one]
        for one in (column, again):
            assert one.encode(one.parse(value)).tolist() == vector
            y = one.encode_y(one.parse(value))
            assert (y.dtype, y.tolist()) == (torch.int64, vector)
            assert one.decode(y) == expected


@pytest.mark.parametrize(
    ("values", "bad", "reason"),
    [
        (["a|b"], "", "an empty value is not names with '|' between them ([] for none)"),
        (["a|b"], "a||b", "'a||b' has an empty name; expected names with '|' between"),
        (["a|b"], None, "an empty value is not names with '|' between"),
        (["a|b"], 2.5, "2.5 is not names with '|' between"),
        ([["a"]], [["a"]], "[['a']] is not a list of names"),
        ([["a"]], ["a", None], "is not a list of names"),
        ([["a"]], ["a", " "], "has an empty name"),
        ([[1, 0]], [1, 0, 1], "[1, 0, 1] is not a list of 2 zeros and ones"),
        ([[1, 0]], [1, 2], "y[1] is 2; expected 0 or 1"),
        ([[1, 0]], [1, None], "y[1] is an empty value; expected 0 or 1"),
    ],
)
def test_what_is_no_set_is_refused(values: list[Any], bad: Any, reason: str) -> None:
    column = fitted(values)
    with pytest.raises(DataError) as caught:
        column.parse(bad)
    assert reason in str(caught.value)


def test_labels_that_training_lacks_are_kept_beside_the_others() -> None:
    column = fitted([["a", "b"], ["b"]])
    sets = [["b", "new", "newer"], ["newer", "new"], ["a", "new"], ["a"]]
    y = torch.stack([column.encode_y(names) for names in sets])
    assert (y < 0).all(1).tolist() == [True, True, True, False]
    assert known(y).tolist() == [[0, 1], [0, 0], [1, 0], [1, 0]]
    assert absent_labels(y) == {"new": 3, "newer": 2}
    assert [column.decode(row) for row in y] == [
        *(["b", "new", "newer"], ["new", "newer"], ["a", "new"], ["a"])
    ]
    assert column.encode(sets[0]).tolist() == [0, 1]  # as x they are left out
    assert column.decode(torch.tensor([-1, -2])) == ["a", "\N{REPLACEMENT CHARACTER}"]


def test_a_label_of_y_is_one_however_rare() -> None:
    column, labels = Features("x"), Features("y")
    labels.complete = True
    for one in (column, labels):
        one.fit([["a", "b"], ["b"]], rare=2)
    assert [list(one.vocabulary) for one in (column, labels)] == [["b"], ["a", "b"]]
    assert [one.takes_rare for one in (column, labels)] == [True, False]


@pytest.mark.parametrize(
    ("values", "sure"),
    [
        (["a|b", "b", "a"] * 10, True),
        (["a, b", "b", "a"] * 10, True),
        (["a; b", "b", "a"] * 10, True),
        (["a, b", "c"] * 20, False),  # no more combinations than names
        (["Portland, OR", "Remote", "Salem, OR"] * 20, False),
        (["a", "b"] * 20, False),
        ([f"text | no {i}" for i in range(40)], False),
    ],
)
def test_texts_that_are_sets_for_sure(values: list[str], sure: bool) -> None:
    assert are_marked_sets(values) is sure


def test_texts_that_may_be_sets_are_asked_about() -> None:
    with pytest.raises(DataError, match=r"has 'a\|b', which may be several labels"):
        are_marked_sets(["a|b", "b", "a"] * 5)  # 15 rows of two names
    assert not are_marked_sets(["a|b", "c|d"])
    with pytest.raises(DataError, match=r"has 'a, b', which may be several labels"):
        are_marked_sets(["b", "a, b"] * 20)  # b stands alone too


def test_lists_that_are_sets() -> None:
    assert are_flags([[1, 0], [0, 0]])
    assert are_flags([*[[1, 0]] * 9, [1]])
    assert not are_flags([*[[1, 0]] * 9, [1]], share=1)
    assert are_flags([*[[1, 0]] * 9, [1, 2]])
    assert not are_flags([[1], [0]])
    assert not are_flags([[1, 0], [1, 0, 1]])
    assert not are_flags([[[1, 0], [1, 0]]])
    assert not are_flags([])
    assert are_lists_of_names([["a"], ["a", "b"]] * 5)
    assert are_lists_of_names([[27], [4, 27]] * 5)
    assert not are_lists_of_names([["a", "a"], ["b"]] * 9)
    assert not are_lists_of_names([[0.5], [1.5]] * 9)
    assert not are_lists_of_names([[f"{i}"] for i in range(20)])
    assert not are_lists_of_names([[], []])
