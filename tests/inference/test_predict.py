"""Predictions: those of the model, a line out for each line in, and one line for what is wrong."""

import io
import json
import random
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pictures

from tests.helpers.commands import SMALL, bad, good, run
from tests.helpers.made_up import MODELS, ROWS, SENTENCES, SERIES, VECTORS
from throughtime.cli.show import said
from throughtime.data.formats.tables import read_table
from throughtime.data.pairs.encoding import x_of
from throughtime.data.table.table import Table
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import y_given
from throughtime.inference.decoding import Decoding
from throughtime.inference.predict import predictions
from throughtime.inference.rows import LONGEST, answered, tables
from throughtime.runs.folder import RunFolder

Trained = Callable[[str], Path]

LINES = {
    "label": [str(row["text"]) for row in ROWS],
    "number": [str(row["text"]) for row in ROWS],
    "mixture": [str(row["text"]) for row in ROWS],
    "from columns": [json.dumps({"kind": row["kind"], "size": row["size"]}) for row in ROWS],
    "translation": [str(row["text"]) for row in ROWS],
    "predicted": [str(row["text"]) for row in ROWS],
    "tags": [" ".join(word for word, _ in sentence) for sentence in SENTENCES],
    "vector": [str(row["word"]) for row in VECTORS],
    "features": [json.dumps({k: row[k] for k in ("names", "vector")}) for row in VECTORS],
    "numbers": [json.dumps({"a": row["a"]}) for row in SERIES],
}
"""What stands on each line of x, for each of the models that has one."""


def as_json(path: Path, lines: list[str], *options: object) -> list[dict[str, Any]]:
    out = good("predict", path, "--json", *options, stdin="".join(f"{line}\n" for line in lines))
    return [json.loads(line) for line in out.splitlines()]


def approximately(value: Any) -> Any:
    """Equal but for rounding, in lists too."""
    if isinstance(value, dict):
        return {key: approximately(v) for key, v in value.items()}
    if isinstance(value, list):
        return [approximately(v) for v in value]
    return pytest.approx(value, rel=1e-4, abs=1e-5) if isinstance(value, float) else value


def model_and_x(trained: Trained, name: str) -> tuple[RunFolder, Any]:
    loaded = RunFolder.load(trained(name))
    of_x = loaded.schema.x
    rows: list[Any] = [json.loads(v) if v.startswith("{") else v for v in LINES[name]]
    if not isinstance(rows[0], dict):
        rows = [{of_x[0].name: row.split() if name == "tags" else row} for row in rows]
    columns = {column.name: [row[column.name] for row in rows] for column in of_x}
    return loaded, x_of(Table(Path("rows"), columns, list(range(len(rows)))), of_x)


def test_labels_are_those_of_the_model(trained: Trained) -> None:
    loaded, x = model_and_x(trained, "label")
    probabilities = loaded.model(x).probs.detach()
    names = loaded.schema.y_vocabulary
    assert names is not None
    for answer, p in zip(
        as_json(trained("label"), LINES["label"], "--top", 9), probabilities, strict=True
    ):
        expected = dict(zip(names.symbols, p.tolist(), strict=True))
        assert answer["top"] == approximately(expected)
        assert sum(answer["top"].values()) == pytest.approx(1)
        assert list(answer["top"].values()) == sorted(answer["top"].values(), reverse=True)
        assert answer["prediction"] == max(expected, key=expected.__getitem__)
        assert answer["probability"] == max(answer["top"].values())
    two = as_json(trained("label"), LINES["label"][:3], "--top", 2)
    assert [len(answer["top"]) for answer in two] == [2, 2, 2]


@pytest.mark.parametrize(
    ("name", "line"), [("label", "ab"), ("tags", "ba no ti"), ("tags", "ba"), ("translation", "ab")]
)
def test_the_most_probable_as_text_are_those_of_json(
    name: str, line: str, trained: Trained
) -> None:
    how = ("--top", 2, *([] if name != "translation" else ["--beam", 4, "--max-length", 6]))
    (answer,) = as_json(trained(name), [line], *how)
    (shown,) = good("predict", trained(name), *how, stdin=f"{line}\n").splitlines()
    if name == "translation":
        expected = [f"{best['prediction']} {best['log_prob']:.3g}" for best in answer["best"]]
        assert len(expected) == 2
    elif name == "label":
        expected = [f"{label} {p:.3g}" for label, p in answer["top"].items()]
        assert len(expected) == 2
    else:
        expected = [", ".join(f"{tag} {p:.3g}" for tag, p in top.items()) for top in answer["top"]]
        assert len(expected) == len(line.split())
    assert shown.split("\t") == expected


@pytest.mark.parametrize("name", ["number", "mixture"])
def test_numbers_are_in_the_unit_of_the_file(name: str, trained: Trained) -> None:
    loaded, x = model_and_x(trained, name)
    p, scale = loaded.model(x), loaded.schema.y.scale
    assert scale is not None
    means = p.mean.detach().double() * scale.unit + scale.mean
    draws = p.sample((20_000,)).double() * scale.unit + scale.mean
    for i, answer in enumerate(as_json(trained(name), LINES[name])):
        assert answer["prediction"] == pytest.approx(float(means[i]), rel=1e-5)
        deviation = float(draws[:, i].std())
        assert answer["prediction"] == pytest.approx(float(draws[:, i].mean()), abs=deviation / 20)
        assert answer["deviation"] == pytest.approx(deviation, rel=0.05)


@pytest.mark.parametrize(
    "name", ["from columns", "translation", "predicted", "tags", "numbers", "features"]
)
@pytest.mark.parametrize("beam", [1, 3])
def test_sequences_are_those_of_the_model(name: str, beam: int, trained: Trained) -> None:
    loaded, x = model_and_x(trained, name)
    p, column = y_given(loaded.model, x), loaded.schema.y
    assert isinstance(p, SequenceDistribution)
    y = p.mode(beam, max_length=None if name in ("tags", "numbers", "predicted") else 12)
    answers = as_json(trained(name), LINES[name], "--beam", beam, "--max-length", 12)
    for answer, values, log_p in zip(answers, y.to_list(), p.log_prob(y).tolist(), strict=True):
        assert answer["prediction"] == approximately(column.decode(values))
        assert answer["log_prob"] == approximately(log_p)
        if name == "numbers":
            assert all(v > 0 for step in answer["deviation"] for v in step)
            assert [len(step) for step in answer["deviation"]] == [2] * len(values)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "alone"])
def test_a_batch_gives_what_single_lines_give(name: str, trained: Trained) -> None:
    lines, run_folder = LINES[name][:4], trained(name)
    options = ("--max-length", 12) if name in ("from columns", "translation", "features") else ()
    alone = [answer for line in lines for answer in as_json(run_folder, [line], *options)]
    for rows in (4, 3):
        together = as_json(run_folder, lines, "--batch-size", rows, *options)
        assert together == approximately(alone)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "alone"])
def test_a_line_for_each_line(name: str, trained: Trained, tmp_path: Path) -> None:
    lines = LINES[name] * 4  # more than are answered together
    (tmp_path / "x.txt").write_text("\n".join(lines))
    out = good("predict", trained(name), tmp_path / "x.txt", "--max-length", 9) if name in (
        "from columns", "translation", "predicted"
    ) else good("predict", trained(name), tmp_path / "x.txt")  # fmt: skip
    assert len(out.split("\n")) == len(lines) + 1
    if name == "tags":
        lengths = [len(line.split()) for line in lines]
        assert [len(line.split(" ")) for line in out.splitlines()] == lengths
    if name == "number":
        assert all(float(line) for line in out.splitlines())
    if name == "label":
        assert set(out.split()) <= {"yes", "no", "maybe"}


def test_tables_are_read_as_in_training(trained: Trained, files: Path, tmp_path: Path) -> None:
    for name in ("label", "from columns", "tags", "numbers"):
        path = files / MODELS[name][0]
        out = good("predict", trained(name), path, "--json")
        answers = [json.loads(line) for line in out.splitlines()]
        expected = as_json(trained(name), LINES[name])
        for answer in (*answers, *expected):
            del answer["input"]  # as the file has it: in a .csv, a text
        assert answers == approximately(expected)
    (tmp_path / "x.csv").write_text("size,kind\n5,red\n6.5,blue\n")  # no target is needed
    assert good("predict", trained("from columns"), tmp_path / "x.csv").count("\n") == 2
    (tmp_path / "x.tsv").write_text("text\tother\na b\t1\n")
    assert good("predict", trained("label"), tmp_path / "x.tsv").count("\n") == 1


def test_vectors_are_lists(trained: Trained) -> None:
    loaded, x = model_and_x(trained, "vector")
    p, column = loaded.model(x), loaded.schema.y
    assert column.scale is not None
    deviations = (p.variance.sqrt().detach().double() * column.scale.unit).tolist()
    for i, answer in enumerate(as_json(trained("vector"), LINES["vector"])):
        assert answer["prediction"] == approximately(column.decode(p.mean[i].detach()))
        assert answer["deviation"] == approximately(deviations[i])
    line = good("predict", trained("vector"), stdin="abc\n")
    assert len([float(v) for v in line.split()]) == 2


def test_pictures_are_paths_beside_the_table(tmp_path: Path) -> None:
    rows = ["picture,color"]
    for i in range(20):
        Pictures.frombytes("L", (6, 5), random.Random(i).randbytes(30)).save(tmp_path / f"{i}.png")
        rows.append(f"{i}.png,{'light' if i % 2 else 'dark'}")
    (tmp_path / "rows.csv").write_text("\n".join(rows))
    path = tmp_path / "run"
    good("train", tmp_path / "rows.csv", "--input", "picture", "--target", "color:characters",
         *SMALL, "--out", path)  # fmt: skip
    loaded = RunFolder.load(path)
    with torch.no_grad():
        p = loaded.model(x_of(read_table(tmp_path / "rows.csv"), loaded.schema.x))
        expected = p.log_prob(p.mode(max_length=9)).tolist()
    out = good("predict", path, tmp_path / "rows.csv", "--json", "--max-length", 9)
    assert [json.loads(line)["log_prob"] for line in out.splitlines()] == approximately(expected)
    assert len(set(expected)) > 1
    (tmp_path / "paths.txt").write_text("3.png\n4.png\n")
    out = good("predict", path, tmp_path / "paths.txt", "--json", "--max-length", 9)
    assert [json.loads(line)["log_prob"] for line in out.splitlines()] == approximately(
        expected[3:5]
    )
    out = good("predict", path, tmp_path / "3.png", "--json", "--max-length", 9)
    assert json.loads(out)["log_prob"] == approximately(expected[3])
    (tmp_path / "paths.txt").write_text("3.png\nnone.png\n")
    message = bad("predict", tmp_path / "run", tmp_path / "paths.txt")
    assert "paths.txt:2: column 'picture': " in message
    assert "none.png: no such picture" in message


def test_symbols_of_an_embedded_set(tmp_path: Path) -> None:
    path = tmp_path / "run"
    good("train", "python-tokens", "--hidden-size", 4, "--max-steps", 1, "--out", path)
    line, *_ = as_json(path, ["x = 1", ""][:1])
    assert line["input"] == "x = 1"
    assert len(line["prediction"]) == 5
    assert len(good("predict", path, stdin="x = 1\n").split()) == 5


def test_every_batch_is_answered_before_the_next_is_read(trained: Trained) -> None:
    class Endless(io.BytesIO):
        lines = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.lines += 1
            return b"abc\n"

    source = Endless()
    loaded = RunFolder.load(trained("label"))
    of_x = loaded.schema.x
    rows = tables(source, of_x, rows=16)
    answers = answered(rows, lambda table: predictions(loaded, table, Decoding()))
    for k in range(1, 5):
        assert len([next(answers) for _ in range(16)]) == 16
        assert source.lines == 16 * k


def test_unknown_symbols_are_counted_and_said_once(trained: Trained) -> None:
    lines = "abc\nxyz a\n" * 200
    result = run("predict", trained("label"), "--json", stdin=lines)
    assert [json.loads(line)["unknown"] for line in result.stdout.splitlines()] == [0, 3] * 200
    assert result.stderr.count("\n") == 1
    assert "Warning: 600 symbols are not in training" in result.stderr
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not run("predict", trained("label"), stdin="abc\n").stderr


def test_a_text_with_line_ends_stays_one_line(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(
        "".join(json.dumps({"n": i, "y": "\n\n\n\r"}) + "\n" for i in range(40))
    )
    good("train", tmp_path / "rows.jsonl", "--input", "n", "--target", "y:characters",
         "--epochs", 6, "--learning-rate", 0.03, "--hidden-size", 8, "--out", tmp_path / "run"
    )  # fmt: skip
    out = good("predict", tmp_path / "run", stdin='{"n": 0.5}\n{"n": 1.5}\n')
    assert out == "\\n\\n\\n\\r\n" * 2


# ---- what it refuses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lines", "reason"),
    [
        ("label", ["ab", "", "c"], "standard input:2: column 'text': an empty value is not a text"),
        ("tags", ["ba no", "  "], None),  # a sentence of no words has no tags
        ("from columns", ["red"], "standard input:1: not JSON"),
        ("from columns", [LINES["from columns"][0], "[1]"], "input:2: a list; expected a JSON obj"),
        (
            "from columns",
            ['{"size": 3}'],
            'input:1: has no kind; expected a JSON object on every line, {"kind": …, "size": …}',
        ),
        ("from columns", ['{"size": 3, "kind": "pink"}'], "input:1: column 'kind': the label 'pi"),
        ("from columns", ['{"size": "x", "kind": "red"}'], "column 'size': 'x' is not a finite"),
        ("from columns", ['{"size": NaN, "kind": "red"}'], "column 'size': an empty value is n"),
        ("from columns", ["[" * 100_000], "standard input:1: not JSON"),
        ("numbers", ['{"a": []}'], "input:1: column 'a': [] is not a list of numbers"),
        ("numbers", ['{"a": [1]}', '{"a": [[1, 2]]}'], "input:2: column 'a': vectors of 2 numbers"),
    ],
)
def test_broken_lines_are_named(
    name: str, lines: list[str], reason: str | None, trained: Trained
) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if reason is None:
        assert good("predict", trained(name), stdin=text).count("\n") == len(lines)
        return
    assert (
        reason in bad("predict", trained(name), "--max-length", 5, stdin=text)
        if (name == "from columns")
        else reason in bad("predict", trained(name), stdin=text)
    )


def test_a_broken_line_far_below_is_named(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("abc\n" * 300 + "\n")
    result = run("predict", trained("label"), tmp_path / "x.txt")
    assert result.exit_code == 2
    assert f"{tmp_path / 'x.txt'}:301: column 'text'" in result.stderr
    assert result.stdout.count("\n") == 300


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"caf\xe9", "standard input:3: byte 0xE9 is not UTF-8"),
        (b"", "standard input:3: column 'text': an empty value"),
        (b"a" * (LONGEST + 1), "standard input:3: a line of more than 16,777,216 bytes"),
    ],
    ids=["latin", "empty", "endless"],
)
def test_lines_above_a_broken_one_are_answered(line: bytes, reason: str, trained: Trained) -> None:
    whole = good("predict", trained("label"), stdin=b"abc\ncb\n")
    result = run("predict", trained("label"), stdin=b"abc\ncb\n" + line + b"\nabc\n")
    assert result.exit_code == 2
    assert result.stdout == whole
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_format_of_training_is_that_of_predictions(
    trained: Trained, files: Path, tmp_path: Path
) -> None:
    expected = good("predict", trained("tags"), files / "tags.conll")
    text = tmp_path / "tags.txt"
    shutil.copy(files / "tags.conll", text)
    assert good("predict", trained("tags"), text, "--format", "conll") == expected
    options = MODELS["tags"][1:]
    good("train", text, "--format", "conll", *options, *SMALL, "--out", tmp_path / "run")
    for command in ("predict", "score"):
        by_run = good(command, tmp_path / "run", text)
        shutil.copy(text, tmp_path / "again.conll")
        assert good(command, tmp_path / "run", tmp_path / "again.conll") == by_run
        assert by_run.count("\n") == len(SENTENCES)
    (tmp_path / "lines.txt").write_text("ba no\nti\n")
    out = good("predict", tmp_path / "run", tmp_path / "lines.txt", "--format", "lines")
    assert [len(line.split()) for line in out.splitlines()] == [2, 1]
    assert "'--format'" in bad("predict", trained("tags"), text, "--format", "tabel")


def test_predictions_that_cannot_be(trained: Trained, files: Path, tmp_path: Path) -> None:
    assert "takes no x to predict from; use sample" in bad("predict", trained("alone"), stdin="a\n")
    for name in ("number", "numbers", "features"):
        assert "top is for labels and symbols; the y of this model, " in bad(
            "predict", trained(name), "--json", "--top", 2
        )
    assert "--samples is for series; y of this model is label" in bad(
        "predict", trained("label"), "--samples", 2, stdin="a\n"
    )
    assert "a beam is for sequences; the y of" in bad("predict", trained("label"), "--beam", 2)
    assert "beam must be a whole number, at least 1" in bad(
        "predict", trained("translation"), "--beam", 0, stdin="a\n"
    )
    assert "'--batch-size'" in bad("predict", trained("label"), "--batch-size", 0)
    assert "no column 'text'" in bad("predict", trained("label"), files / "series.jsonl")
    assert "not a run, since it has no config.json" in bad("predict", tmp_path, stdin="a\n")
    message = bad("predict", trained("label"), "a text itself")
    assert "No such file or directory; give text by standard input" in message
    assert "input:1: byte 0xE9" in bad("predict", trained("label"), stdin=b"caf\xe9\n")


def test_pictures_are_no_lines(tmp_path: Path) -> None:
    good("train", "digits", "--hidden-size", 4, "--max-steps", 1, "--out", tmp_path / "run")
    reason = 'input:1: a int; expected a JSON object on every line, {"ink": …}'
    assert reason in bad("predict", tmp_path / "run", stdin="3\n")


@pytest.mark.parametrize("name", ["label", "number", "mixture", "vector"])
def test_samples_beside_the_truth_are_what_is_predicted(
    name: str, trained: Trained, files: Path
) -> None:
    """In the unit of the file, and as sure as the model is."""
    lines = good("sample", trained(name), "-n", 99, "--seed", 0).splitlines()
    assert lines[0] == "true | model"
    file = files / MODELS[name][0]
    answers = good("predict", trained(name), file).splitlines()
    assert {line.split(" | ")[1].partition(" (")[0] for line in lines[1:]} <= set(answers)
    y = RunFolder.load(trained(name)).schema.y
    truth = {said(value) for value in read_table(file).column(y.name)}
    if name == "label":
        assert {line.split(" | ")[0] for line in lines[1:]} <= truth
    if name in ("number", "mixture"):
        assert {round(float(line.split(" | ")[0]), 1) for line in lines[1:]} <= {
            float(value) for value in truth
        }


@pytest.mark.parametrize("command", ["predict", "score"])
@pytest.mark.parametrize("form", ["table", "conll"])
def test_standard_input_is_no_table(command: str, form: str, trained: Trained) -> None:
    refused = bad(command, trained("label"), "--format", form, stdin="text\nab\n")
    assert f"format is {form}, but standard input is read line by line" in refused
