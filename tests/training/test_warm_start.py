"""A model starts from another run's weights, and parts of it stay."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

import throughtime as tt
from throughtime.data import Dataset
from throughtime.inference.run import Run
from throughtime.runs.errors import ConfigError
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.training.axes import axes
from throughtime.training.prepare import prepare

SMALL: dict[str, Any] = {"hidden_size": 4, "max_steps": 3, "dropout": 0.0}


def _lines(letters: str, count: int = 40) -> list[str]:
    draw = random.Random(0)
    return ["".join(draw.choices(letters, k=5)) for _ in range(count)] + [letters]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("warm") / "run"
    return tt.train(_lines("abcd"), out=out, say=None, **SMALL)


def _begun(data: Dataset, path: Path, **options: Any) -> tuple[RunFolder, list[str]]:
    said: list[str] = []
    return prepare(Options(**SMALL | options), data, path / "new", say=said.append), said


def test_the_same_symbols_start_from_the_same_weights(run: Run, tmp_path: Path) -> None:
    """Wherever they stand: c, d and b are 2, 3 and 1 of abcd, and 1, 2 and 0 of bcdz."""
    data = tt.data.read(_lines("bcdz"))
    cold, _ = _begun(data, tmp_path / "cold")
    warm, said = _begun(data, tmp_path / "warm", warm_start=str(run.folder.path))
    for name, p in warm.model.named_parameters():
        theirs = run.model.get_parameter(name)
        axis = axes(warm.model, data.schema).get(name)
        if axis is None:
            assert torch.equal(p, theirs)
            continue
        assert torch.equal(p.narrow(axis.number, 0, 3), theirs.narrow(axis.number, 1, 3))
        new, same = p.narrow(axis.number, 3, 1), cold.model.get_parameter(name)
        assert torch.equal(new, same.narrow(axis.number, 3, 1))
        rest = p.shape[axis.number] - 4  # the unknown symbol, and of V the end
        assert torch.equal(p.narrow(axis.number, 4, rest), theirs.narrow(axis.number, 4, rest))
    total = len(list(run.model.parameters()))
    assert f": {total} of {total} parameters fit" in said[0]
    assert said[0].endswith(f"fit, {len(axes(warm.model, data.schema))} of them in part")
    assert said[1:] == ["  of text, 5 of 6 symbols or entries are there; 1 begin anew: 'z'"]


def test_it_gives_the_runs_probabilities_where_all_fits(run: Run, tmp_path: Path) -> None:
    data = tt.data.read(_lines("abcd"))
    warm, said = _begun(data, tmp_path, warm_start=str(run.folder.path))
    y = data.splits["valid"].y
    expected = run.model.eval()().expand((len(y),)).log_prob(y)
    assert torch.equal(warm.model.eval()().expand((len(y),)).log_prob(y), expected)
    assert len(said) == 1


def test_what_does_not_fit_is_said(run: Run, tmp_path: Path) -> None:
    data = tt.data.read(_lines("abcd"))
    _, said = _begun(data, tmp_path, warm_start=str(run.folder.path), layers=2, hidden_size=4)
    assert any("recurrences.1.cell.W begins anew: the run has none" in line for line in said)
    refused = (
        r"warm_start \(--from on the command line\) is .*run', of which no matrix fits: .* here"
    )
    with pytest.raises(ConfigError, match=refused):
        _begun(data, tmp_path / "none", warm_start=str(run.folder.path), hidden_size=7)
    with pytest.raises(ValueError, match="not a run"):
        _begun(data, tmp_path / "nowhere", warm_start=str(tmp_path))
    assert not (tmp_path / "none" / "new").exists()


@pytest.mark.parametrize("parts", ["cell", "V,S", "initial"])
def test_frozen_parts_stay_as_they_are(parts: str, run: Run, tmp_path: Path) -> None:
    trained = tt.train(
        _lines("abcd"), out=tmp_path / "run", say=None, warm_start=run.folder.path, freeze=parts,
        initial_state="learned", **SMALL,
    )  # fmt: skip
    start, _ = _begun(
        tt.data.read(_lines("abcd")), tmp_path, warm_start=str(run.folder.path),
        initial_state="learned",
    )  # fmt: skip
    names = {"cell": ("cell",), "V,S": ("graph.V", "graph.c", "S."), "initial": ("init", "start")}
    for name, p in trained.model.named_parameters():
        same = torch.equal(p, start.model.get_parameter(name))
        assert same == any(part in name for part in names[parts]), name


def test_frozen_runs_are_resumed(run: Run, tmp_path: Path) -> None:
    data = _lines("abcd")
    whole = tt.train(data, out=tmp_path / "whole", say=None, freeze="V", **SMALL)
    said: list[str] = []
    stops: dict[str, Any] = {"on_update": lambda done: done["step"] == 1, "say": said.append}
    with pytest.raises(ValueError, match="stopped before its first validation"):
        tt.train(data, out=tmp_path / "part", freeze="V", **SMALL, **stops)
    part = tt.train(data, resume=tmp_path / "part", say=None)
    for p, q in zip(whole.model.parameters(), part.model.parameters(), strict=True):
        assert torch.equal(p, q)


@pytest.mark.parametrize(
    ("freeze", "says"),
    [("U", "has no part 'U'; it has S, cell"), ("S,cell,initial,V", "leaves nothing to train")],
)
def test_a_part_that_is_not_there_is_refused(freeze: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        _begun(tt.data.read(_lines("abcd")), tmp_path, freeze=freeze)
    assert not (tmp_path / "new").exists()


class Damped(tt.cells.Cell):
    """h(t) = tanh(a h(t-1) + u(t)), with one number a, of no dimensions."""

    def __init__(self, hidden_size: int, start: float = 0.5) -> None:
        super().__init__(hidden_size)
        self.start, self.a = start, torch.nn.Parameter(torch.tensor(start))

    def step(self, drive: torch.Tensor, state: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor]:
        return (torch.tanh(self.a * state[0] + drive),)


def test_a_parameter_without_dimensions_is_taken(tmp_path: Path) -> None:
    cell = f"{__name__}:Damped"
    run = tt.train(_lines("abcd"), out=tmp_path / "run", say=None, cell=cell, **SMALL)
    warm, said = _begun(
        tt.data.read(_lines("abcd")), tmp_path, cell=cell, warm_start=str(run.folder.path)
    )
    name = "graph.recurrences.0.cell.a"
    a = run.model.get_parameter(name)
    assert a.item() != 0.5
    assert torch.equal(warm.model.get_parameter(name), a)
    assert said[0].endswith("5 of 5 parameters fit")


ROWS = [{"name": " ".join(n), "country": c} for n, c in zip(_lines("xyz"), "ab" * 20, strict=False)]


@pytest.fixture(scope="module")
def of_letters(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("letters") / "run"
    options: dict[str, Any] = {"input": "name:characters", "target": "country"}
    return tt.train(ROWS, out=out, say=None, **options, **SMALL)


def test_a_word_is_not_the_letter_that_it_is_written_with(of_letters: Run, tmp_path: Path) -> None:
    data = tt.data.read(ROWS, input="name:words", target="country")
    _, said = _begun(data, tmp_path, warm_start=str(of_letters.folder.path))
    named = {line.split()[0] for line in said if "none of its columns' symbols" in line}
    assert named == {"graph.recurrences.0.U.weight"}


def test_of_an_axis_of_which_little_is_there_it_is_said(of_letters: Run, tmp_path: Path) -> None:
    """With other letters, what stands for unknown ones is the same alone."""
    rows = [{**row, "name": row["name"].translate(str.maketrans("xyz ", "pqrs"))} for row in ROWS]
    data = tt.data.read(rows, input="name:characters", target="country")
    _, said = _begun(data, tmp_path, warm_start=str(of_letters.folder.path))
    assert said[0].endswith("6 of 6 parameters fit, 1 of them in part")
    assert said[1:] == [
        "  of name, 1 of 5 symbols or entries are there; 4 begin anew: 'p', 'q', 'r', 's'"
    ]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("min-lstm", r"GRU there, the h\(t\) of MinLSTM here"),
        (f"{__name__}:Damped(start=0.25)", rf"GRU there, .* {__name__}:Damped\(start=0.25\) here"),
    ],
)
def test_weights_of_another_cell_are_refused(
    cell: str, says: str, of_letters: Run, tmp_path: Path
) -> None:
    """Of as many gates, or of none: no entry of u(t), and none of h(t), means the same."""
    data = tt.data.read(ROWS, input="name:characters", target="country")
    path = str(of_letters.folder.path)
    with pytest.raises(
        ConfigError, match=f"no matrix fits: .* begins anew: it is of the h.t. of {says}"
    ):
        _begun(data, tmp_path, cell=cell, warm_start=path)


def test_a_cell_with_another_nonlinearity_is_another(tmp_path: Path) -> None:
    run = tt.train(_lines("abcd"), out=tmp_path / "run", say=None, cell="elman", **SMALL)
    with pytest.raises(ConfigError, match=r"'tanh'\) there, .* Elman\(nonlinearity='relu'\) here"):
        _begun(
            tt.data.read(_lines("abcd")), tmp_path, cell="elman-relu",
            warm_start=str(run.folder.path),
        )  # fmt: skip


def test_a_second_layer_is_not_the_other_direction(tmp_path: Path) -> None:
    both = "x(t) -> h(t), h(t-1) -> h(t), h(t+1) -> h(t), h(tau) -> o"
    data = tt.data.read(ROWS, input="name:characters", target="country")
    run = tt.train(data, out=tmp_path / "both", say=None, wiring=both, **SMALL)
    _, said = _begun(data, tmp_path / "two", layers=2, warm_start=str(run.folder.path))
    assert any(
        "recurrences.1.cell.W begins anew: it is of GRU in layer 1, backward" in s for s in said
    )
