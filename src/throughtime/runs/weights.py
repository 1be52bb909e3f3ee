"""Files of weights, and errors for those that are missing or damaged."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError, safe_open

from throughtime.runs.errors import RunError


@contextmanager
def opening_weights(file: Path) -> Iterator[None]:
    """Turn errors in reading a file of weights into a :class:`RunError`.

    Raises:
        RunError: if the file is missing or damaged.
    """
    try:
        yield
    except FileNotFoundError:
        raise RunError(
            f"{file}: no such file; training stopped before writing it, or it was moved"
        ) from None
    except (SafetensorError, OSError) as error:
        raise RunError(f"{file}: damaged ({error}); train again") from None


def count_parameters(file: Path) -> int:
    """The number of parameters in a file of weights, from its header.

    Raises:
        RunError: if the file is missing or damaged.
    """
    with opening_weights(file), safe_open(file, "np") as tensors:
        names = list(tensors.keys())
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)
