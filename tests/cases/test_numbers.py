"""Numbers as people write them, in series and beside texts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.reading import days, file, is_the_series, kinds, pairs, read, refusal, steps
from throughtime.sequence import Sequence

VALUES = [1100 + 0.25 * i * (-1) ** i for i in range(60)]


def table(names: str, cells: list[str], between: str = ",") -> list[str]:
    """A date and a cell in each line; a cell with the delimiter in it stands in quotes."""
    quoted = [f'"{cell}"' if between in cell else cell for cell in cells]
    return [names, *(f"{d:%Y-%m-%d}{between}{c}" for d, c in zip(days(), quoted, strict=True))]


def comma(value: float) -> str:
    """As in Germany: 1.234,50."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def test_dollars() -> None:
    lines = table("Date,Revenue", [f"${v:,.2f}" for v in VALUES])
    assert lines[1] == '2021-03-01,"$1,100.00"'
    data = read(file("dollars.csv", *lines), target="Revenue")
    is_the_series(data, VALUES)
    assert data.description.endswith("; Revenue: ',' between thousands, currencies left out")


def test_eu_thousands() -> None:
    lines = table("Datum;Umsatz", [comma(v) for v in VALUES], ";")
    assert lines[1] == "2021-03-01;1.100,00"
    data = read(file("eu.csv", *lines), target="Umsatz")
    is_the_series(data, VALUES)
    assert data.description.endswith("; Umsatz: a decimal comma, '.' between thousands")
    assert data.seen["decimal"] == ","


def test_percent() -> None:
    data = read(file("a.csv", *table("Date,Change", [f"{v - 1100:.2f}%" for v in VALUES])))
    is_the_series(data, [v - 1100 for v in VALUES])
    assert data.description.endswith("; Change: per cent")


def test_suffix() -> None:
    cells = [f"{v / 1000:.5f}M" if i else "999.5K" for i, v in enumerate(VALUES)]
    data = read(file("a.csv", *table("Date,Vol.", cells)), target="Vol.")
    is_the_series(data, [999_500, *(v * 1000 for v in VALUES[1:])], digits=0)
    assert data.description.endswith("; Vol.: K, M or B multiplied out")


def test_thousands() -> None:
    """A column with thousands among others: no language model of its digits."""
    volumes = [1_207_000 + 1001 * i for i in range(60)]
    cells = [f'"{v:,}",{i % 7}.5' for i, v in enumerate(volumes)]
    lines = ["Date,Volume,Close",
             *(f"{d:%Y-%m-%d},{c}" for d, c in zip(days(), cells, strict=True))]  # fmt: skip
    assert lines[1] == '2021-03-01,"1,207,000",0.5'
    data = read(file("a.csv", *lines), target="Volume")
    is_the_series(data, volumes, digits=0)
    assert data.understood[0].startswith("y: Volume as numbers: 1.207e+06, 1.208e+06, 1.209e+06, …")
    both = read("a.csv")
    assert both.schema.y.name == "Volume,Close"
    assert steps(both)[59].tolist() == pytest.approx([volumes[59], 59 % 7 + 0.5])


def test_thousands_small() -> None:
    """Following what was advised, 2,016 became 2.016: both readings are said, and an option."""
    lines = table("Date,Volume", [f"{2000 + 15 * i:,}" for i in range(60)])
    line = refusal(file("a.csv", *lines))
    assert line.startswith("a.csv:2: column 'Volume': '2,000' is 2000 or 2; say which: ")
    is_the_series(read("a.csv", decimal="."), [2000 + 15 * i for i in range(60)])
    is_the_series(read("a.csv", decimal=","), [2 + 0.015 * i for i in range(60)])


def test_minus_unicode_all() -> None:
    lines = table("date,temp", [f"\u2212{1 + i % 9}" for i in range(60)])
    data = read(file("a.csv", *lines))
    is_the_series(data, [-(1 + i % 9) for i in range(60)])
    assert data.description.endswith("; temp: a minus sign")


def test_decimal_parquet() -> None:
    prices = [Decimal(f"{10 + i}.25") for i in range(60)]
    when = pa.array([day.date() for day in days()])
    pq.write_table(
        pa.table({"day": when, "price": pa.array(prices, pa.decimal128(9, 2))}), "a.parquet"
    )
    is_the_series(read("a.parquet", target="price"), [10.25 + i for i in range(60)])
    texts = [f"room {i}" for i in range(60)]
    pq.write_table(pa.table({"text": texts, "price": prices}), "b.parquet")
    data = read("b.parquet", input="text", target="price")
    assert kinds(data) == ("text:characters", "price:number")
    assert {x: round(y, 3) for x, y in pairs(data)} == {f"room {i}": 10.25 + i for i in range(60)}


# ---- one bad cell -------------------------------------------------------------------------------


def test_price_missing() -> None:
    rows = [f"a film of {i},{10 + i / 8}" for i in range(60)]
    rows[40] = "a film of 40,"
    assert refusal(file("a.csv", "review,price", *rows)) == (
        "a.csv:42: column 'price': an empty value is not a finite number"
    )
    rows[40] = "a film of 40,9"
    data = read(file("a.csv", "review,price", *rows))
    assert kinds(data) == ("review:characters", "price:number")
    assert len(pairs(data)) == 60


def test_stars_nan() -> None:
    rows = [f"a film of {i},{(1.0, 5.0)[i % 2]}" for i in range(60)]
    rows[40] = "a film of 40,nan"
    assert refusal(file("a.csv", "review,stars", *rows)).startswith(
        "a.csv:42: column 'stars': 'nan' is not a "
    )


# ---- names of columns that are numbers, and none -------------------------------------------------


def test_pandas_array() -> None:
    """DataFrame(array).to_csv(index=False)."""
    data = read(file("a.csv", "0", *(f"{v:.3f}" for v in VALUES)))
    is_the_series(data, VALUES)
    assert data.schema.y.name == "0"


def test_pandas_array_index() -> None:
    """DataFrame(array).to_csv()."""
    data = read(file("a.csv", ",0", *(f"{i},{v:.3f}" for i, v in enumerate(VALUES))))
    is_the_series(data, VALUES)
    assert data.schema.y.name == "0"


def test_wide_years() -> None:
    rows = [f"c{i},{i}.1,{i}.8,{2 * i}.5" for i in range(60)]
    name = file("a.csv", "country,1987,1988,1989", *rows)
    assert refusal(name, target="1989") == (
        "a.csv: column '1989' as number is one value for each row, but no input is given; give "
        "--input one of country, 1987, 1988"
    )
    data = read(name, input="country", target="1989")
    assert [(x, round(y, 3)) for x, y in pairs(data)] == sorted(
        (f"c{i}", 2 * i + 0.5) for i in range(60)
    )


def test_excel_sep() -> None:
    lines = table("Datum;Wert", [f"{v:.2f}" for v in VALUES], ";")
    Path("a.csv").write_bytes("\r\n".join(["sep=;", *lines, ""]).encode())
    data = read("a.csv")
    is_the_series(data, VALUES)
    assert "; time: Datum, 1 day, 2021-03-01 to 2021-04-29; " in data.description


def test_series_txt() -> None:
    name = file("series.txt", *(f"{v:.2f}" for v in VALUES))
    assert refusal(name) == (
        "series.txt: every line is a number; give --format series for a series with a step in "
        "each, or give --format lines to model the text of the lines"
    )
    is_the_series(read(name, format="series"), VALUES)


def test_series_spaces() -> None:
    name = file("series.txt", *(f"{i:4d} {v:9.2f}" for i, v in enumerate(VALUES)))
    data = read(name, format="series")
    is_the_series(data, VALUES)
    assert data.schema.y.name == "2"
    assert "; left out: 1 " in data.description


def test_future_cov() -> None:
    """A load by the temperature of each hour: y(t) given x(t), if it is said to be in time."""
    rows = [f"{i},{20 + i}.25,{50 + i % 7}.5" for i in range(60)]
    name = file("a.csv", "hour,temp,load", *rows)
    assert refusal(name, input="temp", target="load") == (
        "a.csv: x is numbers, one of each in a row, and y is no sequence either; if a sequence is "
        "several rows, say which column says of which one a row is: --sequence NAME; if the rows "
        "are one series, say so, and whether x is known in the future: --time COLUMN --input "
        "temp:known --target load"
    )
    data = read(name, time="hour", input="temp:known", target="load")
    x = data.splits["test"].x
    assert isinstance(x, Sequence)
    assert x.values.shape == (1, 60, 1)
    assert steps(read(name, target="temp,load")).shape == (60, 2)
