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


SUN: list[dict[str, Any]] = [{"y": "sun" + " star" * i} for i in range(20)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("sun 1 2\nstar 1\n", r"txt:2: 'star 1' has 1 numbers after its word; .* 2, as line 1 has"),
        ("sun 1 2\nstar 1 two\n", "txt:2: 'two' is no finite number"),
        ("sun 1 2\nstar 1 nan\n", "txt:2: 'nan' is no finite number"),
        ("the 1\nsun 1 2 3\n", "txt:2: 'sun 1 2 3' has 3 numbers .* 1, as line 1 has"),
        ("2 1\nsun 1 2 3\n", "txt:2: 'sun 1 2 3' has 3 numbers .* 1, as line 1 says"),
        ("sun 1 2\nmoon 1 2 3 4\n", "txt:2: 'moon 1 2 3 4' has 4 numbers"),
        ("sun 1 2\nmoon  1 2\n", "txt:2: 'moon  1 2' begins with a space, or has two"),
        ("sun 1 2\n 1 2\n", "txt:2: ' 1 2' begins with a space"),
        ("sun\n", "txt:1: 'sun' ends in no numbers; expected a word"),
        ("1 0\nsun\n", "txt:1: '1 0' says that vectors have no numbers"),
        ("sun 1e300 1\n", "txt:1: '1e300' is no finite number"),
        ("sun 0 0\n", "none of the 2 words of y"),
        ("moon 1 2\n", "none of the 2 words of y"),
    ],
)
def test_vectors_that_cannot_be_are_refused(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text(content)
    data = tt.data.read(SUN, target="y:words")
    with pytest.raises((ConfigError, DataError), match=says) as refused:
        _begun(data, tmp_path, vectors=str(tmp_path / "vectors.txt"))
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("matrix", "words", "says"),
    [
        (torch.ones(2, 0), ["sun", "star"], r"of shape \(2, 0\); expected one matrix"),
        (torch.ones(2, 2), [["sun"], "star"], r"\['sun'\], is no text"),
        (torch.tensor([[1.0, 1], [1, torch.inf]]), ["sun", "star"], "row 1, of 'star', has inf"),
        (torch.tensor([[1, 1e300]], dtype=torch.float64), ["sun"], r"row 0, of 'sun', has 1e\+300"),
        (torch.zeros(1, 2), ["sun"], "none of the 2 words of y"),
    ],
)
def test_a_matrix_that_cannot_be_is_refused(
    matrix: torch.Tensor, words: list[Any], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "vectors.safetensors"
    save_file({"vectors": matrix}, path, {"words": json.dumps(words)})
    with pytest.raises((ConfigError, DataError), match=says):
        _begun(tt.data.read(SUN, target="y:words"), tmp_path, vectors=str(path))


def test_letters_have_no_vectors(tmp_path: Path) -> None:
    letters = tt.data.read(["a" * i for i in range(1, 21)])
    with pytest.raises(ConfigError, match="vectors are for a column of words"):
        _begun(letters, tmp_path, vectors=str(tmp_path / "vectors.txt"))


@pytest.mark.parametrize("kind", ["txt", "safetensors"])
def test_of_a_repeated_word_the_first_vector_is_taken(kind: str, tmp_path: Path) -> None:
    starts = []
    for rows in (["sun", "star"], ["sun", "star", "sun"]):
        path = tmp_path / f"{len(rows)}.{kind}"
        matrix = torch.tensor([[1.0, 2.0], [2.0, -1.0], [-5.0, 3.0]])[: len(rows)]
        if kind == "txt":
            lines = [f"{w} {a} {b}" for w, (a, b) in zip(rows, matrix.tolist(), strict=True)]
            path.write_text("\n".join(lines))
        else:
            save_file({"vectors": matrix}, path, {"words": json.dumps(rows)})
        found, said = _begun(
            tt.data.read(SUN, target="y:words"), tmp_path / path.name[0], vectors=str(path)
        )
        starts.append(dict(found.model.named_parameters())[NAME])
    assert torch.equal(*starts)
    assert said[-1] == "  1 words are repeated there: the first vector of each is taken"


def test_words_of_glove_may_have_spaces_and_vectors_any_size(tmp_path: Path) -> None:
    """Squares of 1e30 would be infinite in float32."""
    path = tmp_path / "vectors.txt"
    path.write_text(". . . 1e30 2\nat name@domain.com 1 2\nto infinity 1 2\nsun 1e30 -1e30\n")
    found, said = _begun(tt.data.read(SUN, target="y:words"), tmp_path, vectors=str(path))
    assert said == [f"vectors of 2 from {path}: 1 of 2 words of y; the others begin anew"]
    S = dict(found.model.named_parameters())[NAME]
    assert bool(S.isfinite().all())
    assert S.std(0).min() > 0


def test_of_a_translation_one_side_is_enough(tmp_path: Path) -> None:
    rows = [{"x": "sun" + " star" * i, "y": "soleil" + " astre" * (i // 2)} for i in range(20)]
    data = tt.data.read(rows, input="x:words", target="y:words")
    path = tmp_path / "vectors.txt"
    path.write_text("sun 1 2\n")
    _, said = _begun(data, tmp_path, vectors=str(path))
    assert said == [
        f"vectors of 2 from {path}: 1 of 2 words of x; the others begin anew",
        f"vectors of 2 from {path}: 0 of 2 words of y; the others begin anew",
    ]
    path.write_text("moon 1 2\n")
    with pytest.raises(ConfigError, match="none of the 2 words of x, none of the 2 words of y"):
        _begun(data, tmp_path, vectors=str(path))


def test_word2vecs_binary_format_is_known(tmp_path: Path) -> None:
    path = tmp_path / "vectors.bin"
    numbers = torch.tensor([0.5, -0.2]).numpy().tobytes()
    path.write_bytes(b"2 2\nsun " + numbers + b"\nstar " + numbers + b"\n")
    says = r"word2vec's binary format; .*save_word2vec_format\(.*binary=False"
    with pytest.raises(DataError, match=says):
        _begun(tt.data.read(SUN, target="y:words"), tmp_path, vectors=str(path))
    path.write_bytes("2 2\nsun 1 2\ncafé 1 2\n".encode("latin-1"))
    with pytest.raises(DataError, match="not UTF-8"):
        _begun(tt.data.read(SUN, target="y:words"), tmp_path, vectors=str(path))
