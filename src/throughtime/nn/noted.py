"""A module as one node of a graph that ``torch.fx`` records."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.fx import Proxy, Tracer


def noted(module: nn.Module, input: Proxy, hx: Any) -> Proxy:
    """A call of the module as one node of the graph that ``torch.fx`` records; so are those of
    torch.nn's own modules.

    Raises:
        TypeError: if it is recorded alone, and not as part of a module.
    """
    tracer = input.tracer
    path = tracer.path_of_module(module) if isinstance(tracer, Tracer) else ""
    if not path:
        raise TypeError(
            f"torch.fx records a module that holds a {type(module).__name__}, as one node, and not "
            "what is inside of it; trace nn.Sequential(module), or use torch.export"
        )
    proxy: Proxy = tracer.create_proxy("call_module", path, (input, hx), {})
    return proxy
