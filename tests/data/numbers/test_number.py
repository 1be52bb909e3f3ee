"""A column is numbers if each of its values is one, whichever way it is read."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.data.numbers.number import all_numbers, number, numbers_among, numbers_in

VALUES = st.one_of(
    st.sampled_from(["1", " 2.5 ", "1e3", "", "x", "1_0", "nan", "inf", "-1", "1e999"]),
    st.sampled_from([1, -2, 10**400, True, None, math.inf, math.nan, 0.5]),
)


@quick
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_values_together_are_numbers_as_each_alone(values: list[object]) -> None:
    each = [number(value) for value in values]
    for together in (numbers_in(values), all_numbers(values)):
        assert (None if together is None else together.tolist()) == (None if None in each else each)
    assert numbers_among(values) == [
        v if n is None else n for v, n in zip(values, each, strict=True)
    ]


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_an_array_with_a_number_that_is_not_finite_is_none(wrong: float) -> None:
    assert numbers_in(np.array([1.0, wrong])) is None
    assert numbers_in(np.array([1.0, 2.0])) is not None
