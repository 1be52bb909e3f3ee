"""Configurations: they survive a file, and what cannot be is refused in one line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import throughtime as tt
from throughtime.data import Dataset, load
from throughtime.runs import choices
from throughtime.runs.build import resolve
from throughtime.runs.config import Config, ConfigError
from throughtime.runs.defaults import LEARNING_RATES, OF_REALS


def test_round_trip_through_a_file(tmp_path: Path) -> None:
    config = Config(
        dataset="digits",
        cell="lstm",
        wiring="x(t) -> h(t), h(t-1) -> h(t), h(τ) -> o",
        output="mixture:3",
        gradient="checkpointed:7",
        forcing="scheduled:linear:1:0.5:1000:sequence",
        max_seconds=1.5,
    )
    config.save(tmp_path / "config.json")
    assert Config.load(tmp_path / "config.json") == config
    assert json.loads((tmp_path / "config.json").read_text())["weight_decay"] == 0.1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "no dataset is given"),
        ({"dataset": "d", "hiddensize": 3}, "no key 'hiddensize'; the keys are dataset, seed, "),
        ({"dataset": "d", "\ud800": 1}, "a key is '\\ud800'; expected a valid string"),
        ({"dataset": "d", "cell": "gruu"}, "cell is 'gruu'; expected 'elman', 'elman-relu', 'gru'"),
        ({"dataset": "d", "hidden_size": 0}, "hidden_size is 0; expected greater than or equal"),
        (
            {"dataset": "d", "hidden_size": "many"},
            "hidden_size is 'many'; expected a valid integer",
        ),
        ({"dataset": "d", "dropout": "1"}, "dropout is '1'; expected less than 1"),
        ({"dataset": "d", "learning_rate": "nan"}, "learning_rate is 'nan'; expected"),
        ({"dataset": "d", "wiring": "ring"}, "wiring: no wiring 'ring'; expected hidden-to-hidden"),
        ({"dataset": "d", "wiring": "x -> o"}, "wiring: no edge 'x -> o'; the edges are: x(t)"),
        ({"dataset": "d", "wiring": "x -> h(t)"}, "wiring: no output: add h(t) -> o(t)"),
        (
            {"dataset": "d", "output": "poisson"},
            "output: no output 'poisson'; expected categorical",
        ),
        ({"dataset": "d", "output": "mixture:0"}, "output: 'mixture:0': components must be a who"),
        ({"dataset": "d", "length": "predicted:x"}, "length: 'predicted:x': 'x' is not a whole"),
        ({"dataset": "d", "gradient": "truncated"}, "gradient: no gradient 'truncated'; expected"),
        ({"dataset": "d", "gradient": "truncated:0"}, "a stretch has at least one step; got k=0"),
        ({"dataset": "d", "gradient": "truncated:2:3"}, "no gradient 'truncated:2:3'"),
        ({"dataset": "d", "forcing": "both:2"}, "forcing: 'both:2': weight is a share from 0 to 1"),
        ({"dataset": "d", "forcing": "scheduled:linear:1"}, "forcing: no forcing 'scheduled:lin"),
        ({"dataset": "d", "forcing": "scheduled:constant:.5:word"}, "'word' is neither 'token' n"),
    ],
)
def test_refused_in_one_line(values: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.read(values)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [("{", "not a JSON file"), ("[1]", "a list; expected"), ('{"a": 1}', "no key 'a'")],
)
def test_damaged_files_are_refused_by_name(tmp_path: Path, content: str, expected: str) -> None:
    (tmp_path / "c.json").write_text(content)
    with pytest.raises(ConfigError, match=rf"c\.json: .*{expected}"):
        Config.load(tmp_path / "c.json")
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read"):
        Config.load(tmp_path / "none.json")


def test_choices_are_what_their_text_says() -> None:
    linear = choices.forcing_of("scheduled:linear:1:0.5:1000:sequence")
    assert isinstance(linear, tt.forcing.ScheduledSampling)
    assert (linear.schedule, linear.per) == (tt.schedules.Linear(1.0, 0.5, 1000), "sequence")
    sigmoid = choices.forcing_of("scheduled:inverse-sigmoid:50")
    assert isinstance(sigmoid, tt.forcing.ScheduledSampling)
    assert sigmoid.schedule == tt.schedules.InverseSigmoid(50.0)
    assert repr(choices.gradient("truncated:20")) == repr(tt.gradients.TruncatedBPTT(20))
    assert choices.length("predicted", longest=9) == tt.lengths.PredictedLength(9)


@pytest.mark.parametrize("wiring", [*choices.WIRINGS.values(), tt.Wiring("x->h(t)", "h(t)->o(t)")])
def test_wirings_survive_their_text(wiring: tt.Wiring) -> None:
    assert choices.wiring(choices.wiring_text(wiring)) == wiring


@pytest.mark.parametrize(
    "output",
    [
        tt.outputs.Categorical(4),
        tt.outputs.Bernoulli(4),
        tt.outputs.Normal(4),
        tt.outputs.Mixture(2, 4),
    ],
)
def test_outputs_survive_their_text(output: tt.outputs.Output) -> None:
    assert choices.output(choices.output_text(output), size=4) == output


@pytest.mark.parametrize(
    "length",
    [
        tt.lengths.SameAsInput(),
        tt.lengths.EndOfSequence(),
        tt.lengths.Halt(),
        tt.lengths.PredictedLength(3),
        tt.lengths.Unending(),
    ],
)
def test_lengths_survive_their_text(length: tt.lengths.Length) -> None:
    assert choices.length(choices.length_text(length), longest=9) == length


def test_what_is_left_out_follows_from_the_data(loaded: Callable[[str], Dataset]) -> None:
    config = resolve(Config(dataset="mackey-glass"), loaded("mackey-glass"))
    assert (config.wiring, config.output, config.length) == ("unconditional", "normal", "unending")
    config = resolve(Config(dataset="python-reference"), loaded("python-reference"))
    assert None not in (config.batch_size, config.steps, config.epochs, config.threads)
    config = resolve(Config(dataset="digits"), loaded("digits"))
    assert (config.wiring, config.output, config.length) == (
        "sequence-to-vector",
        "categorical",
        None,
    )
    assert resolve(config, loaded("digits")) == config


@pytest.mark.parametrize(
    ("dataset", "values", "dropout"),
    [
        ("digits", {}, 0.2),  # many parameters for each label
        ("digits", {"hidden_size": 4}, 0.0),  # and not
        ("digits", {"dropout": 0.0}, 0.0),
        ("mackey-glass", {}, 0.0),  # few, but real values
    ],
)
def test_dropout_is_for_where_there_is_little_to_learn_from(
    loaded: Callable[[str], Dataset], dataset: str, values: dict[str, Any], dropout: float
) -> None:
    assert resolve(Config(dataset=dataset, **values), loaded(dataset)).dropout == dropout


@pytest.mark.parametrize("cell", ["elman", "elman-relu", "gru", "lstm"])
def test_every_cell_has_a_learning_rate(loaded: Callable[[str], Dataset], cell: str) -> None:
    config = Config.read({"dataset": "digits", "cell": cell})
    assert resolve(config, loaded("digits")).learning_rate == LEARNING_RATES[cell]
    assert resolve(config.but(learning_rate=0.1), loaded("digits")).learning_rate == 0.1
    of_reals = resolve(config.but(dataset="mackey-glass"), loaded("mackey-glass")).learning_rate
    assert of_reals == min(LEARNING_RATES[cell], OF_REALS)


def test_a_wiring_that_wants_as_many_steps_of_y_as_of_x_is_refused_without(tmp_path: Path) -> None:
    rows = "".join(f"{'ab' * (1 + i % 3)}{i:05b},{'xyz'[: 1 + i % 3]}\n" for i in range(30))
    (tmp_path / "a.csv").write_text("word,sound\n" + rows)
    config = Config(dataset=str(tmp_path / "a.csv"), input="word", target="sound:characters")
    data = load(config.dataset, 0, config.reading)
    assert resolve(config, data).wiring == "vector-to-sequence"
    with pytest.raises(ValueError, match=r"a has 24 rows of train with another y, the first with"):
        resolve(config.but(wiring="hidden-to-hidden"), data)


@pytest.mark.parametrize(
    ("dataset", "values", "expected"),
    [
        (
            "mackey-glass",
            {"wiring": "hidden-to-hidden"},
            "has x(t) -> h(t), but mackey-glass has no",
        ),
        (
            "digits",
            {"wiring": "hidden-to-hidden"},
            "gives a sequence, but the y of digits is a val",
        ),
        ("digits", {"length": "halt"}, "length is 'halt', but h(τ) -> o gives one value"),
        ("mackey-glass", {"wiring": "x -> h(t), h(t) -> o(t)"}, "has x -> h(t), but mackey-glass"),
    ],
)
def test_choices_that_the_data_do_not_fit_are_refused(
    dataset: str, values: dict[str, Any], expected: str, loaded: Callable[[str], Dataset]
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011, the message is looked at
        resolve(Config(dataset=dataset, **values), loaded(dataset))
    assert expected in str(caught.value)


def test_choices_that_contradict_each_other_are_refused_for_the_models_reason(
    loaded: Callable[[str], Dataset],
) -> None:
    data = loaded("mackey-glass")
    with pytest.raises(ValueError, match="an end symbol needs an alphabet"):
        resolve(Config(dataset="mackey-glass", length="end-of-sequence"), data)
