"""The trials of a sweep: this process trains one after another, until enough are begun."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from optuna.trial import FrozenTrial, TrialState

from throughtime.data import Dataset
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.metrics import chosen, loss
from throughtime.runs.names import STATE
from throughtime.runs.options import Options
from throughtime.training.interrupt import Interrupt
from throughtime.training.prepare import prepare
from throughtime.training.study import SAID, Study, folder_of
from throughtime.training.swept import State, Trial, shown
from throughtime.training.train import Say, fit
from throughtime.training.trainer import ASKED, INTERRUPTED, Diverged

LATE = "the time is over"
"""The reason why a sweep stopped, if it has taken as long as it may."""

STATES: dict[TrialState, State] = {
    TrialState.COMPLETE: "finished",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "unfinished",
}


class _DoesNotFit(Exception):
    """The options of a trial do not fit the data, or each other."""


@dataclass(frozen=True)
class Trials:
    """The trials of a sweep, and how this process trains its share of them.

    Args:
        study: the trials, shared with other processes.
        data: what is trained on.
        told: the options that are the same in all trials.
        most: the number of trials, by all processes.
        until: the moment, by ``time.monotonic``, when this process stops.
        say: receives a line for each trial.
    """

    study: Study
    data: Dataset
    told: Options
    most: int
    until: float
    say: Say

    def train(self, first: Mapping[str, Any]) -> str:
        """Train one after another; return the reason why it stopped.

        Args:
            first: values of the first trial, of those options for which they are given.
        """
        self._introduce()
        reason = None
        with Interrupt() as interrupt, _threads_as_before():
            threads = torch.get_num_threads()
            while reason is None:
                if interrupt.requested:
                    return INTERRUPTED
                if time.monotonic() >= self.until:
                    return LATE
                with self.study.claimed(self.most, first) as trial:
                    torch.set_num_threads(threads)  # which training sets
                    reason = self._all_begun() if trial is None else self._train(trial)
        return reason

    @property
    def measure(self) -> str:
        """What the loss of a trial is."""
        return "labels wrong" if self.data.schema.y_is_label else "valid nats"

    def trials(self) -> tuple[Trial, ...]:
        """All trials, by all processes: those that are finished first, the best first."""
        found = [self._told_of(trial) for trial in self.study.trials()]
        order = list(STATES.values())

        def rank(trial: Trial) -> tuple[int, float, str]:
            return order.index(trial.state), _or_infinite(trial.valid), trial.name

        return tuple(sorted(found, key=rank))

    def _introduce(self) -> None:
        self.say(f"{self.data.name}: {self.data.description}")
        for line in self.data.understood:
            self.say(f"  {line}")
        for name, dimension in self.study.space.items():
            self.say(f"searching {name}: {dimension}")
        if fixed := self.told.told():
            self.say(f"in all trials: {_listed(fixed)}")
        done = sum(trial.state.is_finished() for trial in self.study.trials())
        self.say(f"{self.most} trials in {self.study.folder}, {done} of them done before")

    def _all_begun(self) -> str:
        others = sum(trial.state == TrialState.RUNNING for trial in self.study.trials())
        if others:
            return f"no trial is left to begin; other processes still train {others}"
        return f"all {len(self.study.trials())} trials are done"

    # ---- one trial -----------------------------------------------------------------------------

    def _train(self, trial: FrozenTrial) -> str | None:
        """Train the model of a trial; the reason, if the sweep is to stop with it."""
        try:
            run, reason = self._fitted(trial)
        except _DoesNotFit as error:
            self._end(trial, TrialState.FAIL, f"does not fit: {error}")
        except Diverged as error:
            self._end(trial, TrialState.PRUNED, f"diverged at {str(error).partition(';')[0]}")
        except (MemoryError, RuntimeError) as error:  # torch has no exception of its own
            if not isinstance(error, MemoryError) and "allocate memory" not in str(error):
                raise
            self._end(trial, TrialState.FAIL, "there is not enough memory for it")
        else:
            if reason == INTERRUPTED:
                return LATE if time.monotonic() >= self.until else INTERRUPTED
            rows = run.metrics()
            best = lowest(loss(row) for row in [chosen(rows)] if row)
            after = f"after epoch {rows[-1]['epoch']:g}"
            if best is None:
                self._end(trial, TrialState.PRUNED, f"validation is not finite {after}")
            elif reason == ASKED:
                self._end(trial, TrialState.PRUNED, f"pruned {after}")
            else:
                self._end(trial, TrialState.COMPLETE, f"finished {after}", best)
        return None

    def _fitted(self, trial: FrozenTrial) -> tuple[RunFolder, str]:
        """Train the model of a trial, from where it was saved; the run, and why it stopped."""
        run, resume, step = *self._opened(trial), 0
        hopeless = False
        if resume is not None:
            for step, row in enumerate(run.metrics(), start=1):  # one may have been killed before
                hopeless = self._hopeless(trial, step, row)
            self.say(f"{folder_of(trial.number)}: goes on after {step} validations")
            if hopeless:
                return run, ASKED
        steps = iter(range(step + 1, 2**31))
        return fit(
            run,
            self.data,
            resume=resume,
            on_epoch=lambda row: self._hopeless(trial, next(steps), row),
            until=self.until,
        )

    def _opened(self, trial: FrozenTrial) -> tuple[RunFolder, dict[str, Any] | None]:
        """The run of a trial: the one that a process which died has left, or else a new one."""
        path = self.study.folder / folder_of(trial.number)
        if (path / STATE).exists():
            return RunFolder.load(path, "last"), {}
        if path.exists():  # it died before anything was trained
            shutil.rmtree(path)
        try:
            options = Options.read({**self.told.told(), **trial.params})
            return prepare(options, self.data, path), None
        except RunError:
            raise
        except ValueError as error:
            raise _DoesNotFit(str(error)) from None

    def _hopeless(self, trial: FrozenTrial, step: int, row: Mapping[str, float | None]) -> bool:
        """Note a validation; whether training is to be given up."""
        return self.study.report(trial.number, step, loss(row))

    def _end(
        self, trial: FrozenTrial, state: TrialState, said: str, valid: float | None = None
    ) -> None:
        """Note how a trial ended; the folder of one that is not finished is removed."""
        self.study.end(trial.number, state, said, valid)
        if state != TrialState.COMPLETE:
            shutil.rmtree(self.study.folder / folder_of(trial.number), ignore_errors=True)
        value = "" if valid is None else f"{self.measure} {valid:.4f}, "
        self.say(f"{folder_of(trial.number)}: {value}{said}: {_listed(trial.params)}")

    def _told_of(self, trial: FrozenTrial) -> Trial:
        name, state = folder_of(trial.number), STATES[trial.state]
        reported = list(trial.intermediate_values.values())
        said = trial.user_attrs.get(SAID, "") if trial.state.is_finished() else ""
        path = self.study.folder / name
        return Trial(
            name=name,
            state=state,
            valid=trial.value if state == "finished" else lowest(reported),
            options=dict(trial.params),
            said=said or f"unfinished after epoch {len(reported)}",
            path=path if state in ("finished", "unfinished") else None,
        )


def lowest(values: Iterable[float | None]) -> float | None:
    """The lowest of these that are finite; None if there are none."""
    return min((v for v in values if v is not None and math.isfinite(v)), default=None)


def _or_infinite(value: float | None) -> float:
    return math.inf if value is None else value


def _listed(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in options.items())


@contextmanager
def _threads_as_before() -> Iterator[None]:
    """A context after which torch has as many threads as before."""
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
