"""Whatever a model is trained on is also scored: arrays, folders, and a series by its format."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import throughtime as tt
from tests.helpers.commands import SMALL, bad, good
from throughtime.data import DataError
from throughtime.evaluation.likelihood import log_prob, y_given


def test_arrays_are_scored_by_their_test_part(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    rolls = {
        part: np.array([draw.integers(0, 2, (4, 3)) for _ in range(count)], dtype=np.uint8)
        for part, count in (("train", 20), ("valid", 5), ("test", 6))
    }
    np.savez(tmp_path / "rolls.npz", train=rolls["train"], valid=rolls["valid"], test=rolls["test"])
    good("train", tmp_path / "rolls.npz", *SMALL, "--out", tmp_path / "run")
    run = tt.load(tmp_path / "run")
    out = good("score", run.path, tmp_path / "rolls.npz", "--json").splitlines()
    scores = [json.loads(line) for line in out]
    assert [score["target"] for score in scores] == rolls["test"].tolist()
    test = run.data().splits["test"]
    expected = log_prob(y_given(run.model, None), test.y).tolist()
    assert [score["log_prob"] for score in scores] == pytest.approx(expected, rel=1e-4)
    of_part = json.loads(good("evaluate", run.path, "--json"))
    of_file = json.loads(good("evaluate", run.path, tmp_path / "rolls.npz", "--json"))
    assert of_file["numbers"] == of_part["numbers"]


def test_pictures_in_a_folder_are_scored(tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "pictures"
    folder.mkdir()
    captions = [f"{'ab' * (i % 4)}c" for i in range(24)]
    for i, caption in enumerate(captions):
        Image.new("L", (8, 8), 10 * i).save(folder / f"{i:02}.png")
        (folder / f"{i:02}.txt").write_text(caption + "\n")
    good("train", folder, *SMALL, "--out", tmp_path / "run")
    out = good("score", tmp_path / "run", folder, "--json")
    scores = [json.loads(line) for line in out.splitlines()]
    assert [score["target"] for score in scores] == captions
    assert scores[3]["input"] == "pictures/03.png"
    assert len(good("predict", tmp_path / "run", folder, "--max-length", 5).splitlines()) == 24


def test_a_series_is_scored_by_the_format_that_it_was_trained_in(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("v\n" + "".join(f"{i % 7}\n" for i in range(60)))
    good("train", tmp_path / "a.csv", "--format", "series", *SMALL, "--out", tmp_path / "run")
    by_name = good("score", tmp_path / "run", tmp_path / "a.csv")
    assert len(by_name.splitlines()) == 60
    assert good("score", tmp_path / "run", tmp_path / "a.csv", "--format", "series") == by_name
    assert "models no running text" in bad(
        "score", tmp_path / "run", tmp_path / "a.csv", "--format", "running"
    )


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"{'ab' * n}\n" for n in range(1, 40)))
    good("train", tmp_path / "a.txt", *SMALL, "--out", tmp_path / "run")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="pipe: a named pipe; expected a regular file"):
        tt.load(tmp_path / "run").score(tmp_path / "pipe")
    for command in ("predict", "score", "evaluate"):
        refused = bad(command, tmp_path / "run", tmp_path / "pipe")
        assert "pipe': neither a file nor a folder; give text by standard input" in refused
