"""torch.nn's own modules in place of ours, for what goes by the exact type of a module."""

from __future__ import annotations

import copy

from torch import nn
from torch.nn.utils.parametrize import is_parametrized

OURS = ("_cell", "_pair")
"""The attributes that torch.nn's modules have not."""


def as_torch(module: nn.Module) -> nn.Module:
    """A copy of a module, in which torch.nn's own modules stand in place of ours.

    Their parameters and results are the same. What goes by the exact type of a module, such as
    ``torch.ao.quantization.quantize_dynamic``, needs it.

    Raises:
        TypeError: if there is one of a subclass of ours, which may compute something else, or a
            parametrized one.

    Example:
        >>> import throughtime as tt
        >>> as_torch(nn.Sequential(tt.nn.GRU(3, 4)))
        Sequential(
          (0): GRU(3, 4)
        )
        >>> type(as_torch(tt.nn.GRU(3, 4)))
        <class 'torch.nn.modules.rnn.GRU'>
    """
    made = copy.deepcopy(module)
    twins: dict[nn.Module, nn.Module] = {
        m: twin(m) for m in made.modules() if isinstance(m, nn.RNNBase) and hasattr(m, "_cell")
    }
    for parent in list(made.modules()):
        for name, child in parent._modules.items():
            if child in twins:
                parent._modules[name] = twins[child]
    return twins.get(made, made)


def twin(module: nn.RNNBase) -> nn.RNNBase:
    """torch.nn's module that shares the parameters of ours.

    Raises:
        TypeError: if the module is of a subclass, or parametrized.
    """
    name = module._get_name()
    if is_parametrized(module):
        raise TypeError(
            f"no module of torch.nn stands for {name}, whose weights are computed; use "
            "torch.nn.utils.parametrize.remove_parametrizations() before"
        )
    own = type(module)
    if not own.__module__.startswith(f"{__package__}."):
        raise TypeError(
            f"no module of torch.nn stands for {name}, a subclass of tt.nn's modules that "
            "may compute something else; use torch.export"
        )
    of_torch: type[nn.RNNBase] = own.__bases__[-1]  # as in class GRU(Recurrent, nn.GRU)
    made: nn.RNNBase = of_torch.__new__(of_torch)
    made.__dict__.update({name: v for name, v in vars(module).items() if name not in OURS})
    return made
