"""The file of a sweep's study: made whole or not at all, and refused if it is of something else."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import RDBStorage

from throughtime.runs.errors import RunError

STUDY = "study.db"
"""The name of the database in the folder of a sweep."""

NAME, OF = "sweep", "of"
"""The names of the study in the database, and in the study of what it is of."""


def create(file: Path, of: Mapping[str, Any]) -> None:
    """Make the database and the study, under another name first: it is whole or not there.

    Args:
        file: the database, which is not there.
        of: what the sweep is of, as JSON has it.
    """
    beside = file.with_name(f".{STUDY}.{os.urandom(8).hex()}~")
    storage = _storage(beside)
    with _silent():
        study = optuna.create_study(storage=storage, study_name=NAME)
    study.set_user_attr(OF, json.loads(json.dumps(of)))
    close(storage)
    os.replace(beside, file)


def check_file(file: Path) -> None:
    """Refuse what is no database of a sweep before anything is written into it.

    Raises:
        RunError: if it is damaged, or something else.
    """
    if not file.is_file():
        raise RunError(f"{file}: no regular file; give another --out")
    with closing(_connection(file)) as database:
        try:
            found = database.execute("select 1 from studies where study_name = ?", (NAME,))
            if found.fetchone() is None:
                raise damaged(file, "it has no sweep in it")
        except sqlite3.Error as error:
            raise damaged(file, error) from None


def check(study: optuna.Study, file: Path, of: Mapping[str, Any]) -> None:
    """Refuse a study of something else than is asked for now.

    Raises:
        RunError: if it is; the message says what differs.
    """
    was, now = study.user_attrs.get(OF), json.loads(json.dumps(of))
    if not isinstance(was, dict):
        raise damaged(file, "it does not say what it is of")
    for part in was.keys() | now.keys():
        if (a := was.get(part)) == (b := now.get(part)):
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            name = next(n for n in {**a, **b} if a.get(n) != b.get(n))
            said = f"{part} had {_told(name, a)} and now {_told(name, b)}"
        else:
            said = f"it was made for other {part}"
        raise RunError(
            f"{file}: another sweep: {said}; give another --out for a new one, or to go "
            "on with this one what it was given"
        )


def _told(name: str, values: Mapping[str, Any]) -> str:
    if name not in values:
        return f"no {name}"
    value = values[name]
    if isinstance(value, dict):
        value = ", ".join(f"{key} = {json.dumps(v)}" for key, v in value.items())
    return f"{name}: {value}"


def _storage(file: Path) -> RDBStorage:
    # a path in a URL would have to be without ?, { and }
    return RDBStorage(f"sqlite:///{STUDY}", {"creator": lambda: _connection(file)})


def _connection(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=60, check_same_thread=False)


def opened(file: Path) -> tuple[RDBStorage, optuna.Study]:
    """The database and its study.

    Raises:
        RunError: if it is damaged, or of another version of Optuna.
    """
    storage = _storage(file)
    try:
        return storage, optuna.load_study(study_name=NAME, storage=storage)
    except RuntimeError as error:  # another version of its tables
        close(storage)
        raise damaged(file, error) from None


def close(storage: RDBStorage) -> None:
    """Close all connections to a database."""
    storage.remove_session()
    storage.engine.dispose()


def damaged(file: Path, reason: object) -> RunError:
    """The error for a database that cannot be used, for a reason."""
    said = str(reason).splitlines()[0] if str(reason) else type(reason).__name__
    return RunError(
        f"{file}: damaged, or not the study of a sweep ({said}); the runs beside it are whole: put "
        "it back, or give another --out"
    )


@contextmanager
def _silent() -> Iterator[None]:
    """A context in which Optuna's own log says warnings alone."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
