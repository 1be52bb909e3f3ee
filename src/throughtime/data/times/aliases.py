"""The names of steps of time: those of pandas, and those in words."""

from __future__ import annotations

import re

MICROS = {"us": 1, "ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000,
          "D": 86_400_000_000}  # fmt: skip
"""The microseconds of units of a fixed length, by pandas' aliases."""

NAMES = {"us": "microsecond", "ms": "millisecond", "s": "second", "min": "minute", "h": "hour",
         "D": "day"}  # fmt: skip

SEASONS = {"s": 3600, "min": 1440, "h": 24, "D": 7, "B": 5}
"""So many of a unit are the usual season: an hour, a day, a week."""

ALIAS = re.compile(r"(\d*)(us|ms|s|min|h|D|B|ME|MS|BME|BMS|M@\d+)")
"""A number of units; ``M@15`` is the fifteenth of a month, or its last day before that."""


def parsed(freq: str) -> tuple[int, str]:
    """A number of units, and the unit.

    Raises:
        ValueError: if no step is called so.

    Example:
        >>> parsed("15min"), parsed("ME")
        ((15, 'min'), (1, 'ME'))
    """
    found = ALIAS.fullmatch(freq)
    if found is None:
        raise ValueError(f"{freq!r} is no step that is known")
    return int(found[1] or 1), found[2]


def in_words(n: int, unit: str) -> tuple[str, int]:
    """A step in words, and the usual season in its units.

    Args:
        n: how many units it lasts.
        unit: the unit.

    Example:
        >>> in_words(3, "ME"), in_words(15, "min"), in_words(14, "D")
        (('quarter ends', 12), ('15 minutes', 1440), ('2 weeks', 364))
    """
    if unit == "D" and n % 7 == 0:
        return several(n // 7, "week"), 52 * 7
    if unit in NAMES:
        return several(n, NAMES[unit]), SEASONS.get(unit, 1)
    if unit == "B":
        return "business days" if n == 1 else f"{n} business days", SEASONS["B"]
    many, period = next(
        (m, p) for m, p in ((12, "year"), (3, "quarter"), (1, "month")) if n % m == 0
    )
    n, text = n // many, several(n // many, period)
    if unit.endswith("ME"):
        text = f"{period} ends" if n == 1 else f"ends of {text}"
        text = f"business {text}" if unit[0] == "B" else text
    elif unit == "BMS":
        text = f"{text}, first business day"
    elif unit != "MS":
        text = f"{text}, on day {unit[2:]}"
    return text, 12


def several(n: int, name: str) -> str:
    """So many of what has a name.

    Example:
        >>> several(1, "day"), several(1000, "day")
        ('1 day', '1,000 days')
    """
    return f"{n:,} {name}" + ("s" if n != 1 else "")
