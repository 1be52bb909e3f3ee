"""The folder of the answers: what is counted there is whole, and is never written again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from throughtime.data.files.json_text import from_json
from throughtime.inference.files.pieces import Piece
from throughtime.runs.alone import alone
from throughtime.runs.errors import RunError
from throughtime.runs.files import folder_in, save

COMMAND = "_command.json"
"""What was asked. Readers of Parquet pass over names with a line before them."""

ASIDE = "_set_aside"
"""The folder of the rows that could not be read."""

COUNTS = "_done"
"""The folder of what was counted, which says that a piece is there."""

TRIES = ".tries"
"""The ending of a file beside it with a byte for each time that a piece was begun."""


@dataclass
class Count:
    """What became of the rows of a piece, or of several.

    Args:
        rows: how many have an answer.
        aside: how many were set aside.
        unknown: their symbols that are not in training.
        first: why the first one was set aside.
        absent: how often each label was there that training lacks.
    """

    rows: int = 0
    aside: int = 0
    unknown: int = 0
    first: str = ""
    absent: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Count) -> Count:
        return Count(
            self.rows + other.rows,
            self.aside + other.aside,
            self.unknown + other.unknown,
            self.first or other.first,
            dict(Counter(self.absent) + Counter(other.absent)),
        )


@dataclass(frozen=True)
class Out:
    """A folder with a file of answers for each piece.

    A process that is killed leaves a piece uncounted. It is answered again, and its files take the
    place of those that are there.

    Args:
        path: the folder.
        as_json: whether the files are JSON lines, and not Parquet.
    """

    path: Path
    as_json: bool = False

    @contextmanager
    def begun(self, command: Mapping[str, Any]) -> Iterator[None]:
        """A context in which the folder is there, new or begun by the same command, for us alone.

        Args:
            command: what the answers follow from, as JSON has it.

        Raises:
            RunError: if it is a folder of something else, cannot be made, or is written to.
        """
        self._check(command)  # nothing is put into a folder of something else, not even the lock
        with alone(self.path):
            self._check(command)  # another one may have begun it meanwhile
            save(self.path / COMMAND, [_json(command)])  # first: whose the others are
            for name in (ASIDE, COUNTS):
                folder_in(self.path, name)
            for tries in (self.path / COUNTS).glob(f"*{TRIES}"):
                tries.unlink()  # of workers that were killed with all others
            yield

    def _check(self, command: Mapping[str, Any]) -> None:
        written = self.path / COMMAND
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            names = {path.name for path in self.path.iterdir()}
            before = from_json(written.read_text()) if COMMAND in names else command
        except OSError as error:
            raise RunError(
                f"{self.path}: cannot be made or read as a folder ({error.strerror}); give another "
                "--out"
            ) from None
        except ValueError:
            before = None
        if not isinstance(before, dict):
            raise RunError(f"{written}: damaged; remove the folder, or give another --out")
        if COMMAND not in names and any(not name.startswith(".") for name in names):
            raise RunError(
                f"{self.path}: has other files, and nothing is mixed; give another --out"
            )
        if before != command:
            differs = next((key for key in command if before.get(key) != command[key]), "parts")
            raise RunError(
                f"{self.path}: has the answers of another command, with other {differs}; give "
                "another --out"
            )

    def is_done(self, piece: Piece) -> bool:
        """Whether a piece is there, whole: its record, and the files of what that counts.

        Raises:
            RunError: if the record is damaged.
        """
        if not self._count(piece).exists():
            return False
        count = self._counted(piece)
        return (not count.rows or self._answers(piece).exists()) and (
            not count.aside or self._aside(piece).exists()
        )

    def tried(self, piece: Piece) -> int:
        """How often this was asked of a piece, in whatever processes, since :meth:`begun`."""
        with self._tries(piece).open("ab") as tries:
            tries.write(b".")
            return tries.tell()

    def save_answers(self, piece: Piece, content: Iterable[bytes]) -> None:
        """Write the answers of a piece."""
        save(self._answers(piece), content)

    def save_aside(self, piece: Piece, content: Iterable[bytes]) -> None:
        """Write the rows that were set aside, as JSON lines."""
        save(self._aside(piece), content)

    def save_count(self, piece: Piece, count: Count) -> None:
        """Write what was counted, last of all."""
        save(self._count(piece), [_json(asdict(count))])
        self._tries(piece).unlink(missing_ok=True)

    def total(self, pieces: Iterable[Piece]) -> Count:
        """The counts of all pieces together.

        Raises:
            RunError: if one is damaged.
        """
        return sum(map(self._counted, pieces), Count())

    def _counted(self, piece: Piece) -> Count:
        path = self._count(piece)
        try:
            return Count(**from_json(path.read_text()))
        except (ValueError, TypeError):
            raise RunError(f"{path}: damaged; remove it, and give the same command") from None

    def _answers(self, piece: Piece) -> Path:
        return self.path / f"{piece.name}.{'jsonl' if self.as_json else 'parquet'}"

    def _aside(self, piece: Piece) -> Path:
        return self.path / ASIDE / f"{piece.name}.jsonl"

    def _tries(self, piece: Piece) -> Path:
        return self.path / COUNTS / f"{piece.name}{TRIES}"

    def _count(self, piece: Piece) -> Path:
        return self.path / COUNTS / f"{piece.name}.json"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
