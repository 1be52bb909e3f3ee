"""A record of what was checked and found good, so that it need not be checked again unchanged.

It has a line for each check: a digest of the files that the check was about, and its name. It is
committed, so that a fresh clone knows without any history what has changed since. A change of other
files may make an unchanged check fail: `make mutants` and `make sanitize` check everything anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]


def digest(files: Iterable[Path], *words: str) -> str:
    """Sixteen letters for the names and contents of files, and for some words."""
    whole = hashlib.sha256(repr(words).encode())
    for path in sorted(set(files)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(ROOT).as_posix()} {content}\n".encode())
    return whole.hexdigest()[:16]


class Record:
    """Digests by the name of their check, in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.digests = {name: found for found, _, name in (line.partition("  ") for line in lines)}

    def has(self, name: str, found: str) -> bool:
        """Whether the check was good, with the same files."""
        return self.digests.get(name) == found

    def add(self, name: str, found: str) -> None:
        """Write that the check was good."""
        self._write(self.digests | {name: found})

    def keep(self, names: Iterable[str]) -> None:
        """Forget all other checks."""
        kept = set(names)
        self._write({name: found for name, found in self.digests.items() if name in kept})

    def _write(self, digests: dict[str, str]) -> None:
        self.digests = dict(sorted(digests.items()))
        self.path.write_text("".join(f"{f}  {name}\n" for name, f in self.digests.items()))
