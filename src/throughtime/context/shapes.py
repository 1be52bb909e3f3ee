"""Shapes that a caller gives."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.jit._trace import is_tracing

from throughtime.context.transforms import values_hidden
from throughtime.whole import whole


def shape_of(name: str, sizes: Any) -> torch.Size:
    """The sizes as a shape, if they are whole numbers, and a tensor can have as many rows.

    In a recorded graph a size may be open, and then is not looked at.

    Raises:
        ValueError: if they are not, or it can not.

    Example:
        >>> shape_of("sample_shape", [2, 3])
        torch.Size([2, 3])
        >>> shape_of("sample_shape", (2**20, 2**20))
        Traceback (most recent call last):
        ...
        ValueError: the product of sample_shape must be at most 268,435,456; got 1,099,511,627,776
    """
    if values_hidden() or is_tracing():
        return torch.Size(sizes)
    try:
        found = tuple(sizes)
    except TypeError:
        raise ValueError(
            f"{name} is {sizes!r:.60}; expected a tuple of whole numbers, as (2,)"
        ) from None
    shape = torch.Size(whole(f"a size of {name}", size, 0) for size in found)
    whole(f"the product of {name}", math.prod(shape), 0)
    return shape


def broadcast_to(shape: torch.Size, sizes: Any) -> torch.Size:
    """The sizes as a batch shape, if a batch of the given shape broadcasts to it.

    Raises:
        ValueError: if it does not, or as :func:`shape_of`.

    Example:
        >>> broadcast_to(torch.Size((1, 2)), (3, 3, 2))
        torch.Size([3, 3, 2])
    """
    larger = shape_of("batch_shape", sizes)
    depth = len(larger) - len(shape)
    if depth < 0 or any(n not in (1, m) for n, m in zip(shape, larger[depth:], strict=True)):
        raise ValueError(f"a batch of shape {tuple(shape)} does not broadcast to {tuple(larger)}")
    return larger
