"""Who answers the pieces: this process, one after another; or the actors of a Ray cluster."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from throughtime.extras import needed_for
from throughtime.inference.files.pieces import Piece
from throughtime.inference.files.worker import Job, Worker
from throughtime.runs.errors import RunError

TRIES = 4
"""So many workers may end with one piece, before it is taken to be what ends them."""

SECONDS = 10
"""So long an address has to answer."""

STORE = 2**27
"""Bytes of Ray's store of objects on this machine: rows do not pass through it."""


def by_this_process(here: Worker, job: Job, pieces: list[Piece]) -> Iterator[Piece]:
    """Answer the pieces here.

    Yields:
        Each piece, once it is written.
    """
    for piece in pieces:
        here(piece)
        yield piece


def by_ray(here: Worker, job: Job, pieces: list[Piece]) -> Iterator[Piece]:
    """Answer the pieces by actors, each of which loads the model once (Ray Data's map_batches).

    The cluster is the one that ``RAY_ADDRESS`` names, or a new one on this machine. Where an actor
    dies, another one answers its piece anew. All machines have to see the same files by the same
    paths.

    Args:
        here: the same worker in this process; an actor takes as many processors as its run says.
        job: what is asked.
        pieces: what is left to answer.

    Yields:
        Each piece, once it is written.

    Raises:
        MissingPackage: if Ray is not installed.
        RunError: if there is no cluster, or a piece kills every worker.
    """
    with _cluster(), needed_for("--engine ray"):
        import ray
        import ray.data

        resources = ray.cluster_resources()
        cpus = max(int(node["Resources"].get("CPU", 0)) for node in ray.nodes())
        taken = min(here.run.config.threads, max(cpus, 1))
        gpus = _gpus(job.device, resources)
        room = resources.get("GPU", 0) if gpus else resources.get("CPU", 1) // taken
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        rows = ray.data.from_items([*range(len(pieces))], override_num_blocks=len(pieces))
        done = rows.map_batches(
            _Actor,
            fn_constructor_args=(job, pieces),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(
                size=max(1, min(int(room), len(pieces))), max_tasks_in_flight_per_actor=1
            ),
            num_cpus=taken,
            num_gpus=gpus or None,
        )
        for row in done.iter_rows():
            if row["wrong"]:
                raise RunError(row["wrong"])
            yield pieces[row["item"]]


class _Actor:
    """A worker as Ray Data calls it: with batches of the numbers of pieces.

    What is wrong is an answer too: Ray would wrap what is raised, or try it again.
    """

    def __init__(self, job: Job, pieces: list[Piece]) -> None:
        self._job, self._pieces = job, pieces
        self._worker: Worker | None = None

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        wrong = [self._wrong_with(self._pieces[number]) for number in batch["item"]]
        return {**batch, "wrong": wrong}

    def _wrong_with(self, piece: Piece) -> str:
        try:
            self._worker = self._worker or Worker(self._job)
            if self._worker.out.tried(piece) > TRIES:  # Ray itself would go on for ever
                return (
                    f"{piece.path}: {TRIES} workers were killed while they answered {piece.name}; "
                    "if that is for memory, give a smaller --batch-size"
                )
            self._worker(piece)
        except Exception as error:
            known = isinstance(error, ValueError)
            return str(error) if known else f"{piece.path}: {type(error).__name__}: {error}"
        return ""


def _gpus(device: str, resources: dict[str, float]) -> int:
    """The GPUs that an actor takes; it sees no others."""
    if device.startswith("cuda:"):
        raise RunError(f"device is {device!r}, but Ray says which GPU is whose; give cuda")
    return int(device == "cuda" or (device == "auto" and resources.get("GPU", 0) >= 1))


@contextmanager
def _cluster() -> Iterator[None]:
    """A context with Ray, which says nothing by itself."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # or Ray tells its makers of each use
    with needed_for("--engine ray"):
        import ray
        import ray.data
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    if ray.is_initialized():  # by whoever called
        yield
        return
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address := os.environ.get("RAY_ADDRESS"):
        _check_there(address)
    else:
        quiet |= {"address": "local", "include_dashboard": False, "object_store_memory": STORE}
    try:
        with _unheard():
            ray.init(**quiet)
        yield
    finally:
        ray.shutdown()


def _check_there(address: str) -> None:
    """Refuse an address at which nobody answers: Ray would wait for a quarter of an hour.

    Raises:
        RunError: if there is nobody.
    """
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host.removeprefix("ray://"), int(port)), SECONDS).close()
        except OSError as error:
            raise RunError(
                f"RAY_ADDRESS is {address!r}, where no cluster answers "
                f"({error.strerror or error}); start one with `ray start --head`, or unset it for "
                "one on this machine"
            ) from None


@contextmanager
def _unheard() -> Iterator[None]:
    """A context in which Ray's core starts without a word, then and later.

    It writes to the file of standard error, past Python: an error for each pool of actors that may
    be restarted (ray-project/ray#53727), and that it was told not to.
    """
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


ENGINES = {"local": by_this_process, "ray": by_ray}
"""The engines by their names on the command line."""
