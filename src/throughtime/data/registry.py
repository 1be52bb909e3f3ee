"""Data by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

from throughtime.data.dataset import Dataset
from throughtime.data.digits import digits, digits_pixels
from throughtime.data.errors import DataError
from throughtime.data.glyphs import glyphs
from throughtime.data.mackey_glass import mackey_glass
from throughtime.data.python_reference import python_reference
from throughtime.data.python_tokens import python_tokens
from throughtime.data.text import read_lines
from throughtime.data.unicode_names import unicode_names

DATASETS: dict[str, Callable[[], Dataset]] = {
    "glyphs": glyphs,
    "unicode-names": unicode_names,
    "python-reference": python_reference,
    "python-tokens": python_tokens,
    "digits": digits,
    "digits-pixels": digits_pixels,
    "mackey-glass": mackey_glass,
}
"""The embedded sets: made of what an installation has anyway, without a download."""


def load(name_or_path: str | Path, seed: int = 0) -> Dataset:
    """An embedded set by its name, or else a text file, one sequence a line, split by ``seed``.

    The parts of an embedded set are fixed and need no seed. A file that has the name of an embedded
    set is reached as ``./name``.

    Raises:
        DataError: if there is neither, or the file cannot be used; see
            :func:`~throughtime.data.text.read_lines`.

    Example:
        >>> load("digits")
        Dataset('digits': train 1423, valid 197, test 177)
        >>> load("digit")
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: no embedded set and no file called 'digit'; did you mean
        'digits'? The embedded sets are: glyphs, unicode-names, ...
    """
    name = str(name_or_path)
    if name in DATASETS:
        return DATASETS[name]()
    if Path(name).exists():
        return read_lines(name, seed)
    near = difflib.get_close_matches(name, DATASETS, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise DataError(
        f"no embedded set and no file called {name!r}{hint} The embedded sets are: "
        + ", ".join(DATASETS)
    )
