"""The division of items into parts: rare classes are in every part, all others as drawn."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from throughtime.data import Reading, load
from throughtime.data.pairs.stratified import stratified
from throughtime.data.splitting import PARTS, shuffled

Parts = NDArray[np.int8]


def by_part(where: Parts, classes: list[list[int]], name: int) -> list[int]:
    found = Counter(where[item] for item, names in enumerate(classes) if name in names)
    return [found[number] for number, _ in enumerate(PARTS)]


def moved_by(where: Parts, classes: list[list[int]]) -> Parts:
    items = np.arange(len(classes)).repeat([len(names) for names in classes])
    return stratified(where, items, np.array([name for names in classes for name in names]))


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        ([0, 1, 0], [1, 0, 0]),  # one alone is trained on
        ([0, 1, 1], [1, 0, 1]),
        ([1, 0, 1], [1, 0, 1]),  # as drawn
        ([4, 0, 0], [2, 1, 1]),
        ([1, 2, 2], [3, 1, 1]),
        ([7, 0, 1], [6, 1, 1]),
        ([6, 3, 1], [6, 3, 1]),  # as drawn
        ([2, 7, 1], [5, 4, 1]),
    ],
)
def test_a_rare_class_has_its_share_of_every_part(drawn: list[int], expected: list[int]) -> None:
    where = np.array([0] * 80 + [1] * 10 + [2] * 10, np.int8)
    where = np.concatenate([where, np.arange(3, dtype=np.int8).repeat(drawn)])
    classes = [[int(item >= 100)] for item in range(len(where))]
    moved = moved_by(where, classes)
    assert by_part(moved, classes, 1) == expected
    assert np.bincount(moved).tolist() == np.bincount(where).tolist()


def test_classes_that_leave_no_part_its_size_are_still_trained_on() -> None:
    moved = moved_by(np.array([0, 0, 1, 1, 2], np.int8), [[item] for item in range(5)])
    assert moved.tolist() == [0, 0, 0, 1, 2]


FREED = [
    *([2, 3], [1], [2, 0], [0, 3], [2, 1, 0], [0], [2, 1, 3], [2, 1], [1, 3], [0, 2]),
    *([2, 3, 1], [0, 3], [2, 3], [0, 3], [0], [0, 3, 2], [1, 3], [2, 0], [1, 0, 3], [0]),
]
"""Classes of items, of which training needs one that only an exchange for the test part frees."""


@quick
@example(FREED, 1)
@given(
    st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=3), min_size=10), st.integers(0, 9)
)
def test_no_class_is_without_training_and_a_second_time_nothing_is_moved(
    classes: list[list[int]], seed: int
) -> None:
    where = moved_by(shuffled(len(classes), seed), classes)
    assert set(where.tolist()) == {0, 1, 2}  # no part is emptied
    assert moved_by(where, classes).tolist() == where.tolist()
    _, valid, test = np.bincount(where)
    for name in {name for some in classes for name in some}:
        train, *_ = by_part(where, classes, name)
        # unless the class has but the last rows of the parts held out
        assert train > 0 or 1 in (valid, test)


def test_a_division_that_is_fair_stays_as_it_is() -> None:
    drawn = shuffled(1000, 3)
    assert moved_by(drawn, [[i % 2] for i in range(1000)]).tolist() == drawn.tolist()


@given(st.integers(0, 200), st.integers(0, 9))
def test_a_division_is_a_shuffled_list_cut_in_pieces(count: int, seed: int) -> None:
    items = list(range(count))
    random.Random(seed).shuffle(items)
    where = shuffled(count, seed)
    assert set(np.flatnonzero(where == 1)) == set(items[: count // 10])
    assert set(np.flatnonzero(where == 2)) == set(items[count // 10 : count // 10 * 2])
    assert set(np.flatnonzero(shuffled(count, seed, ["test"]))) == set(items[: count // 9])


def test_a_file_is_stratified_and_says_so(write: Write) -> None:
    rows = [f"word{i},{'rare' if i < 5 else 'usual'}" for i in range(300)]
    for seed in range(4):
        data = load(write("a.csv", "\n".join(["text,label", *rows])), seed)
        fair = np.bincount(shuffled(300, seed)[:5], minlength=3).tolist()
        moved = fair[0] < 3 or 0 in fair
        assert ("; stratified: " in data.description) == moved
        rare = data.schema.y.encode("rare")
        counts = [int((data.splits[part].y == rare).sum()) for part in PARTS]
        assert counts == ([3, 1, 1] if moved else fair)
        assert [len(data.splits[part]) for part in PARTS] == [240, 30, 30]
    kept = load(write("b.csv", "\n".join(["text,label", *rows[5:], "again,usual"])), 0)
    assert "; stratified" not in kept.description
    assert [len(kept.splits[part]) for part in PARTS] == [238, 29, 29]


def test_a_part_that_is_drawn_beside_a_file_is_stratified(write: Write) -> None:
    rows = [f"word{i},{'rare' if i < 6 else 'usual'}" for i in range(90)]
    test = write("test.csv", "text,label\nnew,usual\n")
    reading = Reading(test=str(test))
    for seed in range(4):
        data = load(write("a.csv", "\n".join(["text,label", *rows])), seed, reading)
        rare = data.schema.y.encode("rare")
        train, valid, _ = (int((data.splits[part].y == rare).sum()) for part in PARTS)
        assert train >= 4
        assert valid >= 1
