"""Labels of every kind beside texts, one in a row or several, and what is said of each class."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cases.test_tables import LABELS, TEXTS, lines, objects
from tests.helpers.commands import SMALL, good, run
from tests.helpers.reading import file, kinds, pairs, read, refusal, rows


def test_boollab_jsonl() -> None:
    rows = [{"text": text, "toxic": i % 2 == 1} for i, text in enumerate(TEXTS)]
    data = read(objects("a.jsonl", rows))
    assert kinds(data) == ("text:characters", "toxic:label")
    assert pairs(data) == sorted((text, str(i % 2 == 1)) for i, text in enumerate(TEXTS))
    assert data.understood[1] == (
        "y: toxic as label: False, True, False, … (guessed; --target toxic:number for number)"
    )


def test_bool_parquet() -> None:
    flags = [i % 2 == 1 for i in range(60)]
    pq.write_table(pa.table({"text": TEXTS, "label": flags}), "a.parquet")
    data = read("a.parquet")
    assert kinds(data) == ("text:characters", "label:label")
    assert pairs(data) == sorted((text, str(i % 2 == 1)) for i, text in enumerate(TEXTS))


def test_labels01() -> None:
    """Beside a text, 0 and 1 are classes: predicted as such, and evaluated by accuracy."""
    zeros = [str(i % 2) for i in range(60)]
    name = file("a.csv", "text,label", *lines(",", TEXTS, zeros))
    data = read(name)
    assert kinds(data) == ("text:characters", "label:label")
    assert pairs(data) == sorted(zip(TEXTS, zeros, strict=True))
    trained = run("train", name, *SMALL, "--out", "run")
    assert "label as label: 0, 1, 0, … (guessed; --target label:number for number)" in (
        trained.output
    )
    answers = good("predict", "run", file("b.txt", *TEXTS[:5])).splitlines()
    assert len(answers) == 5
    assert set(answers) <= {"0", "1"}
    assert "accuracy" in evaluated("run")[0]


def test_labels_space() -> None:
    """A label is printed as the file has it."""
    cities = [("Los Angeles", "New York")[i % 2] for i in range(60)]
    name = file("a.csv", "text,city", *lines(",", TEXTS, cities))
    assert pairs(read(name)) == sorted(zip(TEXTS, cities, strict=True))
    good("train", name, *SMALL, "--out", "run")
    texts = file("b.txt", *TEXTS[:5])
    assert set(good("predict", "run", texts).splitlines()) <= set(cities)
    for answer in map(
        json.loads, good("predict", "run", texts, "--json", "--top", "2").splitlines()
    ):
        assert set(answer["top"]) == set(cities)
    for score in good("score", "run", name).splitlines()[:2]:
        assert score.split("\t")[2] in cities
    assert "New York" in good("evaluate", "run")


def test_imbalanced() -> None:
    """Recall, precision and F1 of each class; a rare class is in every part; class weights."""
    labels = [("usual", "odd")[i in (7, 70, 130, 180)] for i in range(200)]
    texts = [f"a book of {i} pages" for i in range(200)]
    name = file("a.csv", "text,label", *lines(",", texts, labels))
    data = read(name)
    assert pairs(data) == sorted(zip(texts, labels, strict=True))
    found = {part: [y for _, y in rows(data, part)] for part in data.splits}
    counts = {part: labels.count("odd") for part, labels in found.items()}
    assert counts == {"train": 2, "valid": 1, "test": 1}
    assert "; stratified: 2 rows changed places, so that rare classes" in data.description
    good("train", name, "--class-weights", "balanced", *SMALL, "--out", "run")
    numbers, classes = evaluated("run")
    confusion, scores = classes["confusion"], {s.pop("label"): s for s in classes["scores"]}
    assert {name: sum(row.values()) for name, row in confusion.items()} == {"usual": 19, "odd": 1}
    assert {name: score["count"] for name, score in scores.items()} == {"usual": 19, "odd": 1}
    right = {name: confusion[name].get(name, 0) for name in confusion}
    assert numbers["accuracy"] == pytest.approx(sum(right.values()) / 20)
    for name, score in scores.items():
        assert score["recall"] == pytest.approx(right[name] / score["count"])


def test_newlabel() -> None:
    """A labelled file that comes later, with a label that training lacks."""
    good("train", file("a.csv", "text,label", *lines(",", TEXTS, LABELS)), *SMALL, "--out", "run")
    later = file("b.csv", "text,label", "a fine book of 3 pages,ham", "a dull book,eggs")
    numbers, classes = evaluated("run", later)
    [right] = good("predict", "run", file("b.txt", "a fine book of 3 pages")).splitlines()
    assert numbers["accuracy"] == (0.5 if right == "ham" else 0)  # eggs are wrong in any case
    assert {s["label"]: s["count"] for s in classes["scores"]}["eggs"] == 1
    assert run("evaluate", "run", later).stderr == (
        "Warning: b.csv: 1 label is not in training ('eggs'): it has probability zero, always "
        "wrong\n"
    )
    first, second = (line.split("\t") for line in good("score", "run", later).splitlines())
    assert (first[2], second) == ("ham", ["-inf", "-inf", "eggs"])
    scored = [json.loads(line) for line in good("score", "run", later, "--json").splitlines()]
    assert float(first[0]) == pytest.approx(scored[0]["log_prob"], abs=1e-4)
    assert (scored[1]["target"], scored[1]["log_prob"]) == ("eggs", None)


def evaluated(*arguments: str) -> tuple[dict[str, float], dict[str, Any]]:
    """What ``evaluate`` says of a run: its numbers by name, and what it says of classes."""
    found = json.loads(good("evaluate", *arguments, "--json"))
    return {number["name"]: number["value"] for number in found["numbers"]}, found["classes"]


# ---- several labels a row -----------------------------------------------------------------------

GENRES = [("Comedy", "Drama", "Action"), ("Drama",), ("Comedy", "Drama")]


def test_genres() -> None:
    sets = [GENRES[i % 3] for i in range(60)]
    name = file("a.csv", "plot,genres", *lines(",", TEXTS, ["|".join(s) for s in sets]))
    data = read(name)
    assert kinds(data) == ("plot:characters", "genres:features")
    assert pairs(data) == sorted((text, sorted(s)) for text, s in zip(TEXTS, sets, strict=True))
    assert data.understood[1].endswith("for each combination as one label)")
    whole = read(name, input="plot", target="genres:label")
    assert pairs(whole) == sorted((t, "|".join(s)) for t, s in zip(TEXTS, sets, strict=True))


def test_toxic() -> None:
    flags = [(i % 2, i // 2 % 2) for i in range(60)]
    rows = [f"{text},{a},{b}" for text, (a, b) in zip(TEXTS, flags, strict=True)]
    name = file("a.csv", "comment,toxic,obscene", *rows)
    data = read(name, input="comment", target="toxic,obscene")
    assert kinds(data) == ("comment:characters", "toxic,obscene:features")
    assert pairs(data) == sorted(
        (text, [name for name, one in zip(("toxic", "obscene"), flag, strict=True) if one])
        for text, flag in zip(TEXTS, flags, strict=True)
    )
    assert refusal(name) == (
        "a.csv: no target is given; give --target one of comment, toxic, obscene, or --target "
        "toxic,obscene for several labels"
    )


def test_multihot() -> None:
    vectors = [[i % 2, i // 2 % 2, i // 4 % 2] for i in range(60)]
    rows = [{"text": t, "labels": v} for t, v in zip(TEXTS, vectors, strict=True)]
    data = read(objects("a.jsonl", rows))
    assert kinds(data) == ("text:characters", "labels:features")
    assert pairs(data) == sorted(
        (text, [f"labels[{k}]" for k in range(3) if vector[k]])
        for text, vector in zip(TEXTS, vectors, strict=True)
    )
    assert data.understood[1].startswith("y: labels as features, a list of zeros and ones: [0, 0")


def test_multihot_bits() -> None:
    """Of what bits are, the true reason is said why these are none."""
    name = objects("a.jsonl", [{"text": text, "labels": [1, 1, 0]} for text in TEXTS])
    assert refusal(name, input="text", target="labels:bits") == (
        "a.jsonl:1: column 'labels': [1, 1, 0] has no lists inside; expected a list of lists of "
        "zeros and ones, one for each step"
    )
