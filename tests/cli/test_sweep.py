"""The search for options on the command line: what it prints works, and mistakes are one line."""

import builtins
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import throughtime as tt
from tests.helpers.commands import bad, good, run
from throughtime.training.study_file import STUDY

TOML = """
[hidden_size]
choices = [4, 8]
[learning_rate]
low = 0.001
high = 0.1
log = true
"""
SMALL = ("--epochs", 2, "--batch-size", 16, "--threads", 1, "--trials", 3)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("with space") / "my rows.csv"
    rows = (f"{'ab' * (1 + i % 4)}{i},{'ny'[i % 2]}" for i in range(48))
    file.write_text("\n".join(["word,long", *rows]) + "\n")
    file.with_name("space.toml").write_text(TOML)
    return file


@pytest.fixture(scope="module")
def swept(table: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a sweep, and what was printed."""
    out = tmp_path_factory.mktemp("sweep") / "a"
    return out, good(*command(table), "--out", out)


def command(table: Path, *more: object) -> tuple[object, ...]:
    search = table.with_name("space.toml")
    columns = ("--input", "word:characters", "--target", "long")
    return ("sweep", table, *columns, "--search", search, *SMALL, *more)


def test_it_says_what_was_searched_and_found(swept: tuple[Path, str]) -> None:
    out, said = swept
    assert "searching hidden_size: 4, 8\nsearching learning_rate: 0.001 to 0.1 (log)\n" in said
    assert "in all trials: input word:characters, target long, batch_size 16, epochs 2" in said
    assert "Stopped: all 3 trials are done.\n\nrank  labels wrong" in said
    shares = re.findall(r"^ +([\d.]+)%  (\w+)$", said, re.MULTILINE)
    assert {name for _, name in shares} == {"hidden_size", "learning_rate"}
    assert sum(float(share) for share, _ in shares) == pytest.approx(100, abs=0.2)
    assert (out / STUDY).is_file()
    assert "Go on" not in said


def test_the_command_repeats_the_best(swept: tuple[Path, str], table: Path, tmp_path: Path) -> None:
    _, said = swept
    words = shlex.split(said.splitlines()[-1].removeprefix("The best again: "))
    assert words[:3] == ["throughtime", "train", str(table)]
    good(*words[1:], "--out", tmp_path / "again")
    (row,) = re.findall(r"^   1 .*$", said, re.MULTILINE)
    best = tt.load(row.split("  ")[-1])
    again = tt.load(tmp_path / "again")
    assert again.config == best.config
    assert [r["valid nats"] for r in again.metrics] == [r["valid nats"] for r in best.metrics]


def test_the_same_command_says_the_same_again(swept: tuple[Path, str], table: Path) -> None:
    out, said = swept
    again = good(*command(table), "--out", out)
    assert again.partition("Stopped: ")[2] == said.partition("Stopped: ")[2]
    assert f"3 trials in {out}, 3 of them done before" in again


def test_its_folder_has_a_name_that_is_found_again(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        said = good(*command(table, "--trials", 1))
    assert "1 trials in runs/my-rows-sweep, 1 of them done before" in said
    assert [path.name for path in Path("runs").iterdir()] == ["my-rows-sweep"]
    assert good("runs", "runs/my-rows-sweep").splitlines()[1].startswith("trial-000")


def test_mistakes_are_one_line(swept: tuple[Path, str], table: Path, tmp_path: Path) -> None:
    out, _ = swept
    wrong = tmp_path / "wrong.toml"
    for content, reason in {
        "[cell\n": f"{wrong}:1: not TOML",
        "[cel]\nchoices = [1]": f"{wrong}: no option 'cel'; those to search are cell, ",
        "[cell]\nchoices = []": f"{wrong}: cell: choices is []; expected a list of one or more",
        "[layers]\nlow = 3\nhigh = 1": f"{wrong}: layers: low is 3 and high is 1; expected low ≤ h",
        "[dropout]\nlow = 0\nhigh = 0.5\nlog = true": f"{wrong}: dropout: low is 0.0; expected",
    }.items():
        wrong.write_text(content)
        assert reason in bad(*command(table, "--search", wrong, "--out", tmp_path / "a"))
    none = tmp_path / "none.toml"
    assert f"{none}: cannot be read" in bad(*command(table, "--search", none))
    assert "no dataset is given" in bad("sweep")
    assert "nothing is left to search" in bad(
        *command(table, "--hidden-size", 4, "--learning-rate", 0.1, "--out", tmp_path / "a")
    )
    assert "another sweep: options had epochs: 2 and now epochs: 3" in bad(
        *command(table, "--epochs", 3, "--out", out)
    )
    for option, value in (("--max-seconds", "x"), ("--max-seconds", -1), ("--trials", 0)):
        assert str(value) in bad(*command(table, option, value, "--out", tmp_path / "a"))
    assert not (tmp_path / "a").exists()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / STUDY).write_bytes(b"not a database" * 99)
    assert "study.db: damaged, or not" in bad(*command(table, "--out", tmp_path / "a"))


def test_without_optuna_it_says_what_to_install(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = builtins.__import__

    def without(name: str, *args: Any, **named: Any) -> Any:
        if name == "throughtime.training.sweep":
            raise ModuleNotFoundError(name="optuna.trial")
        return true(name, *args, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    assert bad(*command(table)) == (
        "Error: this command needs optuna, which is not installed: pip install 'throughtime[sweep]'"
    )


def test_a_sweep_of_which_nothing_is_finished_still_ends_well(table: Path, tmp_path: Path) -> None:
    result = run(*command(table, "--out", tmp_path / "a", "--max-seconds", 1e-9))
    assert result.exit_code == 0
    assert result.stdout.endswith("Go on with the same command.\n")
    assert "Stopped: the time is over." in result.stdout
