"""What belongs together in a run's folder: files of one run; weights and state of one training.

Each file has the identity of its run. That is not enough where a folder is copied and both runs are
trained further: the best weights of one are not those of the other. So the state has the checksum
of the best weights that it knows, and the best weights that of the state that they were made after.
One of the two holds if they belong together: the second where a process was killed between writing
the best weights and the state. In the same way the state has the checksum of the configuration that
it was made with, and a configuration that of the state that training went on from with it.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from throughtime.runs import config
from throughtime.runs.config import Saved
from throughtime.runs.errors import RunError
from throughtime.runs.metrics import STATE
from throughtime.runs.tensors import Header, load_tensors, read_header

if TYPE_CHECKING:
    from torch import Tensor

BEST = "best.safetensors"

KNOWN_BEST, MADE_AFTER = "best", "after"
"""The names of the checksum of the best weights in the state, and the other way round; it is empty
as long as there is no such file."""

MADE_WITH = "config"
"""The name of the checksum of the configuration in the state."""


class Pair(NamedTuple):
    """What the two files of tensors in a run's folder say; None of one that is not there."""

    state: Header | None
    best: Header | None

    @property
    def checksums(self) -> dict[str, str]:
        """The checksum of each file, or nothing, by what the other one calls it."""
        state, best = ("" if header is None else header.checksum for header in self)
        return {KNOWN_BEST: best, MADE_AFTER: state}

    @property
    def belongs(self) -> bool:
        """Whether both are of one training; weights alone are those of any."""
        state, best = self
        if state is None or not self.ahead:
            return True
        return best is not None and best.said.get(MADE_AFTER) == state.checksum

    @property
    def ahead(self) -> bool:
        """Whether the state does not know these best weights: a process that was killed has written
        them, and training makes them once more when it goes on as it was."""
        state, _ = self
        return state is not None and state.said.get(KNOWN_BEST) != self.checksums[KNOWN_BEST]


def load_belonging(
    path: Path, name: str, run: str
) -> tuple[dict[str, Tensor], Mapping[str, str], Pair]:
    """The tensors and texts of one of the two files in a run's folder, and what both say.

    Args:
        path: the folder, which may be trained in meanwhile.
        name: of the file.
        run: the identity of the run.

    Raises:
        RunError: if the file is missing, or one of the two is damaged, of another run, or of
            another training of this one.
    """
    while True:
        pair = pair_of(path, run)
        if pair.belongs:
            if name == BEST and pair.best is None and pair.state is not None:
                raise RunError(
                    f"{path / BEST}: not there yet, since training was stopped before its first "
                    f"validation; go on with: throughtime train --resume {shlex.quote(str(path))}"
                )
            tensors, said = load_tensors(path / name)
            if said["checksum"] in pair.checksums.values():
                return tensors, said, pair
        elif pair_of(path, run) == pair:  # else training has written one after the other was read
            raise RunError(_reason(path, pair))


def read_config(path: Path) -> Saved:
    """The configuration in a run's folder, which may be trained in meanwhile.

    Raises:
        ValueError: if it is missing, damaged, or of another time than the state beside it.
    """
    while True:
        found = config.read_json(path)
        state = _header(path / STATE, found.run)
        if state is None or state.checksum == found.after:
            return found
        if state.said.get(MADE_WITH, found.checksum) == found.checksum:
            return found
        if (
            config.read_json(path) == found
        ):  # else training has written one after the other was read
            pair = pair_of(path, found.run)
            if not pair.belongs:  # then it is the state that is of another time
                raise RunError(_reason(path, pair))
            raise RunError(
                f"{path / config.FILE}: of another time of this run than {STATE} beside it; put "
                "back the file that training wrote last"
            )


def check_identity(file: Path, found: object, expected: str) -> None:
    """Raise a ``RunError`` if a file is of another run than the folder's configuration."""
    if found != expected:
        raise RunError(
            f"{file}: of another run than config.json beside it; put back the file that training "
            "wrote here"
        )


def state_of(path: Path, run: str) -> Header:
    """The header of the state in a run's folder.

    Raises:
        RunError: if it is missing, damaged or of another run.
    """
    file = path / STATE
    return _header(file, run) or read_header(file)  # which says that it is missing


def pair_of(path: Path, run: str) -> Pair:
    """What the two files of a run's folder say.

    Raises:
        RunError: if one of them is damaged, or of another run.
    """
    return Pair(*(_header(path / name, run) for name in (STATE, BEST)))


def no_state(path: Path) -> RunError:
    """Why training cannot go on in a folder without a state."""
    usable = (path / BEST).exists()
    return RunError(
        f"{path / STATE}: no such file, without which training cannot go on; "
        + (
            f"put it back; {BEST} is of use without it"
            if usable
            else "training stopped before writing it: remove the folder, and train again"
        )
    )


def _header(file: Path, run: str) -> Header | None:
    if not file.exists():
        return None
    header = read_header(file)
    check_identity(file, header.said.get("run"), run)
    if (other := header.said.get("file")) != file.name:
        raise RunError(f"{file}: was {other} when it was written; put each in its place")
    return header


def _reason(path: Path, pair: Pair) -> str:
    if pair.best is None:
        return f"{path / BEST}: no such file, which training wrote; put it back, or train again"
    return (
        f"{path / BEST}: not of the training that {STATE} beside it is of, but of another copy or "
        "an earlier time of this run; put back the file that training wrote here"
    )
