"""Whether a tensor's numbers are in memory, one for each place."""

from __future__ import annotations

import torch
from torch import Tensor

_keys_of = torch._C._dispatch_keys

with torch.inference_mode():
    _OF_INFERENCE = torch.zeros(0, device="cpu")

_OF_MEMORY = {_keys_of(v).raw_repr() for v in (torch.zeros(0, device="cpu"), _OF_INFERENCE)}

_NOTHING_SAID = torch._C._disabled_torch_dispatch_impl


def in_memory(tensor: Tensor) -> bool:
    """Whether nothing but a tensor's memory on the CPU says what its numbers are: torch computes
    with it by no other keys than with a new one. It is the quickest of these questions.

    Example:
        >>> numbers = torch.zeros(2, 2)
        >>> in_memory(numbers.T), in_memory(torch._neg_view(numbers))
        (True, False)
    """
    return _keys_of(tensor).raw_repr() in _OF_MEMORY


def check_layout(name: str, tensor: Tensor) -> None:
    """Raise a ``ValueError`` for a tensor that is sparse, quantized, nested, or oneDNN's.

    Example:
        >>> check_layout("x", torch.eye(2).to_sparse())
        Traceback (most recent call last):
        ...
        ValueError: x is a tensor of layout torch.sparse_coo; expected a dense one: use .to_dense()
    """
    if tensor.is_quantized:
        raise ValueError(f"{name} is quantized, {tensor.dtype}; use .dequantize()")
    if tensor.is_nested:
        raise ValueError(f"{name} is nested; expected a dense tensor: use tt.Sequence.from_list()")
    if tensor.layout is not torch.strided:
        raise ValueError(
            f"{name} is a tensor of layout {tensor.layout}; expected a dense one: use .to_dense()"
        )


def is_wrapper(tensor: Tensor) -> bool:
    """Whether a tensor has no memory of its own, or not that of its numbers: it is wrapped by a
    transform of ``torch.func``, or its class has a ``__torch_dispatch__``, as fake tensors have.

    Example:
        >>> from torch._subclasses.fake_tensor import FakeTensorMode
        >>> with FakeTensorMode():
        ...     fake = torch.zeros(1)
        >>> is_wrapper(torch.zeros(1)), is_wrapper(fake)
        (False, True)
    """
    return (
        type(tensor).__torch_dispatch__ is not _NOTHING_SAID
        or torch._is_functional_tensor(tensor)
        or torch._C._functorch.is_functorch_wrapped_tensor(tensor)
    )


def extent(tensor: Tensor) -> int:
    """How many bytes lie between a tensor's first number and the end of its last one.

    Example:
        >>> extent(torch.zeros(2, 3)), extent(torch.zeros(2, 3)[:, :2]), extent(torch.zeros(0, 3))
        (24, 20, 0)
    """
    if tensor.is_contiguous() or not tensor.numel():
        return tensor.nbytes
    ahead = sum((n - 1) * by for n, by in zip(tensor.shape, tensor.stride(), strict=True))
    return (1 + ahead) * tensor.itemsize
