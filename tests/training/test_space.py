"""What a sweep searches: the file is checked against the options of training, key by key."""

from pathlib import Path
from typing import Any

import pytest

from throughtime.runs.errors import ConfigError
from throughtime.runs.options import Options
from throughtime.training import space
from throughtime.training.space import Choices, Range

GOOD = """
[cell]
choices = ["gru", "lstm"]
[hidden_size]
low = 32
high = 256
log = true
[dropout]
low = 0
high = 0.3
step = 0.1
"""


def test_a_file_has_a_table_for_each_option(tmp_path: Path) -> None:
    file = tmp_path / "space.toml"
    file.write_text(GOOD)
    found = space.load(file)
    assert found == {
        "cell": Choices(("gru", "lstm")),
        "hidden_size": Range(32, 256, log=True),
        "dropout": Range(0.0, 0.3, step=0.1),
    }
    assert isinstance(found["dropout"].first, float)  # which the option is, whatever was written
    assert space.read({name: table.saved() for name, table in found.items()}) == found


def test_options_that_are_given_are_not_searched(tmp_path: Path) -> None:
    file = tmp_path / "space.toml"
    file.write_text(GOOD)
    assert set(space.searched(file, Options(cell="gru"))) == {"hidden_size", "dropout"}
    told = Options(cell="gru", hidden_size=8, dropout=0.1)
    with pytest.raises(ConfigError, match="nothing is left to search, since cell, hidden_size, dr"):
        space.searched(file, told)


@pytest.mark.parametrize("rows", [1, 2, 8, 32])
def test_the_usual_space_is_valid_and_has_what_training_does(rows: int) -> None:
    usual = space.usual(rows)
    assert space.read({name: table.saved() for name, table in usual.items()}) == usual
    defaults = {"cell": "gru", "hidden_size": 128, "layers": 1, "dropout": 0.2, "weight_decay": 0.1}
    assert all(value in usual[name] for name, value in defaults.items())
    assert rows in usual["batch_size"]


def test_a_range_has_its_ends_and_its_steps() -> None:
    assert [value for value in (31, 32, 99, 256, 257) if value in Range(32, 256)] == [32, 99, 256]
    stepped = Range(0.0, 0.3, step=0.1)
    values = (0.0, 0.1, 0.15, 0.2, 0.3, 0.4)
    assert [value for value in values if value in stepped] == [0.0, 0.1, 0.2, 0.3]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"hiden_size": {"choices": [1]}}, "no option 'hiden_size'; those to search are ce"),
    "hyphen": ({"hidden-size": {"choices": [1]}}, "no option 'hidden-size'"),
    "data": ({"symbols": {"choices": ["words"]}}, "symbols is the same in all trials"),
    "time": ({"max_seconds": {"choices": [1]}}, "max_seconds is the same in all trials"),
    "no table": ({"layers": 2}, "layers is 2; expected choices = […], or low and high"),
    "empty": ({"layers": {}}, "layers has nothing; expected choices"),
    "both": ({"layers": {"choices": [1], "low": 1}}, "layers has choices, low; expected"),
    "key": ({"layers": {"lo": 1, "high": 2}}, "layers: no key 'lo'; expected"),
    "no choice": ({"cell": {"choices": []}}, "cell: choices is []; expected a list of one or more"),
    "one choice": ({"cell": {"choices": "gru"}}, "cell: choices is 'gru'; expected a list"),
    "a choice": ({"cell": {"choices": ["gruu"]}}, "cell is 'gruu'; expected 'elman'"),
    "twice": ({"layers": {"choices": [1, 2, 1]}}, "layers: 1 is in choices twice"),
    "type": ({"layers": {"choices": [1.5]}}, "layers is 1.5; expected"),
    "text": ({"layers": {"choices": ["1"]}}, "layers is '1'; expected a whole number"),
    "truth": ({"layers": {"choices": [True]}}, "layers is True; expected a whole number"),
    "number": ({"cell": {"choices": [1]}}, "cell is 1; expected a text"),
    "range": ({"layers": {"low": 0, "high": 2}}, "layers is 0; expected greater than or equal to"),
    "too high": ({"dropout": {"low": 0, "high": 1}}, "dropout is 1; expected less than 1"),
    "infinite": ({"clip": {"low": 1, "high": float("inf")}}, "clip is inf; expected a finite"),
    "of texts": ({"cell": {"low": 1, "high": 2}}, "cell: low and high are for numbers"),
    "one end": ({"layers": {"low": 1}}, "layers: no high is given; expected low and high"),
    "order": ({"layers": {"low": 3, "high": 2}}, "layers: low is 3 and high is 2; expected low ≤"),
    "log 0": (
        {"dropout": {"low": 0, "high": 0.5, "log": True}},
        "dropout: low is 0.0; expected mo",
    ),
    "log": (
        {"layers": {"low": 1, "high": 2, "log": 1}},
        "layers: log is 1; expected true or false",
    ),
    "log step": (
        {"layers": {"low": 1, "high": 2, "log": True, "step": 1}},
        "layers: log and step exclude each other",
    ),
    "step 0": ({"layers": {"low": 1, "high": 2, "step": 0}}, "layers: step is 0; expected a whole"),
    "step": (
        {"layers": {"low": 1, "high": 2, "step": 0.5}},
        "layers: step is 0.5; expected a whole",
    ),
    "steps": (
        {"layers": {"low": 1, "high": 4, "step": 2}},
        "layers: from 1 to 4 are no whole steps",
    ),
    "nothing": ({}, "nothing to search"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_by_its_key(name: str) -> None:
    values, reason = WRONG[name]
    with pytest.raises(ConfigError) as refused:
        space.read(values, "space.toml")
    assert str(refused.value).startswith(f"space.toml: {reason}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"[cell]\nchoices = [\n", 2, "not TOML (Invalid value)"),
        (b"[cell]\nchoices = ['gru']\n\nlow 3\n", 4, "not TOML (Expected '=' after a key"),
        (b"[cell]\nchoices = [1]\n[cell]\n", 3, "not TOML (Cannot declare ('cell',) twice)"),
        (b"a = " + b"[" * 9999, 1, "not TOML"),
    ],
)
def test_what_is_no_toml_is_said_by_its_line(
    content: bytes, line: int, reason: str, tmp_path: Path
) -> None:
    file = tmp_path / "space.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        space.load(file)
    assert str(refused.value).startswith(f"{file}:{line}: {reason}")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.toml: cannot be read \(No such file"):
        space.load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="no regular file"):
        space.load(tmp_path)
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8, as TOML is"):
        space.load(tmp_path / "a.toml")
