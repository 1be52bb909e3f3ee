"""Scores of y given x: those of the model, and with every symbol's term."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.helpers.commands import SMALL, Trained, bad, good, run
from tests.helpers.made_up import MODELS, ROWS, SENTENCES
from throughtime.data.formats.conll import read_conll
from throughtime.data.formats.tables import read_table
from throughtime.data.pairs.encoding import x_of, y_of
from throughtime.evaluation.likelihood import log_prob, y_given
from throughtime.runs.folder import RunFolder

GIVEN_X = [name for name in MODELS if name != "alone"]


def as_json(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("name", GIVEN_X)
def test_scores_are_those_of_the_model(name: str, trained: Trained, files: Path) -> None:
    path, loaded = files / MODELS[name][0], RunFolder.load(trained(name))
    of_x, of_y = loaded.schema.x, loaded.schema.y
    table = read_conll(path) if path.suffix == ".conll" else read_table(path)
    with torch.no_grad():
        p = y_given(loaded.model, x_of(table, of_x))
        expected = log_prob(p, y_of(table, of_y)).tolist()
    scored = as_json(good("score", trained(name), path, "--json"))
    assert [score["log_prob"] for score in scored] == pytest.approx(expected, rel=1e-4, abs=1e-4)
    assert [score["target"] for score in scored] == table.column(of_y.name)
    for score in scored:
        total = sum(score["terms"]) + score["length"]
        assert score["log_prob"] == pytest.approx(total, rel=1e-4, abs=1e-4)
    lines = good("score", trained(name), path).splitlines()
    assert [float(line.split("\t")[0]) for line in lines] == pytest.approx(expected, abs=2e-3)


def test_the_terms_of_a_sequence_have_its_end(trained: Trained, files: Path) -> None:
    scored = as_json(good("score", trained("translation"), files / "rows.csv", "--json"))
    assert [len(s["terms"]) for s in scored] == [len(str(row["label"])) + 1 for row in ROWS]
    scored = as_json(good("score", trained("predicted"), files / "rows.csv", "--json"))
    assert [len(s["terms"]) for s in scored] == [len(str(row["label"])) for row in ROWS]
    assert all(s["length"] < 0 for s in scored)
    scored = as_json(good("score", trained("tags"), files / "tags.conll", "--json"))
    assert [len(s["terms"]) for s in scored] == list(map(len, SENTENCES))


def test_all_labels_together_are_certain(trained: Trained) -> None:
    text = "".join(json.dumps({"text": "ab", "label": y}) + "\n" for y in ("yes", "no", "maybe"))
    probabilities = [s["log_prob"] for s in as_json(good("score", trained("label"), "--json",
                                                         stdin=text))]  # fmt: skip
    assert float(torch.tensor(probabilities).exp().sum()) == pytest.approx(1)
    assert [line.split("\t")[2] for line in good("score", trained("label"), stdin=text).split("\n")
            if line] == ["yes", "no", "maybe"]  # fmt: skip


def test_a_column_of_y_alone_is_that_of_the_table(trained: Trained, files: Path) -> None:
    by_table = as_json(good("score", trained("alone"), files / "rows.csv", "--json"))
    assert [s["target"] for s in by_table] == [row["text"] for row in ROWS]
    lines = "".join(f"{row['text']}\n" for row in ROWS)
    assert as_json(good("score", trained("alone"), "--json", stdin=lines)) == by_table
    assert "no column 'text'" in bad("score", trained("alone"), files / "series.jsonl")


def test_a_model_of_lines_takes_no_table(files: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"{'ab' * n}\n" for n in range(1, 40)))
    good("train", tmp_path / "a.txt", *SMALL, "--out", tmp_path / "run")
    refused = bad("score", tmp_path / "run", files / "rows.csv", "--format", "table")
    assert "format is table, but " in refused
    assert "models lines of text, without columns; expected lines" in refused
    refused = bad("score", tmp_path / "run", tmp_path / "a.txt", "--format", "running")
    assert "format is running, but " in refused


def test_numbers_alone_are_scored(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"y": [i, 1.5]}) + "\n" for i in range(30))
    )
    good("train", tmp_path / "a.jsonl", "--target", "y", *SMALL, "--out", tmp_path / "run")
    scored = as_json(good("score", tmp_path / "run", tmp_path / "a.jsonl", "--json"))
    assert [len(s["terms"]) for s in scored] == [2] * 30
    assert scored[0]["target"] == [0, 1.5]


def test_symbols_of_an_embedded_set(tmp_path: Path) -> None:
    path = tmp_path / "run"
    good("train", "python-tokens", "--hidden-size", 4, "--max-steps", 1, "--out", path)
    line = json.dumps({"source": "x =", "tokens": ["NAME", "SPACE", "OP"]})
    (scored,) = as_json(good("score", path, "--json", stdin=line + "\n"))
    assert len(scored["terms"]) == 3


def test_unknown_symbols_on_both_sides_are_counted(trained: Trained) -> None:
    line = json.dumps({"text": "xyza", "label": "yes!"})
    result = run("score", trained("translation"), "--json", stdin=line + "\n")
    assert json.loads(result.stdout)["unknown"] == 4
    assert "Warning: 4 symbols are not" in result.stderr


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("label", {"text": "a"}, "input:2: has no label; expected a JSON object on every line"),
        ("label", {"text": "a", "label": ""}, "input:2: column 'label': an empty value is not a"),
        ("number", {"text": "a", "price": "?"}, "input:2: column 'price': '?' is not a finite"),
        ("predicted", {"text": "a", "label": "a" * 99}, "input:2: "),
        ("numbers", {"a": [1, 2], "b": [[1, 2]]}, "input:2: "),
    ],
)
def test_rows_that_cannot_be(name: str, row: dict[str, Any], reason: str, trained: Trained) -> None:
    right: dict[str, Any] = {**ROWS[0], "a": [1, 2], "b": [[1, 2], [3, 4]]}
    text = "".join(json.dumps(values) + "\n" for values in (right, row))
    assert reason in bad("score", trained(name), stdin=text)
