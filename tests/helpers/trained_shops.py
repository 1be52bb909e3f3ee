"""A small table of series, and a run that is trained on it in a moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.helpers.commands import good

DAYS = 120
"""The days of the table, the last ten or so of which are for the test."""

TOLD = ("--time", "date", "--series", "shop", "--target", "sales", "--input", "promo:known")


def shops(folder: Path) -> Path:
    """Write ``sales.csv`` and, of the next five days, ``known.csv``; then train ``run``.

    Shop a has all days but two; b ends seven days early; c begins eight days before the end.
    """
    generator = np.random.default_rng(0)
    days = np.datetime64("2024-01-01") + np.arange(DAYS + 5)
    rows, known = [], []
    for shop, first, last in (("a", 0, DAYS), ("b", 0, DAYS - 7), ("c", DAYS - 8, DAYS)):
        there = [t for t in range(first, last) if shop != "a" or t not in (50, DAYS - 5)]
        rows += [f"{days[t]},{shop},{generator.poisson(5 + t % 7)},{t % 2}" for t in there]
    for shop in "abc":
        known += [f"{day},{shop},{t % 2}" for t, day in enumerate(days[DAYS:])]
    (folder / "sales.csv").write_text("\n".join(["date,shop,sales,promo", *rows]) + "\n")
    (folder / "known.csv").write_text("\n".join(["date,shop,promo", *known]) + "\n")
    good("train", folder / "sales.csv", *TOLD, "--hidden-size", 6, "--max-steps", 3,
         "--threads", 1, "--out", folder / "run")  # fmt: skip
    return folder
