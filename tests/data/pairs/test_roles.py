"""Which columns are y, and where a row has several labels."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.helpers.data_files import Write
from throughtime.data import DataError, Dataset, Reading, load
from throughtime.sequence import Sequence
from throughtime.wiring import HIDDEN_TO_HIDDEN, SEQUENCE_TO_VECTOR


def labelled(write: Write, ys: list[Any], x: Any = "a text no {}", **told: Any) -> Dataset:
    xs = [x if isinstance(x, str) else x[i % len(x)] for i in range(len(ys))]
    rows = [
        {"x": of.format(i) if isinstance(of, str) else [word.format(i) for word in of], "y": y}
        for i, (of, y) in enumerate(zip(xs, ys, strict=True))
    ]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    return load(path, reading=Reading(input="x", target="y", **told))


def test_several_labels_are_one_value_of_bernoullis(write: Write) -> None:
    data = labelled(write, ["Comedy|Drama", "Drama", "Science Fiction"] * 20)
    assert data.wiring == SEQUENCE_TO_VECTOR
    assert list(data.schema.y.vocabulary or ()) == ["Comedy", "Drama", "Science Fiction"]
    y = data.splits["train"].y
    assert isinstance(y, torch.Tensor)
    assert {tuple(row) for row in y.tolist()} == {(1, 1, 0), (0, 1, 0), (0, 0, 1)}


@pytest.mark.parametrize(
    ("x", "ys", "kinds"),
    [
        ("a text no {}", [["p", "q"], ["q"], []], ("characters", "features")),
        ("a text no {}", [[4, 27], [27]], ("characters", "features")),
        ("a text no {}", [["p", "q", "r", "p"], ["q", "p", "r", "p"]], ("tokens", "tags")),
        ("a {}", [["p", "q", "p"], ["q"]], ("characters", "tags")),  # p twice
        ("{:02}ab", [["p", "q", "r", "s"]], ("characters", "tags")),  # one of each character
        ("plot no {}", [[1, 0, 1], [0, 0, 1]], ("characters", "features")),
        ([["u{}", "v"]], [[1, 0], [0, 0]], ("tokens", "tags")),
        ([["u{}", "v", "w"], ["v{}"]], [[1, 0], [0, 0]], ("tokens", "features")),
        ([["u{}", "v"], ["v{}"]], [["p", "q", "r"], ["q", "p"]], ("tokens", "tags")),
    ],
)
def test_lists_are_sets_or_sequences(
    write: Write, x: Any, ys: list[Any], kinds: tuple[str, str]
) -> None:
    schema = labelled(write, (ys * 40)[:40], x).schema
    assert (schema.x[0].kind, schema.y.kind) == kinds


@pytest.mark.parametrize("bad", [[1], [1, 2], [1, None], [], 7])
def test_one_row_that_is_no_list_of_zeros_and_ones_is_named(write: Write, bad: Any) -> None:
    ys: list[Any] = [[1, 0], [0, 0]] * 20
    ys[24] = bad
    with pytest.raises(DataError, match=r"a.jsonl:25: column 'y': "):
        labelled(write, ys)


def test_one_row_that_is_no_list_of_names_is_named(write: Write) -> None:
    ys: list[Any] = [["p", "q"], ["q"]] * 20
    ys[24] = None
    with pytest.raises(DataError, match=r"a.jsonl:25: column 'y': an empty value is not a list"):
        labelled(write, ys)


def test_an_empty_x_beside_sets_is_named(write: Write) -> None:
    rows = [{"x": f"text {i}" if i != 24 else None, "y": [i % 2, 1]} for i in range(40)]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError, match=r"a.jsonl:25: column 'x': an empty value"):
        load(path, reading=Reading(input="x", target="y"))


def test_few_rows_with_a_mark_are_asked_about(write: Write) -> None:
    reason = r"'y' has 'p\|q', which may be several labels; give --target y:features .* y:label"
    with pytest.raises(DataError, match=reason):
        labelled(write, ["p|q", "q", "p"] * 5)


def test_a_part_that_stands_alone_too_is_asked_about(write: Write) -> None:
    reason = r"'y' has 'p; q', which .* give --target y:features for labels with ';' between, or"
    with pytest.raises(DataError, match=reason):
        labelled(write, ["p", "p; q", "q; r"] * 20)
    assert labelled(write, ["s", "p; q", "q; r"] * 20).schema.y.kind == "label"


def test_codes_with_a_mark_are_labels(write: Write) -> None:
    data = labelled(write, ["401;402", "401", "402"] * 20)
    assert data.schema.y.state() == {"symbols": ["401", "402"], "form": ";"}


def test_numbers_with_a_decimal_comma_are_no_sets(write: Write) -> None:
    data = labelled(write, [f"{i % 5},{i // 5 % 5}" for i in range(100)])
    y = data.schema.y
    assert y.kind == "number"
    values = [y.decode(torch.as_tensor(value)) for value in data.splits["train"].y]
    assert max(round(value, 3) for value in values) == 4.4


def test_a_label_may_stand_before_its_text(write: Write) -> None:
    rows = "".join(f"{'spam' if i % 3 else 'ham'},a text no {i}\n" for i in range(60))
    schema = load(write("a.csv", f"kind,message\n{rows}")).schema
    assert (schema.x[0].name, schema.y.name, schema.y.kind) == ("message", "kind", "label")


def test_no_label_is_rare(write: Write) -> None:
    y = labelled(write, ["p|q", "q", "r"] * 14, rare=100).schema.y
    assert y.state() == {"symbols": ["p", "q", "r"], "form": "|"}


def test_each_combination_is_a_label_if_told(write: Write) -> None:
    rows = "".join(f"a text {i},{['p|q', 'q'][i % 2]}\n" for i in range(40))
    data = load(write("a.csv", "x,y\n" + rows), reading=Reading(input="x", target="y:label"))
    assert data.schema.y.state() == {"symbols": ["p|q", "q"]}


FLAGS = ["bad,rude", *(f"{i % 2},{'true' if i % 3 else 'False'}" for i in range(40))]


def flags(write: Write, target: str = "bad,rude", **told: Any) -> Dataset:
    path = write("a.csv", "\n".join(f"a text {i},{row}" for i, row in enumerate(FLAGS)))
    return load(path, reading=Reading(input="a text 0", target=target, **told))


@pytest.mark.parametrize("target", ["bad,rude", "bad:features, rude", "rude,bad:features"])
def test_several_columns_of_zeros_and_ones_are_labels(write: Write, target: str) -> None:
    data = flags(write, target)
    y = data.schema.y
    assert (y.name, y.kind) == (",".join(y.sources), "features")
    assert {*y.sources} == {"bad", "rude"}
    assert "left out" not in "".join(data.understood)
    counts = {"bad": 0, "rude": 0}
    for part in data.splits.values():
        assert isinstance(part.y, torch.Tensor)
        for row in part.y:
            for name in y.decode(row):
                counts[name] += 1
    assert counts == {"bad": 20, "rude": 26}


def test_what_is_no_label_of_several_is_named(write: Write) -> None:
    text = "x,bad,rude\n" + "".join(f"a text {i},{i % 2},{i % 2}\n" for i in range(40))
    path = write("a.csv", text + "last,1,-1\n")
    told = Reading(input="x", target="bad,rude")
    with pytest.raises(DataError, match=r"a.csv:42: column 'rude' has .*-1.*; expected 0 or 1"):
        load(path, reading=told)
    path = write("b.csv", text)
    for target in ("bad,bad", "bad:label,rude"):
        with pytest.raises(DataError, match=r"--target has 2 columns, .* different ones of zeros"):
            load(path, reading=Reading(input="x", target=target))
    with pytest.raises(DataError, match="column 'rude' is both --input and --target"):
        load(path, reading=Reading(input="rude", target="bad,rude"))
    with pytest.raises(DataError, match="one of x, bad, rude, or --target bad,rude for several"):
        load(path)
    with pytest.raises(DataError, match=r"'bad,rude' as features .* give --input one of x$"):
        load(path, reading=Reading(target="bad,rude:features"))


def test_files_of_their_own_have_the_same_columns(write: Write) -> None:
    other = write("b.csv", "a text 0,bad,rude\nnew,1,0\nnewer,0,0\n")
    y = flags(write, test=str(other)).splits["test"].y
    assert isinstance(y, torch.Tensor)
    assert y.tolist() == [[1, 0], [0, 0]]


def test_every_label_has_rows_in_every_part(write: Write) -> None:
    ys = [["usual", "rare"] if i < 4 else ["usual"] for i in range(200)]
    for seed in range(3):
        rows = [{"x": f"a text no {i}", "y": y} for i, y in enumerate(ys)]
        path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
        data = load(path, seed, Reading(input="x", target="y:features"))
        sets = [part.y for part in data.splits.values() if isinstance(part.y, torch.Tensor)]
        assert [int(y[:, 0].sum()) for y in sets] == [2, 1, 1]


@pytest.mark.parametrize("steps", [2, 3])
def test_zeros_and_ones_of_the_steps_of_a_sequence_are_tags(write: Write, steps: int) -> None:
    rows = [f"s{i},w{i}-{t},{(i + t) % 2}" for i in range(40) for t in range(steps)]
    path = write("a.csv", "\n".join(["s,word,ok", *rows]))
    data = load(path, reading=Reading(input="word", target="ok", sequence="s"))
    assert data.schema.y.kind == "tags"
    assert data.wiring == HIDDEN_TO_HIDDEN
    assert isinstance(data.splits["train"].y, Sequence)


# ---- what is neither x nor y by a guess ----------------------------------------------------------

TIMES = [f"2024-01-{1 + i // 24:02} {i % 24:02}:00:00" for i in range(60)]
TEXTS = [f"a text no {i}" for i in range(60)]


def refused(write: Write, names: str, *columns: list[Any], **told: Any) -> str:
    with pytest.raises(DataError) as error:
        load(table(write, names, *columns), reading=Reading(**told))
    return str(error.value).rpartition("/")[2]


def table(write: Write, names: str, *columns: list[Any]) -> Path:
    rows = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    return write("a.csv", "\n".join([names, *rows]) + "\n")


def test_a_target_without_x_beside_times_may_be_a_series(write: Write) -> None:
    values = [10.5 + i for i in range(60)]
    assert refused(
        write, "id,when,for,sum", list(range(60)), TIMES, TEXTS, values, target="sum"
    ) == (
        "a.csv: column 'sum' as number is one value for each row, but no input is given; give "
        "--format series for a series in the order of 'when', or --input one of for"
    )


@pytest.mark.parametrize("name", ["id", "Id", "#", "Unnamed: 0", "comment_id", "PostId", "n"])
def test_what_numbers_the_rows_is_left_out(write: Write, name: str) -> None:
    labels = ["p", "q"] * 30
    data = load(table(write, f"{name},text", list(range(60)), TEXTS))
    assert (data.schema.x, data.schema.y.name) == ((), "text")
    assert data.understood[-1] == f"left out: {name}"
    data = load(table(write, f"{name},text,label", list(range(60)), TEXTS, labels))
    assert ([x.name for x in data.schema.x], data.schema.y.name) == (["text"], "label")


def test_row_numbers_are_read_if_they_are_given(write: Write) -> None:
    parity = ["even", "odd"] * 30
    assert refused(write, "n,parity", list(range(60)), parity) == (
        "a.csv: column 'parity' as label is one value for each row, but no input is given; give "
        "--input one of n"
    )
    path = table(write, "n,text", list(range(60)), TEXTS)
    data = load(path, reading=Reading(input="n", target="text"))
    assert data.schema.x[0].kind == "number"


def test_a_number_below_labels_is_no_label(write: Write) -> None:
    labels = ["p", "q"] * 30
    told: dict[str, Any] = {"input": "text", "target": "label"}
    rows = ([*TEXTS, "rows"], [*labels, "60"])
    assert refused(write, "text,label", *rows, **told) == (
        "a.csv:62: column 'label' has '60', and no other number; expected a label: delete the "
        "line, or give --target label:label if it is one"
    )
    told["target"] += ":label"
    assert load(table(write, "text,label", *rows), reading=Reading(**told))
    codes = ["404" if i == 7 else label for i, label in enumerate(labels)]
    for seed in range(3):  # in which training may end with this row
        assert load(table(write, "text,label", TEXTS, codes), seed)
