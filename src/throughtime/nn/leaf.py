"""A module as a leaf of a graph that ``torch.fx`` records."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.fx import Proxy, Tracer


def leaf_call(module: nn.Module, input: Proxy, hx: Any) -> Proxy:
    """A call of the module as one node of the graph, as of every module that torch.nn has.

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
