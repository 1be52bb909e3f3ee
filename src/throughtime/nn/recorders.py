"""What torch's older recorders are given of a module: ``torch.fx`` a node, TorchScript a twin."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.fx import Proxy


def noted(module: nn.Module, input: Proxy, hx: Any) -> Proxy:
    """A call of the module as one node of the graph that ``torch.fx`` records; so are those of
    torch.nn's own modules.

    Raises:
        TypeError: if it is recorded alone, and not as part of a module.
    """
    path = input.tracer.path_of_module(module)  # type: ignore[attr-defined]
    if not path:
        raise TypeError(
            f"torch.fx records a module that holds a {type(module).__name__}, as one node, and not "
            "what is inside of it; trace nn.Sequential(module), or use torch.export"
        )
    return input.tracer.create_proxy("call_module", path, (input, hx), {})


def twin(module: nn.RNNBase) -> nn.RNNBase:
    """torch.nn's module with the same parameters, for TorchScript, which knows its class.

    Raises:
        TypeError: if the module is of a subclass, which may compute something else.
    """
    own, parent = type(module).__mro__[0], type(module).__mro__[2]
    if not parent.__module__.startswith("torch.nn"):
        raise TypeError(
            f"torch.jit.script takes tt.nn's own modules and no subclass, as {own.__name__} is; "
            "use torch.export"
        )
    made = parent.__new__(parent)
    of_ours = ("_cell", "_pair")
    made.__dict__.update({k: v for k, v in vars(module).items() if k not in of_ours})
    return made
