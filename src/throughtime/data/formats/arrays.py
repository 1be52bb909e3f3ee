"""Files of arrays, one for each part of the data: MATLAB's .mat and NumPy's .npz."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.formats.parts import NAMES
from throughtime.data.formats.table import Table
from throughtime.data.splitting import PARTS
from throughtime.extras import MissingPackage, needed_for

SUFFIXES = (".mat", ".npz")


def read_arrays(path: Path) -> dict[str, Table]:
    """Sequences ``(T, size)`` in a column ``y``; the names of the arrays say the parts.

    The names are ``train``, ``valid`` and ``test``, or others in use such as ``dev``, with or
    without ``data`` at the end. Each array is an array of sequences, or has one more dimension.

    Raises:
        DataError: if it is not a file of arrays, or a part is missing.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the name")
    try:
        found = _matlab(path) if path.suffix.lower() == ".mat" else dict(np.load(path))
    except MissingPackage:
        raise
    except Exception as error:  # for a damaged file, the readers raise many kinds
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path}: not a file of arrays ({reason})") from None
    parts: dict[str, Table] = {}
    for name, array in found.items():
        part = NAMES.get(name.lower().removesuffix("data").rstrip("_"))
        if part is None or not isinstance(array, np.ndarray) or not array.ndim:
            continue
        rows = list(array.ravel()) if array.dtype == object else list(array)
        parts[part] = Table(path, {"y": rows}, list(range(1, len(rows) + 1)))
    if missing := [part for part in PARTS if part not in parts]:
        names = [name for name in found if not name.startswith("__")]
        raise DataError(
            f"{path}: no array called {' or '.join(missing)}; got {', '.join(names) or 'none'}"
        )
    if empty := [part for part in PARTS if not len(parts[part])]:
        raise DataError(f"{path}: no sequences in the array for {' and '.join(empty)}")
    return {part: parts[part] for part in PARTS}


MATLAB = (
    "import pickle, sys, scipy.io; pickle.dump(scipy.io.loadmat(sys.argv[1]), sys.stdout.buffer)"
)


def _matlab(path: Path) -> dict[str, Any]:
    """Read in a process of its own, since a damaged file can make scipy's reader crash."""
    with needed_for("reading MATLAB's files"):
        if find_spec("scipy") is None:
            raise ModuleNotFoundError(name="scipy")
    done = subprocess.run([sys.executable, "-c", MATLAB, path], capture_output=True, check=False)
    if done.returncode < 0:
        raise DataError("damaged")
    if done.returncode:
        raise DataError(done.stderr.decode(errors="replace").splitlines()[-1])
    found: dict[str, Any] = pickle.loads(done.stdout)
    return found
