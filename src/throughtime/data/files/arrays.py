"""Files of arrays, a part of the data each: MATLAB's .mat and NumPy's .npz."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

from throughtime.data.errors import DataError
from throughtime.data.files.parts import NAMES
from throughtime.data.files.table import Table
from throughtime.data.splitting import PARTS

SUFFIXES = (".mat", ".npz")


def read_arrays(path: Path) -> dict[str, Table]:
    """Sequences ``(T, size)`` in a column ``y``, in parts by the arrays' names.

    The names are ``train``, ``valid`` and ``test``, or what else people call them, with or without
    ``data`` behind. Each array is a list of sequences, or has one more dimension for them.

    Raises:
        DataError: if the file is not one, or a part is missing.
    """
    try:
        found: dict[str, Any] = (
            loadmat(path) if path.suffix.lower() == ".mat" else dict(np.load(path))
        )
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; check the name") from None
    except Exception as error:  # of a damaged file, the readers raise many kinds
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path}: not a file of arrays ({reason})") from None
    parts: dict[str, Table] = {}
    for name, array in found.items():
        part = NAMES.get(name.lower().removesuffix("data").rstrip("_"))
        if part is None or not isinstance(array, np.ndarray):
            continue
        rows = list(array.ravel()) if array.dtype == object else list(array)
        parts[part] = Table(path, {"y": rows}, list(range(1, len(rows) + 1)))
    if missing := [part for part in PARTS if part not in parts]:
        names = [name for name in found if not name.startswith("__")]
        raise DataError(
            f"{path}: no array called {' or '.join(missing)}; got {', '.join(names) or 'none'}"
        )
    return {part: parts[part] for part in PARTS}
