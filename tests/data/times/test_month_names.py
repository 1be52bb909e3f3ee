"""Months and weekdays are known by their names in many languages, with and without accents."""

from __future__ import annotations

import pytest
from babel.dates import get_day_names, get_month_names

from throughtime.data.times.month_names import LANGUAGES, are_weekdays, months_of


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_months_and_weekdays(language: str) -> None:
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            months = get_month_names(width, context, language)
            assert months_of(months.values()) == list(months)
            days = get_day_names(width, context, language)
            assert are_weekdays(days.values())


def test_as_people_write_them() -> None:
    assert months_of(["MRZ", "Mär", "fevrier", "AOUT", "Dez.", "sept"]) == [3, 3, 2, 8, 12, 9]
    assert months_of(["jui", "smarch", ""]) == [0, 0, 0]  # juin or juillet
    assert are_weekdays(["MON", "Mi.", "mercredi"])
    assert not are_weekdays(["Mon", "Smarchday"])
