"""Ten series that come with statsmodels and sktime: by month, by quarter and by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Kept:
    """A series that a package brings along.

    Args:
        package: which.
        load: gives it as pandas has it, with times as its index, from the package's data sets.
        by: the step: month, quarter or year.
        kind: of its values, as in ``--target value:count``.
        about: what it is.
    """

    package: str
    load: Callable[[Any], Any]
    by: str
    kind: str
    about: str

    def values(self) -> tuple[list[str], NDArray[np.float64]]:
        """The times, as texts, and the values, NaN where one is missing.

        Raises:
            ImportError: if the package is not there.
        """
        found = self.load(import_module(f"{self.package}.datasets"))
        index = found.index
        times = index.to_timestamp() if hasattr(index, "to_timestamp") else index
        return [str(time)[:10] for time in times], found.to_numpy(float)


def _macro(name: str) -> Callable[[Any], Any]:
    def load(sets: Any) -> Any:
        pandas = import_module("pandas")
        data = sets.macrodata.load_pandas().data
        months = (3 * (data["quarter"].astype(int) - 1) + 1).astype(str)
        times = pandas.to_datetime(data["year"].astype(int).astype(str) + "-" + months + "-1")
        return data[name].set_axis(times)

    return load


def _elnino(sets: Any) -> Any:
    pandas = import_module("pandas")
    data = sets.elnino.load_pandas().data
    years = data.iloc[:, 0].astype(int)
    times = pandas.date_range(f"{years.iloc[0]}-01-01", periods=12 * len(years), freq="MS")
    return pandas.Series(data.iloc[:, 1:13].to_numpy(float).ravel(), times)


def _equipment(sets: Any) -> Any:
    data = import_module("statsmodels.datasets.elec_equip").load().data
    return data.iloc[:, 0]


def _consumption(sets: Any) -> Any:
    pandas = import_module("pandas")
    found = sets.load_uschange("Consumption")[0]
    return found.set_axis(pandas.date_range("1970-01-01", periods=len(found), freq="QS"))


def _seatbelts(sets: Any) -> Any:
    pandas = import_module("pandas")
    path = import_module("pathlib").Path(sets.__file__).parent / "data/seatbelts/seatbelts.csv"
    return pandas.read_csv(path, index_col=0, parse_dates=True)["KSI"]


TEN = {
    "airline": Kept("sktime", lambda d: d.load_airline(), "month", "number",
                    "passengers, 1949 to 1960: grows, and its season with it"),
    "scripts": Kept("sktime", lambda d: d.load_PBS_dataset(), "month", "count",
                    "scripts for immune sera, 1991 to 2008: few, many months without any"),
    "seatbelts": Kept("sktime", _seatbelts, "month", "number",
                      "drivers killed or injured, 1969 to 1984: falls at once when belts are law"),
    "co2": Kept("statsmodels", lambda d: d.co2.load_pandas().data["co2"].resample("MS").mean(),
                "month", "number", "carbon dioxide, 1958 to 2001: hardly any noise, some missing"),
    "elnino": Kept("statsmodels", _elnino, "month", "number",
                   "temperature of the sea, 1950 to 2010: a season and slow swings"),
    "equipment": Kept("statsmodels", _equipment, "month", "number",
                      "orders of electrical equipment, 1995 to 2012: a season and crises"),
    "gdp": Kept("statsmodels", _macro("realgdp"), "quarter", "number",
                "product of the United States, 1959 to 2009: a trend"),
    "unemployed": Kept("statsmodels", _macro("unemp"), "quarter", "number",
                       "rate of the unemployed, 1959 to 2009: slow, then fast"),
    "consumption": Kept("sktime", _consumption, "quarter", "number",
                        "change of consumption in percent, 1970 to 2016: all but noise"),
    "lynx": Kept("sktime", lambda d: d.load_lynx(), "year", "number",
                 "lynx trapped in Canada, 1821 to 1934: a cycle of nine or ten years"),
}  # fmt: skip
"""By month six, by quarter three, by year one: with a trend and without, with a season and without,
calm, noisy, intermittent, and with missing values. Eight were chosen before any was forecast; what
came before the test was seen when lynx replaced one of six days and consumption was given its
quarters. Of a day there is none in these packages."""

HORIZON = {"month": 12, "quarter": 8, "year": 6}
"""The steps of a forecast: a year, two years, six years."""

HELD = {"month": 36, "quarter": 24, "year": 18}
"""The last steps, which are the test: three horizons."""

LAST = {"month": "12", "quarter": "10", "year": None}
"""The month in which a year's last step begins."""

STEP = {"month": 1, "quarter": 3, "year": 12}
"""The months of a step."""

END = np.datetime64("2001-01")
"""The month after the end of all series, once they are moved by whole years."""


def moved(name: str) -> tuple[list[str], NDArray[np.float64]]:
    """The times and values of a series until the last December, moved by whole years so that all
    end together: one model of several cuts them all at the same time.

    Raises:
        ImportError: if its package is not there.
    """
    by = TEN[name].by
    times, values = TEN[name].values()
    whole = [i for i, time in enumerate(times) if LAST[by] in (None, time[5:7])][-1] + 1
    months = END - STEP[by] * np.arange(whole, 0, -1)
    return [f"{month}-01" for month in months], values[:whole]
