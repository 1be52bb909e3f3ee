"""What is asked about is what is answered: a path is a path, a part a part, a text a text."""

import gzip
from pathlib import Path
from typing import Any

import pyarrow
import pytest

import throughtime as tt
from tests.helpers.commands import SMALL, bad, good
from tests.helpers.made_up import ROWS
from throughtime.data import DataError
from throughtime.runs.errors import ConfigError, RunError

TEXTS = ["".join("ab"[(i >> k) & 1] for k in range(5)) for i in range(32)]
TINY: dict[str, Any] = {"hidden_size": 8, "max_steps": 2, "threads": 1, "say": None}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> tt.Run:
    """A run on lines of text."""
    folder = tmp_path_factory.mktemp("lines")
    (folder / "words.txt").write_text("\n".join(TEXTS) + "\n")
    return tt.train(folder / "words.txt", out=folder / "run", **TINY)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> tt.Run:
    """A run on one long text."""
    folder = tmp_path_factory.mktemp("running")
    (folder / "novel.txt").write_text("ab ba\n" * 400)
    return tt.train(folder / "novel.txt", format="running", out=folder / "run", **TINY)


def test_a_part_is_meant_where_a_file_has_its_name(
    lines: tt.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test").write_text("a\nb\nab\n")
    monkeypatch.chdir(tmp_path)
    assert lines.evaluate("test").split == "test"
    assert lines.evaluate("./test").examples == "3 rows"


def test_a_path_is_never_an_embedded_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "digits").write_text("\n".join(TEXTS) + "\n")
    monkeypatch.chdir(tmp_path)
    for data in (Path("digits"), Path("./digits"), "./digits"):
        run = tt.train(data, out=tmp_path / f"run-{len(list(tmp_path.iterdir()))}", **TINY)
        assert run.config.dataset == str(tmp_path / "digits")
    assert tt.data.load("digits").schema.y.kind == "label"


def test_rows_may_be_packed_or_in_another_unicode_encoding(lines: tt.Run, tmp_path: Path) -> None:
    said = [score.log_prob for score in lines.score(["ab", "ba"])]
    for raw in (gzip.compress(b"ab\nba\n"), "ab\r\nba\r\n".encode("utf-16")):
        (tmp_path / "rows.txt").write_bytes(raw)
        scores = list(lines.score(tmp_path / "rows.txt"))
        assert [score.target for score in scores] == ["ab", "ba"]
        assert [score.log_prob for score in scores] == said
        assert len(good("score", lines.path, tmp_path / "rows.txt").splitlines()) == 2
    assert len(good("score", lines.path, "-", stdin="ab\nba\n").splitlines()) == 2


def test_lines_are_read_as_lines_whatever_their_name(lines: tt.Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("ab\nba\n")
    assert len(lines.hidden_states(tmp_path / "rows.csv")) == 2
    assert [s.target for s in lines.score(tmp_path / "rows.csv")] == ["ab", "ba"]
    assert lines.evaluate(tmp_path / "rows.csv").examples == "2 rows"
    for command in ("evaluate", "score"):
        refused = bad(command, lines.path, tmp_path / "rows.csv", "--format", "table")
        assert "models lines of text" in refused


def test_a_running_text_is_a_path_or_one_row(running: tt.Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ab ba")
    ((of_file,),) = running.hidden_states(tmp_path / "a.txt")
    ((in_memory,),) = running.hidden_states(["ab ba"])
    assert of_file.equal(in_memory)
    assert running.evaluate(["ab ba"]).examples == "5 steps"
    with pytest.raises(DataError, match=r"novle\.txt: .*"):
        running.hidden_states("novle.txt")
    with pytest.raises(DataError, match="2 rows; expected one"):
        running.evaluate(["ab", "ba"])
    refused = bad("evaluate", running.path, tmp_path / "a.txt", "--format", "table")
    assert "models a running text, without columns; expected running or lines" in refused
    refused = bad("evaluate", running.path, tmp_path / "a.txt", "--format", "lines")
    assert "a running text is measured as a whole" in refused


def test_the_rows_held_out_stay_those_of_a_config(tmp_path: Path) -> None:
    rows = "".join(f"{row['text']}x{i},{row['label']}\n" for i, row in enumerate(ROWS))
    (tmp_path / "rows.csv").write_text("text,label\n" + rows)
    columns = {"input": "text:characters", "target": "label"}
    data = tt.data.read(tmp_path / "rows.csv", seed=5, **columns)
    first = tt.train(data, out=tmp_path / "a", **TINY)
    assert (first.config.seed, first.config.split_seed) == (0, 5)
    assert first.evaluate("test").examples == tt.load(tmp_path / "a").evaluate("test").examples
    good("train", "--config", tmp_path / "a" / "config.json", "--out", tmp_path / "b")
    again = tt.load(tmp_path / "b")
    assert again.folder.digest == first.folder.digest
    assert again.config.split_seed == 5
    good("train", tmp_path / "rows.csv", "--input", "text:characters", "--target", "label",
         "--seed", 5, *SMALL, "--out", tmp_path / "c")  # fmt: skip
    assert tt.load(tmp_path / "c").folder.digest == first.folder.digest


@pytest.mark.parametrize("count", [0, -1])
def test_counts_below_one_are_refused(count: int, lines: tt.Run) -> None:
    for use in (
        lambda: lines.sample(count),
        lambda: lines.score(["ab"], top=count),
        lambda: lines.forecast(["1"], samples=count),
    ):
        with pytest.raises(ValueError, match="at least"):
            use()
    with pytest.raises(RunError):
        lines.forecast(["1"])


def test_what_memory_has_and_files_have_not() -> None:
    missing = [{**row, "label": float("nan")} if i == 7 else row for i, row in enumerate(ROWS)]
    with pytest.raises(DataError, match="row 8: column 'label': an empty value"):
        tt.data.read(missing, input="text", target="label")
    truths = [{"text": f"{row['text']}{i}", "y": i % 2 == 0} for i, row in enumerate(ROWS)]
    assert tt.data.read(truths, input="text:characters", target="y").schema.y.kind == "label"
    table = pyarrow.table([["a", "b"], ["c", "d"]], names=["x", "x"])
    with pytest.raises(DataError, match="two columns are called 'x'"):
        tt.data.read(table)
    with pytest.raises(DataError, match="column 1 has no name"):
        tt.data.read([{"": "ab"}] * 20)
    with pytest.raises(ConfigError, match="first argument"):
        tt.train(ROWS, dataset="digits")
