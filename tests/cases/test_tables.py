"""Tables of texts: their delimiters, names and quotes; labels of every kind beside them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

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
        "columns, or give --format lines to model the text of the lines"
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
