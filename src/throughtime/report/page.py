"""A page before it is written, and its HTML: without scripts, and with nothing outside itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from throughtime.report import svg
from throughtime.report.section import Cell, Drawing, Numbers, Picture, Section, Table
from throughtime.report.style import TINT

OURS = '<meta name="generator" content="throughtime report">'
"""By this line a page is known, and may be replaced by a newer one."""


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
        """All its pictures and drawings as SVG, by their names."""
        figures = {p.name: svg.standalone(p.figure, p.name) for p in self.pictures}
        return {**self.drawings, **figures}

    @property
    def drawings(self) -> dict[str, str]:
        """Its drawings of graphs, which have colours of their own."""
        parts = (part for section in self.sections for part in section.parts)
        return {part.name: part.svg for part in parts if isinstance(part, Drawing)}

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
        inline = {
            name: Markup(text if name in self.drawings else svg.inline(text, name))
            for name, text in self.drawn.items()
        }
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
