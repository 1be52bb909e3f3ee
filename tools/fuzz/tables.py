"""Tables as people have them, whose truth is known: what is read must be what was written."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal

import torch
from babel.dates import get_month_names

from throughtime.data import Dataset, Reading, load
from throughtime.data.times.month_names import LANGUAGES
from throughtime.data.times.written_times import CLOCKS, DATES
from throughtime.sequence import Sequence
from tools.fuzz.harness import read_or_refused
from tools.fuzz.workplace import Workplace

MARKS = ((".", ","), (",", "."), (".", ""), (",", ""), (".", "'"), (",", " "), (",", "\u202f"))
"""Decimal and thousands marks."""

UNITS = ("{}", "{}", "{}", "${}", "{} €", "{}%", "CHF {}", "{} kg", "{}°C", "{} µg/m³")

MINUS = ("-{}", "-{}", "\u2212{}", "({})", "{}-")

ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16")


def series_of_people(draw: Random, at: Workplace) -> None:
    """A series with dates, numbers and a file as any program or country writes them."""
    count = draw.randrange(40, 90)
    scale = 10.0 ** draw.randrange(0, 7)
    digits = draw.randrange(0, 4)
    values = [round(draw.gauss(3, 1) * scale, digits) for _ in range(count)]
    decimal, thousands = draw.choice(MARKS)
    unit = draw.choice(UNITS)
    minus = draw.choice(MINUS)

    def number(value: float) -> str:
        text = f"{abs(value):,.{digits}f}".replace(",", "x").replace(".", decimal)
        text = text.replace("x", thousands)
        return unit.format(minus.format(text) if value < 0 else text)

    form = draw.choice(DATES)
    if draw.random() < 0.5:  # the names of months and weekdays in full
        form = form.replace("%b", "%B").replace("%a", "%A")
    step = timedelta(days=draw.choice((1, 7, 31, 366)))
    clock = draw.choice(CLOCKS) if "%d" in form and draw.random() < 0.4 else ""
    begin = datetime(1990 + draw.randrange(10), 1, 1) + timedelta(days=draw.randrange(300))
    days = [begin + i * step for i in range(count)]
    times = [f"{day.strftime(form)} {day.strftime(clock)}".strip() for day in days]
    if "%B" in form and draw.random() < 0.5:  # as others have it
        months = get_month_names("wide", locale=draw.choice(LANGUAGES))
        named = form.replace("%B", "@")
        times = [day.strftime(named).replace("@", months[day.month]) for day in days]
    turned = draw.random() < 0.2
    if turned:
        times.reverse()
    cells = list(zip(times, map(number, values), strict=True))
    rows = list(cells)
    if draw.random() < 0.7:
        rows.insert(0, draw.choice([("date", "value"), ("Datum", "Wert"), ("when", "x 1")]))
    path = _written(draw, at, rows, decimal)
    option = draw.choice((None, decimal))

    def use() -> None:
        data = load(path, reading=Reading(decimal=option))
        if option is None and all(re.fullmatch(r"\D*\d{1,3}\.\d{3}\D*", text) for _, text in cells):
            return  # of 1.234 alone nobody can say what it is
        if data.schema.running and data.schema.y.vocabulary is None:
            _same(data, values)
            if "%d" in form:  # a month or a year may have several of the steps
                assert not turned, "rows that go back in time are read as they stand"

    read_or_refused(use)


def labels_of_people(draw: Random, at: Workplace) -> None:
    """Texts and their labels, with or without names, in either order, quoted or not."""
    count = draw.randrange(40, 90)
    marks = draw.choice(["", ", and", '; "so"', " | ", "'s"])
    texts = [f"a text{marks} number {i} of {draw.randrange(9)}" for i in range(count)]
    labels = draw.choice([["spam", "ham"], ["New York", "Oslo"], ["0", "1"], ["True", "False"]])
    given = [draw.choice(labels) for _ in texts]
    rows = list(zip(texts, given, strict=True))
    if draw.random() < 0.3:
        rows = [(b, a) for a, b in rows]
    if named := draw.random() < 0.7:
        rows.insert(0, ("one", "two"))
    path = _written(draw, at, rows, ".")

    def use() -> None:
        data = load(path, reading=Reading(format="table"))
        assert sum(map(len, data.splits.values())) == count, "rows are lost"
        y = data.schema.y
        assert y.name in (("one", "two") if named else ("1", "2"))
        if y.kind == "label":
            found = [y.decode(v) for part in data.splits.values() for v in part.y]  # type: ignore[arg-type]
            assert sorted(found) == sorted(given), "other labels than the file's"

    read_or_refused(use)


def _same(data: Dataset, values: list[float]) -> None:
    """The values of a series are those that were written, in their order."""
    whole = []
    for part in ("train", "valid", "test"):
        y = data.splits[part].y
        assert isinstance(y, Sequence)
        whole.append(y.values[0, -int(y.lengths[0]) :])
    found = torch.cat([torch.as_tensor(data.schema.y.decode(v)).flatten() for v in whole])
    expected = torch.tensor(values)
    scale = expected.abs().max()
    assert len(found) == len(expected), f"{len(found)} steps of {len(expected)}"
    assert (found - expected).abs().max() <= 1e-3 * scale, "other numbers than the file's"


def _written(draw: Random, at: Workplace, rows: list[tuple[str, str]], decimal: str) -> Path:
    """The rows as a file, by a delimiter that the writer may use."""
    delimiter = draw.choice(";\t|" if decimal == "," else ",;\t|")
    text = io.StringIO()
    quoting: Literal[0, 1] = 1 if draw.random() < 0.5 else 0  # all cells in quotes, or few
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting,
                        lineterminator=draw.choice(("\n", "\r\n")))  # fmt: skip
    if draw.random() < 0.1 and delimiter != "\t":
        text.write(f"sep={delimiter}\n")
    if draw.random() < 0.1 and rows[0][0] in ("one", "date", "when"):
        text.write("# made by a program, at noon\n")
    if draw.random() < 0.1:  # as some write them by hand
        for cells in rows:
            quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
            text.write(f"{delimiter} ".join(quoted) + "\n")
    else:
        writer.writerows(rows)
    content = text.getvalue().encode(draw.choice(ENCODINGS))
    packed = draw.random() < 0.2
    name = f"people.{'tsv' if delimiter == chr(9) else 'csv'}{'.gz' * packed}"
    path = at.empty() / name
    path.write_bytes(gzip.compress(content) if packed else content)
    return path
