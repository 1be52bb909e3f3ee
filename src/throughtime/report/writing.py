"""Write a page with its pictures and numbers, and nothing over what is no page."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from throughtime.data import Dataset
from throughtime.inference.run import Run
from throughtime.report.page import OURS
from throughtime.report.pages import page
from throughtime.report.section import Numbers, Picture
from throughtime.runs.alone import alone
from throughtime.runs.errors import RunError
from throughtime.runs.files import folder_in, save
from throughtime.runs.names import NUMBERS, PICTURES, REPORT

LOOKED_AT = 4_096
"""It is in so many of the first bytes of a file."""


def write(runs: Sequence[Run], to: Path | None = None, data: Dataset | None = None) -> Path:
    """Write the page of a run, or of several beside each other, with its pictures as SVG and PNG
    and its numbers as CSV.

    Of one run, ``report.html`` in its folder, beside the folders ``pictures`` and ``numbers``. Of
    several, or where a path is given, these are in a folder ``report-files`` beside the page.

    Args:
        runs: one or several.
        to: where the page is written; if None, into the folder of the one run, or, of several,
            ``report.html`` in the current folder.
        data: the data of the one run; if None, they are read again. Where they cannot be, the page
            says so, and has no sections that need them.

    Returns:
        The path of the page.

    Raises:
        RunError: if there is a file that is no such page, or it cannot be written.

    Example:
        >>> import tempfile
        >>> import throughtime as tt
        >>> rows = [{"word": "ab" * (1 + i % 20)} for i in range(70)]
        >>> data = tt.data.read(rows, target="word:characters")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = tt.train(data, hidden_size=4, epochs=1, out=f"{folder}/run", say=None)
        ...     tt.report.write([run], data=data).name
        'report.html'
    """
    if to is None:
        to = runs[0].path / REPORT if len(runs) == 1 else Path(REPORT)
    check(to)
    inside = to.parent if to == runs[0].path / REPORT else folder_in(to.parent, beside(to))
    pictures, numbers = folder_in(inside, PICTURES), folder_in(inside, NUMBERS)
    with alone(pictures):  # not the run's folder, which may be trained in meanwhile
        made = page(runs, data)
        for notice in made.notices:
            warnings.warn(notice, stacklevel=2)
        for name, drawn in made.drawn.items():
            save(pictures / f"{name}.svg", [drawn.encode()])
        for picture in made.pictures:
            save(pictures / f"{picture.name}.png", [_png(picture)])
        for name, of in made.numbers.items():
            save(numbers / f"{name}.csv", [_csv(of)])
        save(to, [made.html().encode(errors="replace")])
    return to


def beside(to: Path) -> str:
    """The name of the folder beside a page that has its pictures and numbers."""
    return f"{to.stem}-files"


def check(to: Path) -> None:
    """Refuse to write a page over anything else.

    Raises:
        RunError: if there is something that is no page of ours, or no folder for it; or if the
            folder for its pictures is there without the page that it would be of.
    """
    if not to.absolute().parent.is_dir():
        raise RunError(f"{to}: there is no such folder to write into; make it first")
    if to.is_dir():
        raise RunError(f"{to}: a folder; expected the name of an .html file")
    if to.suffix.lower() not in (".html", ".htm"):
        raise RunError(f"{to}: expected a name that ends in .html")
    if not to.exists() and to.name != REPORT and to.with_name(beside(to)).exists():
        raise RunError(
            f"{to.with_name(beside(to))}: the page's pictures and numbers would lie there, and it "
            "is there without a page; move it, or write elsewhere with -o FILE.html"
        )
    if to.exists():
        with to.open("rb") as file:
            if OURS.encode() not in file.read(LOOKED_AT):
                raise RunError(
                    f"{to}: there is a file that is no report of ours; move it, or write elsewhere "
                    "with -o FILE.html"
                )


def _png(picture: Picture) -> bytes:
    content = BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        picture.figure.savefig(content, format="png")
    return content.getvalue()


def _csv(numbers: Numbers) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(numbers.columns)
    writer.writerows(numbers.rows)
    return lines.getvalue().encode(errors="replace")
