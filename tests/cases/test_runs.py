"""Numbers that say what they are: what trained models say of files, by the commands."""

from __future__ import annotations

import json
import math
import random
import re

import numpy as np
import pytest
from scipy.io import savemat

from tests.helpers.commands import SMALL, good, run
from tests.helpers.reading import file, read
from throughtime.sequence import Sequence

SENTENCES = [[(w, w[0].upper()) for w in draw.choices(("ba", "no", "ti"), k=3)]
             for draw in [random.Random(0)] for _ in range(40)]  # fmt: skip


def conll(sentences: list[list[tuple[str, str]]]) -> list[str]:
    return [line for s in sentences for line in (*(f"{w} {t}" for w, t in s), "")]


def test_a_tag_that_stands_in_a_test_file_alone() -> None:
    """It stops nothing: it is wrong in evaluation, and has the probability zero in score."""
    file("train.conll", *conll(SENTENCES))
    new = [[("ba", "B"), ("ku", "K")], *SENTENCES[:4]]
    test = file("test.conll", *conll(new))
    options = ("--input", "1", "--target", "2", "--test", test)
    trained = run("train", "train.conll", *options, *SMALL, "--out", "run")
    assert trained.exit_code == 0, trained.output
    evaluated = run("evaluate", "run", "--json")
    assert "1 label is not in training ('K')" in evaluated.stderr
    found = json.loads(evaluated.stdout)
    numbers = {n["name"]: n for n in found["numbers"]}
    assert math.isfinite(numbers["-log p"]["value"])
    assert numbers["-log p"]["unit"].endswith("without 1 that training lacks")
    of_k = next(s for s in found["classes"]["scores"] if s["label"] == "K")
    assert (of_k["recall"], of_k["count"]) == (0.0, 1)
    first, *others = map(json.loads, good("score", "run", test, "--json").splitlines())
    assert (first["log_prob"], first["terms"][1]) == (None, None)
    assert first["terms"][0] < 0
    assert all(other["log_prob"] < 0 for other in others)


@pytest.mark.parametrize("ending", ["mat", "npz"])
def test_score_reads_what_train_reads(ending: str) -> None:
    """Of a file of arrays the test part, whose sum is what evaluate says."""
    draw = np.random.default_rng(0)
    parts = {part: draw.integers(0, 2, (count, 6, 3)).astype(np.float64)
             for part, count in (("train", 12), ("valid", 4), ("test", 5))}  # fmt: skip
    if ending == "mat":
        savemat("rolls.mat", {f"{part}data": v for part, v in parts.items()})
    else:
        np.savez("rolls.npz", train=parts["train"], valid=parts["valid"], test=parts["test"])
    good("train", f"rolls.{ending}", *SMALL, "--out", "run")
    scores = [json.loads(v) for v in good("score", "run", f"rolls.{ending}", "--json").splitlines()]
    assert [score["target"] for score in scores] == parts["test"].astype(int).tolist()
    per_step = -sum(score["log_prob"] for score in scores) / (5 * 6)
    said = json.loads(good("evaluate", "run", "--json"))["numbers"][0]
    assert said["value"] == pytest.approx(per_step, rel=1e-4)


def test_a_running_text_of_words_keeps_its_lines() -> None:
    """And the scores of its lines, one after the other, are what evaluate says."""
    lines = [f"to be {('or', 'and', 'if')[i % 3]} not {i % 7}" for i in range(400)]
    name = file("a.txt", *lines)
    options = ("--format", "running", "--symbols", "words", "--steps", "20")
    good("train", name, *options, *SMALL, "--out", "run")
    data = read(name, format="running", symbols="words")
    y = data.splits["train"].y
    assert isinstance(y, Sequence)
    text = data.schema.y.decode(y.to_list()[0])
    assert text.startswith("\n".join(lines[:5]))
    assert text.count("\n") == pytest.approx(0.8 * len(lines), abs=2)
    later = file("b.txt", *lines[:30])
    scores = [json.loads(v) for v in good("score", "run", later, "--json").splitlines()]
    assert [score["text"] for score in scores] == lines[:30]
    symbols = sum(len(score["terms"]) for score in scores)
    said = json.loads(good("evaluate", "run", later, "--json"))["numbers"][0]
    total = -sum(score["log_prob"] for score in scores)
    assert said["value"] == pytest.approx(total / symbols, rel=1e-4)


def test_numbers_in_json_are_short() -> None:
    lines = [f"{i},{10 + i % 9}.1" for i in range(60)]
    good("train", file("a.csv", "t,v", *lines), "--steps", "8", *SMALL, "--out", "run")
    for command in ("score", "predict"):
        for line in good(command, "run", "a.csv", "--json").splitlines():
            assert max(len(n) for n in re.findall(r"\d+\.\d+", line)) <= 12, line
    assert json.loads(good("score", "run", "a.csv", "--json").splitlines()[0])["target"] == 10.1


def test_guesses_are_printed_with_the_other_way() -> None:
    """Questions became characters, and nobody was told that they could be words."""
    texts = [f"what is thing {i}" for i in range(60)]
    rows = [f"{text},{('what', 'who')[i % 2]}" for i, text in enumerate(texts)]
    name = file("a.csv", "question,kind", *rows)
    said = run("train", name, *SMALL, "--out", "run").output
    assert "question as characters: what is thing " in said
    assert "(guessed; --input question:words for words)" in said
    assert "(guessed; --target kind:characters for characters)" in said
    told = ("--input", "question:words", "--target", "kind")
    words = run("train", name, *told, *SMALL, "--out", "words").output
    assert "question as words: what is thing " in words
    assert "--input question:" not in words
    lines = run("train", file("a.txt", *texts), *SMALL, "--out", "lines").output
    assert "its symbols are characters (--symbols words for words)" in lines


def test_tau_may_be_written_in_ascii() -> None:
    rows = [f"what is {i},{i % 2}" for i in range(60)]
    name, wiring = file("a.csv", "text,label", *rows), "x(t) -> h(t), h(t-1) -> h(t), h({}) -> o"
    losses = set()
    for tau in ("tau", "τ"):
        good("train", name, "--wiring", wiring.format(tau), *SMALL, "--out", tau)
        losses.add(good("evaluate", tau))
    assert len(losses) == 1
