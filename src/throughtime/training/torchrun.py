"""What ``torchrun`` tells each process that it starts, in its environment."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from throughtime.runs.errors import ConfigError


@dataclass(frozen=True)
class Launch:
    """A process among those that were started together; by default, one by itself.

    Where torchrun starts them anew because one of them has died, they get the same command, and the
    ``job`` is the same folder.

    Args:
        rank: the number of the process.
        count: how many processes there are.
        local_rank: its number on this machine.
        local_count: how many are on this machine.
        attempt: a folder that torchrun makes on this machine each time it starts processes; None if
            something else has started them.
    """

    rank: int = 0
    count: int = 1
    local_rank: int = 0
    local_count: int = 1
    attempt: Path | None = None

    def speaks(self) -> bool:
        """Whether it is for this process to say what went wrong: no other on this machine has done
        so since they were started."""
        if self.attempt is None:
            return True
        said = self.attempt / "said"
        with suppress(OSError):
            try:
                with said.open("x") as file:
                    file.write(str(self.rank))
            except FileExistsError:
                return said.read_text() == str(self.rank)
        return True

    def note(self, number: int, run: Path) -> None:
        """Keep the folder of the ``number``-th run that these processes train."""
        if self.attempt is not None:
            unfinished = self.attempt / "run"
            unfinished.write_text(str(run))
            unfinished.replace(self.attempt.parent / f"run-{number}")

    def noted(self, number: int) -> Path | None:
        """What :meth:`note` has kept, before the processes were started anew or since."""
        if self.attempt is not None:
            with suppress(OSError):
                return Path((self.attempt.parent / f"run-{number}").read_text())
        return None


def launched() -> Launch:
    """How this process was started.

    Raises:
        ConfigError: if the environment says something that torchrun would not.

    Example:
        >>> launched().count
        1
    """
    told = os.environ
    count = _number("WORLD_SIZE", 1)
    if count == 1:
        return Launch()
    file = told.get("TORCHELASTIC_ERROR_FILE")  # <job>/attempt_0/<local rank>/error.json
    return Launch(
        _number("RANK"),
        count,
        _number("LOCAL_RANK", 0),
        _number("LOCAL_WORLD_SIZE", 1),
        None if file is None else Path(file).parents[1],
    )


def _number(name: str, usual: int | None = None) -> int:
    """A number that torchrun writes into the environment."""
    told = os.environ.get(name, usual)
    try:
        return int("" if told is None else told)
    except ValueError:
        found = "is missing" if told is None else f"is {told!r}"
        raise ConfigError(
            f"the environment variable {name} {found}; expected a number: start the processes by "
            "torchrun --nproc-per-node N -m throughtime …, or unset WORLD_SIZE for one process"
        ) from None
