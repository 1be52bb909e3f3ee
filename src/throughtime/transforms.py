"""What is at work around a call: ``torch.func`` transforms, gradients in batches, autocast."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def transforming() -> bool:
    """True inside of ``torch.func.grad``, ``vmap`` and the like.

    Single values cannot be looked at then, and the plain loop, which every transform understands,
    takes the place of hand-written gradients.

    Example:
        >>> transforming(), bool(torch.func.vmap(lambda v: v + transforming())(torch.zeros(1)) == 1)
        (False, True)
    """
    return torch._C._are_functorch_transforms_active()


def several(gradients: tuple[Tensor | None, ...]) -> bool:
    """True of gradients that are taken many at once, as by ``is_grads_batched=True`` of
    ``torch.autograd.grad``: torch's older vmap, which the other does not know of."""
    return any(torch._C._functorch.is_legacy_batchedtensor(g) for g in gradients if g is not None)


def autocast_as(device: str, enabled: bool, dtype: torch.dtype) -> AbstractContextManager[None]:
    """``torch.autocast``, on devices that know it; nothing on others."""
    if not torch.amp.is_autocast_available(device):
        return nullcontext()
    return torch.autocast(device, dtype=dtype, enabled=enabled)


def autocast_of(device: str) -> tuple[str, bool, torch.dtype]:
    """What :func:`autocast_as` needs to bring back the present state."""
    if not torch.amp.is_autocast_available(device):
        return device, False, torch.float32
    return device, torch.is_autocast_enabled(device), torch.get_autocast_dtype(device)


def full_precision(like: Tensor) -> AbstractContextManager[None]:
    """No autocast: a recursion adds up its rounding over all steps, and its hand-written reverse
    takes each product in the dtype of the parameters."""
    return autocast_as(like.device.type, False, torch.float32)
