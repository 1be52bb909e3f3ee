"""Files of weights, and what is wrong with a damaged one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError, safe_open

from throughtime.runs.errors import RunError


@contextmanager
def opening_weights(file: Path) -> Iterator[None]:
    """Say in one line what is wrong with a file of weights.

    Raises:
        RunError: if it is missing or damaged.
    """
    try:
        yield
    except FileNotFoundError:
        raise RunError(
            f"{file}: no such file; training had not come so far, or it was moved"
        ) from None
    except (SafetensorError, OSError) as error:
        raise RunError(f"{file}: damaged ({error}); train again") from None


def count_parameters(file: Path) -> int:
    """How many numbers a file of weights has, by its header alone.

    Raises:
        RunError: if it is missing or damaged.
    """
    with opening_weights(file), safe_open(file, "np") as tensors:
        names = list(tensors.keys())
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)
