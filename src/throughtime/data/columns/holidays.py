"""Public holidays, by the package holidays: days on which a country, or a part of it, is off."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.extras import needed_for

NAME = "holidays:"
"""``holidays:DE`` are Germany's, ``holidays:DE-BY`` those of one of its parts."""


def holidays(name: str, days: NDArray[Any]) -> NDArray[np.bool_]:
    """Which days are holidays.

    Args:
        name: whose, such as ``holidays:DE``.
        days: ``(T,)``, ``datetime64[D]``.

    Raises:
        MissingPackage: if the package is not installed.
        DataError: if it knows no such country, or no such part of it.
    """
    found: list[Any] = []
    for year in np.unique(days.astype("datetime64[Y]")).tolist():
        found += _of_year(name, year.year)
    return np.isin(days, np.array(found, "datetime64[D]"))


@cache
def _of_year(name: str, year: int) -> list[Any]:
    place = name.removeprefix(NAME)
    if not place or place == name:
        raise DataError(
            f"--calendar {name}: expected a country by its two letters, or a part of one, such as "
            "holidays:DE or holidays:DE-BY"
        )
    with needed_for(f"--calendar {name}"):
        package = import_module("holidays")
    country, _, part = place.partition("-")
    try:
        return list(package.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"--calendar {name}: the package holidays has none of {place} ({reason:.200})"
        ) from None
