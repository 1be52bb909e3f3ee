"""Answers for whole files: those of one process, whatever answers them and whatever is killed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.commands import SMALL, Trained, bad, good, run
from tests.helpers.made_up import MODELS, ROWS
from throughtime.data.columns import Label, Number
from throughtime.data.reading import Reading
from throughtime.inference.files import answers, batching, engines, pieces
from throughtime.inference.files.batching import pools
from throughtime.inference.files.pieces import pieces_of
from throughtime.inference.files.worker import Job
from throughtime.runs.alone import alone
from throughtime.runs.tensors import packed

OPTIONS: dict[str, tuple[object, ...]] = {
    "label": ("--top", 2),
    "number": (),
    "translation": ("--top", 2, "--beam", 3, "--max-length", 5),
    "tags": ("--top", 2),
    "numbers": (),
    "vector": (),
    "features": ("--max-length", 4),
}
"""For a model of each kind of answer, the options that have the most in it."""


def contents(folder: Path) -> dict[str, bytes]:
    """All files in a folder but what is hidden."""
    files = (path for path in sorted(folder.rglob("[!.]*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def nearly(value: Any) -> Any:
    """Equal but for rounding: other rows are in a batch."""
    if isinstance(value, dict):
        return {key: nearly(v) for key, v in value.items()}
    if isinstance(value, list):
        return [nearly(v) for v in value]
    return pytest.approx(value, rel=1e-4, abs=1e-5) if isinstance(value, float) else value


def as_arrow(name: str, value: Any) -> Any:
    """A value of JSON as Parquet gives it back: a map as pairs, and what is no text in JSON."""
    if name in ("input", "target"):
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, dict) and name != "best":
        return list(value.items())
    return [as_arrow(name, v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", OPTIONS)
def test_a_file_has_what_is_printed(
    name: str, trained: Trained, files: Path, tmp_path: Path
) -> None:
    file = files / MODELS[name][0]
    top = OPTIONS[name][:2] if "--top" in OPTIONS[name] else ()
    for use, options in (("predict", OPTIONS[name]), ("score", top)):
        printed = json_lines(good(use, trained(name), file, "--json", *options))
        said = good(use, trained(name), file, "--json", *options, "--out", tmp_path / f"{use}-json")
        assert said.startswith(f"{len(printed)} rows of {file} are answered in ")
        stem = f"000000-{file.stem}"
        written = json_lines((tmp_path / f"{use}-json" / f"{stem}.jsonl").read_text())
        assert [{k: v for k, v in row.items() if k not in ("file", "row")} for row in written] == (
            nearly(printed)
        )
        assert {row["file"] for row in written} == {str(file)}
        assert [row["row"] for row in written] == sorted({row["row"] for row in written})
        good(use, trained(name), file, *options, "--out", tmp_path / use)
        table = pq.read_table(tmp_path / use / f"{stem}.parquet").to_pylist()
        assert table == [{k: as_arrow(k, v) for k, v in row.items()} for row in written]


# ---- pieces and batches ------------------------------------------------------------------------


def test_each_row_of_parquet_is_in_one_piece_with_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {"kind": [row["kind"] for row in ROWS], "size": [row["size"] for row in ROWS]}
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns | {"other": [0] * 60}), path, row_group_size=7)
    size = pq.read_metadata(path).row_group(0).total_byte_size
    monkeypatch.setattr(pieces, "SIZE", 2 * size + size // 2)  # room for two row groups
    used = (Label("kind"), Number("size"))
    found = pieces_of([path, path], used, Reading())
    assert [piece.name for piece in found] == sorted(piece.name for piece in found)
    assert len(found) == 10
    tables = [table for piece in found for table in piece.tables(used, Reading())]
    assert [line for table in tables for line in table.lines] == 2 * [*range(1, 61)]
    for name, values in columns.items():
        assert [v for table in tables for v in table.column(name)] == 2 * values
    # texts that are numbers are read in the notation of the whole column
    monkeypatch.setattr(pieces, "SIZE", 0)
    texts = tmp_path / "b.parquet"
    pq.write_table(pa.table({"size": ["1.100"] * 30 + ["1,5"] * 30}), texts, row_group_size=7)
    (whole,) = pieces_of([texts], used[1:], Reading())
    assert next(iter(next(whole.tables(used[1:], Reading())).column("size"))) == 1100


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60), st.integers(1, 8))
def test_a_batch_has_rows_of_similar_length_and_few_of_them_if_long(
    lengths: list[int], rows: int
) -> None:
    with pytest.MonkeyPatch.context() as small:
        small.setattr(batching, "SYMBOLS", 100)
        small.setattr(batching, "POOL", 200)
        found = list(pools(lengths, rows))
    before = 0
    for pool in found:  # pools follow each other
        inside = sorted(row for batch in pool for row in batch)
        assert inside == [*range(before, before + len(inside))]
        assert sum(lengths[row] for row in inside) <= 200
        before += len(inside)
        in_order = [lengths[row] for batch in pool for row in batch]
        assert in_order == sorted(in_order)
        for batch in pool:
            assert len(batch) <= rows
            assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= 100
    assert before == len(lengths)


# ---- rows that cannot be read, and folders that are there --------------------------------------


@pytest.fixture
def parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a person is in, with three files of rows and a damaged one."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        rows: list[dict[str, Any]] = [dict(row) for row in ROWS[20 * number : 20 * number + 20]]
        if number == 1:
            rows[4]["text"], rows[17]["text"] = None, ""
        pq.write_table(pa.Table.from_pylist(rows), folder / f"p{number}.parquet")
    (folder / "p3.parquet").write_bytes(b"PAR1 and no more")
    return tmp_path


def test_rows_that_cannot_be_read_are_set_aside_with_their_reasons(
    parquet: Path, trained: Trained
) -> None:
    result = run("predict", trained("label"), "in/*.parquet", "--json", "--out", "out")
    assert result.exit_code == 0
    assert result.stdout == "58 rows of 4 files are answered in out\n"
    assert "3 rows or files could not be read, and are in out/_set_aside" in result.stderr
    assert result.stderr.count("\n") == 1
    found = contents(parquet / "out")
    aside = json_lines(b"".join(v for k, v in found.items() if k.startswith("_set")).decode())
    assert [(row["file"], row["row"]) for row in aside] == [
        *(("in/p1.parquet", 5), ("in/p1.parquet", 18)),
        ("in/p3.parquet", None),
    ]
    assert all(row["reason"].startswith("in/p1.parquet:") for row in aside[:2])
    assert "cannot be read as a Parquet file" in aside[2]["reason"]
    rows = json_lines(b"".join(v for k, v in found.items() if k.startswith("0")).decode())
    expected = [(f"in/p{i}.parquet", row) for i in range(3) for row in range(1, 21)]
    left_out = {("in/p1.parquet", 5), ("in/p1.parquet", 18)}
    assert [(row["file"], row["row"]) for row in rows] == [e for e in expected if e not in left_out]
    nothing = bad("predict", trained("label"), "in/p3.parquet", "--out", "none")
    assert "no row could be read; the first: in/p3.parquet: cannot be read" in nothing


@pytest.mark.parametrize("use", ["predict", "score"])
def test_lines_that_are_no_objects_are_set_aside_and_those_below_are_answered(
    use: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    monkeypatch.chdir(tmp_path)
    good_lines = [json.dumps(row) for row in ROWS[:6]]
    broken = {2: '{"text": "ab', 4: "[1, 2]", 5: '{"text": {"a": {"a": 1}, "a.a": 2}}', 9: "null"}
    broken |= {3: '{"text": "", "label": "yes"}'}  # an object, which has no answer
    every = iter(good_lines)
    lines = [broken.get(number) or next(every) for number in range(1, 12)]
    Path("broken.jsonl").write_text("\n".join(lines) + "\n")
    Path("sound.jsonl").write_text("\n".join(good_lines) + "\n")
    for name, said in (("broken", "; the first: broken.jsonl:2: not JSON"), ("sound", "")):
        result = run(use, trained("label"), f"{name}.jsonl", "--json", "--out", name)
        assert result.exit_code == 0, result.output
        assert said in result.stderr
    found = contents(tmp_path / "broken")
    aside = json_lines(b"".join(v for k, v in found.items() if k.startswith("_set")).decode())
    assert [row["row"] for row in aside] == sorted(broken)
    assert all(row["reason"].startswith(f"broken.jsonl:{row['row']}: ") for row in aside)

    def answers(name: str) -> list[dict[str, Any]]:
        files = contents(tmp_path / name).items()
        rows = json_lines(b"".join(v for k, v in files if k.startswith("0")).decode())
        return [{k: v for k, v in row.items() if k != "file"} for row in rows]

    rows = [number for number in range(1, 12) if number not in broken]
    left, whole = answers("broken"), answers("sound")
    assert [row.pop("row") for row in left] == rows
    assert [row.pop("row") for row in whole] == [1, 2, 3, 4, 5, 6]
    assert left == whole


def test_the_same_command_goes_on_and_others_are_refused(
    parquet: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("score", trained("label"), "in/*.parquet", "--out", "out")
    whole = good(*command)
    before = contents(parquet / "out")
    out = parquet / "out"
    # what was counted is there, or it is made anew
    (out / "000001-p1.parquet").unlink()
    (out / "_set_aside" / "000003-p3.jsonl").unlink()
    assert good(*command) == whole
    assert contents(out) == before
    # as if it had been killed while it wrote the answers of the second file
    (out / "_done" / "000001-p1.json").unlink()
    (out / "000001-p1.parquet").write_bytes(b"PAR1")
    (out / ".000001-p1.parquet.0123456789abcdef~").write_bytes(b"PAR1")
    times = {path: path.stat().st_mtime_ns for path in out.glob("*p[02].parquet")}
    assert good(*command) == whole
    assert contents(out) == before
    assert not [path for path in out.rglob(".*") if path.name != ".lock"]
    assert times == {path: path.stat().st_mtime_ns for path in times}
    assert "another command, with other options" in bad(*command, "--json")
    assert "with other use" in bad("predict", *command[1:])
    assert "with other files" in bad(*command[:2], "in/p1.parquet", "--out", "out")
    with monkeypatch.context() as trained_on:
        trained_on.setattr(answers, "packed", lambda *_: packed({}, {}))
        assert "with other weights" in bad(*command)
    os.utime("in/p0.parquet")
    assert "with other files" in bad(*command)
    (out / "_command.json").write_text("[1]")
    assert "out/_command.json: damaged; remove the folder" in bad(*command)
    assert "has other files, and nothing is mixed" in bad(*command[:3], "--out", "in")
    assert "4 files without a folder" in bad(*command[:3])
    assert "--engine without a folder" in bad(*command[:2], "in/p0.parquet", "--engine", "ray")
    assert "by name, or by a pattern" in bad(*command[:2], "--out", "new", stdin="a\n")
    assert "top is for symbols" in bad(
        "score", trained("number"), "in/p0.parquet", "--top", 2, "--out", "new"
    )
    assert not (parquet / "new").exists()


def test_a_command_leaves_alone_what_another_one_is_writing(
    parquet: Path, trained: Trained
) -> None:
    command = ("score", trained("label"), "in/p0.parquet", "--out", "out")
    good(*command)
    before = (parquet / "out/_command.json").stat().st_mtime_ns
    tries = parquet / "out/_done/000000-p0.tries"
    with alone(parquet / "out"):
        tries.write_bytes(b"...")
        assert "is being written to by another process" in bad(*command)
    assert tries.read_bytes() == b"..."
    assert (parquet / "out/_command.json").stat().st_mtime_ns == before
    Path("empty").mkdir()
    with alone(Path("empty")):
        assert "is being written to" in bad(*command[:3], "--out", "empty")
    assert os.listdir("empty") == [".lock"]


def test_a_folder_is_what_is_read_in_it(parquet: Path, trained: Trained) -> None:
    one, pictures = Path("one"), Path("pictures")
    one.mkdir()
    (one / "p.csv").write_text("text\nab\n")
    command = ("predict", trained("label"), one, "--json", "--out", "out")
    said = good(*command)
    (one / "notes.txt").write_text("not read")
    assert good(*command) == said
    (one / "p.csv").write_text("text\nba\n")
    assert "out: has the answers of another command, with other files" in bad(*command)
    assert "out: is in one, which is read, and would be changed by the answers" in bad(
        *command[:3], "--out", "one/out"
    )
    assert not (one / "out").exists()

    pictures.mkdir()
    (pictures / "a.png").write_bytes(b"")
    (pictures / "a.txt").write_text("no text column\n")
    of_pictures = (*command[:2], pictures, "--out", "of-pictures")
    for _ in range(2):
        assert "no row could be read" in bad(*of_pictures)
    (pictures / "a.txt").write_text("something else\n")
    assert "with other files" in bad(*of_pictures)

    said = bad(*command[:2], "in", "--out", "new")
    assert "in: a folder with 4 tables; give one of them, such as in/p0.parquet, or several by" in (
        said
    )
    assert said.endswith("such as 'in/*.parquet'")
    assert not Path("new").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--beam", 0, "beam must be a whole number, at least 1; got 0"),
        ("--max-length", -1, "max-length must be a whole number, at least 0; got -1"),
        ("--top", 2**21, "top must be at most 1,048,576; got 2,097,152"),
    ],
)
def test_an_option_that_cannot_be_is_no_fault_of_the_rows(
    option: str, value: int, said: str, parquet: Path, trained: Trained
) -> None:
    line = bad("predict", trained("translation"), "in/p0.parquet", option, value, "--out", "out")
    assert line == f"Error: {said}"
    assert not Path("out").exists()


def test_numbers_that_are_fed_back_have_no_several_best(
    parquet: Path, files: Path, trained: Trained
) -> None:
    _, *columns = MODELS["numbers"]
    file = files / "series.jsonl"
    good("train", file, *columns, *SMALL, "--wiring", "output-to-hidden", "--out", "fed-back")
    said = bad("predict", "fed-back", file, "--beam", 2, "--out", "out")
    assert said.startswith("Error: Normal(dim=2) has continuous values, which have no 2 best")
    assert not Path("out").exists()
    assert "30 rows" in good("predict", "fed-back", file, "--beam", 1, "--out", "out")
    assert "30 rows" in good("predict", trained("numbers"), file, "--beam", 2, "--out", "alone")


def test_a_text_or_a_series_is_no_folder_of_rows(parquet: Path) -> None:
    Path("steps.csv").write_text("v\n" + "".join(f"{row['size']}\n" for row in ROWS))
    good("train", "steps.csv", "--format", "series", *SMALL, "--out", "series")
    assert "give one file, without --out" in bad("score", "series", "steps.csv", "--out", "new")
    assert "leave out --out" in bad(
        "predict", "series", "steps.csv", "--samples", 2, "--out", "new"
    )


# ---- Ray ---------------------------------------------------------------------------------------

FATAL = """
import os, signal
from pathlib import Path
import torch
from torch import nn
from throughtime.cells import Cell

class Fatal(Cell):
    '''Kills the process that runs it, once there is a file that says so and a piece is done.'''

    def __init__(self, hidden_size):
        super().__init__(hidden_size)
        self.W = nn.Parameter(0.1 * torch.randn(hidden_size, hidden_size))

    def step(self, drive, state):
        order = Path("kill")
        if order.exists() and any(Path("by-ray/_done").glob("*.json")):
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        (h,) = state
        return (torch.tanh(drive + h @ self.W.T),)
"""


def test_a_cluster_whose_worker_is_killed_gives_what_one_process_gives(
    parquet: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    Path("fatal.py").write_text(FATAL)
    monkeypatch.setattr(sys, "path", [*sys.path])
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    here.pop("RAY_ADDRESS", None)

    table = (files / "rows.csv", "--input", "text:characters", "--target", "label")
    good("train", *table, *SMALL, "--cell", "fatal:Fatal", "--out", "run")
    asked = ("predict", "run", "in/*.parquet", "--top", "2", "--out")
    one = run(*asked, "by-one")
    Path("kill").touch()
    line = [sys.executable, "-m", "throughtime", *asked, "by-ray", "--engine", "ray"]
    many = subprocess.run(line, capture_output=True, text=True, check=False, env=here)
    assert not Path("kill").exists()
    assert contents(parquet / "by-ray") == contents(parquet / "by-one")
    assert not [path for path in Path("by-ray").rglob(".*") if path.name != ".lock"]
    assert many.stderr == one.stderr.replace("by-one", "by-ray")  # Ray says nothing there
    # and here no more than that a worker is dead
    assert many.stdout.splitlines()[-1] == one.stdout.replace("by-one", "by-ray").strip()


def test_a_piece_that_kills_every_worker_is_named(parquet: Path, trained: Trained) -> None:
    job = Job(trained("label"), "predict", {}, parquet / "out", here=parquet)
    (piece,) = pieces_of([Path("in/p0.parquet")], (Label("kind"),), Reading())
    actor = engines._Actor(job, [piece])
    for folder in ("_done", "_set_aside"):
        (parquet / "out" / folder).mkdir(parents=True)
    (parquet / "out/_done/000000-p0.tries").write_bytes(b"." * engines.TRIES)
    (wrong,) = actor({"item": np.array([0])})["wrong"]
    assert re.match(r"in/p0.parquet: 4 workers were killed while they answered 000000-p0", wrong)
    assert not list((parquet / "out").glob("*.parquet"))


def test_without_ray_one_line_says_what_to_install(
    parquet: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    command = ("predict", trained("label"), "in/p0.parquet", "--out", "out", "--engine", "ray")
    assert "--engine ray needs ray, which is not installed: pip install 'throughtime[ray]'" in bad(
        *command
    )


def test_an_address_where_no_cluster_is_is_refused(
    parquet: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    said = bad("predict", trained("label"), "in/p0.parquet", "--out", "out", "--engine", "ray")
    assert "RAY_ADDRESS is '127.0.0.1:1', where no cluster answers" in said
