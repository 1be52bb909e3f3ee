"""Run a module with other parameters than its present ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from torch import Tensor, nn
from torch.func import functional_call

T = TypeVar("T")


def with_parameters(module: nn.Module, tensors: tuple[Tensor, ...], f: Callable[[], T]) -> T:
    """What ``f()`` returns while the module's parameters are ``tensors``; if there are more of
    them, its buffers are the rest.

    A gradient must be taken at the parameters that the forward pass has used, which under
    ``torch.func.functional_call`` are not the module's own when the backward pass runs.

    Example:
        >>> half = nn.Linear(1, 1, bias=False)
        >>> with_parameters(half, (torch.tensor([[0.5]]),), lambda: half(torch.ones(1)).item())
        0.5
    """
    named: list[tuple[str, Tensor]] = list(module.named_parameters())
    if len(tensors) > len(named):
        named += module.named_buffers()
    if all(p is t for (_, p), t in zip(named, tensors, strict=True)):
        return f()
    values = {f"module.{name}": t for (name, _), t in zip(named, tensors, strict=True)}
    result: T = functional_call(_Holding(module), values, (f,))
    return result


class _Holding(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, f: Callable[[], T]) -> T:
        return f()
