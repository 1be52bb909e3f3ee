"""Whether what is computed is transformed, or recorded for later."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.jit._trace import is_tracing


def transforming() -> bool:
    """True inside of ``torch.func.grad``, ``vmap`` and the like, of forward-mode differentiation
    (``torch.autograd.forward_ad``) and of ``torch.jit.trace``.

    The plain loop, which every transform understands, takes the place of hand-written gradients.

    Example:
        >>> transforming(), bool(torch.func.vmap(lambda v: v + transforming())(torch.zeros(1)) == 1)
        (False, True)
    """
    return (
        torch._C._are_functorch_transforms_active()
        or forward_ad._current_level >= 0
        or is_tracing()
    )


def blind() -> bool:
    """True where single values cannot be looked at: they are transformed, or are not there yet.

    Example:
        >>> blind(), bool(torch.func.vmap(lambda v: v + blind())(torch.zeros(1)) == 1)
        (False, True)
    """
    return transforming() or torch.compiler.is_compiling()


def recorded(tensors: Iterable[Tensor]) -> bool:
    """True where torch's operators are recorded or replaced, as by ``torch.compile`` and of fake
    tensors: what is no operator would be missed then, and a tensor need not have memory.

    Example:
        >>> from torch._subclasses.fake_tensor import FakeTensorMode
        >>> with FakeTensorMode():
        ...     fake = torch.zeros(1)
        >>> recorded([torch.zeros(1)]), recorded([fake])
        (False, True)
    """
    return (
        torch.compiler.is_compiling()
        or torch._C._len_torch_dispatch_stack() > 0
        or not _WITH_MEMORY.issuperset(map(type, tensors))
    )


_WITH_MEMORY = {Tensor, nn.Parameter}


def several(gradients: tuple[Tensor | None, ...]) -> bool:
    """True of gradients that are taken many at once, as by ``is_grads_batched=True`` of
    ``torch.autograd.grad``: torch's older vmap, which the other does not know of."""
    return any(torch._C._functorch.is_legacy_batchedtensor(g) for g in gradients if g is not None)
