"""Words start from vectors that were learned elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import throughtime as tt
from throughtime.data import DataError, Dataset
from throughtime.runs.errors import ConfigError
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.training.prepare import prepare

SMALL: dict[str, Any] = {"hidden_size": 4, "max_steps": 3, "dropout": 0.0}


def _begun(data: Dataset, path: Path, **options: Any) -> tuple[RunFolder, list[str]]:
    said: list[str] = []
    return prepare(Options(**SMALL | options), data, path / "new", say=said.append), said


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
    letters = tt.data.read(["a" * i for i in range(1, 21)])
    with pytest.raises(ConfigError, match="vectors are for a column of words"):
        _begun(letters, tmp_path, vectors=str(tmp_path / "vectors.txt"))
    assert not (tmp_path / "new").exists()
