"""The trials of a sweep, in a database beside their runs that several processes share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import optuna
from filelock import FileLock, Timeout
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from throughtime.runs.errors import RunError
from throughtime.runs.files import remove_unfinished
from throughtime.runs.names import LOCK
from throughtime.training.space import Choices, Range, Space
from throughtime.training.study_file import (
    NAME,
    STUDY,
    check,
    check_file,
    close,
    create,
    damaged,
    opened,
)

SAID = "said"
"""The name of why a trial ended."""

UNPRUNED_TRIALS, UNPRUNED_EPOCHS = 5, 2
"""So many trials, and so many validations of each, are never pruned: there is too little to compare
with, or the first epochs say too little."""


def folder_of(number: int) -> str:
    """The name of the folder of a trial's run."""
    return f"trial-{number:03d}"


class Study:
    """Optuna's study of a sweep, in SQLite.

    Whatever is done to the database is done under one lock, since SQLite has one writer. A trial
    is locked for as long as a process trains it, and the system frees the locks of a process that
    ends, however it ends; so a trial that is not finished and not locked has died, and the next
    process that wants one takes it up where it was saved.

    Args:
        folder: of the sweep; it is made if it is not there.
        of: what the sweep is of, as JSON has it: a study of something else is refused.
        space: what is searched.
        seed: of the values that are drawn.

    Raises:
        RunError: if the folder has no study and is not empty, or its study is damaged, or of
            something else.
    """

    def __init__(self, folder: Path, of: Mapping[str, Any], space: Space, seed: int) -> None:
        self.folder, self.file, self.seed = folder, folder / STUDY, seed
        self.space = space
        try:
            made = not self.file.exists() and _new(folder)
            self._lock = FileLock(folder / LOCK, thread_local=False, fallback_to_soft=False)
            with self._alone():
                remove_unfinished(folder)
                if not self.file.exists():
                    if not made and any(not p.name.startswith(".") for p in folder.iterdir()):
                        raise RunError(
                            f"{folder}: exists already and has no {STUDY}; give another --out"
                        )
                    create(self.file, of)
                check_file(self.file)
                self._storage, self.study = opened(self.file)
                try:
                    check(self.study, self.file, of)
                except RunError:
                    close(self._storage)
                    raise
            self.study.pruner = MedianPruner(UNPRUNED_TRIALS, UNPRUNED_EPOCHS + 1)
        except OSError as error:
            raise RunError(
                f"{folder}: cannot be written to ({error.strerror or error}); give another --out"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        close(self._storage)

    # ---- trials --------------------------------------------------------------------------------

    @contextmanager
    def claimed(self, most: int, first: Mapping[str, Any]) -> Iterator[FrozenTrial | None]:
        """A context in which a trial is this process's: one that died, or else a new one; None if
        there are so many already.

        Args:
            most: the number of trials of the sweep.
            first: the values of the first trial, of those options for which they are given.
        """
        with ExitStack() as claim:
            with self._alone():
                number = self._died(claim)
                if number is None and len(self.trials()) < most:
                    number = self._asked(first)
                    claim.enter_context(self._locked(number))
                trial = None if number is None else self._suggested(number)
            try:
                yield trial
            finally:
                if number is not None:
                    with self._alone(), suppress(OSError):  # nobody else opens it meanwhile
                        self._lock_of(number).unlink()

    def report(self, number: int, step: int, valid: float) -> bool:
        """Note the validation of a trial, its first as step 1; return whether to give it up."""
        with self._alone():
            trial = self._trial(number)
            if step not in self._frozen(number).intermediate_values:
                trial.report(valid, step)
            return bool(trial.should_prune())  # NumPy's

    def end(self, number: int, state: TrialState, said: str, valid: float | None = None) -> None:
        """Note how a trial ended.

        Args:
            number: of the trial.
            state: complete, pruned or failed.
            said: why, in a few words.
            valid: the loss on validation of its best weights, if it is complete.
        """
        with self._alone():
            self._trial(number).set_user_attr(SAID, said)
            self.study.tell(number, valid, state)

    def trials(self) -> list[FrozenTrial]:
        """All trials that were begun, in their order."""
        found = self.study.get_trials(deepcopy=False)
        return [trial for trial in found if trial.state != TrialState.WAITING]

    def importances(self) -> dict[str, float]:
        """The importance of each option that was searched, the largest first; they sum to one.

        It is Optuna's, of the trials that were trained to their end; empty if they are fewer than
        two.
        """
        with self._alone():
            if sum(trial.state == TrialState.COMPLETE for trial in self.trials()) < 2:
                return {}
            with warnings.catch_warnings():  # of few trials
                warnings.simplefilter("ignore")
                return optuna.importance.get_param_importances(self.study)

    # ---- inside of the lock --------------------------------------------------------------------

    def _died(self, claim: ExitStack) -> int | None:
        """The first trial that is not finished and that nobody trains, which is now locked."""
        for trial in self.trials():
            if trial.state == TrialState.RUNNING:
                with suppress(Timeout):
                    claim.enter_context(self._locked(trial.number))
                    return trial.number
        return None

    def _asked(self, first: Mapping[str, Any]) -> int:
        """The number of a new trial."""
        number = len(self.trials())
        if number == 0 and first:  # it waits, and is what is asked for next
            self.study.enqueue_trial(dict(first), skip_if_exists=True)
        return self.study.ask().number

    def _suggested(self, number: int) -> FrozenTrial:
        """A trial with all its values; some may have been drawn before the process was killed."""
        trial = self._trial(number)
        for name, dimension in self.space.items():
            _suggest(trial, name, dimension)
        return self._frozen(number)

    def _trial(self, number: int) -> optuna.trial.Trial:
        # draws follow from the seed and the number, in whatever process and after whatever kills
        seed = (self.seed * 1_000_003 + number) % 2**32
        self.study.sampler = TPESampler(seed=seed, multivariate=True)
        return optuna.trial.Trial(self.study, self._id(number))

    def _frozen(self, number: int) -> FrozenTrial:
        return self._storage.get_trial(self._id(number))

    def _id(self, number: int) -> int:
        study = self._storage.get_study_id_from_name(NAME)
        return self._storage.get_trial_id_from_study_id_trial_number(study, number)

    def _lock_of(self, number: int) -> Path:
        return self.folder / f".{folder_of(number)}{LOCK}"

    def _locked(self, number: int) -> FileLock:
        return FileLock(
            self._lock_of(number), timeout=0, thread_local=False, fallback_to_soft=False
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except SQLAlchemyError as error:
                raise damaged(self.file, error) from None
            except optuna.exceptions.StorageInternalError as error:
                raise damaged(self.file, error.__cause__ or error) from None


def _new(folder: Path) -> bool:
    """Make a folder; False if it is there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def _suggest(trial: optuna.trial.Trial, name: str, dimension: Choices | Range) -> None:
    """Draw a value of a trial, if it has none yet."""
    if isinstance(dimension, Choices):
        trial.suggest_categorical(name, dimension.choices)
        return
    low, high, log, step = dimension.low, dimension.high, dimension.log, dimension.step
    if isinstance(low, int) and isinstance(high, int):
        trial.suggest_int(name, low, high, step=int(step or 1), log=log)
    else:
        trial.suggest_float(name, low, high, step=step, log=log)
