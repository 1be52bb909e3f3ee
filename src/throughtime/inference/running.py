"""Running text: one text without an end, each line of which is given all that comes before it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedIOBase, StringIO
from pathlib import Path

import torch

from throughtime.data import DataError, Examples
from throughtime.data.columns import WHOLE, Column
from throughtime.data.files.text_file import blocks_of
from throughtime.data.formats.memory import table_of
from throughtime.distribution import SequenceDistribution
from throughtime.evaluation.metrics.rows import measured
from throughtime.inference.results import Score
from throughtime.inference.rows import STDIN, name_of
from throughtime.inference.top import top_of
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence


def is_running_text(run: RunFolder) -> bool:
    """Whether a run models a running text: y is one long row of symbols."""
    return run.schema.running and run.schema.y.vocabulary is not None


def running_text(run: RunFolder, source: object) -> Examples:
    """A running text as one long row, encoded by the run.

    Raises:
        DataError: if the source is no text, or has no symbols.
    """
    return _encoded(run.schema.y, _lines(source))[0]


@torch.no_grad()
def line_scores(run: RunFolder, source: object, top: int | None = None) -> Iterator[Score]:
    r"""log p of each line of a running text, its end included, given all lines before it.

    .. math:: \log p(y^{(1)} \dots y^{(T)}) = \sum_{\text{lines}} \log p(\text{line} \mid
              \text{lines before})

    The text is read in chunks, like in evaluation, which measures this sum.

    Raises:
        DataError: if the source is no text, or has no symbols.
    """
    column, lines = run.schema.y, _lines(source)
    examples, lengths = _encoded(column, lines)
    steps = _steps(run, examples, top)
    for line, count in zip(lines, lengths, strict=True):
        found = [next(steps) for _ in range(count)]
        terms = [term for term, *_ in found]
        total = sum(terms)
        yield Score(
            input=None,
            target=line.removesuffix("\n"),
            log_prob=total,
            per_symbol=total / max(count, 1),
            terms=terms,
            length=0.0,
            unknown=sum(unknown for _, unknown, _ in found),
            line=True,
            top=None if top is None else [others for *_, others in found],
        )


def _steps(
    run: RunFolder, examples: Examples, top: int | None
) -> Iterator[tuple[float, bool, dict[str, float]]]:
    """Of each symbol log p, whether it is unknown, and the most probable ones in its place."""
    column = run.schema.y
    unknown = None if column.vocabulary is None else column.vocabulary.unknown
    for p, chunk in measured(run.model, examples, running=True):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(chunk.y, Sequence)
        (numbers,) = chunk.y.to_list()
        others: list[dict[str, float]] = [{}] * len(numbers)
        if top is not None:
            (others,) = top_of(p.predictive(chunk.y), top, [len(numbers)], column)
        terms = p.terms(chunk.y).values[0].tolist()
        yield from zip(terms, (n == unknown for n in numbers.tolist()), others, strict=True)


def _encoded(column: Column, lines: list[str]) -> tuple[Examples, list[int]]:
    """Lines as one long row, and how many symbols each has; they are encoded as in training."""
    assert column.vocabulary is not None
    numbers, lengths = column.vocabulary.encode_all(lines)
    if not len(numbers):
        raise DataError("a text without symbols; expected some to measure")
    row = torch.from_numpy(numbers.astype("int64"))
    return Examples(None, Sequence(row[None])), lengths.tolist()


def _lines(source: object) -> list[str]:
    """The lines of a text, each with its end."""
    *whole, rest = _text(source).split("\n")
    return [*(f"{line}\n" for line in whole), *([rest] if rest else [])]


def _text(source: object) -> str:
    """A running text: that of a file or of standard input, or the one row in memory."""
    if isinstance(source, BufferedIOBase):
        if name_of(source) == STDIN:
            return _of_stdin(source)
        source = name_of(source)
    if isinstance(source, str | Path):
        return "".join(blocks_of(Path(source)))
    texts = table_of(source, column=WHOLE).column(WHOLE)
    if len(texts) != 1 or not isinstance(texts[0], str):
        raise DataError(f"{len(texts)} rows; expected one, a running text: a path, or [text]")
    return texts[0]


def _of_stdin(file: BufferedIOBase) -> str:
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"standard input: byte 0x{error.object[error.start]:02X} is not UTF-8; expected UTF-8 "
            "text: convert it first, for instance with `iconv -f latin1 -t utf-8`"
        ) from None
    return StringIO(text, newline=None).read()  # any line ending becomes \n
