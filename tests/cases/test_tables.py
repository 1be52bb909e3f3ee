"""Tables of texts: their delimiters, names and quotes; labels of every kind beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.commands import SMALL, bad, good, run
from tests.helpers.reading import file, kinds, pairs, read, refusal

TEXTS = [f"a {('dull', 'fine', 'long')[i % 3]} book of {i} pages" for i in range(60)]
LABELS = [("spam", "ham")[i % 2] for i in range(60)]
ROWS = sorted(zip(TEXTS, LABELS, strict=True))


def lines(between: str, first: list[Any], second: list[Any]) -> list[str]:
    return [f"{a}{between}{b}" for a, b in zip(first, second, strict=True)]


def objects(name: str, rows: list[dict[str, Any]]) -> str:
    return file(name, *map(json.dumps, rows))


# ---- delimiters, names, quotes ------------------------------------------------------------------


def test_sms_txt() -> None:
    """A label, a tab and a text, without names: by their numbers, and no row is lost."""
    name = file("sms.txt", *lines("\t", LABELS, TEXTS))
    for options in ({"input": "2", "target": "1"}, {}):
        data = read(name, format="table", **options)
        assert kinds(data) == ("2:characters", "1:label")
        assert pairs(data) == ROWS
        assert data.seen == {"header": False}
    assert refusal(name) == (
        "sms.txt: every line has 2 columns with a tab between; give --format table to read them as "
        "columns, or --format lines to model the text of the lines"
    )


def test_smscollection() -> None:
    """The same without an ending, and with commas in the texts."""
    texts = [f"{text}, ok, fine" for text in TEXTS]
    name = file("SMSCollection", *lines("\t", LABELS, texts))
    data = read(name, format="table")
    assert kinds(data) == ("2:characters", "1:label")
    assert pairs(data) == sorted(zip(texts, LABELS, strict=True))


def test_parallel_txt() -> None:
    there = [f"va {i} fois" for i in range(60)]
    data = read(file("pairs.txt", *lines("\t", TEXTS, there)), format="table")
    assert kinds(data) == ("1:characters", "2:characters")
    assert pairs(data) == sorted(zip(TEXTS, there, strict=True))


def test_title_commas() -> None:
    """The first line of a file with tabs has commas."""
    texts = [f"{text}, ok, so" for text in TEXTS]
    data = read(file("a.csv", "Review (short, plain, honest)\tLabel", *lines("\t", texts, LABELS)))
    assert kinds(data) == ("Review (short, plain, honest):characters", "Label:label")
    assert pairs(data) == sorted(zip(texts, LABELS, strict=True))


def test_tsv_quote_word() -> None:
    texts = [*TEXTS[:30], '"word" she said', *TEXTS[31:59], 'a 3" nail']
    data = read(file("a.tsv", "label\ttext", *lines("\t", LABELS, texts)))
    assert kinds(data) == ("text:characters", "label:label")
    assert pairs(data) == sorted(zip(texts, LABELS, strict=True), key=repr)


def test_parity_num() -> None:
    """Strings of digits, with noughts before them, are texts; and 0/1 beside them is a label."""
    bits = [f"{i:08b}" for i in range(60)]
    parity = [str(word.count("1") % 2) for word in bits]
    data = read(file("a.csv", "bits,parity", *lines(",", bits, parity)))
    assert kinds(data) == ("bits:characters", "parity:label")
    assert pairs(data) == sorted(zip(bits, parity, strict=True))
    assert data.understood[1].endswith("(guessed; --target parity:number for number)")


# ---- JSON ---------------------------------------------------------------------------------------

OBJECTS = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]


def test_data_json() -> None:
    """A table as one list of objects over many lines."""
    data = read(file("data.json", json.dumps(OBJECTS, indent=1)))
    assert kinds(data) == ("text:characters", "label:label")
    assert pairs(data) == ROWS


def test_lines_json() -> None:
    name = objects("lines.json", OBJECTS)
    for options in ({}, {"format": "table"}):
        assert pairs(read(name, **options)) == ROWS


def test_chat_jsonl() -> None:
    rows = [{"messages": [{"role": "user", "content": f"hi {i}"}]} for i in range(60)]
    assert refusal(objects("chat.jsonl", rows)) == (
        "chat.jsonl:1: column 'messages' has a list of objects (role, content); expected a text, a "
        "number, or a list of them: write what the model reads or predicts to columns of their own"
    )


def test_ids_jsonl() -> None:
    """Numbers of tokens are symbols, and no amounts."""
    draw = np.random.default_rng(0)
    ids = [draw.integers(2, 9, 8).tolist() for _ in range(60)]
    name = objects("ids.jsonl", [{"ids": v, "label": "ab"[i % 2]} for i, v in enumerate(ids)])
    data = read(name)
    assert kinds(data) == ("ids:tokens", "label:label")
    assert pairs(data) == sorted(([str(n) for n in v], "ab"[i % 2]) for i, v in enumerate(ids))
    assert data.understood[0].endswith("(guessed; --input ids:numbers for numbers)")
    assert refusal(name, input="ids:tokens") == (
        "ids.jsonl: no target is given; give --target one of ids, label"
    )
    assert pairs(read(name, input="ids:tokens", target="label")) == pairs(data)


# ---- labels -------------------------------------------------------------------------------------


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
    found = {part: [data.schema.y.decode(y) for y in e.y] for part, e in data.splits.items()}
    assert {part: of.count("odd") for part, of in found.items()} == {
        "train": 2,
        "valid": 1,
        "test": 1,
    }
    assert "; stratified: 2 rows of rare classes were moved" in data.description
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
    data = read(file("a.csv", "plot,genres", *lines(",", TEXTS, ["|".join(s) for s in sets])))
    assert [(x, sorted(y)) for x, y in pairs(data)] == sorted(
        (text, sorted(s)) for text, s in zip(TEXTS, sets, strict=True)
    )
    assert not data.schema.y.sequence


def test_toxic() -> None:
    flags = [(i % 2, i // 2 % 2) for i in range(60)]
    name = file("a.csv", "comment,toxic,obscene",
                *(f"{t},{a},{b}" for t, (a, b) in zip(TEXTS, flags, strict=True)))  # fmt: skip
    data = read(name, input="comment", target="toxic,obscene")
    assert not data.schema.y.sequence
    assert data.schema.y.size == 2
    assert {x: set(y) for x, y in pairs(data)} == {
        text: {name for name, on in zip(("toxic", "obscene"), flag, strict=True) if on}
        for text, flag in zip(TEXTS, flags, strict=True)
    }


def test_multihot() -> None:
    vectors = [[i % 2, i // 2 % 2, i // 4 % 2] for i in range(60)]
    rows = [{"text": t, "labels": v} for t, v in zip(TEXTS, vectors, strict=True)]
    data = read(objects("a.jsonl", rows))
    assert not data.schema.y.sequence
    assert data.schema.y.size == 3
    assert dict(pairs(data)) == {
        text: [f"labels[{k}]" for k, on in enumerate(vector) if on]
        for text, vector in zip(TEXTS, vectors, strict=True)
    }


def test_multihot_bits() -> None:
    """Of what bits are, the true reason is said why these are none."""
    name = objects("a.jsonl", [{"text": text, "labels": [1, 1, 0]} for text in TEXTS])
    assert refusal(name, input="text", target="labels:bits") == (
        "a.jsonl:1: column 'labels': [1, 1, 0] has no lists inside; expected a list of lists of "
        "zeros and ones, one for each step"
    )


# ---- lists in cells, rows in sequences ----------------------------------------------------------


@pytest.mark.parametrize("form", ["{:.2f} {:.2f} {:.2f}", "[{:.2f}, {:.2f}, {:.2f}]"])
def test_arr_in_csv(form: str) -> None:
    signals = [[round(i / 9 + k, 2) for k in range(3)] for i in range(60)]
    cells = [f'"{form.format(*signal)}"' for signal in signals]
    name = file("a.csv", "signal,label", *lines(",", cells, LABELS))
    for options in ({"input": "signal:numbers", "target": "label"}, {}):
        data = read(name, **options)
        assert kinds(data) == ("signal:numbers", "label:label")
        found = [([round(v, 4) for [v] in _rows(x)], y) for x, y in pairs(data)]
        assert sorted(found) == sorted(zip(signals, LABELS, strict=True))


def test_hmm() -> None:
    """Windows of a sensor, a row a step: the column of the window is named."""
    rows = [f"{user},{i},{user + i / 8},{('walk', 'run')[user % 2]}"
            for user in range(20) for i in range(5)]  # fmt: skip
    name = file("a.csv", "user_id,step,x,label", *rows)
    assert refusal(name, input="x", target="label") == (
        "a.csv: x is numbers, one of each in a row, and y is no sequence either; if a sequence is "
        "several rows, say which column says of which one a row is: --sequence NAME"
    )
    data = read(name, input="x", target="label", sequence="user_id")
    assert kinds(data)[0] == "x:numbers"
    xs = sorted([round(v, 4) for [v] in _rows(x)] for x, _ in pairs(data))
    assert xs == [[user + i / 8 for i in range(5)] for user in range(20)]


def _rows(values: list[Any]) -> list[list[float]]:
    """Steps of a sequence of numbers, each as a list."""
    return [step if isinstance(step, list) else [step] for step in values]


# ---- other kinds of files -----------------------------------------------------------------------


def test_arr_npy() -> None:
    np.save("arr.npy", np.arange(60.0))
    assert refusal("arr.npy") == (
        "arr.npy: a NumPy array without a name (.npy); save named arrays by numpy.savez(path, "
        "train=…, valid=…, test=…)"
    )


def test_book_xlsx() -> None:
    import zipfile

    from openpyxl import Workbook

    book = Workbook()
    for row in [("text", "label"), *zip(TEXTS, LABELS, strict=True)]:
        book.active.append(row)
    book.save("book.xlsx")
    data = read("book.xlsx")
    assert kinds(data) == ("text:characters", "label:label")
    assert pairs(data) == ROWS
    with zipfile.ZipFile("stub.xlsx", "w") as stub:
        stub.writestr("xl/workbook.xml", "<workbook/>")
    assert refusal("stub.xlsx").startswith("stub.xlsx: cannot be read as a workbook")


def test_tune_mid() -> None:
    Path("tune.mid").write_bytes(b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0")
    assert refusal("tune.mid") == (
        "tune.mid: a MIDI file; make it a table with a note in each row, lines of names of notes, "
        "or piano rolls in an .npz first"
    )
    assert bad("train", "tune.mid") == f"Error: {refusal('tune.mid')}"


def test_satb_nan() -> None:
    """NaN for a rest: the file, the array, the sequence and the step are named."""
    rolls = np.random.default_rng(0).integers(0, 2, (12, 9, 4)).astype(float)
    rolls[3, 5, 2] = np.nan
    np.savez("a.npz", train=rolls, valid=rolls[:3], test=rolls[:3])
    assert refusal("a.npz") == (
        "a.npz: array 'train', sequence 4, step 6: nan; expected finite numbers: where nothing is "
        "there, such as a rest in music, write a number of its own, such as 0"
    )
