"""Several processes that train together come to what one comes to by itself."""

import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch import distributed

import throughtime as tt
from tests.helpers.trainings import (
    ALIKE,
    FEW,
    KINDS,
    STOPPED,
    WORDS,
    at_half,
    data_of,
    trainings,
)
from throughtime.engine import library
from throughtime.runs.folder import RunFolder

ROOT = Path(__file__).parents[2]


def torchrun(folder: Path, *words: object, restarts: int = 0) -> tuple[int, str, str]:
    """What two processes of this interpreter come to in a folder: the exit status, and what they
    and torchrun have written."""
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    command += [f"--max-restarts={restarts}", "-m", *map(str, words)]
    paths = os.pathsep.join([str(ROOT), *sys.path])
    told = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=folder, env=told, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def forked(work: Callable[[], None]) -> list[int]:
    """The exit statuses of two processes that do the work, each told what torchrun tells its own.
    They are children of this one, and need not import anything."""
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    told = {"MASTER_ADDR": "localhost", "MASTER_PORT": port, "WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2}
    children = []
    for rank in range(2):
        if not (child := os.fork()):
            status = 1
            try:
                ranks = {"RANK": rank, "LOCAL_RANK": rank}
                os.environ.update({k: str(v) for k, v in (told | ranks).items()})
                work()
                distributed.destroy_process_group()  # as a process that ends of itself does
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def differences(a: Path, b: Path) -> float:
    """How much the last and the best weights of two runs differ, and their metrics, at most."""
    runs = [[RunFolder.load(path, which) for which in ("best", "last")] for path in (a, b)]
    pairs = zip(*([v for run in two for v in run.model.parameters()] for two in runs), strict=True)
    found = [float((v - w).abs().max().detach()) for v, w in pairs]
    for row, other in zip(*(two[1].metrics() for two in runs), strict=True):
        assert row.keys() == other.keys()
        found += [abs((row[k] or 0) - (other[k] or 0)) for k in row if k != "seconds"]
    return max(found)


@pytest.mark.skipif(library.loaded() is None, reason="without the engine, each draws for itself")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python's, of other threads
def test_it_is_what_one_process_does(tmp_path: Path, thorough: bool) -> None:
    chosen = tuple(KINDS) if thorough else FEW
    for kind in chosen:
        tt.train(data_of(kind, tmp_path), out=tmp_path / "one" / kind, **ALIKE | KINDS[kind])
    data = data_of(STOPPED, tmp_path)
    single = tmp_path / "single"
    tt.train(data, out=single, on_update=at_half, **ALIKE | {"epochs": 1} | KINDS[STOPPED])
    assert forked(lambda: trainings(tmp_path, tmp_path / "two", single, *chosen)) == [0, 0]
    for kind in chosen:
        assert differences(tmp_path / "one" / kind, tmp_path / "two" / kind) < 1e-9, kind
    # another number of processes goes on
    undisturbed = tmp_path / "one" / STOPPED
    assert differences(undisturbed, single) < 1e-9
    tt.train(data, resume=tmp_path / "two" / "stopped", say=None)
    assert differences(undisturbed, tmp_path / "two" / "stopped") < 1e-9


def test_when_one_dies_all_end_with_one_line_and_go_on_if_started_anew(tmp_path: Path) -> None:
    """Under the same command they go on with what they have begun, in a folder without a name."""
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    told: dict[str, Any] = {"hidden_size": 5, "epochs": 2, "precision": "float64"}
    options = [w for k, v in told.items() for w in (f"--{k.replace('_', '-')}", v)]
    words = ("train", "words.txt", *options, "--save-every", 1e-9)
    status, said, wrong = torchrun(tmp_path, "tests.helpers.dying", "0:20", *words, restarts=1)
    assert status == 0, wrong
    (run,) = (tmp_path / "runs").iterdir()
    assert [line for line in wrong.splitlines() if line.startswith("Error")] == [
        "Error: another of the 2 processes has ended, or has not answered for 10 minutes; go on "
        f"with: throughtime train --resume {run.relative_to(tmp_path)}"
    ]
    assert said.count("Stopped:") == said.count("Now try:") == 1
    tt.train(tmp_path / "words.txt", out=tmp_path / "one", say=None, **told)
    assert differences(tmp_path / "one", run) < 1e-9


def test_what_is_wrong_is_said_once(tmp_path: Path) -> None:
    status, _, wrong = torchrun(tmp_path, "throughtime", "train", "digits", "--cell", "gruu")
    assert status == 1
    (line,) = (line for line in wrong.splitlines() if "Error: " in line[:20])
    assert line.startswith("Error: cell is 'gruu'; expected 'elman'")
