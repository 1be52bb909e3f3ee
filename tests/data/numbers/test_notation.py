"""Numbers are read in the one notation of their column, or the row where they may be others."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.data.numbers.notation import are_numbers, numbers_of
from throughtime.data.numbers.number import number
from throughtime.data.storage.scratch import Scratch
from throughtime.data.storage.stored import StoredColumn


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
        (["12.50-", "1,012.50"], [-12.5, 1012.5]),
        (["12,-", "5.--"], [12, 5]),
        (["($1,000.50)", "$ (5)", "$6"], [-1000.5, -5, 6]),
        (["(1,50) €", "-€2", "€ -3"], [-1.5, -2, -3]),
        (["1,23,456", "12,34,567.5", "999"], [123_456, 1_234_567.5, 999]),
        (["1,5 Mio", "2 Mrd.", "3 Tsd. "], [1.5e6, 2e9, 3e3]),
        (["1.5 million USD", "2mn USD", "3bn USD"], [1.5e6, 2e6, 3e9]),
        (["1.5K", "950"], [1500, 950]),
        (["12 kg", "-3kg"], [12, -3]),
        (["3.5 °C", "4 °C"], [3.5, 4]),
        (["1 day", "2 days"], [1, 2]),
        (["5 µg/m³", "1.2 µg/m³"], [5, 1.2]),
        (["3×10^3", "1.5 x 10^-2"], [3000, 0.015]),
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
    "values", [["1.5", "2e3"], ["1.250", "0.5"], ["1.000", "2.500"], ["1000", "1.000"],
               [1, 2.5, None], ["a", "b,c"], ["010", "011"], ["010", *["1,5"] * 9],
               ["1990", "2.5"], ["12 apples", "3 pears"],
               ["1", "1e3"], ["+5", ".5", "5."], ["５", "٥"], ["5 p.m.", "6 pm"], ["1st", "2nd"],
               ["12 Jan", "13 Jan"], ["2-", "3-"], ["0.png", "1.png"], ["01ab", "10ab"],
               ["1,5 billion", "2,5 billion"], [["1,5"]], [True]],
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
        (["5%", "6%", "7"], 2, "'7', but '5%' before it; expected the same unit in all rows, or n"),
        (["12 kg", "3 kg", "500 g"], 2, "'500 g', but '12 kg' before it; expected the same unit"),
        (["4", "5", "$45"], 2, "'$45', but '4' before it; expected the same unit in all rows"),
        (["1/2", "3/4"], 0, "'1/2' is not in a form in which numbers are read; write it as 0.5"),
        (["~5", "<0.1"], 0, "'~5' is not in a form in which numbers are read"),
        (["0x1F", "0x20"], 0, "'0x1F' is not in a form in which numbers are read"),
        (["1_0", "1_1"], 0, "'1_0' is not in a form in which numbers are read"),
        (
            ["$5.50", "€6.50"],
            1,
            "'€6.50', but '$5.50' before it; expected the same unit in all rows, or none",
        ),
    ],
)
def test_what_may_be_two_numbers(texts: list[str], row: int, reason: str) -> None:
    doubt = numbers_of(texts).doubt
    assert doubt is not None
    assert doubt[0] == row
    assert reason in doubt[1]


def test_metres_are_no_millions_and_one_code_no_column_of_codes() -> None:
    for text in ("96011m", "5 t", "7 b"):
        assert numbers_of([text, text]).values == [float(text.rstrip("mtb"))] * 2
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


UNITS = ("{}", "${}", "{} €", "{}%", "CHF {}", "{} kg", "{}°C", "{} km/h")
MINUS = ("-{}", "\u2212{}", "({})", "{}-")


@quick
@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", "lakh")]),
    st.sampled_from(UNITS),
    st.sampled_from(MINUS),
)
def test_what_is_written_is_read(
    cents: list[int], marks: tuple[str, str], unit: str, minus: str
) -> None:
    decimal, thousands = marks
    cents = [123_456_789, *cents]  # of the first nobody can doubt where its marks are

    def written(value: float) -> str:
        text = f"{abs(value):,.2f}"
        if thousands == "lakh":
            whole, _, rest = f"{abs(value):.2f}".partition(".")
            text = re.sub(r"(?<=\d)(?=(\d\d)+$)", ",", whole[:-3]) + "," + whole[-3:] + "." + rest
            text = text.removeprefix(",")
        else:
            text = text.replace(",", "x").replace(".", decimal).replace("x", thousands)
        return unit.format(minus.format(text) if value < 0 else text)

    found = numbers_of([written(c / 100) for c in cents])
    assert found.values == [c / 100 for c in cents]
    assert found.doubt is None


@quick
@given(
    st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=6),
    st.sampled_from([".", ","]),
    st.sampled_from(["", ".", ",", " "]),
    st.integers(0, 4),
)
def test_what_may_be_other_numbers_is_doubted(
    numbers: list[int], decimal: str, thousands: str, digits: int
) -> None:
    assume(decimal != thousands)
    values = [n / 10**digits for n in numbers]
    marks = str.maketrans({",": thousands, ".": decimal})
    texts = [f"{value:,.{digits}f}".translate(marks) for value in values]
    # as programs write numbers, a point is the decimal mark: nobody asks of a column of 0.125
    assume(thousands != "." or not all(re.fullmatch(r"-?\d+(\.\d{3})?", text) for text in texts))
    found = numbers_of(texts)
    if found.doubt is None and found.are_numbers:
        read = [number(value) for value in found.values]
        assert all(a is None or a == b for a, b in zip(read, values, strict=True))


@quick
@given(st.lists(st.sampled_from(["1.5", "999", "1.000", "1,5", "$2", "3%", "x", "", "007"])))
def test_pieces_are_read_as_the_whole(texts: list[str]) -> None:
    cells = StoredColumn(Scratch())
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


def test_whole_numbers_that_would_lose_digits_are_in_doubt() -> None:
    reason = (
        "'9007199254740993' has more digits than a number keeps; if it is an id, leave the column "
        "out or name it as NAME:label; else write fewer digits"
    )
    assert numbers_of(["1", "9007199254740993"]).doubt == (1, reason)
    assert numbers_of([1, 9007199254740993]).doubt == (1, reason)
    assert numbers_of(["9007199254740992", "1e30", "0.12345678901234567890"]).doubt is None
