"""Tensors as the engine reads them: numbers that are in memory as they are."""

from __future__ import annotations

import torch
from torch import Tensor


def written_out(tensor: Tensor) -> Tensor:
    """A tensor whose memory has its numbers: itself, or a copy if torch would make them later.

    A negative view has the numbers before their sign is changed, and a zero tensor, as a gradient
    may be, has no memory at all.

    Raises:
        ValueError: if its memory was given back, or it never had any.

    Example:
        >>> imaginary = torch.tensor([1 + 2j]).conj().imag
        >>> imaginary.is_neg(), written_out(imaginary)
        (True, tensor([-2.]))
    """
    if tensor.is_neg() or tensor._is_zerotensor():
        own = torch.zeros(tensor.shape, dtype=tensor.dtype, device=tensor.device)
        tensor = own if tensor._is_zerotensor() else tensor.detach().resolve_neg()
    if not tensor.data_ptr() and tensor.numel():
        raise ValueError(
            f"a tensor of shape {tuple(tensor.shape)} has no memory: it was given back, as by "
            "untyped_storage().resize_(0); expected numbers"
        )
    return tensor


def dense(tensor: Tensor) -> Tensor:
    """A tensor whose numbers lie one after another: itself, or a copy.

    Raises:
        ValueError: as :func:`written_out`.

    Example:
        >>> dense(torch.arange(6).view(2, 3).T).is_contiguous()
        True
    """
    tensor = written_out(tensor)
    return tensor if tensor.is_contiguous() else tensor.detach().contiguous()
