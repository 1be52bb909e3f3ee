"""The documents say what is there: examples run, and what they name exists."""

import math
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from tests.helpers.shops import csv_of, shops

ROOT = Path(__file__).parents[2]
SITE = [page for page in sorted((ROOT / "docs").rglob("*.md")) if "_build" not in page.parts]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *SITE]
IN_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
ELSEWHERE = ("the-loop.md", "series.md", "exports.md")
"""Pages whose programs have tests of their own: below, and tests/model/test_recorded.py."""


PEOPLE = {"Italy": ("ini", "etti", "elli"), "Russia": ("ov", "ev", "in")}
"""Endings of made-up names."""

BLOCKS = IN_PYTHON.findall((ROOT / "README.md").read_text())
PAGES = [p for p in SITE if p.name not in ELSEWHERE and IN_PYTHON.search(p.read_text())]


def test_the_readme_has_two_programs() -> None:
    assert len(BLOCKS) == 2
    assert all(len(code.strip().splitlines()) <= 32 for code in BLOCKS)


@pytest.mark.filterwarnings("default")  # its file is small
def test_the_programs_of_the_readme_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    draw = random.Random(0)
    rows = [
        f"{''.join(draw.choices('abdlmnor', k=4)).title()}{draw.choice(endings)},{country}"
        for country, endings in PEOPLE.items()
        for _ in range(40)
    ]
    Path("people.csv").write_text("\n".join(["name,country", *rows]) + "\n")
    for code in BLOCKS:
        fewer = code.replace("range(400)", "range(40)")
        exec(compile(fewer, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert out.startswith("GREEK SMALL ")
    assert "country as label, given name as characters" in out


@pytest.mark.filterwarnings("default")  # files are small, and draws are cut
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_programs_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, as a reader types them."""
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {"__name__": page.stem}
    for code in IN_PYTHON.findall(page.read_text()):
        exec(compile(code, page.name, "exec"), made)


LOOPS = IN_PYTHON.findall((ROOT / "docs/the-loop.md").read_text())
OTHERS = ("mlflow", "wandb", "lightning", "accelerate", "datasets")


@pytest.mark.filterwarnings("default")  # of other people's libraries
@pytest.mark.parametrize("code", LOOPS, ids=["by hand", "by parts", *OTHERS])
def test_the_loops_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OTHERS:
        if f"import {name}\n" in code or f"from {name} " in code:
            pytest.importorskip(name)
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {"__name__": "loop"}
    exec(compile(code, "the-loop.md", "exec"), made)
    trained = next(made[name] for name in ("run", "trainer", "model") if name in made)
    model = trained if isinstance(trained, nn.Module) else trained.model
    assert all(bool(p.isfinite().all()) for p in model.parameters())
    assert made.get("best", 0.0) < math.log(10)  # of ten digits, better than chance


def test_the_program_of_the_series_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    panel = shops(3, 100)
    csv_of(replace(panel, series=tuple(s.upto(86) for s in panel.series)), Path("sales.csv"))
    csv_of(panel, Path("known.csv"), targets=False)
    lines = Path("known.csv").read_text().splitlines(keepends=True)
    Path("known.csv").write_text("".join([lines[0], *(v for v in lines[1:] if v > "2024-03-27")]))
    (code,) = IN_PYTHON.findall((ROOT / "docs/series.md").read_text())
    exec(compile(code, "series.md", "exec"), {})
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in printed] == [[f"s{i}", "2024-03-27"] for i in range(3)]


def test_the_program_of_the_analysis_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/analysis.md").read_text(), re.DOTALL)
    exec(compile(code, "analysis.md", "exec"), {})
    assert "It remembers about" in capsys.readouterr().out
    assert {"decay.png", "exponents.png", "gap.png"} <= {path.name for path in tmp_path.iterdir()}


def test_the_loop_by_hand_is_short() -> None:
    assert len([line for line in LOOPS[0].splitlines() if line]) <= 27


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_row_of_the_notes_names_code_and_a_test_that_exist() -> None:
    rows = [line for line in (ROOT / "docs/notes.md").read_text().splitlines() if "tests/" in line]
    assert len(rows) > 40
    for row in rows:
        named = re.findall(r"`((?:src|tests)/[\w/]+\.py)(?:::(\w+))?`", row)
        assert {path.split("/")[0] for path, _ in named} == {"src", "tests"}, row
        for path, name in named:
            source = (ROOT / path).read_text()
            assert not name or re.search(rf"^\s*(def|class) {name}\b|^{name} =", source, re.M), (
                f"{path}::{name}"
            )


def test_no_source_has_control_characters() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", text), path
