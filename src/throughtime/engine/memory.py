"""A cache of large blocks of memory, which each training step takes and gives back."""

from __future__ import annotations

import math
from threading import RLock
from typing import Any

import numpy as np
import torch
from torch import Tensor

from throughtime.context.transforms import recorded

LARGE = 1 << 21
"""Bytes from which on the C library gives memory back to the system, and gets it new."""

MOST = 1 << 30
"""Bytes that the cache may hold."""

ALIGNED = 64

_waiting: list[np.ndarray] = []

# the same thread may let go of a block while it takes one
_lock = RLock()


class _Block(np.ndarray):
    """A view of a block of memory, with which the block is let go."""

    block: np.ndarray | None = None

    def __del__(self) -> None:
        if self.block is not None:
            with _lock:
                if sum(map(len, _waiting)) + len(self.block) <= MOST:
                    _waiting.append(self.block)


def empty(shape: tuple[Any, ...], like: Tensor) -> Tensor:
    """``torch.empty`` from the cache, for tensors that every training step makes anew.

    The system clears each page of new memory when it is first written to, which takes as long as
    half of an LSTM's own work on it. So a large block, once let go, is kept for the next tensor of
    about its size; one that asks for another size lets all of them go.

    Example:
        >>> empty((2, 3), torch.zeros(0)).shape
        torch.Size([2, 3])
    """
    if recorded([like]) or math.prod(shape) * like.dtype.itemsize < LARGE:
        return like.new_empty(shape)
    size = math.prod(shape) * like.dtype.itemsize
    room = size + ALIGNED
    with _lock:
        fitting = [i for i, block in enumerate(_waiting) if room <= len(block) <= 1.25 * room]
        if not fitting:
            release()
        block = _waiting.pop(fitting[0]) if fitting else None
    if block is None:
        block = np.empty(room, dtype=np.uint8)
    start = -block.ctypes.data % ALIGNED
    numbers = block[start : start + size].view(_Block)
    numbers.block = block
    return torch.from_numpy(numbers).view(like.dtype).view(shape)


def release() -> None:
    """Give the cached blocks back to the system."""
    with _lock:
        _waiting.clear()
