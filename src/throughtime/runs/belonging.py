"""What belongs together in a run's folder: files of one run, and of one training of it.

Each file has the identity of its run. That is not enough where a folder is copied and both runs are
trained further: the best weights of one are not those of the other. So the state of training has
the checksums of the two files that it goes with:

The best weights. They are written after the state of which they are the last weights. A process
that is killed between the two leaves the best weights from before; so that state says which ones it
replaces, and has the new ones itself.

The configuration. One with other options is written before the first state that is made with it,
and has the checksum of the state that training goes on from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from throughtime.runs import config
from throughtime.runs.config import Saved
from throughtime.runs.errors import RunError
from throughtime.runs.names import BEST, CONFIG, STATE
from throughtime.runs.tensors import Header, load_tensors, read_header

if TYPE_CHECKING:
    from torch import Tensor

KNOWN_BEST, REPLACED, MADE_WITH = "best", "replaced", "config"
"""The names in a state of the checksums of the best weights, of the best weights before them if its
own last weights are the best, and of the configuration. Where there are no best weights, the
checksum is empty."""

LAST = "weights."
"""How the names of the last weights begin in a state."""


@dataclass
class Known:
    """The checksums of a run's files as they were last read or written, or nothing, so that the
    next one that is written can name the others."""

    config: str = ""
    state: str = ""
    best: str = ""


class Pair(NamedTuple):
    """What the two files of tensors in a run's folder say; None of one that is not there."""

    state: Header | None
    best: Header | None

    @property
    def of_best(self) -> str:
        """The checksum of the best weights, or nothing."""
        return "" if self.best is None else self.best.checksum

    @property
    def belongs(self) -> bool:
        """Whether both are of one training; weights alone are those of any."""
        if self.state is None:
            return True
        return self.of_best in (self.state.said.get(KNOWN_BEST), self.state.said.get(REPLACED))

    @property
    def behind(self) -> bool:
        """Whether the best weights are those from before the state, which has the new ones: the
        process was killed before it wrote them."""
        return self.state is not None and self.of_best != self.state.said.get(KNOWN_BEST)


def load_state(path: Path, run: str) -> tuple[dict[str, Tensor], Mapping[str, str]]:
    """The tensors of the state in a run's folder, and its texts by name.

    Args:
        path: the folder, which may be trained in meanwhile.
        run: the identity of the run.

    Raises:
        RunError: if the file is missing, or it or the best weights are damaged, of another run, or
            of another training of this one.
    """
    while True:
        state = _belonging(path, run).state
        if state is None:
            raise _no_state(path)
        tensors, said = load_tensors(path / STATE)
        if said["checksum"] == state.checksum:  # else training has written another one meanwhile
            return tensors, said


def load_best(path: Path, run: str) -> dict[str, Tensor] | None:
    """The best weights in a run's folder; None before the first validation.

    Args:
        path: the folder, which may be trained in meanwhile.
        run: the identity of the run.

    Raises:
        RunError: as by :func:`load_state`, but weights can be used without a state.
    """
    while True:
        pair = _belonging(path, run)
        if pair.state is not None and not pair.state.said.get(KNOWN_BEST):
            return None
        name, known = (STATE, pair.state) if pair.behind else (BEST, pair.best)
        tensors, said = load_tensors(path / name)
        if known is not None and said["checksum"] == known.checksum:  # else as above
            return last_of(tensors) if pair.behind else tensors


def last_of(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The last weights of a model among the tensors of a state."""
    return {n.removeprefix(LAST): v for n, v in state.items() if n.startswith(LAST)}


def read_config(path: Path) -> Saved:
    """The configuration in a run's folder, which may be trained in meanwhile.

    Raises:
        ValueError: if it is missing, damaged, or of another time than the state beside it.
    """
    found = config.read_json(path)
    while True:
        state = _header(path / STATE, found.run)
        if state is None or found.checksum == state.said.get(MADE_WITH):
            return found
        if found.after == state.checksum:
            return found
        before, found = found, config.read_json(path)
        if found == before:  # training has not written another one meanwhile
            break
    pair = pair_of(path, found.run)
    if not pair.belongs:  # then it is the state that is of another time
        raise RunError(_reason(path, pair))
    raise RunError(
        f"{path / CONFIG}: of another time of this run than {STATE} beside it; put back the file "
        "that training wrote last"
    )


def check_identity(file: Path, found: object, expected: str) -> None:
    """Raise a ``RunError`` if a file is of another run than the folder's configuration."""
    if found != expected:
        raise RunError(
            f"{file}: of another run than {CONFIG} beside it; put back the file that training "
            "wrote here"
        )


def state_of(path: Path, run: str) -> Header:
    """The header of the state in a run's folder.

    Raises:
        RunError: if it is missing, damaged or of another run.
    """
    found = _header(path / STATE, run)
    if found is None:
        raise _no_state(path)
    return found


def pair_of(path: Path, run: str) -> Pair:
    """What the two files of a run's folder say.

    Raises:
        RunError: if one of them is damaged, or of another run.
    """
    return Pair(*(_header(path / name, run) for name in (STATE, BEST)))


def _belonging(path: Path, run: str) -> Pair:
    """What two files say that belong together."""
    pair = pair_of(path, run)
    while not pair.belongs:
        before, pair = pair, pair_of(path, run)
        if pair == before:  # training has not written one of them meanwhile
            raise RunError(_reason(path, pair))
    return pair


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


def _no_state(path: Path) -> RunError:
    usable = (path / BEST).exists()
    return RunError(
        f"{path / STATE}: no such file, without which training cannot go on; "
        + (
            f"put it back; {BEST} is of use without it"
            if usable
            else "training stopped before writing it: remove the folder, and train again"
        )
    )
