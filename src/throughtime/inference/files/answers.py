"""Answer all rows of some files, in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from tqdm import tqdm

from throughtime.data.formats.tables import is_table
from throughtime.inference.files.engines import ENGINES
from throughtime.inference.files.out import Count
from throughtime.inference.files.pieces import pieces_of
from throughtime.inference.files.worker import Job, Worker
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
        ValueError: if an option does not apply, one of the files is a folder of several tables,
            the folder of the answers is of something else, or no row at all could be read.
    """
    # where a cluster computes need not be here
    here = Worker(job if engine == "local" else replace(job, device="cpu"))
    read = [_state(path, job.out) for path in files]
    pieces = pieces_of(files, here.asked.columns, here.reading)
    begun = here.out.begun(
        {
            "use": job.use,
            "run": here.run.folder.identity,
            "weights": packed(here.run.model.state_dict(), {}).checksum,
            "options": {**job.options, "format": job.form, "json": job.as_json},
            "files": read,
            "pieces": [piece.name for piece in pieces],
        }
    )
    with begun:
        left = [piece for piece in pieces if not here.out.is_done(piece)]
        if left:
            done = ENGINES[engine](here, job, left)
            for _ in tqdm(done, total=len(left), unit=" pieces", disable=None):
                pass
        count = here.out.total(pieces)
    if not count.rows:
        raise RunError(f"no row could be read; the first: {count.first}")
    return count


def _state(path: Path, out: Path) -> list[object]:
    """What tells a file from what it was; of a folder, what is read in it.

    Raises:
        RunError: if it is a folder of several tables, or has the answers in it.
    """
    if not path.is_dir():
        return _stamp(path)
    if out.resolve().is_relative_to(path.resolve()):
        raise RunError(
            f"{out}: is in {path}, which is read, and would be changed by the answers; give an "
            f"--out that is not in {path}"
        )
    tables = sorted(file for file in path.iterdir() if is_table(file))
    if len(tables) > 1:
        raise RunError(
            f"{path}: a folder with {len(tables)} tables; give one of them, such as {tables[0]}, "
            f"or several by a pattern, such as '{path / '*'}{tables[0].suffix}'"
        )
    # pictures are read from all folders below, and may be many
    found = tables or sorted(file for file in path.rglob("[!.]*") if file.is_file())
    stamps = json.dumps([_stamp(file) for file in found]).encode()
    return [str(path), len(found), sha256(stamps).hexdigest()]


def _stamp(file: Path) -> list[object]:
    found = file.stat()
    return [str(file), found.st_size, found.st_mtime_ns]
