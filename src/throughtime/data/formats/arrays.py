"""Files of arrays, one for each part of the data: MATLAB's .mat and NumPy's .npz."""

from __future__ import annotations

import math
import pickle
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.files import signature
from throughtime.data.files.opening import BLOCK, check_regular, check_size, suffix_of
from throughtime.data.splitting import NAMES, PARTS
from throughtime.data.table.table import Table
from throughtime.extras import MissingPackage, needed_for

SUFFIXES = (".mat", ".npz")

PARTS_OR_ROWS = (
    f"{signature.PARTS}; or, where each has a label, write JSON lines or Parquet with a list and "
    "its label in each row"
)

PAD = (
    "fill all sequences up to one length and save the arrays as numbers, or write JSON lines, "
    '{"y": [[0, 1], …]} in each'
)


class NamedArray(Table):
    """The sequences of one array; messages count them from 1."""

    name: str

    @classmethod
    def of(cls, path: Path, name: str, rows: list[Any]) -> NamedArray:
        """The sequences of the array of this name."""
        table = cls(path, {"y": rows}, list(range(1, len(rows) + 1)))
        object.__setattr__(table, "name", name)
        return table

    def at(self, row: int) -> str:
        """The file, array and sequence in a message."""
        return f"{self.path}: array {self.name!r}, sequence {self.lines[row]}"


def read_arrays(path: Path) -> dict[str, Table]:
    """Sequences ``(T, size)`` in a column ``y``; the names of the arrays say the parts.

    The names are ``train``, ``valid`` and ``test``, or others in use such as ``dev``, with or
    without ``data`` at the end. Each array is an array of sequences, or has one more dimension.

    Raises:
        DataError: if it is not a file of arrays, would fill the memory, or a part is missing.
    """
    check_regular(path)
    kind = signature.kind_of(path)
    if kind is not None and kind not in signature.ARRAYS and kind is not signature.ZIP:
        raise signature.refuse(path, kind)
    try:
        is_matlab = kind is signature.MATLAB or (kind is None and suffix_of(path) == ".mat")
        found = _matlab(path) if is_matlab else _numpy(path)
    except (MissingPackage, DataError):
        raise
    except Exception as error:  # for a damaged file, the readers raise many kinds
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path}: not a file of arrays ({reason})") from None
    parts: dict[str, NamedArray] = {}
    for name, array in found.items():
        part = _part(name)
        if part is None or not isinstance(array, np.ndarray) or not array.ndim:
            continue
        if part in parts:
            raise DataError(
                f"{path}: the arrays {parts[part].name!r} and {name!r} are both for {part}; rename "
                "one"
            )
        rows = list(array.ravel()) if array.dtype == object else list(array)
        parts[part] = NamedArray.of(path, name, rows)
        _check_finite(parts[part], rows)
    if missing := [part for part in PARTS if part not in parts]:
        names = [name for name in found if not name.startswith("__")]
        raise DataError(
            f"{path}: no array called {' or '.join(missing)}; got {', '.join(names) or 'none'}; "
            f"expected an array of sequences for each part: {PARTS_OR_ROWS}"
        )
    if empty := [part for part in PARTS if not len(parts[part])]:
        raise DataError(f"{path}: no sequences in the array for {' and '.join(empty)}")
    return {part: parts[part] for part in PARTS}


def _check_finite(table: Table, rows: list[Any]) -> None:
    for row, values in enumerate(rows):
        if getattr(values, "dtype", np.dtype(object)).kind not in "fc" or np.isfinite(values).all():
            continue
        step, *where = np.argwhere(~np.isfinite(np.atleast_1d(values)))[0].tolist()
        value = np.atleast_1d(values)[(step, *where)]
        raise DataError(
            f"{table.at(row)}, step {step + 1}: {value}; expected finite numbers: where nothing is "
            "there, such as a rest in music, write a number of its own, such as 0"
        )


def _part(name: str) -> str | None:
    """The part that an array of this name is."""
    return NAMES.get(name.lower().removesuffix("data").rstrip("_"))


def _numpy(path: Path) -> dict[str, Any]:
    """The arrays of an .npz; their headers say how large they are, before they are made."""
    made = 0
    with zipfile.ZipFile(path) as archive:
        members = [name.removesuffix(".npy") for name in archive.namelist()]
        wanted = [name for name in members if _part(name) and f"{name}.npy" in archive.NameToInfo]
        for name in wanted:
            with archive.open(f"{name}.npy") as file:
                shape, dtype = _header(file)
            if dtype.hasobject:
                raise DataError(
                    f"{path}: array {name!r} holds Python objects, such as sequences of different "
                    f"lengths, as a pickle, which could run any code and is not read: {PAD}"
                )
            made += math.prod(shape) * dtype.itemsize
            check_size(path, made, "arrays")
    with np.load(path) as arrays:
        return {name: arrays[f"{name}.npy"] if name in wanted else None for name in members}


def _header(file: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in read:
        raise ValueError(f"an array of version {version}")
    shape, _, dtype = read[version](file)
    return shape, dtype


MATLAB = (
    "import pickle, sys, scipy.io; pickle.dump(scipy.io.loadmat(sys.argv[1]), sys.stdout.buffer)"
)


def _matlab(path: Path) -> dict[str, Any]:
    """Read in a process of its own, since a damaged file can make scipy's reader crash."""
    _check_packed(path)
    with needed_for("reading MATLAB's files"):
        if find_spec("scipy") is None:
            raise ModuleNotFoundError(name="scipy")
    done = subprocess.run([sys.executable, "-c", MATLAB, path], capture_output=True, check=False)
    if done.returncode < 0:
        raise ValueError("damaged")
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").splitlines()[-1])
    found: dict[str, Any] = pickle.loads(done.stdout)
    return found


HEADER, PACKED, WIDEST = 128, 15, 8
"""The bytes before the first element of a .mat, the type of a packed one, and the bytes of a number
that may be stored in one."""


def _check_packed(path: Path) -> None:
    """Refuse a .mat whose packed elements would fill the memory, without keeping what they are."""
    made = 0
    with path.open("rb") as file:
        order = "<" if file.read(HEADER)[126:] == b"IM" else ">"
        while len(tag := file.read(8)) == 8:
            kind, size = struct.unpack(f"{order}II", tag)
            end = file.tell() + size
            if kind == PACKED:
                for count in _unpacked(file, size):
                    made += WIDEST * count
                    check_size(path, made, "arrays")
            file.seek(end)


def _unpacked(file: IO[bytes], size: int) -> Iterator[int]:
    """The numbers of bytes that the next ``size`` bytes make, a block at a time."""
    unpacker = zlib.decompressobj()
    while size > 0 and not unpacker.eof and (piece := file.read(min(size, BLOCK))):
        size -= len(piece)
        while piece and not unpacker.eof:
            yield len(unpacker.decompress(piece, BLOCK))
            piece = unpacker.unconsumed_tail
