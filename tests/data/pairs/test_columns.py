"""Columns become x and y, and decide the wiring; nothing leaks, and what cannot be is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from throughtime.data import UNKNOWN, DataError, Dataset, Reading, load
from throughtime.data.columns import KINDS, Number, guess
from throughtime.data.schema import Y_ALONE
from throughtime.lengths import EndOfSequence, SameAsInput
from throughtime.outputs import Categorical, Normal
from throughtime.sequence import Sequence
from throughtime.wiring import HIDDEN_TO_HIDDEN, SEQUENCE_TO_VECTOR, VECTOR_TO_SEQUENCE, Edge

NAMES = [f"n{i:04b}{i % 3}" for i in range(40)]


def lines(*rows: object) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def csv_of(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def test_text_and_label_are_sequence_to_vector(write: Write) -> None:
    data = load(
        write("a.csv", csv_of("name,kind", *(f"{n},{'ab'[i % 2]}" for i, n in enumerate(NAMES))))
    )
    assert data.wiring == SEQUENCE_TO_VECTOR
    assert data.output == Categorical(2)
    assert data.length is None
    assert [len(data.splits[p]) for p in ("train", "valid", "test")] == [32, 4, 4]
    assert "kind as label, given name as characters" in data.description


def test_text_and_number_are_sequence_to_vector_of_real_values(write: Write) -> None:
    path = write("a.csv", csv_of("name,mass", *(f"{n},{i}" for i, n in enumerate(NAMES))))
    data = load(path, reading=Reading(input="name", target="mass"))
    assert data.wiring == SEQUENCE_TO_VECTOR
    assert data.output == Normal(1)
    y = data.splits["train"].y
    assert isinstance(y, torch.Tensor)
    assert y.shape == (32, 1)
    torch.testing.assert_close(y.mean(), torch.tensor(0.0), atol=1e-6, rtol=0)
    torch.testing.assert_close(y.std(correction=0), torch.tensor(1.0))


def test_labels_and_numbers_and_a_text_are_vector_to_sequence(write: Write) -> None:
    rows = (f"{'xyz'[i % 3]},{i},{n}" for i, n in enumerate(NAMES * 2))
    path = write("a.csv", csv_of("kind,size,text", *rows))
    data = load(path, reading=Reading(input="kind:label,size", target="text:words"))
    assert data.wiring == VECTOR_TO_SEQUENCE
    assert data.length == EndOfSequence()
    x = data.splits["train"].x
    assert isinstance(x, torch.Tensor)
    assert x.shape[1] == 4
    assert bool((x[:, :3].sum(1) == 1).all())


def test_features_and_numbers_are_one_vector(write: Write) -> None:
    rows = ({"f": ["a", "bc"[i % 2]], "v": [i, 1], "text": f"{n}{n}"} for i, n in enumerate(NAMES))
    path = write("a.jsonl", lines(*rows))
    data = load(path, reading=Reading(input="f:features,v:vector", target="text:characters"))
    assert data.wiring == VECTOR_TO_SEQUENCE
    assert data.schema.x_size == 5
    x = data.splits["train"].x
    assert isinstance(x, torch.Tensor)
    assert bool((x[:, 0] == 1).all())
    assert bool((x[:, 1] + x[:, 2] == 1).all())
    torch.testing.assert_close(x[:, 3].mean(), torch.tensor(0.0), atol=1e-6, rtol=0)
    test = write("b.jsonl", lines({"f": ["a", "unheard"], "v": [0, 1], "text": "new"}))
    told = Reading(input="f:features,v:vector", target="text:characters", test=str(test))
    x = load(path, reading=told).splits["test"].x
    assert isinstance(x, torch.Tensor)
    assert x[0, :3].tolist() == [1.0, 0.0, 0.0]


def test_two_texts_are_an_encoder_and_a_decoder(write: Write) -> None:
    path = write("a.tsv", "\n".join(f"{n}\t{n[::-1]}s" for n in ["from", *NAMES]) + "\n")
    data = load(path, reading=Reading(input="from", target="morfs:characters"))
    assert data.wiring == VECTOR_TO_SEQUENCE
    assert isinstance(data.splits["train"].x, Sequence)


def test_lists_of_the_same_lengths_are_hidden_to_hidden(write: Write) -> None:
    rows = ({"words": [n, "the"], "tags": ["N", "D"]} for n in NAMES)
    data = load(write("a.jsonl", lines(*rows)), reading=Reading(input="words", target="tags"))
    assert data.wiring == HIDDEN_TO_HIDDEN
    assert data.length == SameAsInput()
    pairs = ({"x": [[i, 1], [2, 3]], "y": [i, 2]} for i in range(20))
    data = load(write("b.jsonl", lines(*pairs)), reading=Reading(input="x", target="y"))
    assert data.wiring == HIDDEN_TO_HIDDEN
    assert data.output == Normal(1)
    assert data.schema.x_size == 2


def test_a_column_of_text_alone_has_no_x(write: Write) -> None:
    data = load(write("a.csv", csv_of("name", *NAMES)))
    assert data.wiring == Y_ALONE
    assert data.splits["train"].x is None


def test_the_vocabulary_is_trainings_alone_and_rare_symbols_are_unknown(write: Write) -> None:
    rows = [f"train,{n}" for n in ("ab", "ab", "ac", "a")] + ["dev,ad", "test,az"]
    path = write("a.csv", csv_of("part,text", *rows))
    data = load(path, reading=Reading(target="text:characters", split="part"))
    assert data.schema.y_vocabulary is not None
    assert set(data.schema.y_vocabulary) == {"a", "b", "c", UNKNOWN}
    assert "2 symbols are unknown" in data.description
    rare = load(path, reading=Reading(target="text:characters", split="part", rare=2))
    assert rare.schema.y_vocabulary is not None
    assert set(rare.schema.y_vocabulary) == {"a", "b", UNKNOWN}


@quick
@given(names=st.lists(st.sampled_from(NAMES), min_size=60, max_size=80), seed=st.integers(0, 20))
def test_equal_inputs_share_a_part(
    names: list[str], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if len(set(names)) < 10:
        return
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_text(csv_of("name,kind", *(f"{n},{'ab'[i % 2]}" for i, n in enumerate(names))))
    data = load(path, seed, Reading(input="name:characters", target="kind:characters"))
    assert data.schema.x_vocabulary is not None
    seen = {
        part: {data.schema.x_vocabulary.decode(row) for row in examples.x.to_list()}
        for part, examples in data.splits.items()
        if isinstance(examples.x, Sequence)
    }
    assert not seen["train"] & (seen["valid"] | seen["test"])
    assert sum(map(len, data.splits.values())) == len(names)
    assert "also in training" not in data.description


def test_copies_of_a_row_share_a_part(write: Write) -> None:
    rows = [f"{n},{'ab'[i % 2]}" for i, n in enumerate(NAMES)] * 2
    data = load(write("a.csv", csv_of("name,kind", *rows)))
    assert "also in training" not in data.description
    assert [len(data.splits[p]) for p in ("train", "valid", "test")] == [64, 8, 8]


def test_rows_that_are_in_two_files_are_counted(write: Write) -> None:
    path = write("a.csv", csv_of("name,kind", *(f"{n},{'ab'[i % 2]}" for i, n in enumerate(NAMES))))
    test = write("b.csv", csv_of("name,kind", f"{NAMES[0]},a", "new,a"))
    data = load(path, reading=Reading(test=str(test)))
    assert len(data.splits["test"]) == 2
    assert "held-out rows are also in training" in data.description or (
        NAMES[0] not in str(data.splits["train"])
    )


@pytest.mark.parametrize(
    ("content", "reading", "expected"),
    [
        (
            "a,b,c\nx,y,z\n",
            Reading(),
            "no target is given; give --target one of a, b, c",
        ),
        ("a,b\nx,y\n", Reading(target="d"), "no column 'd'"),
        ("a,b\nx,y\n", Reading(target="b:wrods"), "no kind 'wrods'"),
        ("a,b\nx,y\n", Reading(input="b", target="b"), "column 'b' is both --input and --target"),
        (
            "a,b\nx,y\n",
            Reading(input="b", target="a,b"),
            "column 'a' has 'x'; expected 0 or 1",
        ),
        ("a,b\nx,y\n", Reading(target="b", split="a"), "a.csv:2: column 'a' says 'x'"),
        ("a\ntrain\n", Reading(split="a"), "no column other than 'a', which is --split"),
        ("a,b\ntrain,y\n", Reading(target="b", split="a"), "no row of valid or test"),
        (
            "a,b\nx,1\n",
            Reading(input="a:number", target="b:label"),
            "a.csv:2: column 'a': 'x' is no",
        ),
        ("a,b\nx,\n", Reading(input="a", target="b:characters"), "column 'b': an empty value"),
        ("a,b\nx,y\n", Reading(input="a"), "give --target"),
        ("a,b\nx,y\n", Reading(split="a", test="b.csv", target="b"), "exclude each other"),
        ("a,b\nx,y\n", Reading(test="none.csv", target="b"), "none.csv: no such file"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    write: Write, content: str, reading: Reading, expected: str
) -> None:
    if expected.endswith("is no") or "empty" in expected:
        content += "".join(f"q{i},{i % 2}\n" for i in range(20))
    with pytest.raises(DataError) as caught:
        load(write("a.csv", content), reading=reading)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_neither_sequence_is_refused(write: Write) -> None:
    path = write("a.csv", csv_of("a,b", *(f"{i},{i % 2}" for i in range(20))))
    with pytest.raises(DataError, match="one of each in a row, and y is no sequence either"):
        load(path, reading=Reading(input="a", target="b:label"))


def test_a_label_that_only_the_test_has_is_told_and_moves_no_other(write: Write) -> None:
    rows = [f"train,{n},{'ab'[i % 2]}" for i, n in enumerate(NAMES)]
    reading = Reading(input="name", target="kind:label", split="part")
    head = ("part,name,kind", *rows, "dev,q,b")
    data = load(write("a.csv", csv_of(*head, "test,r,aa", "test,s,b")), reading=reading)
    assert data.schema.y.state() == {"symbols": ["a", "b"]}
    y = data.splits["test"].y
    assert isinstance(y, torch.Tensor)
    assert (y < 0).tolist() == [True, False]
    assert data.schema.y.decode(y[0]) == "aa"
    assert data.schema.y.decode(y[1]) == "b"
    assert "in test, 1 label is not in training ('aa')" in data.description
    known = load(write("b.csv", csv_of(*head, "test,r,a", "test,s,b")), reading=reading)
    assert data.splits["train"].y.tolist() == known.splits["train"].y.tolist()
    with pytest.raises(DataError, match="valid: training has none of its labels"):
        load(write("c.csv", csv_of(*head[:-1], "dev,q,z", "test,r,a")), reading=reading)


def test_a_label_of_x_that_training_lacks_is_refused_with_its_line(write: Write) -> None:
    rows = [f"train,{n},{'ab'[i % 2]}" for i, n in enumerate(NAMES)] + ["dev,q,b", "test,r,z"]
    path = write("a.csv", csv_of("part,name,kind", *rows))
    with pytest.raises(DataError, match=r"a.csv:43: column 'kind': the label 'z' is not in"):
        load(path, reading=Reading(input="kind:label", target="name:characters", split="part"))


def test_labels_and_tags_keep_their_spaces(write: Write) -> None:
    cities = ["New York", " Oslo", "Oslo", "New  York"]
    rows = [{"text": n, "city": cities[i % 4]} for i, n in enumerate(NAMES)]
    data = load(write("a.jsonl", lines(*rows)), reading=Reading(input="text", target="city"))
    assert data.schema.y.state() == {"symbols": [" Oslo", "New  York", "New York", "Oslo"]}
    assert "; labels that hardly differ: ' Oslo' (" in data.understood[-1]
    tags = [{"w": [n, "b"], "t": ["New York", "O"]} for n in NAMES]
    data = load(write("b.jsonl", lines(*tags)), reading=Reading(input="w", target="t"))
    y = data.splits["train"].y
    assert isinstance(y, Sequence)
    assert data.schema.y.decode(y.values[0]) == ["New York", "O"]


@pytest.mark.parametrize("padded", [[" Oslo", " New York"], ["Rome  ", "Oslo  ", "Madrid"]])
def test_labels_of_a_padded_column_are_without_their_spaces(
    write: Write, padded: list[str]
) -> None:
    rows = [{"text": n, "city": padded[i % len(padded)]} for i, n in enumerate(NAMES)]
    data = load(write("a.jsonl", lines(*rows)), reading=Reading(input="text", target="city"))
    assert data.schema.y.state() == {"symbols": sorted(city.strip() for city in padded)}
    assert {*decoded(data)} == {city.strip() for city in padded}


def test_text_files_have_no_columns(write: Write) -> None:
    with pytest.raises(DataError, match=r"--target: .*a.txt is read as text, which has no columns"):
        load(write("a.txt", "a\nb\n"), reading=Reading(target="b"))
    with pytest.raises(DataError, match="--target: digits is an embedded set"):
        load("digits", reading=Reading(target="b"))


@pytest.mark.parametrize(
    ("values", "of_target", "of_input"),
    [
        ([["a"], ["b", "c"]], "tags", "tokens"),
        ([[1, 2], [3]], "numbers", "numbers"),
        (["1", "2.5"], "number", "number"),
        (["a", "b"] * 30, "label", "label"),
        (["ab", "cd", "ef"], "characters", "characters"),
        (["ab", "cd"] * 2, "label", "characters"),
    ],
)
def test_kinds_are_guessed(values: list[object], of_target: str, of_input: str) -> None:
    assert guess("", values, target=True).kind == of_target
    assert guess("", values, target=False).kind == of_input


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", ["", None, {}, [], [None], [[]], [[1], [1, 2]], float("nan")])
def test_every_kind_reads_or_refuses_what_is_odd(kind: str, value: object) -> None:
    column = KINDS[kind]()
    try:
        parsed = column.parse(value)
    except DataError:
        return
    if kind == "features" and not parsed:  # nothing to learn
        return
    column.fit([parsed], 1)
    assert isinstance(column.encode(parsed), torch.Tensor)


def test_objects_are_compared_as_they_are(write: Write) -> None:
    rows = ({"x": [{"a": [i % 12]}], "y": "abc"} for i in range(24))
    with pytest.raises(
        DataError, match=r"a.jsonl:\d+: column 'x' has a list of objects \(a\); expected a te"
    ):
        load(write("a.jsonl", lines(*rows)), reading=Reading(input="x:characters", target="y"))


def test_features_of_which_all_are_rare_are_refused(write: Write) -> None:
    rows = ({"x": [f"only{i}"], "y": f"abc{i}"} for i in range(24))
    told = Reading(input="x:features", target="y:characters", rare=2)
    with pytest.raises(DataError, match=r"a.jsonl: column 'x': no name is in 2 rows"):
        load(write("a.jsonl", lines(*rows)), reading=told)


def test_decimal_commas_are_read(write: Write) -> None:
    path = write("a.csv", csv_of("t;v", *(f"t{i};{i},5" for i in range(30))))
    data = load(path, reading=Reading(input="t", target="v"))
    assert sorted(decoded(data)) == pytest.approx([i + 0.5 for i in range(30)], abs=1e-5)
    told = load(path, reading=Reading(input="t", target="v:characters"))
    assert told.schema.y_vocabulary is not None


def decoded(data: Dataset) -> list[Any]:
    """The values of y in all parts, as the file would have them."""
    tensors = [part.y for part in data.splits.values() if isinstance(part.y, Tensor)]
    return [data.schema.y.decode(y) for part in tensors for y in part]


def test_labels_of_labels_are_no_sequence(write: Write) -> None:
    path = write("a.csv", csv_of("a,b", *(f"{'pq'[i % 2]},{'xy'[i % 2]}" for i in range(60))))
    with pytest.raises(DataError, match="neither x nor y is a sequence"):
        load(
            path,
            reading=Reading(
                input="a:label", target="b", split=None, test=str(path), valid=str(path)
            ),
        )


def test_the_column_that_says_the_part_is_no_input(write: Write) -> None:
    path = write("a.csv", csv_of("part,w,y", *(f"train,w{i},{'xy'[i % 2]}" for i in range(40))))
    with pytest.raises(DataError, match=r"give --input one of w$"):
        load(path, reading=Reading(target="y", split="part"))


def test_one_value_a_row_must_follow_from_something(write: Write) -> None:
    path = write("a.csv", csv_of("id,text,mood", *(f"{i},abc{i},{'xy'[i % 2]}" for i in range(40))))
    with pytest.raises(DataError, match=r"'mood' as label is one value .* --input one of text$"):
        load(path, reading=Reading(target="mood"))


def test_rows_whose_lengths_disagree_are_refused(write: Write) -> None:
    rows = [
        {"w": [*"abcde"[: i % 5], f"w{i}"], "t": list("xyzxyz"[: 1 + i % 5])} for i in range(40)
    ]
    rows[25]["t"] = ["x"] * 7
    told = Reading(input="w", target="t")
    with pytest.raises(DataError, match=r"a.jsonl:26: column 't' has 7 values, .* as t:tokens"):
        load(write("a.jsonl", lines(*rows)), reading=told)
    tokens = load(write("a.jsonl", lines(*rows)), reading=Reading(input="w", target="t:tokens"))
    assert Edge.VECTOR in tokens.wiring
    train, other = write("b.jsonl", lines(*rows[:20])), str(write("c.jsonl", lines(*rows[20:])))
    for part in ("valid", "test"):
        held_out: dict[str, Any] = {part: other}
        own = replace(told, **held_out)
        with pytest.raises(DataError, match=r"c.jsonl:6: column 't' has 7 values"):
            load(train, reading=own)
    for row in rows:
        row["t"] = row["t"] + ["x"]
    assert Edge.VECTOR in load(write("d.jsonl", lines(*rows)), reading=told).wiring


@pytest.mark.parametrize(("kind", "refused"), [("bytes", True), ("characters", False)])
def test_rare_is_refused_where_no_symbol_can_be_unknown(
    kind: str, refused: bool, write: Write
) -> None:
    path = write("a.csv", "x,y\n" + "".join(f"ab{i},{'cd'[i % 2]}\n" for i in range(40)))
    told = Reading(input=f"x:{kind}", target="y:label", rare=2)
    if refused:
        with pytest.raises(DataError, match=r"--rare is 2, .* \(x as bytes, y as label\)"):
            load(path, reading=told)
    else:
        load(path, reading=told)


@pytest.mark.parametrize(("row", "huge"), [(0, 1e200), (1, 1e60)])
def test_numbers_that_no_float_holds_are_refused(write: Write, row: int, huge: float) -> None:
    parts = ["train"] * 20 + ["valid", "test"]
    rows = [{"part": p, "x": float(i), "y": f"abc{i}"} for i, p in enumerate(parts)]
    rows[-row]["x"] = huge
    told = Reading(input="x", target="y:characters", split="part")
    with pytest.raises(DataError, match=r"a.jsonl:?\d*: column 'x': .*too (large|far)"):
        load(write("a.jsonl", lines(*rows)), reading=told)


def test_what_never_changes_has_a_unit() -> None:
    column = Number()
    column.fit([2.0, 2.0], 1)
    assert column.encode(2.0).tolist() == [0.0]


def test_a_file_of_which_no_ninth_can_be_drawn_is_refused(write: Write) -> None:
    rows = [f"{n},{'ab'[i % 2]}" for i, n in enumerate(NAMES)]
    test = str(write("b.csv", csv_of("name,kind", *rows[20:])))
    few = write("a.csv", csv_of("name,kind", *rows[:9], *rows[:9]))
    with pytest.raises(DataError, match=r"a.csv: 9 different rows by name, .* at least 10"):
        load(few, reading=Reading(test=test))
    data = load(few, reading=Reading(valid=test, test=test))  # nothing is drawn from it
    assert len(data.splits["train"]) == 18
    ten = write("c.csv", csv_of("name,kind", *rows[:10]))
    assert len(load(ten, reading=Reading(test=test)).splits["train"]) == 9


def test_files_of_parts_need_the_columns_that_are_used_in_any_order(write: Write) -> None:
    rows = [{"x": n, "more": {"a": 1}, "y": "ab"[i % 2]} for i, n in enumerate(NAMES)]
    others = [{"y": "a", "x": f"new{i}"} for i in range(3)]
    train, test = write("a.jsonl", lines(*rows)), write("test.jsonl", lines(*others))
    data = load(train, reading=Reading(input="x", target="y", test=str(test)))
    assert len(data.splits["test"]) == 3
    without = write("valid.jsonl", lines({"y": "a", "more": 1}))
    with pytest.raises(DataError, match=r"valid.jsonl: has the columns y, more; expected .*: x, y"):
        load(train, reading=Reading(input="x", target="y", valid=str(without)))
