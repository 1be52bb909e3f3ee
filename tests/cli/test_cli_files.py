"""A file of one's own: one command from it to a trained and evaluated model, for every kind."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.helpers.commands import run

SMALL = ("--hidden-size", "6", "--max-steps", "3", "--batch-size", "8")


WORDS = ["".join("no"[i >> k & 1] for k in range(6)) for i in range(40)]


def csv_of(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


FILES: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "text and label": (
        "a.csv",
        csv_of("name,kind", [f"{w},{'ab'[i % 2]}" for i, w in enumerate(WORDS)]),
        (),
        "accuracy",
    ),
    "text and number": (
        "a.tsv",
        csv_of("name\tmass", [f"{w}\t{i}" for i, w in enumerate(WORDS)]),
        ("--input", "name", "--target", "mass"),
        "error of the one-step mean",
    ),
    "features and text": (
        "a.csv",
        csv_of("size;colour;text", [f"{i};{'rgb'[i % 3]};{w}" for i, w in enumerate(WORDS)]),
        ("--input", "size,colour:label", "--target", "text"),
        "exact matches",
    ),
    "text and text": (
        "a.jsonl",
        "\n".join(json.dumps({"from": w, "to": w[::-1]}) for w in WORDS),
        ("--input", "from", "--target", "to:characters"),
        "character error rate",
    ),
    "words alone": (
        "a.csv",
        csv_of("text", [f"{w[:3]} {w[3:]} {i}" for i, w in enumerate(WORDS)]),
        ("--target", "text:words"),
        "perplexity",
    ),
    "tags": (
        "a.conll",
        "\n\n".join(f"{w} N\nthe D" for w in WORDS),
        ("--input", "1", "--target", "2"),
        "accuracy",
    ),
    "a series": (
        "a.csv",
        csv_of("x", [f"{math.sin(i)}" for i in range(60)]),
        ("--steps", "10"),
        "error of the one-step mean",
    ),
    "running text": ("a.txt", "to be or not to be\n" * 80, ("--format", "running"), "perplexity"),
}


@pytest.mark.parametrize("kind", FILES)
def test_one_command_trains_and_one_evaluates(kind: str, tmp_path: Path) -> None:
    name, content, options, number = FILES[kind]
    file, out = tmp_path / name, tmp_path / "run"
    file.write_text(content)
    trained = run("train", file, "--out", out, *options, *SMALL)
    assert trained.exit_code == 0, trained.output
    evaluated = run("evaluate", out)
    assert evaluated.exit_code == 0, evaluated.output
    assert number in evaluated.output
    sampled = run("sample", out, "-n", "2", "--max-length", "5")
    assert sampled.exit_code == 0, sampled.output
    file.write_text(content + content.splitlines()[-1].replace("n", "o") + "\n")
    assert run("evaluate", out).exit_code == 2  # other data than the run was made for


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("a,b\nx\n", (), "a.csv:2: 1 columns; expected 2"),
        ("a,b\nx,y\n", ("--target", "c"), "no column 'c'"),
        ("a,b\nx,y\n", ("--target", "b", "--format", "tabel"), "format is 'tabel'"),
        ("a,b\nx,y\n", ("--target", "b", "--rare", "0"), "rare is '0'"),
        ("v\n" + "1\n2\n" * 30, ("--batch-size", "49"), "batch_size is 49, but a has 48 steps"),
        ("", (), "an empty file"),
    ],
)
def test_what_is_wrong_is_one_line_and_leaves_nothing(
    content: str, options: tuple[str, ...], expected: str, tmp_path: Path
) -> None:
    file, out = tmp_path / "a.csv", tmp_path / "run"
    file.write_text(content)
    refused = run("train", file, "--out", out, *options)
    assert refused.exit_code == 2
    assert expected in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not out.exists()
