"""Numbers are read in the one notation of their column, or the row where they may be others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.data.cells import Cells, Heap
from throughtime.data.notation import are_numbers, numbers_of


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1,207,000", "900"], [1_207_000, 900]),
        (["1,234.5", "-12"], [1234.5, -12]),
        (["1.234,56", "0,5"], [1234.56, 0.5]),
        (["1.234.567", "1"], [1_234_567, 1]),
        (["1,5", "2,25"], [1.5, 2.25]),
        (["1 234,5", "1\u202f000,0"], [1234.5, 1000]),
        (["1'234.5", "12’000.0"], [1234.5, 12_000]),
        (["$1,234.50", "-$2.00"], [1234.5, -2]),
        (["1.234,50 €", "5,00 €"], [1234.5, 5]),
        (["EUR 5.25", "EUR 6.5"], [5.25, 6.5]),
        (["-1.25%", "0.60 %"], [-1.25, 0.6]),
        (["1.23M", "900K", "2bn"], [1.23e6, 9e5, 2e9]),
        (["\u22123.5", "2"], [-3.5, 2]),
        (["12.50-", "3.00"], [-12.5, 3]),
        (["(1,000)", "(5)", "1,000,000"], [-1000, -5, 1_000_000]),
        (["1,5", "", "n/a", "?"], [1.5, "", "n/a", "?"]),
        (["1,234,567", "12,34"], [1_234_567, "12,34"]),
    ],
)
def test_notations(texts: list[str], numbers: list[object]) -> None:
    found = numbers_of(texts)
    assert found.values == numbers
    assert found.note
    assert found.doubt is None


@pytest.mark.parametrize(
    "values", [["1.5", "2e3"], ["1.250", "0.5"], ["1.000", "2.500"], [1, 2.5, None], ["a", "b,c"],
               ["010", "011"], ["1990", "2.5"], ["12 apples", "3 pears"], [["1,5"]], [True]],
)  # fmt: skip
def test_other_values_stay_as_they_are(values: list[object]) -> None:
    found = numbers_of(values)
    assert (found.values, found.note, found.doubt) == (values, "", None)


@pytest.mark.parametrize(
    ("texts", "row", "reason"),
    [
        (
            ["999", "1.000", "1.001"],
            1,
            "'1.000' is 1000 or 1; say which: --decimal . or --decimal ,",
        ),
        (["999", "1,000"], 1, "'1,000' is 1000 or 1; say which"),
        (["2,016", "2,017"], 0, "'2,016' is 2016 or 2.016; say which"),
        (["5%", "6%", "7"], 2, "'7', but '5%' before it; expected per cent in all rows or none"),
        (["5.50", "$6.50"], 1, "'$6.50', but '5.50' before it; expected one currency, in all rows"),
        (["$5.50", "€6.50"], 1, "'€6.50', but '$5.50' before it; expected one currency"),
    ],
)
def test_what_may_be_two_numbers(texts: list[str], row: int, reason: str) -> None:
    doubt = numbers_of(texts).doubt
    assert doubt is not None
    assert doubt[0] == row
    assert reason in doubt[1]


def test_metres_are_no_millions_and_one_code_no_column_of_codes() -> None:
    for text in ("96011m", "5 t", "7 b"):
        assert numbers_of([text, "1.5"]).values == [text, 1.5]
    assert numbers_of(["R$ 25.603,62", "12,50 zł"]).doubt is not None
    assert are_numbers([*map(str, range(100, 130)), "007"])
    assert numbers_of(["0.5", "1,5"], ",").doubt == (
        0, "'0.5' is no number with ',' as its decimal mark"
    )  # fmt: skip


def test_an_option_says_which() -> None:
    assert numbers_of(["999", "1.000"], ",").values == [999, 1000]
    assert numbers_of(["999", "1.000"], ".").values == [999, 1]
    assert numbers_of(["2,016"], ".").values == [2016]
    assert numbers_of(["2,016"], ",").values == [2.016]


@quick
@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=6),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'")]),
)
def test_what_is_written_with_marks_is_read(cents: list[int], marks: tuple[str, str]) -> None:
    decimal, thousands = marks
    cents[0] = 123_456_789  # of which nobody can doubt where its marks are
    texts = [f"{c / 100:,.2f}".replace(",", "x").replace(".", decimal).replace("x", thousands)
             for c in cents]  # fmt: skip
    assert numbers_of(texts).values == [c / 100 for c in cents]


@quick
@given(st.lists(st.sampled_from(["1.5", "999", "1.000", "1,5", "$2", "3%", "x", "", "007"])))
def test_pieces_are_read_as_the_whole(texts: list[str]) -> None:
    cells = Cells(Heap())
    for at in range(0, len(texts), 3):
        cells.write(texts[at : at + 3])
    found, whole = numbers_of(cells), numbers_of(texts)
    assert list(found.values) == list(whole.values)
    assert (found.note, found.doubt, found.decimal) == (whole.note, whole.doubt, whole.decimal)
    assert are_numbers(cells) == are_numbers(texts)


def test_digits_with_an_underscore_are_no_number() -> None:
    assert numbers_of(["1_0", "2", "3"]).values == ["1_0", 2, 3]
    assert not are_numbers(["1_0", "2_0", "3"])


def test_mistakes_do_not_change_a_column() -> None:
    assert are_numbers(["1", "2", "x"])
    assert not are_numbers(["1", "x", "y"])
    assert not are_numbers([])
