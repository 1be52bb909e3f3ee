"""Answer all rows of some files, in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from throughtime.inference.files.engines import ENGINES
from throughtime.inference.files.out import Count
from throughtime.inference.files.pieces import pieces_of
from throughtime.inference.files.worker import Job, Worker
from throughtime.runs.alone import alone
from throughtime.runs.errors import RunError
from throughtime.runs.tensors import packed


def answer_files(job: Job, files: Sequence[Path], engine: str = "local") -> Count:
    """Predict or score each row of some files, and write a file of answers for each piece of them.

    The answers are the same by every engine, whatever was killed meanwhile. The same call goes on
    with a folder that it has begun.

    Args:
        job: what is asked, and where the answers go.
        files: the files, in the order of the answers.
        engine: one of :data:`~throughtime.inference.files.engines.ENGINES`.

    Returns:
        What became of the rows, those that were there before among them.

    Raises:
        ValueError: if an option does not apply, the folder is of something else, or no row at all
            could be read.
    """
    # where a cluster computes need not be here
    here = Worker(job if engine == "local" else replace(job, device="cpu"))
    pieces = pieces_of(files, here.asked.columns, here.reading)
    here.out.begin(
        {
            "use": job.use,
            "run": here.run.folder.identity,
            "weights": packed(here.run.model.state_dict(), {}).checksum,
            "options": {**job.options, "format": job.form, "json": job.as_json},
            "files": [_state(path) for path in files],
            "pieces": [piece.name for piece in pieces],
        }
    )
    with alone(job.out):
        left = [piece for piece in pieces if not here.out.is_done(piece)]
        if left:
            done = ENGINES[engine](here, job, left)
            for _ in tqdm(done, total=len(left), unit=" pieces", disable=None):
                pass
        count = here.out.total(pieces)
    if not count.rows:
        raise RunError(f"no row could be read; the first: {count.first}")
    return count


def _state(path: Path) -> list[object]:
    """What tells a file from what it was."""
    found = path.stat()
    return [str(path), found.st_size, found.st_mtime_ns]
