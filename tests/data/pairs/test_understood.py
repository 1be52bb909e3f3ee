"""What is said of a file is what was read: kinds, values, times, and what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from torch import Tensor

import throughtime as tt
from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.columns import Label
from throughtime.data.pairs.understood import understood
from throughtime.data.table.table import Table
from throughtime.sequence import Sequence


def test_columns(write: Write) -> None:
    rows = "".join(f"{i},a text {i},{i % 2}\n" for i in range(40))
    data = load(write("a.csv", "id,text,ok\n" + rows), reading=Reading(input="text", target="ok"))
    x, y, left = data.understood
    assert x.startswith("x: text as characters: a text ")
    assert x.endswith("… (guessed; --input text:words for words)")
    assert y.startswith("y: ok as label: ")
    assert y.endswith("(guessed; --target ok:number for number)")
    assert left == "left out: id"


def test_what_is_told_was_not_guessed(write: Write) -> None:
    rows = "".join(f"a text {i},{i % 2}\n" for i in range(40))
    told = Reading(input="text:words", target="ok:number")
    data = load(write("a.csv", "text,ok\n" + rows), reading=told)
    assert not any("guessed" in line for line in data.understood)
    assert data.schema.y.kind == "number"


def test_a_series(write: Write) -> None:
    rows = "".join(f"{1 + i % 28}.{1 + i // 28}.2020;1.{i:03},50 €\n" for i in range(60))
    data = load(write("a.csv", "Tag;Wert\n" + rows))
    assert data.understood == (
        "y: Wert as numbers: 1000.5, 1001.5, 1002.5, …",
        "x: of the time weekday (--calendar none leaves them out)",
    )
    assert "; time: Tag, 1 day, 2020-01-01 to 2020-03-04; " in data.description
    assert "Wert: a decimal comma, '.' between thousands, currencies left out" in data.description


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([str(i % 2) for i in range(40)], "label"),
        ([str(1 + i % 5) for i in range(60)], "label"),
        (["yes", "no"] * 20, "label"),
        ([f"{i % 2}.5" for i in range(40)], "number"),
        ([str(i) for i in range(40)], "number"),
        ([f"0{i % 2}1" for i in range(40)], "label"),
        ([f"${i},5{i:02}.00" for i in range(1, 41)], "number"),
    ],
)
def test_kinds_of_a_target(write: Write, values: list[str], kind: str) -> None:
    rows = "".join(f'a text {i},"{v}"\n' for i, v in enumerate(values))
    data = load(write("a.csv", "text,y\n" + rows), reading=Reading(input="text", target="y"))
    assert data.schema.y.kind == kind


@pytest.mark.parametrize(
    ("bad", "expected"),
    [("", "an empty value is not a finite number"), ("nan", "'nan' is not a finite number"),
     ("Total", "'Total' is not a finite number")],
)  # fmt: skip
def test_one_bad_cell_is_named(write: Write, bad: str, expected: str) -> None:
    rows = [f"a text {i},{i}.5\n" for i in range(40)]
    rows[20] = f"a text 20,{bad}\n"
    with pytest.raises(DataError, match=rf"a.csv:22: column 'y': {expected}"):
        load(write("a.csv", "text,y\n" + "".join(rows)), reading=Reading(input="text", target="y"))


def test_a_column_is_in_one_notation_in_all_parts(write: Write) -> None:
    rows = "".join(f'a text {i},"{i + 1},000"\n' for i in range(39)) + 'last,"1,234,567"\n'
    with pytest.raises(DataError, match=r"'1,000' is 1000 or 1; say which"):
        load(write("a.csv", "text,y\n" + rows.replace("1,234,567", "1,234")),
             reading=Reading(input="text", target="y"))  # fmt: skip
    data = load(write("a.csv", "text,y\n" + rows), reading=Reading(input="text", target="y"))
    tensors = [part.y for part in data.splits.values() if isinstance(part.y, Tensor)]
    found = sorted(data.schema.y.decode(y) for part in tensors for y in part)
    assert found == pytest.approx([*range(1_000, 40_000, 1_000), 1_234_567], rel=1e-4)


def test_a_label_may_stand_before_its_text(write: Write) -> None:
    rows = "".join(f"{'ham' if i % 2 else 'spam'}\ta text {i}, and more\n" for i in range(40))
    data = load(write("a.tsv", "label\ttext\n" + rows))
    assert [data.schema.x[0].name, data.schema.y.name] == ["text", "label"]


@pytest.mark.parametrize(
    ("cells", "kind", "other"),
    [
        (["a|b", "b"], "features with '|' between", "y:label for each combination as one label"),
        ([[1, 0], [1, 1]], "features, a list of zeros and ones", "y:tags for tags"),
        ([["a"], ["a", "b", "c", "d"]], "features", "y:tags for tags"),
        (["a; b", "c"], "label", "y:features for features"),
    ],
)
def test_sets_of_labels_and_what_else_they_may_be(
    write: Write, cells: list[object], kind: str, other: str
) -> None:
    rows = [{"text": f"a text {i}", "y": cell} for i, cell in enumerate(cells * 20)]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    _, y = load(path, reading=Reading(input="text", target="y")).understood
    assert y.startswith(f"y: y as {kind}: ")
    assert y.endswith(f"… (guessed; --target {other})")


def test_a_label_beside_a_text_is_no_series(write: Write) -> None:
    rows = "".join(f"a text {i},{i % 2}\n" for i in range(40))
    with pytest.raises(
        DataError, match=r"'label' as label is one value .* give --input one of text"
    ):
        load(write("a.csv", "text,label\n" + rows), reading=Reading(target="label"))


def test_labels_stay_as_they_are_written(write: Write) -> None:
    rows = "".join(f"a text {i},{'5%' if i % 2 else '10%'}\n" for i in range(40))
    data = load(
        write("a.csv", "text,label\n" + rows), reading=Reading(input="text", target="label")
    )
    assert data.schema.y.vocabulary is not None
    assert list(data.schema.y.vocabulary) == ["10%", "5%"]


def test_a_file_for_a_part_is_read_in_the_notation_of_training(write: Write) -> None:
    rows = "".join(f"a text {i};{i + 1}.013,5\n" for i in range(40))
    other = write("b.csv", "text;y\n" + "".join(f"other {i};{i + 1}.100\n" for i in range(10)))
    data = load(write("a.csv", "text;y\n" + rows),
                reading=Reading(input="text", target="y", test=str(other)))  # fmt: skip
    y = data.splits["test"].y
    assert isinstance(y, Tensor)
    assert data.schema.y.decode(y[0]) == pytest.approx(1100, rel=1e-4)


def test_a_later_file_of_few_rows_has_names_as_training_has(write: Write, tmp_path: Path) -> None:
    rows = "".join(f"{'ham' if i % 2 else 'spam'}\ta text {i}\n" for i in range(40))
    data = load(write("a.txt", rows), reading=Reading(format="table"))
    run = tt.train(data=data, hidden_size=2, max_steps=1, out=tmp_path / "run")
    later = write("b.txt", "ham\tsome text\n")
    assert len(list(run.predict(later))) == 1
    assert [score.target for score in run.score(later)] == ["ham"]


@pytest.mark.parametrize("part", [False, True])
def test_a_later_file_is_read_in_the_notation_of_training(
    write: Write, tmp_path: Path, part: bool
) -> None:
    days = [f"{1 + i % 28}.{1 + i // 28}.2020" for i in range(60)]
    rows = "".join(f"{day};1.0{i},5\n" for i, day in enumerate(days, 10))
    later = write("b.csv", "Tag;Wert\n" + "".join(f"{i}.4.2020;1.1{i}\n" for i in range(10, 20)))
    path = write("a.csv", "Tag;Wert\n" + rows)
    if part:
        data = load(path, reading=Reading(test=str(later)))
        whole = data.splits["test"].y
        assert isinstance(whole, Sequence)
        found = data.schema.y.decode(whole.values[0])
    else:
        run = tt.train(data=load(path), hidden_size=2, max_steps=1, out=tmp_path / "run")
        assert (run.config.decimal, run.config.time) == (",", "Tag")
        found = [step.target for step in run.score(later)]
    assert found == pytest.approx([1_110 + i for i in range(10)], rel=1e-4)


@pytest.mark.parametrize("cell", ["[0. 1.5 {}.]", "[0.5, 1, {}]", "0.5 1 {}", "[0.5 1. {}.\n 2.]"])
def test_lists_in_cells(write: Write, cell: str) -> None:
    rows = "".join(f'"{cell.format(i)}",{"ab"[i % 2]}\n' for i in range(40))
    data = load(write("a.csv", "x,y\n" + rows))
    assert data.schema.x[0].kind == "numbers"


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (
            ["True", "TRUE"],
            "labels that hardly differ: 'TRUE' (3 rows), 'True' (3 rows)",
        ),
        (
            ["p", "q", "p "],
            "labels that hardly differ: 'p' (2 rows), 'p ' (2 rows)",
        ),
        (
            ["caf\u00e9", "cafe\u0301", "q"],
            "labels that hardly differ: 'cafe\\u0301' (2 rows), 'caf\u00e9' (2 rows)",
        ),
        (["pp", "p\u200bp"], "labels that hardly differ: 'pp' (3 rows), 'p\\u200bp' (3 rows)"),
        (["p"], "all of training has the label 'p', so there is nothing to learn"),
        (["p", "NA", "q"], "a label may be a missing value: 'NA' (2 rows)"),
        (["p", "q", "-"], "a label may be a missing value: '-' (2 rows)"),
        (["p", "q", "P"], ""),  # as letters of an alphabet
    ],
)
def test_labels_that_may_be_a_mistake(labels: list[str], said: str) -> None:
    rows = {"text": ["a"] * 6, "y": [labels[i % len(labels)] for i in range(6)]}
    y = Label("y")
    y.fit(rows["y"], rare=1)
    [line, *_] = understood(Table(Path("a.csv"), rows, range(2, 8)), [], y, set())
    assert line.partition("…")[2].removeprefix("; ") == said


def test_whole_numbers_are_shown_as_such(write: Write) -> None:
    rows = "".join(f"a text {i},{i % 2}\n" for i in range(40))
    told = Reading(input="text", target="ok:number")
    assert set(load(write("a.csv", "text,ok\n" + rows), reading=told).understood[1]) <= set(
        "y: ok as number: 0, 1, …"
    )


def test_the_notation_of_numbers_beside_texts_is_said(write: Write) -> None:
    rows = "".join(f'a text {i},"${i + 1},000.50"\n' for i in range(40))
    data = load(write("a.csv", "text,price\n" + rows))
    assert data.schema.y.kind == "number"
    assert data.description.endswith("; price: ',' between thousands, currencies left out")


def test_words_with_tags_have_no_kind_that_cannot_be_meant(write: Write) -> None:
    rows = [{"w": [f"w{i}", "b"], "t": ["N", "V"]} for i in range(40)]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    x, y = load(path, reading=Reading(input="w", target="t")).understood
    assert "guessed" not in x
    assert y.endswith("(guessed; --target t:tokens for tokens)")
