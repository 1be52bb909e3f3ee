"""The inputs of series: what is known at each step, what came before it, and what is static."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from throughtime.data import DataError
from throughtime.data.columns import restored, saved
from throughtime.data.columns.inputs import Entry, Inputs, Static
from throughtime.data.columns.panel import Series


def series(x: dict[str, list[object]], static: dict[str, float | str | None]) -> Series:
    kinds = {n: object if any(isinstance(v, str) for v in vs) else float for n, vs in x.items()}
    arrays = {n: np.array(vs, kinds[n]) for n, vs in x.items()}
    steps = len(next(iter(arrays.values()))) if arrays else 0
    return Series("a", np.arange(steps), np.zeros((steps, 1)), arrays, static, np.arange(steps))


def test_a_number_is_standardised_and_flagged_where_it_is_missing() -> None:
    entry = Entry.of("t", np.array([1.0, 3.0, np.nan]), past=False)
    np.testing.assert_allclose(entry.encode(np.array([3.0, np.nan])), [[1, 0], [0, 1]])


def test_a_number_that_is_never_missing_in_training_must_be_given() -> None:
    entry = Entry.of("t", np.array([1.0, 3.0]), past=False)
    assert entry.size == 1
    with pytest.raises(DataError, match="column 't' is missing at a step, which it never is"):
        entry.encode(np.array([np.nan]))


def test_what_is_observed_in_the_past_enters_a_step_later() -> None:
    entry = Entry.of("t", np.array([1.0, 3.0]), past=True)
    np.testing.assert_allclose(
        entry.encode(np.array([3.0, 1.0, np.nan])), [[0, 1], [1, 0], [-1, 0]]
    )


def test_the_value_of_a_step_cannot_be_seen_at_that_step() -> None:
    entry = Entry.of("t", np.array([1.0, 3.0]), past=True)
    one, other = entry.encode(np.array([1.0, 2.0, 3.0])), entry.encode(np.array([1.0, 2.0, 9.0]))
    np.testing.assert_array_equal(one, other)


def test_a_label_is_one_hot_and_nothing_where_it_is_missing_or_new() -> None:
    entry = Entry.of("r", np.array(["b", "a", None], object), past=False)
    found = entry.encode(np.array(["a", "b", None, "c"], object))
    np.testing.assert_array_equal(found, [[1, 0], [0, 1], [0, 0], [0, 0]])


@pytest.mark.parametrize(
    ("values", "has"), [(np.array([1.0]), "numbers"), (np.array(["x"], object), "texts")]
)
def test_another_kind_of_values_is_refused(values: np.ndarray, has: str) -> None:
    trained = np.array(["x"], object) if has == "numbers" else np.array([1.0])
    with pytest.raises(DataError, match=f"has {has}; expected"):
        Entry.of("c", trained, past=False).encode(values)


def test_a_constant_and_an_empty_input_are_finite() -> None:
    assert Entry.of("c", np.array([2.0, 2.0]), past=False).encode(np.array([2.0])).tolist() == [[0]]
    nothing = Entry.of("c", np.array([np.nan]), past=False)
    assert np.isfinite(nothing.encode(np.array([np.nan, 5.0]))).all()


def test_inputs_stand_side_by_side_and_are_restored() -> None:
    one = series({"t": [1.0, 3.0], "r": ["a", "b"]}, {"k": "x", "n": 2.0})
    entries = [Entry.of("t", one.x["t"], True), Entry.of("r", one.x["r"], False)]
    inputs = Inputs("t,r").of(entries)
    expected = torch.tensor([[0.0, 1.0, 1.0, 0.0], [-1.0, 0.0, 0.0, 1.0]])
    assert torch.equal(inputs.encode_series(one), expected)
    static = Static("k,n").of([
        Entry.of("k", np.array(["x", "y"], object), False),
        Entry.of("n", np.array([1.0, 3.0]), False),
    ])  # fmt: skip
    assert static.encode_series(one).tolist() == [1, 0, 0]
    assert static.places("n") == slice(2, 3)
    assert static.places("other") is None
    for column in (inputs, static):
        again = restored(json.loads(json.dumps(saved(column))))
        assert again.alike(column)
        assert type(again) is type(column)
        assert torch.equal(again.encode_series(one), column.encode_series(one))
    assert not static.alike(inputs)
