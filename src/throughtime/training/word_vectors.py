"""Start the words of a column from vectors that were learned elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import torch
from torch import Tensor

from throughtime.data.columns import Column
from throughtime.data.columns.column import shown
from throughtime.data.errors import DataError
from throughtime.data.files.json_text import from_json
from throughtime.data.files.opening import bytes_of
from throughtime.data.files.text_file import lines_in
from throughtime.data.schema import Schema
from throughtime.runs.build import Model
from throughtime.runs.errors import ConfigError
from throughtime.training.axes import Axis, axes

WORDS = "words"
"""The key of a safetensors file's metadata that names its rows, as a JSON list."""

HEADER = re.compile(r"\d+ (\d{1,6})\s*")
"""The first line of word2vec's and fastText's text: how many words, and how many numbers each."""

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
"""A number in a text; nan and infinity are words."""

LARGEST = torch.finfo(torch.float32).max
"""Of a larger number, float32 has but an infinity."""


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
        ConfigError: if no column of words enters the model, or the file knows none of its words.
        DataError: if the file is not such a file.
    """
    edges = [
        (model.get_parameter(name), axis)
        for name, axis in axes(model, schema).items()
        if axis.number == 1
    ]
    enters = {place[:2] for _, axis in edges for place in axis.places}
    columns = [
        c
        for c in (*schema.x, schema.y)
        if c.symbol == "word" and c.vocabulary is not None and (c.name, c.kind) in enters
    ]
    if not columns:
        named = ", ".join(f"{_name(c)} of {c.kind}" for c in (*schema.x, schema.y))
        raise ConfigError(
            f"vectors are for a column of words that enters h(t), and there are {named}; use "
            "--symbols words, or name:words"
        )
    wanted = {word for column in columns for word in _words(column)}
    vectors, repeated = _read(Path(path), wanted | {word.lower() for word in wanted})
    size = len(next(iter(vectors.values()))) if vectors else 0
    lines: list[str] = []
    for column in columns:
        words = _words(column)
        exact = {w: vectors[w] for w in words if w in vectors}
        lower = {w: vectors[w.lower()] for w in words if w not in exact and w.lower() in vectors}
        found = exact | lower
        for edge, axis in edges:
            _start(edge, axis, column, found)
        lines.append(
            f"vectors of {size} from {path}: {len(found):,} of {len(words):,} words of "
            f"{_name(column)}"
            + (f", {len(lower):,} by their lower case" if lower else "")
            + ("; the others begin anew" if len(found) < len(words) else "")
        )
    if not vectors:
        none = (f"none of the {len(_words(c)):,} words of {_name(c)}" for c in columns)
        raise ConfigError(
            f"vectors: {path} has {', '.join(none)}; expected a vector that is not zero for some"
        )
    if repeated:
        lines.append(f"  {repeated:,} words are repeated there: the first vector of each is taken")
    return lines


def _name(column: Column) -> str:
    return column.name or "the text"


def _words(column: Column) -> list[str]:
    assert column.vocabulary is not None
    return [s for i, s in enumerate(column.vocabulary.symbols) if i != column.vocabulary.unknown]


def _start(edge: Tensor, axis: Axis, column: Column, vectors: dict[str, Tensor]) -> None:
    """The columns of one edge's matrix."""
    at = {
        str(place.symbol): i
        for i, place in enumerate(axis.places)
        if place[:2] == (column.name, column.kind) and place.symbol in vectors
    }
    if not at:
        return
    # in float64, which has the squares of all that float32 has
    e = torch.stack([vectors[word] for word in at]).double()
    columns = torch.randn(len(edge), e.shape[1], dtype=edge.dtype).double() @ e.T
    size = edge.double().square().mean().sqrt() / columns.square().mean().sqrt()
    edge.index_copy_(1, torch.tensor(list(at.values())), (columns * size).to(edge))


def _read(path: Path, wanted: set[str]) -> tuple[dict[str, Tensor], int]:
    """The first vector of each wanted word, and how many of these words are repeated.

    Zeros would make the word no symbol at all, so that they are no vector.
    """
    vectors: dict[str, Tensor] = {}
    repeated: set[str] = set()
    of = _of_safetensors if path.suffix == ".safetensors" else _of_text
    for word, vector in of(path, wanted):
        if word in vectors:
            repeated.add(word)
        else:
            vectors[word] = vector
    return {word: vector for word, vector in vectors.items() if vector.any()}, len(repeated)


def _of_text(path: Path, wanted: set[str]) -> Iterator[tuple[str, Tensor]]:
    size, source = 0, "line 1 has"
    for number, line in enumerate(_lines(path), 1):
        fields = line.rstrip("\n ").split(" ")
        if number == 1:
            header = HEADER.fullmatch(line)
            size, source = (int(header[1]), "line 1 says") if header else (_count(fields), source)
            if not size:
                raise DataError(
                    f"{_where(path, number, line)} "
                    f"{'says that vectors have' if header else 'ends in'} no numbers; expected a "
                    "word and its numbers, or how many words and how many numbers"
                )
            if header:
                continue
        # some of GloVe's words have spaces, as "at name@domain.com", but none ends in numbers
        surplus = fields[1:-size]
        if len(fields) <= size or (surplus and all(map(_is_number, surplus))):
            raise DataError(
                f"{_where(path, number, line)} has {_count(fields)} numbers after its word; "
                f"expected {size}, as {source}, in every line"
            )
        if not all(fields[:-size]):
            raise DataError(
                f"{_where(path, number, line)} begins with a space, or has two in a row; "
                "expected a word and numbers with one space between them"
            )
        if (word := " ".join(fields[:-size])) in wanted:
            for field in fields[-size:]:
                if not _is_finite(field):
                    raise DataError(
                        f"{path}:{number}: {shown(field)} is no finite number; expected {size} "
                        f"numbers after {shown(word)}, none beyond {LARGEST:.1e}"
                    )
            yield word, torch.tensor(list(map(float, fields[-size:])))


def _where(path: Path, number: int, line: str) -> str:
    return f"{path}:{number}: {shown(line.rstrip())}"


def _lines(path: Path) -> Iterator[str]:
    try:
        yield from lines_in(path)
    except DataError:
        head = next(bytes_of(path))[:4096]
        if re.match(rb"\d+ \d+\n", head) and re.search(rb"[\0-\x08\x0e-\x1f]", head):
            raise DataError(
                f"{path}: word2vec's binary format; expected text, which gensim writes: "
                "KeyedVectors.load_word2vec_format(path, binary=True)"
                ".save_word2vec_format('vectors.txt', binary=False)"
            ) from None
        raise


def _count(fields: list[str]) -> int:
    """How many numbers a line ends in, after its word."""
    return sum(1 for _ in takewhile(_is_number, reversed(fields[1:])))


def _is_number(field: str) -> bool:
    return NUMBER.fullmatch(field) is not None


def _is_finite(field: str) -> bool:
    try:
        return abs(float(field)) <= LARGEST
    except ValueError:
        return False


def _of_safetensors(path: Path, wanted: set[str]) -> Iterator[tuple[str, Tensor]]:
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
    rows = len(words) if isinstance(words, list) else None
    if matrix.dim() != 2 or not matrix.shape[1] or rows != len(matrix):
        raise DataError(
            f"{path}: has {len(names)} tensors"
            + (f", of shape {tuple(matrix.shape)}" if len(names) == 1 else "")
            + f"; expected one matrix, and in the metadata, as {WORDS}, a JSON list with a word "
            f"for each of its rows: save_file({{'vectors': matrix}}, path, "
            f"{{'{WORDS}': json.dumps(words)}})"
        )
    for i, word in enumerate(words):
        if not isinstance(word, str):
            raise DataError(
                f"{path}: the word of row {i}, {shown(word)}, is no text; expected texts alone in "
                f"{WORDS} of the metadata"
            )
    numbers = matrix.float()
    for i, j in (~numbers.isfinite()).nonzero()[:1].tolist():
        raise DataError(
            f"{path}: row {i}, of {shown(words[i])}, has {matrix[i, j].item()}; expected finite "
            f"numbers, none beyond {LARGEST:.1e}"
        )
    yield from ((word, numbers[i]) for i, word in enumerate(words) if word in wanted)
