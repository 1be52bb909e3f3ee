"""A new run: its model is what the seed, the options and the data make of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from throughtime.data import Dataset
from throughtime.graph.graph import Graph
from throughtime.runs.config import Config
from throughtime.runs.options import Options
from throughtime.training.prepare import prepare


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
    dataset: str,
    values: dict[str, Any],
    dropout: float,
    loaded: Callable[[str], Dataset],
    tmp_path: Path,
) -> None:
    run = prepare(Options(**values), loaded(dataset), tmp_path / "run")
    assert run.config.dropout == Config.load(run.path).dropout == dropout
    graphs = [m for m in run.model.modules() if isinstance(m, Graph)]
    assert [graph.dropout for graph in graphs] == [dropout] * len(graphs)
    assert graphs


def test_the_seed_decides_the_model(words: Dataset, tmp_path: Path) -> None:
    def first(seed: int, name: str) -> torch.Tensor:
        run = prepare(Options(hidden_size=4, seed=seed), words, tmp_path / name)
        return torch.cat([p.detach().flatten() for p in run.model.parameters()])

    assert torch.equal(first(1, "a"), first(1, "b"))
    assert not torch.equal(first(1, "c"), first(2, "d"))


def test_choices_that_contradict_each_other_are_refused_for_the_models_reason(
    loaded: Callable[[str], Dataset], tmp_path: Path
) -> None:
    data = loaded("mackey-glass")
    path = tmp_path / "run"
    with pytest.raises(ValueError, match="an end symbol needs an alphabet"):
        prepare(Options(length="end-of-sequence"), data, path)
    assert not path.exists()
