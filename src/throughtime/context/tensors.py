"""Tensors of what a caller gives."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from throughtime.context.layout import check_layout
from throughtime.context.transforms import refuse_proxies


def tensor_of(name: str, given: Any, device: torch.device | None = None) -> Tensor:
    """A dense tensor of what is given: a tensor, an array, numbers or lists of them.

    Raises:
        ValueError: if it makes none; torch's own errors name what it met in C++.
        TypeError: if it is a node of a graph that ``torch.fx`` records.

    Example:
        >>> tensor_of("lengths", [[1], []])
        Traceback (most recent call last):
        ...
        ValueError: lengths make no tensor (expected sequence of length 1 at dim 1 (got 0)); got ...
    """
    refuse_proxies(given)
    try:
        tensor = torch.as_tensor(given, device=device)
    except (OverflowError, TypeError, ValueError, RuntimeError) as error:
        reason = "; ".join(str(error).splitlines()[:1])
        raise ValueError(f"{name} make no tensor ({reason}); got {given!s:.60}") from None
    check_layout(name, tensor)
    return tensor
