"""Start the words of a column from vectors that were learned elsewhere."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor

from throughtime.data.columns import Column
from throughtime.data.errors import DataError
from throughtime.data.files.json_text import from_json
from throughtime.data.files.text_file import lines_in
from throughtime.data.schema import Schema
from throughtime.runs.build import Model
from throughtime.runs.errors import ConfigError
from throughtime.training.axes import Axis, axes

WORDS = "words"
"""The key of a safetensors file's metadata that names its rows, as a JSON list."""


@torch.no_grad()
def start_from_vectors(model: Model, schema: Schema, path: str) -> list[str]:
    r"""Start the columns of U, R or S that stand for words from those words' vectors e.

    .. math:: U_w = P e_w, \qquad P_{ij} \sim N(0, 1)

    scaled to the size that U would start with. A random projection keeps angles and distances up
    to a small error (Johnson & Lindenstrauss 1984), so words that are alike enter alike. A word
    that the file lacks in this spelling has the vector of its lower case; one that it lacks begins
    as it would without the file.

    Args:
        model: receives the columns.
        schema: its columns.
        path: a text of ``word number number …`` in each line (GloVe; word2vec's and fastText's
            ``.vec`` have their sizes in the first line), or ``.safetensors`` with one matrix, and
            the words of its rows as a JSON list in its metadata, ``words``.

    Raises:
        ConfigError: if there is no column of words, or the file knows none of its words.
        DataError: if the file is not such a file.
    """
    columns = [c for c in (*schema.x, schema.y) if c.symbol == "word" and c.vocabulary is not None]
    if not columns:
        named = ", ".join(f"{c.name or 'the text'} of {c.kind}" for c in (*schema.x, schema.y))
        raise ConfigError(
            f"vectors are for a column of words, and there are {named}; use --symbols words, or "
            "name:words"
        )
    wanted = {word for column in columns for word in _words(column)}
    wanted |= {word.lower() for word in wanted}
    vectors = _read(Path(path), wanted)
    size = len(next(iter(vectors.values()))) if vectors else 0
    lines: list[str] = []
    for column in columns:
        words = _words(column)
        exact = {w: vectors[w] for w in words if w in vectors}
        lower = {w: vectors[w.lower()] for w in words if w not in exact and w.lower() in vectors}
        found = exact | lower
        if not found:
            raise ConfigError(f"vectors: {path} has none of the {len(words):,} words of the data")
        for name, axis in axes(model, schema).items():
            if axis.number == 1:
                _start(model.get_parameter(name), axis, column.name, found)
        of = f" of {column.name}" if column.name else ""
        lines.append(
            f"vectors of {size} from {path}: {len(found):,} of {len(words):,} words{of}"
            + (f", {len(lower):,} by their lower case" if lower else "")
            + ("; the others begin anew" if len(found) < len(words) else "")
        )
    return lines


def _words(column: Column) -> list[str]:
    assert column.vocabulary is not None
    return [s for i, s in enumerate(column.vocabulary.symbols) if i != column.vocabulary.unknown]


def _start(edge: Tensor, axis: Axis, column: str, vectors: dict[str, Tensor]) -> None:
    """The columns of one edge's matrix."""
    at = {
        str(s): i for i, (name, _, s) in enumerate(axis.places) if name == column and s in vectors
    }
    if not at:
        return
    e = torch.stack([vectors[word] for word in at]).to(edge)
    columns = torch.randn(len(edge), e.shape[1], dtype=edge.dtype) @ e.T
    size = edge.square().mean().sqrt() / columns.square().mean().sqrt().clamp(min=1e-30)
    edge.index_copy_(1, torch.tensor(list(at.values())), columns * size)


def _read(path: Path, wanted: set[str]) -> dict[str, Tensor]:
    """The vectors of the wanted words."""
    if path.suffix == ".safetensors":
        return _safetensors(path, wanted)
    vectors: dict[str, Tensor] = {}
    size: int | None = None
    for number, line in enumerate(lines_in(path), 1):
        fields = line.rstrip("\n ").split(" ")
        if number == 1 and len(fields) == 2 and all(f.isdecimal() for f in fields):
            size = int(fields[1])
            continue
        size = len(fields) - 1 if size is None else size
        word = " ".join(fields[:-size]) if size else ""  # some of GloVe's words have spaces
        try:
            values = [float(v) for v in fields[-size:]] if word in wanted else []
        except ValueError:
            values = [math.nan]
        if not word or not all(map(math.isfinite, values)):
            raise DataError(
                f"{path}, line {number}: {line[:60]!r} is no word with {size} numbers after it, "
                "between spaces; expected the same number of them in every line"
            )
        if values:
            vectors.setdefault(word, torch.tensor(values, dtype=torch.float64))
    return vectors


def _safetensors(path: Path, wanted: set[str]) -> dict[str, Tensor]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            names, metadata = list(file.keys()), file.metadata() or {}
            words = from_json(metadata.get(WORDS, "null"))
            matrix = file.get_tensor(names[0]) if len(names) == 1 else torch.empty(0)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path}: no safetensors file ({error})") from None
    except ValueError as error:
        raise DataError(f"{path}: {WORDS} in its metadata is no JSON ({error})") from None
    if matrix.dim() != 2 or not isinstance(words, list) or len(words) != len(matrix):
        raise DataError(
            f"{path}: has {len(names)} tensors"
            + (f", of shape {tuple(matrix.shape)}" if len(names) == 1 else "")
            + f"; expected one matrix, and in the metadata, as {WORDS}, a JSON list with a word "
            f"for each of its rows: save_file({{'vectors': matrix}}, path, "
            f"{{'{WORDS}': json.dumps(words)}})"
        )
    if not bool(matrix.isfinite().all()):
        raise DataError(f"{path}: a number is not finite; expected finite ones")
    return {w: matrix[i].double() for i, w in enumerate(words) if w in wanted}
