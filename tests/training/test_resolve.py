"""From options and data to every choice: what is told stays, the rest follows, or is refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from throughtime.data import Dataset, Reading, load, read
from throughtime.runs.kinds import BUILT_IN
from throughtime.runs.options import Options
from throughtime.training.resolve import LEARNING_RATES, OF_REAL_X, OF_REALS, STEPS, resolve


def test_what_is_left_out_follows_from_the_data(loaded: Callable[[str], Dataset]) -> None:
    config = resolve(Options(), loaded("mackey-glass"))
    assert (config.wiring, config.output, config.length) == ("unconditional", "normal", "unending")
    config = resolve(Options(), loaded("python-reference"))
    assert config.steps == STEPS
    config = resolve(Options(), loaded("digits"))
    assert (config.wiring, config.output, config.length) == (
        "sequence-to-vector",
        "categorical",
        None,
    )


@pytest.mark.parametrize("cell", BUILT_IN)
def test_every_cell_has_a_learning_rate(loaded: Callable[[str], Dataset], cell: str) -> None:
    options, told = Options(cell=cell), Options(cell=cell, learning_rate=0.1)
    words = read([{"text": f"a{i:02}"} for i in range(20)], target="text:characters")
    assert resolve(options, words).learning_rate == LEARNING_RATES[cell]
    of_real_x = resolve(options, loaded("digits")).learning_rate
    assert of_real_x == min(LEARNING_RATES[cell], OF_REAL_X)
    assert resolve(told, loaded("digits")).learning_rate == 0.1
    of_reals = resolve(options, loaded("mackey-glass")).learning_rate
    assert of_reals == min(LEARNING_RATES[cell], OF_REALS)


@pytest.mark.parametrize(
    ("steps", "chunk", "rows"),
    [(3_000, None, 2), (100_000, None, 5), (100_000, 50, 10), (10**6, None, 32)],
)
def test_running_text_has_as_many_streams_as_have_many_chunks(
    steps: int, chunk: int | None, rows: int, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(("abcde fgh\n" * (steps // 8))[: steps * 5 // 4])
    data = read(tmp_path / "a.txt", format="running")
    assert resolve(Options(steps=chunk), data).batch_size == rows


def test_a_wiring_that_wants_as_many_steps_of_y_as_of_x_is_refused_without(tmp_path: Path) -> None:
    rows = "".join(f"{'ab' * (1 + i % 3)}{i:05b},{'xyz'[: 1 + i % 3]}\n" for i in range(30))
    (tmp_path / "a.csv").write_text("word,sound\n" + rows)
    data = read(tmp_path / "a.csv", input="word", target="sound:characters")
    assert resolve(Options(), data).wiring == "vector-to-sequence"
    with pytest.raises(ValueError, match=r"24 rows of train whose lengths differ, the first with"):
        resolve(Options(wiring="hidden-to-hidden"), data)


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
        resolve(Options(**values), loaded(dataset))
    assert expected in str(caught.value)


def test_where_the_data_come_from_is_kept(
    loaded: Callable[[str], Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = resolve(Options(seed=4), loaded("digits"))
    assert (config.dataset, config.seed, config.split_seed) == ("digits", 4, 0)
    assert config.reading == Reading()
    for name in ("a", "b"):
        rows = "".join(f"{'ab' * (1 + i % 3)}{i},{'xy'[i % 2]}\n" for i in range(30))
        (tmp_path / f"{name}.csv").write_text("word,sound\n" + rows)
    monkeypatch.chdir(tmp_path)
    told = Reading(input="word:words", target="sound:label", test="b.csv", rare=2)
    config = resolve(Options(seed=4), load("a.csv", 3, told))
    assert (config.dataset, config.seed, config.split_seed) == (str(tmp_path / "a.csv"), 4, 3)
    assert config.reading == told.resolved()
    assert config.test == str(tmp_path / "b.csv")
    in_memory = read([f"word {i}" for i in range(30)], seed=3, rare=2)
    config = resolve(Options(), in_memory)
    assert (config.dataset, config.split_seed) == (None, 3)
    assert config.reading == Reading(rare=2)
    config = resolve(Options(), replace(in_memory, source=None))
    assert (config.dataset, config.split_seed) == (None, 0)
    assert config.reading == Reading()
