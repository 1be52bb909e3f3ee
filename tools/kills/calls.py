"""Let a call of the system be the last one of a process, or let it fail."""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CALLS = ("open", "write", "fsync", "replace", "unlink", "mkdir", "close")
"""What makes, fills, names and removes files."""

KILLED = 137

Fate = Callable[[str], None]
"""What happens in place of a call, by its name."""


def die(name: str) -> None:
    """The process ends, as if it were killed."""
    os._exit(KILLED)


def fail(name: str) -> None:
    """The disk is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupt(name: str) -> None:
    """Ctrl-C, for the second time."""
    raise KeyboardInterrupt


@contextmanager
def watched(at: int | None = None, fate: Fate = die) -> Iterator[list[tuple[str, Any]]]:
    """Note each of these calls with its first argument; instead of call ``at``, its fate.

    Before a write dies, half of it is written.
    """
    seen: list[tuple[str, Any]] = []
    true = {name: getattr(os, name) for name in CALLS}

    def instead(name: str) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            seen.append((name, args[0]))
            if len(seen) - 1 == at:
                if name == "write":
                    true[name](args[0], args[1][: len(args[1]) // 2])
                fate(name)
            return true[name](*args, **named)

        return call

    for name in CALLS:
        setattr(os, name, instead(name))
    try:
        yield seen
    finally:
        for name, call in true.items():
            setattr(os, name, call)


def in_child(work: Callable[[], object]) -> int:
    """The exit status of work that is done in a process of its own."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
