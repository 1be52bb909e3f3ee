"""One number in a text, with its sign and its unit; or none."""

from __future__ import annotations

import pytest

from throughtime.data.numbers.numeral import COMMA, POINT


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("$ (1,234.00)", -1234, "$"), ("€ -5", -5, "€"), ("1.234 kWh", 1.234, "kWh"),
        ("3 m2", 3, "m2"), ("5e3 Hz", 5000, "Hz"), ("+.5%", 0.5, "%"), ("2.5k€", 2500, "€"),
        ("12 Std.", 12, "Std"), ("0 °C", 0, "°C"), ("05", 5, ""),
        ("1,00,000", 100_000, ""), ("₹12,34,567.5", 1_234_567.5, "₹"),
    ],
)  # fmt: skip
def test_a_number_and_its_unit(text: str, value: float, unit: str) -> None:
    assert POINT.read(text) == (value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "01ab", "0.png", "1.2.2020", "5-7", "(5", "5)", "-(5)", "--5", "$5€", "5 kg kg", "5x102",
        "12 Main St", "5 p.m.", "3rd", "1 Jan", "m2", "", "-", ".", "1,23", "12,345,67", "1e999",
        "2-", "1,234 567",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert POINT.read(text) is None


def test_a_billion_is_short_only_with_a_point() -> None:
    assert POINT.number("1.5 billion") == 1.5e9
    assert COMMA.number("1,5 billion") is None
    assert COMMA.number("1,5 Mrd.") == 1.5e9
