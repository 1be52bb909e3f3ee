"""Options: what cannot be is refused in one line, and what is told is all that is known."""

from pathlib import Path
from typing import Any

import pytest

from throughtime.runs import choices
from throughtime.runs.errors import ConfigError
from throughtime.runs.options import Options, help_of


def test_nothing_has_to_be_told() -> None:
    assert Options().told() == {}
    assert Options.read({"hidden_size": "3", "dropout": 0}).told() == {
        "hidden_size": 3,
        "dropout": 0.0,
    }


def test_every_option_is_described() -> None:
    assert all(help_of(name) for name in Options.model_fields)


def test_the_help_names_the_wirings_that_there_are() -> None:
    named, _ = help_of("wiring").split(";")
    assert set(named.split(", ")) == set(choices.WIRINGS)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"hiddensize": 3}, "no key 'hiddensize'; the keys are dataset, seed, "),
        ({"\ud800": 1}, "a key is '\\ud800'; expected a valid string"),
        ({"cell": "gruu"}, "cell is 'gruu'; expected 'elman', 'elman-relu', 'ind-rnn', 'gru'"),
        ({"hidden_size": 0}, "hidden_size is 0; expected greater than or equal"),
        (
            {"hidden_size": "many"},
            "hidden_size is 'many'; expected a valid integer",
        ),
        ({"dropout": "1"}, "dropout is '1'; expected less than 1"),
        ({"learning_rate": "nan"}, "learning_rate is 'nan'; expected"),
        ({"wiring": "ring"}, "wiring: no wiring 'ring'; expected hidden-to-hidden"),
        ({"wiring": "x -> o"}, "wiring: no edge 'x -> o'; the edges are: x(t)"),
        ({"wiring": "x -> h(t)"}, "wiring: no output: add h(t) -> o(t)"),
        (
            {"output": "weibull"},
            "output: no output 'weibull'; expected categorical",
        ),
        ({"output": "mixture:0"}, "output: 'mixture:0': components must be a who"),
        ({"length": "predicted:x"}, "length: 'predicted:x': 'x' is not a whole"),
        ({"gradient": "truncated"}, "gradient: no gradient 'truncated'; expected"),
        ({"gradient": "truncated:0"}, "k must be a whole number, at least 1; got 0"),
        ({"gradient": "truncated:2:3"}, "no gradient 'truncated:2:3'"),
        ({"forcing": "both:2"}, "forcing: 'both:2': weight is a share from 0 to 1"),
        ({"forcing": "scheduled:linear:1"}, "forcing: no forcing 'scheduled:lin"),
        ({"forcing": "scheduled:constant:.5:word"}, "'word' is neither 'token' n"),
    ],
)
def test_refused_in_one_line(values: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Options.read(values)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [("{", "not a JSON file"), ("[1]", "a list; expected"), ('{"a": 1}', "no key 'a'")],
)
def test_damaged_files_are_refused_by_name(tmp_path: Path, content: str, expected: str) -> None:
    (tmp_path / "c.json").write_text(content)
    with pytest.raises(ConfigError, match=rf"c\.json: .*{expected}"):
        Options.load(tmp_path / "c.json")
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read"):
        Options.load(tmp_path / "none.json")
