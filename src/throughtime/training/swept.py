"""What a sweep has found: its trials, the best first."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from throughtime.inference.run import Run
from throughtime.runs.errors import RunError

State = Literal["finished", "pruned", "failed", "unfinished"]


@dataclass(frozen=True)
class Trial:
    """A training of a sweep.

    Args:
        name: that of the folder of its run.
        state: ``finished``; ``pruned``, since it was worse than others, or diverged; ``failed``,
            since its options do not fit the data or the memory; or ``unfinished``: interrupted, or
            still trained by another process.
        valid: its loss on validation: nats per symbol, or the share of labels that are wrong; None
            before the first.
        options: the values of what was searched, by option.
        said: how it ended, in a few words.
        path: the folder of its run; None if it was removed, as those that were pruned are.
    """

    name: str
    state: State
    valid: float | None
    options: dict[str, Any]
    said: str
    path: Path | None


@dataclass(frozen=True)
class Sweep:
    """The result of a sweep.

    Args:
        path: the folder, with the study and the runs.
        data: the embedded set or the file; None for rows in memory.
        reading: the options of how the file was read, if they are not the usual ones.
        fixed: the options that are the same in all trials, as they were given.
        trials: the finished ones first, the best of them first.
        measure: what a trial's loss is: ``valid nats`` per symbol, or ``labels wrong``.
        importances: the importance of each option, the largest first; they sum to one. Empty where
            fewer than two trials are finished.
        reason: why it stopped.
    """

    path: Path
    data: str | None
    reading: dict[str, Any]
    fixed: dict[str, Any]
    trials: tuple[Trial, ...]
    measure: str
    importances: dict[str, float]
    reason: str

    @cached_property
    def best(self) -> Run:
        """The run with the lowest loss on validation, with its best weights.

        Raises:
            RunError: if no trial is finished.
        """
        return Run.load(self._winner.path or self.path)

    @property
    def options(self) -> dict[str, Any]:
        """The options of the best run: ``tt.train(data, **sweep.options)`` trains it again, on the
        data that were given to the sweep.

        Raises:
            RunError: if no trial is finished.
        """
        return {**self.fixed, **self._winner.options}

    @property
    def command(self) -> str:
        """The command that trains the best run again; for rows in memory, the call in Python.

        Raises:
            RunError: if no trial is finished.
        """
        return training(self.data, {**self.reading, **self.options})

    @property
    def table(self) -> str:
        """A line for each trial: its rank, validation, options that differ, and run."""
        names = dict.fromkeys(name for trial in self.trials for name in trial.options)
        differ = [n for n in names if len({t.options.get(n) for t in self.trials}) > 1]
        rows = [["rank", self.measure, *differ, "run"]]
        for rank, trial in enumerate(self.trials, start=1):
            finished = trial.state == "finished"
            rows.append(
                [
                    str(rank) if finished else "-",
                    "-" if trial.valid is None else f"{trial.valid:.4f}",
                    *(shown(trial.options.get(name, "-")) for name in differ),
                    str(trial.path) if finished else f"{trial.name}: {trial.said}",
                ]
            )
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        widths[-1] = 0
        return "\n".join(
            "  ".join(word.rjust(width) for word, width in zip(row, widths, strict=True))
            for row in rows
        )

    @property
    def _winner(self) -> Trial:
        if not self.trials or self.trials[0].state != "finished":
            ends = "; ".join(dict.fromkeys(trial.said for trial in self.trials))
            raise RunError(f"{self.path}: no trial is finished ({ends or 'none was begun'})")
        return self.trials[0]


def training(data: str | None, options: dict[str, Any]) -> str:
    """The command that trains with these options; for rows in memory, the call in Python.

    Example:
        >>> training("my names.txt", {"cell": "lstm", "learning_rate": 0.003, "header": False})
        "throughtime train 'my names.txt' --cell lstm --learning-rate 0.003 --header no"
        >>> training(None, {"cell": "lstm"})
        "tt.train(rows, cell='lstm')"
    """
    if data is None:
        return f"tt.train({', '.join(['rows', *(f'{n}={v!r}' for n, v in options.items())])})"
    words = ["throughtime", "train", data]
    for name, value in options.items():
        text = ("no", "yes")[value] if isinstance(value, bool) else str(value)
        words += [f"--{name.replace('_', '-')}", text]
    return shlex.join(words)


def shown(value: Any) -> str:
    """A value in a table: a number in three digits.

    Example:
        >>> shown(0.0031728), shown(128), shown("gru")
        ('0.00317', '128', 'gru')
    """
    return f"{value:.3g}" if isinstance(value, float) else str(value)
