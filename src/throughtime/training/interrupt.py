"""Ctrl-C, and the signals that ask a process to end, as a request to stop after this update."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

SIGNALS = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
"""Ctrl-C; what ``kill`` and a scheduler send; what a terminal sends that is closed."""


class Interrupt:
    """A context in which the first such signal only sets ``requested``; a second one interrupts.

    It does nothing outside the main thread, where signals do not arrive.

    Example:
        >>> with Interrupt() as interrupt:
        ...     signal.raise_signal(signal.SIGTERM)
        >>> interrupt.requested
        True
    """

    requested = False

    def __enter__(self) -> Interrupt:
        self._previous: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                ignored = signal.getsignal(number) is signal.SIG_IGN  # as nohup has SIGHUP
                if number == signal.SIGINT or not ignored:
                    self._previous[number] = signal.signal(number, self._remember)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
