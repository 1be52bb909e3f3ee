"""Where a model computes, by name, and what it is given there."""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from throughtime.runs.errors import ConfigError
from throughtime.sequence import Sequence

V = TypeVar("V", Tensor, Sequence, Sequence | Tensor, Sequence | Tensor | None)


def device_of(name: str) -> torch.device:
    """The device of a name: ``cpu``, ``cuda``, ``cuda:1``, ``mps``, …

    ``auto`` is the accelerator that torch finds on this machine, and the CPU where there is none.

    Raises:
        ConfigError: if there is no such device on this machine.

    Example:
        >>> device_of("cpu")
        device(type='cpu')
    """
    here = ["cpu"]
    if torch.accelerator.is_available():
        found = torch.accelerator.current_accelerator()
        assert found is not None
        here += [f"{found.type}:{i}" for i in range(torch.accelerator.device_count())]
    if name == "auto":
        return torch.device(here[min(1, len(here) - 1)])
    if name not in here and f"{name}:0" not in here:
        raise ConfigError(
            f"device is {name!r}, which torch does not find here; expected auto or one of "
            f"{', '.join(here)}"
        )
    return torch.device(name)


def draws_on(device: torch.device) -> Any:
    """torch's module with ``get_rng_state`` and ``set_rng_state`` of a device."""
    return torch.get_device_module(device)


def placed(model: nn.Module, value: V) -> V:
    """A value where a model is, and reals in the dtype of its parameters; None stays None.

    Example:
        >>> placed(nn.Linear(2, 2).double(), torch.zeros(3)).dtype
        torch.float64
    """
    if value is None:
        return value
    like = next(model.parameters())
    dtype = like.dtype if value.dtype.is_floating_point else value.dtype
    return value.to(device=like.device, dtype=dtype)
