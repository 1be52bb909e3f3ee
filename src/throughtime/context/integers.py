"""Integers as torch computes with them."""

from __future__ import annotations

import torch
from torch import Tensor

INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
"""Others (``torch.uint16`` … ``torch.uint64``) torch keeps, but neither compares nor adds."""


def check_integers(name: str, tensor: Tensor, what: str = "symbols") -> None:
    """Raise a ``ValueError`` for a tensor that has not the dtype of symbols or of counts.

    Example:
        >>> check_integers("y", torch.zeros(2))
        Traceback (most recent call last):
        ...
        ValueError: y is torch.float32; expected integers, as symbols are
        >>> check_integers("y", torch.zeros(2, dtype=torch.uint16))
        Traceback (most recent call last):
        ...
        ValueError: y is torch.uint16, with which torch cannot compute; use .to(torch.int64)
    """
    dtype = tensor.dtype
    if dtype in INTEGERS:
        return
    if dtype.is_floating_point or dtype.is_complex or dtype == torch.bool:
        raise ValueError(f"{name} is {dtype}; expected integers, as {what} are")
    raise ValueError(f"{name} is {dtype}, with which torch cannot compute; use .to(torch.int64)")
