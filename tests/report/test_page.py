"""The page of a run: what is on it, that nothing of the data is taken for HTML, and that it needs
nothing but itself."""

from __future__ import annotations

import csv
import itertools
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from markupsafe import escape

import throughtime as tt
from tests.helpers.commands import SMALL, Trained, bad, good
from throughtime.inference.run import Run
from throughtime.report.known import Known
from throughtime.report.page import Page
from throughtime.report.pages import page
from throughtime.report.section import LEVELS, Text, level_of
from throughtime.report.sections.compared import difference, incomparable
from throughtime.report.sections.rows import line_of
from throughtime.report.writing import write

HOSTILE = "<script>alert('&amp;')</script>"
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Reader(HTMLParser):
    """Reads a page, and fails where an element is not closed as it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def of(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


def of(path: Path) -> Page:
    return page([Run.load(path)])


SECTIONS = {
    "label": "summary learning through-time labels rows inside inputs",
    "number": "summary learning through-time inside",
    "translation": "summary learning through-time gap length captions rows inside",
    "predicted": "summary learning through-time gap length captions rows inside",
    "tags": "summary learning gap labels rows inside",
    "numbers": "summary learning through-time inside",
    "alone": "summary learning through-time gap length samples rows inside",
}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_page_has_the_sections_that_apply(trained: Trained, name: str) -> None:
    made = of(trained(name))
    assert " ".join(section.anchor for section in made.sections) == SECTIONS[name]
    names = [picture.name for picture in made.pictures]
    assert len({*names, *made.numbers}) == len(set(names)) + len({*made.numbers} - {*names})
    assert all(picture.caption.endswith(".") for picture in made.pictures)
    assert ("halt-calibration" in names) == (name in ("translation", "alone"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a file whose every text is an attack."""
    folder = tmp_path_factory.mktemp("hostile") / "a<b>&'"
    folder.mkdir()
    file = folder / '"><i>.csv'
    labels = itertools.cycle((HOSTILE, "</td></table>", "a\x1b$x$"))
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("<u>text", "<u>label"))
        writer.writerows((f"{HOSTILE}{n}", next(labels)) for n in range(60))
    good("train", file, "--input", "<u>text:words", "--target", "<u>label", *SMALL,
         "--out", folder / "<s>run")  # fmt: skip
    return write([Run.load(folder / "<s>run")])


def test_no_text_of_the_data_is_html_and_the_page_needs_nothing_else(hostile: Path) -> None:
    text = hostile.read_text()
    read = Reader(text)
    assert not {"script", "i", "u", "s", "b", "link", "img", "iframe"} & {*read.tags}
    assert HOSTILE in "".join(read.said)
    assert "</td></table>" in "".join(read.said)
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    addresses = read.of("src") + read.of("href") + read.of("xlink:href")
    assert addresses
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in addresses)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert len(text.encode()) < 3_000_000

    ids = Counter(read.of("id"))
    assert not ids or max(ids.values()) == 1
    assert {*read.of("aria-labelledby"), *(a[1:] for a in addresses if a[0] == "#")} <= {*ids}
    assert read.tags["figcaption"] + read.tags["summary"] == read.tags["figure"]
    assert {*re.findall(r"url\(#([^)]+)", text)} <= {*ids}
    made = {file.stem for file in (hostile.parent / "pictures").glob("*.svg")}
    pixels = {file.stem for file in (hostile.parent / "pictures").glob("*.png")}
    assert made == {*pixels, "wiring"}
    assert read.tags["svg"] == len(made)
    assert {"wiring", "learning-curve", "confusion", "reliability", "path"} <= made
    assert "</td></table>" in (hostile.parent / "numbers" / "confusion.csv").read_text()


def test_the_same_run_gives_the_same_page(trained: Trained) -> None:
    path = trained("alone")
    one, again = of(path), of(path)
    assert one.numbers == again.numbers
    assert (one.title, one.lines, one.facts) == (again.title, again.lines, again.facts)


def test_the_numbers_are_those_of_evaluate(hostile: Path) -> None:
    run = Run.load(hostile.parent)
    with (hostile.parent / "numbers" / "scores.csv").open(newline="") as opened:
        found = {(row["number"], row["unit"]): row for row in csv.DictReader(opened)}
    numbers = run.evaluate("test", interval=True).numbers
    assert len(found) == len(numbers)
    for number in numbers:
        row = found[number.name, number.unit]
        assert float(row["value"]) == pytest.approx(number.value)
        assert row["low"] == ("" if number.low is None else str(number.low))
    assert f"<dd>{numbers[0].value:.3f}</dd>" in hostile.read_text()


def test_nothing_but_an_older_page_is_replaced(trained: Trained, tmp_path: Path) -> None:
    path, mine = trained("label"), tmp_path / "mine.html"
    mine.write_text("my own page")
    assert "no report of ours" in bad("report", path, "-o", mine)
    assert mine.read_text() == "my own page"
    assert "ends in .html" in bad("report", path, "-o", tmp_path / "a.txt")
    assert "no such folder" in bad("report", path, "-o", tmp_path / "none" / "a.html")
    assert "a folder" in bad("report", path, "-o", tmp_path)
    (tmp_path / "theirs-files").mkdir()
    assert "without a page" in bad("report", path, "-o", tmp_path / "theirs.html")
    assert not any((tmp_path / "theirs-files").iterdir())


def test_without_its_data_a_page_says_so(tmp_path: Path) -> None:
    rows = [{"word": "ab" * (1 + n % 20)} for n in range(60)]
    data = tt.data.read(rows, target="word:characters")
    run = tt.train(data, hidden_size=4, max_steps=2, out=tmp_path / "run", say=None)
    made = page([tt.load(run.path)])
    assert [section.anchor for section in made.sections] == ["summary", "learning", "samples"]
    assert "trained on rows in memory" in made.notices[0]
    assert str(escape(made.notices[0])) in made.html()
    whole = page([run], data)
    assert not whole.notices
    assert "length" in [section.anchor for section in whole.sections]


def test_the_difference_of_two_runs_is_that_of_their_scores(
    trained: Trained, files: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    good("train", files / "rows.csv", "--input", "text:characters", "--target", "label",
         "--hidden-size", 3, "--max-steps", 2, "--threads", 1, "--out", other)  # fmt: skip
    one, two = (Known(Run.load(path)) for path in (trained("label"), other))
    found = difference(one, two)
    apart = two.evaluation["-log p"] - one.evaluation["-log p"]
    assert found.value == pytest.approx(apart, rel=1e-5)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    same = difference(one, Known(Run.load(trained("label"))))
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert incomparable(one, two) == ""
    assert "not the same" in incomparable(one, Known(Run.load(trained("tags"))))
    made = page([one.run, two.run, Run.load(trained("tags"))])
    assert "not the same" in made.html()
    assert made.numbers["differences"].rows[0][1] == found.value


def test_symbols_are_coloured_by_their_probability(trained: Trained) -> None:
    known = Known(Run.load(trained("alone")))
    scores = known.run.score([{"text": "ab"}])
    rows = [row for row in known.told if row.symbols[:-1] == list("ab")] or known.told[:1]
    text = "".join(rows[0].symbols[:-1])
    (score,) = known.run.score([{"text": text}]) if text != "ab" else scores
    assert rows[0].log_p == pytest.approx(score.terms, abs=1e-5)
    for symbol, term in zip(line_of(rows[0]).symbols, score.terms, strict=True):
        assert symbol.level == level_of(float(torch.tensor(term).exp()))
    ranked = [row.per_symbol for row in known.told]
    assert ranked == sorted(ranked)
    assert [level_of(bound) for bound in LEVELS] == list(range(len(LEVELS)))


def test_tags_are_below_their_words(trained: Trained) -> None:
    known = Known(Run.load(trained("tags")))
    (rows,) = (s for s in page([known.run]).sections if s.anchor == "rows")
    (hardest, _) = (part for part in rows.parts if isinstance(part, Text))
    for symbol in hardest.lines[0].symbols:
        assert symbol.below.split(",")[0] == symbol.text[0].upper()
        assert symbol.wrong == (", not " in symbol.below)


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_in_a_browser_nothing_is_wider_than_the_page(hostile: Path, tmp_path: Path) -> None:
    frames = "".join(
        f"<iframe src='{hostile.as_uri()}' style='width:{width}px;height:900px'></iframe>"
        for width in (390, 820, 1400)
    )
    measure = (
        "<script>addEventListener('load', () => { document.title = [...document.querySelectorAll("
        "'iframe')].map(f => f.contentDocument.documentElement).map(r => "
        "[r.scrollWidth - r.clientWidth, r.querySelectorAll('svg').length]).join() })</script>"
    )
    (tmp_path / "frames.html").write_text(f"<!DOCTYPE html><title></title>{frames}{measure}")
    command = [CHROMIUM or "", "--headless=new", "--no-sandbox", "--disable-gpu",
               "--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}",
               "--virtual-time-budget=5000", "--dump-dom"]  # fmt: skip
    done = subprocess.run(
        [*command, (tmp_path / "frames.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r"<title>(.*?)</title>", done.stdout)
    assert found is not None
    many = Reader(hostile.read_text()).tags["svg"]
    assert found[1] == f"0,{many},0,{many},0,{many}"
