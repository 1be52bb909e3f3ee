"""Recall, precision and F1 of each label, by hand."""

import math
from pathlib import Path

import pytest
import torch

import throughtime as tt
from tests.helpers.commands import good, run
from throughtime.cli.classes import tables
from throughtime.data.columns import Label
from throughtime.data.vocabularies.absent import absent_number
from throughtime.evaluation.metrics.classes import Classes, classes_of


def by_hand() -> Classes:
    """Of 4 dogs 2 are found, of 3 cats all; the yak, which training lacks, is taken for a cat; no
    cow is there or guessed, and no hen is guessed."""
    animals = Label("animal").know(["cat", "cow", "dog", "hen"])
    yak = absent_number("yak")
    true = torch.tensor([2, 2, 2, 2, 0, 0, 0, 3, yak])
    guess = torch.tensor([2, 2, 0, 0, 0, 0, 0, 2, 0])
    found = classes_of(true, guess, animals)
    assert found is not None
    return found


def test_the_scores_of_a_confusion_by_hand() -> None:
    found = by_hand()
    assert [tuple(vars(score).values()) for score in found.scores] == [
        ("dog", 2 / 4, 2 / 3, pytest.approx(4 / 7), 4),
        ("cat", 1.0, 3 / 6, pytest.approx(6 / 9), 3),
        ("yak", 0.0, None, 0.0, 1),
        ("hen", 0.0, None, 0.0, 1),
    ]
    assert found.macro_f1 == pytest.approx((4 / 7 + 6 / 9) / 4)
    assert found.confusion == {
        "dog": {"dog": 2, "cat": 2},
        "cat": {"cat": 3},
        "hen": {"dog": 1},
        "yak": {"cat": 1},
    }
    assert found.to_dict()["scores"][0]["recall"] == 0.5


def test_the_tables_of_a_confusion() -> None:
    scores, matrix = tables(by_hand()).split("\n\n")
    assert scores.splitlines()[1].split() == ["dog", "0.5000", "0.6667", "0.5714", "4"]
    assert scores.splitlines()[3].split() == ["yak", "0.0000", "-", "0.0000", "1"]
    assert [row.split() for row in matrix.splitlines()] == [
        ["true", "\\", "predicted", "dog", "cat", "yak", "hen"],
        ["dog", "2", "2", "0", "0"],
        ["cat", "0", "3", "0", "0"],
        ["yak", "0", "1", "0", "0"],
        ["hen", "1", "0", "0", "0"],
    ]


def test_of_many_labels_the_most_frequent_confusions() -> None:
    labels = Label("y").know([f"l{i:02d}" for i in range(60)])
    true = torch.arange(60).repeat(3)
    guess = torch.where(true == 7, 8, true)
    found = classes_of(true, guess, labels)
    assert found is not None
    assert len(found.scores) == 60
    scores, confused = tables(found).split("\n\n")
    assert "(20 rarer labels are left out here" in scores
    assert confused.splitlines()[1].split() == ["l07", "l08", "3"]
    assert len(confused.splitlines()) == 2


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities")
    names = ["New York", "Oslo"]
    rows = [f"w{i} {names[i % 2][:3].lower()},{names[i % 2]}" for i in range(60)]
    (folder / "a.csv").write_text("\n".join(["text,city", *rows]) + "\n")
    new = ["text,city", "w1 osl,Oslo", "w2 new,Los Angeles", "w4 new,New York"]
    (folder / "new.csv").write_text("\n".join(new) + "\n")
    tt.train(folder / "a.csv", hidden_size=8, max_steps=40, threads=1, out=folder / "run", say=None)
    return folder


def test_a_label_that_training_lacks_is_evaluated_and_scored(cities: Path) -> None:
    with pytest.warns(UserWarning, match=r"new.csv: 1 label is not in training \('Los Angeles'\)"):
        found = tt.load(cities / "run").evaluate(str(cities / "new.csv"))
    assert found["accuracy"] == 2 / 3
    assert math.isfinite(found["perplexity"])
    assert found.classes is not None
    assert found.classes.confusion["Los Angeles"] == {"New York": 1}
    assert found.to_dict()["classes"]["confusion"]["Oslo"] == {"Oslo": 1}
    printed = run("evaluate", cities / "run", cities / "new.csv")
    assert "Warning: " in printed.stderr
    assert "Los Angeles         0.0000          -  0.0000      1" in printed.stdout
    with pytest.warns(UserWarning, match="scores of -inf: 1 label is not in training"):
        scores = tt.load(cities / "run").score(str(cities / "new.csv"))
    assert [score.log_prob > -math.inf for score in scores] == [True, False, True]
    assert (scores[1].log_prob, scores[1].terms) == (-math.inf, [-math.inf])
    printed = run("score", cities / "run", cities / "new.csv")
    assert printed.stdout.splitlines()[1] == "-inf\t-inf\tLos Angeles"
    printed = run("score", cities / "run", cities / "new.csv", "--json")
    assert '"log_prob": null, "per_symbol": null, "terms": [null]' in printed.stdout.splitlines()[1]


def test_a_prediction_is_the_files_own_label(cities: Path) -> None:
    said = good("predict", cities / "run", cities / "new.csv", "--format", "table")
    assert {line.split("\t")[0] for line in said.splitlines()} == {"New York", "Oslo"}
