"""A running text is scored as it is measured: each line given all lines before it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch

import throughtime as tt
from tests.helpers.commands import bad, good
from throughtime.data import DataError
from throughtime.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import y_given
from throughtime.evaluation.metrics import rows
from throughtime.sequence import Sequence

VERSES = [
    f"{a} {b}{end}"
    for draw in [random.Random(0)]
    for _ in range(150)
    for a, b in [draw.choices(("to be", "or not", "that is", "ñu"), k=2)]
    for end in [draw.choice(("\n", "\n\n", " \n"))]
]
TEXT = "".join(VERSES[:40]) + "to be  or"
LINES = TEXT.split("\n")


@pytest.fixture(scope="module", params=["characters", "words", "bytes", "bpe:270"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tt.Run:
    """A run on one long text, in each kind of symbols, with another text beside it."""
    folder = tmp_path_factory.mktemp("running")
    (folder / "novel.txt").write_text("".join(VERSES))
    (folder / "new.txt").write_text(TEXT)
    how: dict[str, Any] = {"format": "running", "symbols": request.param, "max_steps": 9}
    return tt.train(folder / "novel.txt", hidden_size=8, out=folder / "run", say=None, **how)


def scored(run: tt.Run, *options: object, **how: Any) -> list[dict[str, Any]]:
    out = good("score", run.path, *options, "--json", **how)
    return [json.loads(line) for line in out.splitlines()]


@torch.no_grad()
def test_the_lines_are_scored_given_those_before_them(
    run: tt.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "CHUNK", 7)  # lines and chunks end in different places
    scores = run.score(run.path.parent / "new.txt")
    assert [score.target for score in scores] == LINES
    assert all(score.line for score in scores)
    vocabulary, p = run.schema.y_vocabulary, y_given(run.model, None)
    assert vocabulary is not None
    assert isinstance(p, SequenceDistribution)
    texts = [f"{line}\n" for line in LINES[:-1]] + LINES[-1:]
    before = torch.zeros(0, dtype=torch.int64)
    for text, score in zip(texts, scores, strict=True):
        y = torch.cat([before, vocabulary.encode(text)])
        terms = p.terms(Sequence(y[None])).values[0, len(before) :]
        assert score.terms == pytest.approx(terms.tolist(), abs=1e-4)
        assert score.log_prob == pytest.approx(float(terms.sum()), abs=1e-3)
        assert score.per_symbol == pytest.approx(float(terms.mean()), abs=1e-4)
        assert score.unknown == y[len(before) :].tolist().count(vocabulary.unknown)
        before = y
    assert before.equal(vocabulary.encode(TEXT))  # as if it was encoded as a whole


def test_the_sum_over_the_lines_is_what_evaluation_measures(run: tt.Run) -> None:
    file = run.path.parent / "new.txt"
    scores = scored(run, file)
    count = sum(len(score["terms"]) for score in scores)
    measured = json.loads(good("evaluate", run.path, file, "--json"))
    assert measured["examples"] == f"{count:,} steps"
    nats = measured["numbers"][0]["value"]
    assert -sum(score["log_prob"] for score in scores) == pytest.approx(nats * count, rel=1e-5)
    shown = [line.split("\t") for line in good("score", run.path, file).split("\n")[:-1]]
    assert [text for *_, text in shown] == LINES
    assert -sum(float(log_p) for log_p, *_ in shown) == pytest.approx(nats * count, rel=1e-4)
    (whole,) = run.score([TEXT])
    assert -whole.log_prob == pytest.approx(nats * count, rel=1e-5)


def test_standard_input_is_a_running_text_too(run: tt.Run) -> None:
    of_file = scored(run, run.path.parent / "new.txt")
    assert scored(run, stdin=TEXT) == of_file
    assert scored(run, stdin=("\ufeff" + TEXT.replace("\n", "\r\n")).encode()) == of_file
    assert "input: byte 0xE9 is not UTF-8" in bad("score", run.path, stdin=b"caf\xe9\n")
    assert "a text without symbols" in bad("score", run.path, stdin=b"")


def test_lines_by_themselves_if_asked_for(run: tt.Run) -> None:
    apart = scored(run, run.path.parent / "new.txt", "--format", "lines")
    together = scored(run, run.path.parent / "new.txt")
    assert [score["text"] for score in apart] == LINES
    ends = len(LINES) - 1  # each is a symbol
    assert sum(len(s["terms"]) for s in together) - ends == sum(len(s["terms"]) for s in apart)
    first = len(apart[0]["terms"])
    assert together[0]["terms"][:first] == pytest.approx(apart[0]["terms"], abs=1e-5)
    assert together[2]["terms"][:first] != pytest.approx(apart[2]["terms"][:first], abs=1e-5)


def test_the_most_probable_symbols_in_the_place_of_each(run: tt.Run) -> None:
    scores = run.score(run.path.parent / "new.txt", top=10_000)
    for score in scores:
        assert score.top is not None
        assert len(score.top) == len(score.terms)
        for others in score.top:
            assert len(others) == run.schema.y.size
            assert sum(others.values()) == pytest.approx(1, abs=1e-4)


def test_what_is_no_running_text_is_refused(run: tt.Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    refused = bad("score", run.path, tmp_path / "rows.csv", "--format", "table")
    assert "models a running text, without columns; expected running or lines" in refused
    with pytest.raises(DataError, match="no such file"):
        run.score(tmp_path / "none.txt")
