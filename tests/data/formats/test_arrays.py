"""Files of arrays."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from throughtime.data import DataError, load
from throughtime.data.files import opening
from throughtime.data.formats.arrays import read_arrays

Arrays = dict[str, Any]


def rolls() -> Arrays:
    draw = np.random.default_rng(0)
    counts = {"train": 8, "valid": 3, "test": 3}
    return {part: draw.normal(size=(n, 6, 2)) for part, n in counts.items()}


def save_npz(path: Path, found: Arrays) -> None:
    np.savez_compressed(path, **found)


def save_mat(path: Path, found: Arrays) -> None:
    scipy = pytest.importorskip("scipy.io")
    scipy.savemat(path, found, do_compression=True)


SAVE = {".npz": save_npz, ".mat": save_mat}
each_kind = pytest.mark.parametrize(("ending", "save"), SAVE.items())
Save = Callable[[Path, Arrays], None]


@each_kind
def test_what_is_not_finite_is_named_by_array_sequence_and_step(
    ending: str, save: Save, tmp_path: Path
) -> None:
    path, found = tmp_path / f"a{ending}", rolls()
    found["valid"][1, 4, 0] = np.nan
    save(path, found)
    with pytest.raises(DataError, match=rf"a{ending}: array 'valid', sequence 2, step 5: nan; exp"):
        load(path)


@each_kind
def test_a_small_file_of_large_arrays_is_refused_before_they_are_made(
    ending: str, save: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, found = tmp_path / f"a{ending}", rolls()
    found["train"] = np.zeros((500, 400, 2))  # 3.2 MB of doubles
    save(path, found)
    assert path.stat().st_size < 20_000
    monkeypatch.setattr(opening, "LARGEST", 3_100_000)
    monkeypatch.setattr(opening, "RATIO", 10)
    made = "no array may be made" if ending == ".npz" else "no process may be started"
    monkeypatch.setattr(np, "load", lambda *_: pytest.fail(made))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail(made))
    with pytest.raises(DataError, match=r"bytes with [38],.* bytes or more of arrays; exp"):
        read_arrays(path)
    monkeypatch.undo()
    monkeypatch.setattr(opening, "LARGEST", 30_000_000)
    assert len(read_arrays(path)["train"]) == 500


def test_other_arrays_than_the_parts_are_not_made(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **rolls(), names=np.array(["a", None], dtype=object))
    assert [len(table) for table in read_arrays(path).values()] == [8, 3, 3]


def test_sequences_of_different_lengths_are_pickles_with_a_way_out(tmp_path: Path) -> None:
    path, found = tmp_path / "a.npz", rolls()
    found["train"] = np.array([np.zeros((2, 2)), np.zeros((3, 2))], dtype=object)
    np.savez(path, **found)
    with pytest.raises(DataError, match=r"a.npz: array 'train' holds Python objects, .*JSON lines"):
        load(path)


def test_a_cell_of_sequences_has_different_lengths(tmp_path: Path) -> None:
    cell = np.empty(2, dtype=object)
    cell[:] = [np.ones((2, 2)), np.zeros((3, 2))]
    save_mat(tmp_path / "a.mat", rolls() | {"train": cell})
    assert [len(row) for row in read_arrays(tmp_path / "a.mat")["train"].columns["y"]] == [2, 3]


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    save_npz(tmp_path / "a.npz", rolls())
    (tmp_path / "a.npz").rename(tmp_path / "a.mat")
    assert len(load(tmp_path / "a.mat").splits["train"]) == 8
    np.save(tmp_path / "b.npy", np.ones(3))
    (tmp_path / "b.npy").rename(tmp_path / "b.npz")
    with pytest.raises(DataError, match=r"b.npz: a NumPy array without a name \(\.npy\); save"):
        read_arrays(tmp_path / "b.npz")


def test_what_a_header_says_is_believed_before_there_are_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 999), }\n"
        archive.writestr(
            "train.npy", b"\x93NUMPY\x01\0" + len(header).to_bytes(2, "little") + header
        )
    with pytest.raises(DataError, match="with 799,199,992,008 bytes or more of arrays"):
        read_arrays(path)


def test_two_arrays_for_one_part_are_refused(tmp_path: Path) -> None:
    some = np.ones((4, 5))
    np.savez(tmp_path / "a.npz", train=some, train_data=2 * some, valid=some, test=some)
    with pytest.raises(DataError, match=r"the arrays 'train' and 'train_data' are both for train"):
        read_arrays(tmp_path / "a.npz")
