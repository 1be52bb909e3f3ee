"""Whether a transform of what is computed is running."""

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.jit._trace import is_tracing


def transforming() -> bool:
    """True inside of ``torch.func.grad``, ``vmap`` and the like, of forward-mode differentiation
    (``torch.autograd.forward_ad``) and of ``torch.jit.trace``.

    Single values cannot be looked at then, and the plain loop, which every transform understands,
    takes the place of hand-written gradients.

    Example:
        >>> transforming(), bool(torch.func.vmap(lambda v: v + transforming())(torch.zeros(1)) == 1)
        (False, True)
    """
    return (
        torch._C._are_functorch_transforms_active()
        or forward_ad._current_level >= 0
        or is_tracing()
    )


def several(gradients: tuple[Tensor | None, ...]) -> bool:
    """True of gradients that are taken many at once, as by ``is_grads_batched=True`` of
    ``torch.autograd.grad``: torch's older vmap, which the other does not know of."""
    return any(torch._C._functorch.is_legacy_batchedtensor(g) for g in gradients if g is not None)
