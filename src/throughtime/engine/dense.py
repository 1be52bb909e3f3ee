"""Tensors as the engine reads them: numbers that are in memory as they are."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.context.layout import check_layout, extent, in_memory, is_wrapper


def materialized(tensor: Tensor) -> Tensor:
    """A tensor whose memory has its numbers: itself, or a copy if torch would make them later.

    A negative view has the numbers before their sign is changed, and a zero tensor, as a gradient
    may be, has no memory at all.

    Raises:
        ValueError: if its memory was given back, in part too, or does not say its numbers.

    Example:
        >>> imaginary = torch.tensor([1 + 2j]).conj().imag
        >>> imaginary.is_neg(), materialized(imaginary)
        (True, tensor([-2.]))
    """
    if not in_memory(tensor):
        tensor = _made(tensor)
    end = tensor.storage_offset() * tensor.itemsize + extent(tensor)
    if end > tensor.untyped_storage().nbytes() and tensor.numel():
        raise ValueError(
            f"a tensor of shape {tuple(tensor.shape)} has no memory for all of its numbers: it was "
            "given back, as by untyped_storage().resize_(0); expected numbers"
        )
    return tensor


def _made(tensor: Tensor) -> Tensor:
    """What torch makes of a tensor when it is read."""
    check_layout("a tensor", tensor)
    if is_wrapper(tensor):
        raise ValueError(
            f"the engine reads memory, and it is not memory that says the numbers of this "
            f"{type(tensor).__name__}; expected a torch.Tensor outside of torch.func's transforms"
        )
    if tensor._is_zerotensor():
        return torch.zeros(tensor.shape, dtype=tensor.dtype, device=tensor.device)
    return tensor.detach().resolve_neg()


def dense(tensor: Tensor) -> Tensor:
    """A tensor whose numbers lie one after another: itself, or a copy.

    Raises:
        ValueError: as :func:`materialized`.

    Example:
        >>> dense(torch.arange(6).view(2, 3).T).is_contiguous()
        True
    """
    if (  # as most are; to ask for more would be noticed in a small forward pass
        in_memory(tensor)
        and tensor.is_contiguous()
        and not tensor.storage_offset()
        and tensor.nbytes <= tensor.untyped_storage().nbytes()
    ):
        return tensor
    tensor = materialized(tensor)
    return tensor if tensor.is_contiguous() else tensor.detach().contiguous()
