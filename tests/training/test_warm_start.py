"""What a model starts from: another run's weights, and word vectors; and parts that stay."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import throughtime as tt
from throughtime.data import DataError, Dataset
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
        if p.shape[axis.number] == 5:  # the end is the end
            assert torch.equal(p.narrow(axis.number, 4, 1), theirs.narrow(axis.number, 4, 1))
    total = len(list(run.model.parameters()))
    assert said[0].endswith(f"{total} of {total} parameters fit")
    assert said[-1] == "  1 symbols or entries that it has not begin anew: z"


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
    with pytest.raises(ConfigError, match=r"of which no matrix fits: .* there, .* here"):
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


NAME = "graph.recurrences.0.S.weight"
WORDS = {"sun": [1.0, 0.0, 0.5], "star": [0.9, 0.1, 0.5], "fish": [-1.0, 2.0, 0.0]}


def _file(kind: str, folder: Path) -> Path:
    path = folder / f"vectors.{kind}"
    if kind == "safetensors":
        matrix = torch.tensor(list(WORDS.values()))
        save_file({"vectors": matrix}, path, {"words": json.dumps(list(WORDS))})
        return path
    rows = [" ".join([word, *map(str, v)]) for word, v in WORDS.items()] + [". . 0 0 1"]
    path.write_text("\n".join(["4 3"] * (kind == "vec") + rows) + "\n")
    return path


@pytest.mark.parametrize("kind", ["txt", "vec", "safetensors"])
def test_words_that_are_alike_enter_alike(kind: str, tmp_path: Path) -> None:
    lines = [f"the Sun is a star{' a' * i}" for i in range(20)] + ["a fish is a fish"] * 20
    data = tt.data.read([{"y": line} for line in lines], target="y:words")
    options: dict[str, Any] = {"hidden_size": 200}
    cold, _ = _begun(data, tmp_path / "cold", **options)
    found, said = _begun(data, tmp_path / "w", vectors=str(_file(kind, tmp_path)), **options)
    assert ": 3 of 6 words of y, 1 by their lower case; the others begin anew" in said[0]
    symbols = data.schema.y.vocabulary.symbols
    S, before = (dict(r.model.named_parameters())[NAME].detach().T for r in (found, cold))
    at = {word: S[symbols.index(word)].detach() for word in ("Sun", "star", "fish")}

    def cosine(a: str, b: str) -> float:
        return torch.cosine_similarity(at[a], at[b], dim=0).item()

    assert cosine("Sun", "star") > 0.95 > 0.5 > cosine("Sun", "fish")
    assert S.std().item() == pytest.approx(before.std().item(), rel=0.1)
    for word in ("the", "is"):
        assert torch.equal(S[symbols.index(word)], before[symbols.index(word)])
    assert torch.equal(*(dict(r.model.named_parameters())["graph.V"] for r in (found, cold)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("sun 1 2\nstar 1\n", r"line 2: 'star 1\\n' is no word with 2 numbers"),
        ("sun 1 2\nstar 1 two\n", "line 2"),
        ("sun 1 2\nstar 1 nan\n", "line 2"),
        ("moon 1 2\n", "none of the 2 words"),
    ],
)
def test_vectors_that_cannot_be_are_refused(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text(content)
    data = tt.data.read([{"y": "sun" + " star" * i} for i in range(20)], target="y:words")
    with pytest.raises((ConfigError, DataError), match=says):
        _begun(data, tmp_path, vectors=str(tmp_path / "vectors.txt"))
    letters = tt.data.read(_lines("abcd"))
    with pytest.raises(ConfigError, match="vectors are for a column of words"):
        _begun(letters, tmp_path, vectors=str(tmp_path / "vectors.txt"))
    assert not (tmp_path / "new").exists()
