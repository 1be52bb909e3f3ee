"""The division of items into parts: rare classes are in every part, all others as drawn."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from throughtime.data import Reading, load
from throughtime.data.splitting import PARTS, shuffled, stratified


def by_part(where: dict[int, str], classes: dict[int, list[str]], name: str) -> list[int]:
    found = Counter(where[item] for item in where if name in classes[item])
    return [found[part] for part in PARTS]


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
    rare = [part for part, count in zip(PARTS, drawn, strict=True) for _ in range(count)]
    where = dict(enumerate(["train"] * 80 + ["valid"] * 10 + ["test"] * 10 + rare))
    classes = {item: ["usual" if item < 100 else "rare"] for item in where}
    moved = stratified(where, classes)
    assert by_part(moved, classes, "rare") == expected
    assert Counter(moved.values()) == Counter(where.values())


def test_classes_that_leave_no_part_its_size_are_still_trained_on() -> None:
    where = dict(enumerate(["train", "train", "valid", "valid", "test"]))
    moved = stratified(where, {item: [str(item)] for item in where})
    assert [moved[item] for item in where] == ["train", "train", "train", "valid", "test"]


@quick
@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3), min_size=10),
    st.integers(0, 9),
)
def test_no_class_is_without_training_and_a_second_time_nothing_is_moved(
    names: list[list[str]], seed: int
) -> None:
    classes = dict(enumerate(names))
    drawn = shuffled(range(len(names)), seed)
    where = stratified(drawn, classes)
    assert set(where.values()) == set(PARTS)  # none is emptied
    assert list(where) == list(drawn)
    assert stratified(where, classes) == where
    sizes = Counter(where.values())
    for name in {name for some in names for name in some}:
        train, *_ = by_part(where, classes, name)
        # unless the class has but the last rows of the parts held out
        assert train > 0 or 1 in (sizes["valid"], sizes["test"])


def test_a_division_that_is_fair_stays_as_it_is() -> None:
    drawn = shuffled(range(1000), 3)
    assert stratified(drawn, {i: ["ab"[i % 2]] for i in drawn}) == drawn


def test_a_file_is_stratified_and_says_so(write: Write) -> None:
    rows = [f"word{i},{'rare' if i < 5 else 'usual'}" for i in range(300)]
    for seed in range(4):
        data = load(write("a.csv", "\n".join(["text,label", *rows])), seed)
        where = shuffled([(f"word{i}",) for i in range(300)], seed)
        fair = Counter(where[f"word{i}",] for i in range(5))
        moved = fair["train"] < 3 or 0 in (fair["valid"], fair["test"])
        assert ("; stratified: " in data.description) == moved
        rare = data.schema.y.encode("rare")
        counts = [int((data.splits[part].y == rare).sum()) for part in PARTS]
        assert counts == ([3, 1, 1] if moved else [fair[part] for part in PARTS])
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
