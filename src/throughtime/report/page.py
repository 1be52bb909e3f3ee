"""A run, or several, as one page that opens anywhere: HTML without scripts, and no other files."""

from __future__ import annotations

import csv
import io
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import torch
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from throughtime.data import Dataset
from throughtime.inference.evaluate import size
from throughtime.inference.run import Run
from throughtime.report import svg
from throughtime.report.known import Known
from throughtime.report.section import Cell, Numbers, Picture, Section, Table
from throughtime.report.sections.captions import captions
from throughtime.report.sections.compared import compared, names_of
from throughtime.report.sections.inputs import inputs
from throughtime.report.sections.inside import inside
from throughtime.report.sections.labels import labels
from throughtime.report.sections.learning import learning
from throughtime.report.sections.lengths import lengths
from throughtime.report.sections.rows import rows
from throughtime.report.sections.samples import samples
from throughtime.report.sections.series import series
from throughtime.report.sections.summary import summary
from throughtime.report.style import TINT
from throughtime.report.visible import visible
from throughtime.runs.alone import alone
from throughtime.runs.errors import RunError
from throughtime.runs.files import folder_in, save
from throughtime.runs.names import NUMBERS, PICTURES, REPORT

SECTIONS: tuple[Callable[[Known], Section | None], ...] = (
    *(summary, learning, lengths),
    # here are the sections on gradients through time
    *(samples, captions, series, labels, rows, inside, inputs),
)
"""The sections of a page, in their order; each is None of a run that it does not apply to."""

OURS = '<meta name="generator" content="throughtime report">'
"""By this line a page is known, and may be replaced by a newer one."""

LOOKED_AT = 4_096
"""It is in so many of the first bytes of a file."""


@dataclass(frozen=True)
class Fact:
    """A number at the top of a page, what it is, and what is to be said of it."""

    value: str
    name: str
    more: str = ""


@dataclass(frozen=True, eq=False)
class Page:
    """A page before it is written.

    Args:
        title: its title.
        lines: what is below that.
        facts: the numbers that are seen first.
        notices: what is missing, and why.
        sections: the sections.
    """

    title: str
    lines: Sequence[str]
    facts: Sequence[Fact]
    notices: Sequence[str]
    sections: Sequence[Section]

    @property
    def pictures(self) -> list[Picture]:
        """All its pictures."""
        return [picture for section in self.sections for picture in section.pictures]

    @cached_property
    def drawn(self) -> dict[str, str]:
        """All its pictures as SVG, by their names."""
        return {p.name: svg.standalone(p.figure, p.name) for p in self.pictures}

    @property
    def numbers(self) -> dict[str, Numbers]:
        """All its numbers, by the names of their files."""
        found: dict[str, Numbers] = {}
        for section in self.sections:
            for part in section.parts:
                if isinstance(part, Picture | Table) and part.numbers is not None:
                    found[part.name] = part.numbers
        return found

    def html(self) -> str:
        """The page, of which every text of the data is escaped."""
        inline = {name: Markup(svg.inline(text, name)) for name, text in self.drawn.items()}
        return (
            _environment()
            .get_template("page.html.jinja")
            .render(
                page=self,
                inline=inline,
                generator=Markup(OURS),
                light=svg.variables(dark=False),
                dark=svg.variables(dark=True),
                names=svg.PAGE,
                tint=round(100 * TINT),
            )
        )


def write(runs: Sequence[Run], to: Path | None = None, data: Dataset | None = None) -> Path:
    """Write the page of a run, or of several beside each other, with its pictures as SVG and PNG
    and its numbers as CSV.

    Of one run, ``report.html`` in its folder, beside the folders ``pictures`` and ``numbers``. Of
    several, or where a path is given, these are in a folder beside the page that has its name.

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
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = tt.train(tt.data.read(rows, target="word:characters"), hidden_size=4,
        ...                    epochs=1, out=f"{folder}/run", say=None)
        ...     tt.report.write([run]).name
        'report.html'
    """
    if to is None:
        to = runs[0].path / REPORT if len(runs) == 1 else Path(REPORT)
    check(to)
    inside = to.parent if to == runs[0].path / REPORT else folder_in(to.parent, to.stem)
    pictures, numbers = folder_in(inside, PICTURES), folder_in(inside, NUMBERS)
    with alone(pictures):  # not the run's folder, which may be trained in meanwhile
        made = page(runs, data)
        for picture in made.pictures:
            save(pictures / f"{picture.name}.svg", [made.drawn[picture.name].encode()])
            save(pictures / f"{picture.name}.png", [_png(picture)])
        for name, of in made.numbers.items():
            save(numbers / f"{name}.csv", [_csv(of)])
        save(to, [made.html().encode(errors="replace")])
    return to


def figures(run: Run, data: Dataset | None = None) -> dict[str, Figure]:
    """All pictures of the page of a run, by their names: ``confusion``, ``path``, …

    Each is made by a function ``draw`` of its own module, from what a method of the run gives:
    ``throughtime.report.confusion.draw(run.evaluate().classes)``.

    Args:
        run: the run.
        data: its data; if None, they are read again.

    Example:
        >>> import tempfile
        >>> import throughtime as tt
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = tt.train("digits", max_steps=2, hidden_size=4, out=f"{folder}/run", say=None)
        ...     drawn = tt.report.figures(run)
        >>> drawn["confusion"].axes[0].get_ylabel()
        'true'
    """
    return {picture.name: picture.figure for picture in page([run], data).pictures}


def check(to: Path) -> None:
    """Refuse to write a page over anything else.

    Raises:
        RunError: if there is something that is no page of ours, or no folder for it.
    """
    if not to.absolute().parent.is_dir():
        raise RunError(f"{to}: there is no such folder to write into; make it first")
    if to.is_dir():
        raise RunError(f"{to}: a folder; expected the name of an .html file")
    if to.suffix.lower() not in (".html", ".htm"):
        raise RunError(f"{to}: expected a name that ends in .html")
    if to.exists():
        with to.open("rb") as file:
            if OURS.encode() not in file.read(LOOKED_AT):
                raise RunError(
                    f"{to}: there is a file that is no report of ours; move it, or write elsewhere "
                    "with -o FILE.html"
                )


def page(runs: Sequence[Run], data: Dataset | None = None) -> Page:
    """The page of a run, or of several beside each other, before it is written: with its figures.

    Args:
        runs: one or several.
        data: the data of the one run; if None, they are read again.
    """
    known = [Known(run, data) for run in runs]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if len(known) == 1:
            return _of_one(known[0])
        return Page(
            " · ".join(names_of(known)),
            [f"{n}: {line}" for n, k in zip(names_of(known), known, strict=True)
             for line in _lines(k)[:1]],
            [],
            list(_notices(known)),
            [compared(known)],
        )  # fmt: skip


def _of_one(known: Known) -> Page:
    sections = [section(known) for section in SECTIONS]
    return Page(
        known.name,
        _lines(known),
        _facts(known),
        list(_notices([known])),
        [section for section in sections if section is not None],
    )


def _notices(all_known: Sequence[Known]) -> Iterator[str]:
    for known in all_known:
        if known.missing:
            yield f"What needs the data is left out, for they cannot be read: {known.missing}"


def _lines(known: Known) -> list[str]:
    """What the model is, and what it is a model of."""
    c = known.run.config
    layers = f"{c.layers} layers of " if c.layers > 1 else ""
    lines = [f"{c.cell}, {layers}{c.hidden_size} hidden units; {c.wiring}; {c.output}"
             f"{'; ' + c.length if c.length else ''}"]  # fmt: skip
    if known.data is not None:
        lines.append(f"{known.data.name}: {known.data.description}")
    where = known.run.config.dataset
    folder = "" if where is None else f"{Path(where).parent}{os.sep}"  # is nobody else's concern
    return [visible(line.replace(folder, "") if folder else line, 400) for line in lines]


def _facts(known: Known) -> list[Fact]:
    facts = []
    if known.data is not None:
        numbers = known.evaluation.numbers
        best = [n for n in numbers if n.name.startswith(("accuracy", "exact", "chunk F1"))][:1]
        for number in [*numbers[:1], *best]:
            share = number not in numbers[:1]
            value = f"{number.value:.1%}".replace("%", " %") if share else f"{number.value:.3f}"
            more = ""
            if number.low is not None and number.high is not None:
                ends = (number.low, number.high)
                said = [f"{end:.1%}".replace("%", " %") if share else f"{end:.3f}" for end in ends]
                more = f"95 %: {said[0]} to {said[1]}"
            facts.append(Fact(value, f"{number.name.replace('-log', '−log')}, {number.unit}", more))
        sizes = {name: size(part) for name, part in known.data.splits.items()}
        schema = known.run.schema
        what = "series" if schema.of_series else "steps" if schema.running else "rows"
        held = ", ".join(f"{count:,} {name}" for name, count in sizes.items() if name != "train")
        facts.append(Fact(f"{sizes['train']:,}", f"{what} to train on", f"and {held}"))
    parameters = sum(p.numel() for p in known.run.model.parameters())
    facts.append(Fact(f"{parameters:,}", "parameters"))
    if metrics := known.run.metrics:
        last = metrics[-1]
        seconds = last["seconds"] or 0.0
        time = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
        facts.append(Fact(time, "of training", f"{last['step']:,.0f} updates"))
    return facts


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("throughtime.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cell": cell}
    return environment


def cell(value: Cell) -> str:
    """A value of a table as it is shown.

    Example:
        >>> cell(1234), cell(0.123456), cell(None), cell("a"), cell(123456.7)
        ('1,234', '0.1235', '–', 'a', '123,457')
    """
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else value


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
