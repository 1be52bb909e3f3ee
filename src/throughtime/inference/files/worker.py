"""What a process does: it loads the model once, and answers the rows of one piece after another."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

from throughtime.data.faults import setting_aside
from throughtime.data.files.opening import BLOCK
from throughtime.data.table.table import Table
from throughtime.inference import predict, score
from throughtime.inference.files.arrow_rows import as_parquet
from throughtime.inference.files.batching import lengths_of, pools
from throughtime.inference.files.out import Count, Out
from throughtime.inference.files.pieces import Piece
from throughtime.inference.question import Question
from throughtime.inference.results import Prediction, Score
from throughtime.inference.rows import LINES, reading_of
from throughtime.inference.run import Run
from throughtime.runs.errors import RunError

Answer = Prediction | Score


@dataclass(frozen=True)
class Job:
    """What is asked of every row, and where the answers go: the same in every process.

    Args:
        run: the run's folder.
        use: ``predict`` or ``score``.
        options: those of its use that are given: top, beam, max_length.
        out: the folder of the answers, a new one or one that the same job has begun.
        as_json: whether to write JSON lines, and not Parquet.
        form: the format of the files.
        device: where the model computes.
        rows: the most rows of a batch.
        here: the folder that the other paths are relative to.
    """

    run: Path
    use: str
    options: Mapping[str, int]
    out: Path
    as_json: bool = False
    form: str | None = None
    device: str = "cpu"
    rows: int = LINES
    here: Path = Path()


class Worker:
    """A model that answers pieces.

    Args:
        job: what is asked.

    Raises:
        ValueError: if the run cannot be loaded, or an option does not apply to it.
    """

    def __init__(self, job: Job) -> None:
        os.chdir(job.here)
        run = Run.load(job.run, job.device)
        if run.schema.running or run.schema.of_series:
            raise RunError(
                f"{job.run}: models a text or series, each step of which is given those before "
                "it; give one file, without --out"
            )
        self.job, self.run, self.out = job, run, Out(job.out, job.as_json)
        self.reading = reading_of(run.folder, job.form, None)
        self._absent: Counter[str] = Counter()
        self.asked: Question[Answer]
        if job.use == "predict":
            self.asked = predict.question(run.folder, **job.options)
        else:
            self.asked = score.question(run.folder, self._absent, **job.options)

    def __call__(self, piece: Piece) -> None:
        """Answer the rows of a piece, and write what was found.

        Doing it again writes the same. Rows that cannot be read are set aside, each with its
        reason; where a file cannot be read, from some row on or at all, that is one of them, with
        no number. One that is no JSON, or no text, is left out.

        Raises:
            RunError: if it cannot be written.
        """
        out, count = self.out, Count()
        self._absent.clear()
        with SpooledTemporaryFile(BLOCK) as aside:
            rows = self._rows(piece, count, aside)
            first = next(rows, None)
            if first is not None:
                out.save_answers(piece, self._content(chain([first], rows)))
            aside.seek(0)
            if count.aside:
                out.save_aside(piece, iter(lambda: aside.read(BLOCK), b""))
        count.absent = dict(self._absent)
        out.save_count(piece, count)  # last: what is counted is there

    def _content(self, rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
        if self.job.as_json:
            return map(_json_line, rows)
        return as_parquet(rows, self.job.use, self.run.schema.y)

    def _rows(self, piece: Piece, count: Count, aside: Any) -> Iterator[dict[str, Any]]:
        for row, answer in self._answers(piece):
            place = {"file": str(piece.path), "row": row}
            if isinstance(answer, str):
                count.aside += 1
                count.first = count.first or answer
                aside.write(_json_line(place | {"reason": answer}))
            else:
                count.rows += 1
                count.unknown += answer.unknown
                yield place | answer.to_dict()

    def _answers(self, piece: Piece) -> Iterator[tuple[int | None, Answer | str]]:
        """Each row's number and its answer, or the reason that it has none, in their order."""
        with setting_aside() as faults:
            unread: list[tuple[None, str]] = []
            try:
                for row, answer in self._read(piece):
                    while faults and faults[0].line < row:
                        yield faults.pop(0)
                    yield row, answer
            except ValueError as error:  # the rows from there on, of which none was read
                unread = [(None, str(error))]
            yield from faults
            yield from unread

    def _read(self, piece: Piece) -> Iterator[tuple[int, Answer | str]]:
        for table in piece.tables(self.asked.columns, self.reading):
            lengths = lengths_of(table, self.asked.columns)
            numbers = iter(table.lines)
            for batches in pools(lengths, self.job.rows):
                found = {
                    row: answer
                    for batch in batches
                    for row, answer in zip(batch, _each(table[batch], self.asked), strict=True)
                }
                for row in sorted(found):
                    yield int(next(numbers)), found[row]


def _each(table: Table, asked: Question[Answer]) -> list[Answer | str]:
    """An answer for each row, or the reason that it has none.

    A table with such a row is halved until that stands alone, so that few of them cost little.
    """
    try:
        return [*asked.answer(table)]
    except ValueError as error:
        if len(table) == 1:
            at = table.at(0)
            return [str(error) if str(error).startswith(at) else f"{at}: {error}"]
    half = len(table) // 2
    return [
        *_each(table[range(half)], asked),
        *_each(table[range(half, len(table))], asked),
    ]


def _json_line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
