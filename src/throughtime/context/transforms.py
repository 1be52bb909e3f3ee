"""Whether torch transforms what is computed, or records it into a graph."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.fx import Proxy
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


def values_hidden() -> bool:
    """True where no single value can be looked at: under a transform, in a recorded graph, and of
    fake tensors, which have none.

    Example:
        >>> values_hidden(), torch.func.vmap(lambda v: v + values_hidden())(torch.zeros(1))
        (False, tensor([1.]))
    """
    return transforming() or torch.compiler.is_compiling() or _faked() is not None


def _faked() -> object:
    """The mode in which all tensors are fake ones, or None."""
    return torch._C._get_dispatch_mode(torch._C._TorchDispatchModeKey.FAKE)


def exporting() -> bool:
    """True where ``torch.export`` records a program, which is to run without this library.

    Example:
        >>> exporting()
        False
    """
    return torch.compiler.is_exporting()


def recorded(tensors: Iterable[Tensor]) -> bool:
    """True where torch records operators or replaces them (``torch.compile``, fake tensors): a call
    that is no operator would be missed there, and a tensor need not have memory.

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


def refuse_proxies(*values: object) -> None:
    """Raise a ``TypeError`` if a value is a node of a graph that ``torch.fx`` records."""
    if any(isinstance(v, Proxy) for v in values):
        raise TypeError(NOT_RECORDED)


NOT_RECORDED = (
    "torch.fx and torch.jit.script record tensors alone, and neither a tt.Sequence nor a "
    "distribution; use torch.export"
)
"""Why a model cannot be recorded by these two."""

_WITH_MEMORY = {Tensor, nn.Parameter}


def batched(gradients: tuple[Tensor | None, ...]) -> bool:
    """True for gradients of a batch of losses, as by ``is_grads_batched=True`` of
    ``torch.autograd.grad``: that is torch's older vmap, which :func:`transforming` does not see."""
    return any(torch._C._functorch.is_legacy_batchedtensor(g) for g in gradients if g is not None)
