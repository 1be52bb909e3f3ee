"""``torch.autocast``: its state, and code without it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import torch
from torch import Tensor


class Autocast(NamedTuple):
    """The state of autocast on a kind of device.

    Example:
        >>> with torch.autocast("cpu", torch.bfloat16):
        ...     state = Autocast.now(torch.zeros(1))
        >>> state.enabled, Autocast.now(torch.zeros(1)).enabled
        (True, False)
    """

    device: str
    enabled: bool
    dtype: torch.dtype

    @classmethod
    def now(cls, like: Tensor) -> Autocast:
        """The present state, on the device of ``like``; off where a device has no autocast."""
        device = like.device.type
        if not torch.amp.is_autocast_available(device):
            return cls(device, False, torch.float32)
        return cls(device, torch.is_autocast_enabled(device), torch.get_autocast_dtype(device))

    def again(self) -> AbstractContextManager[None]:
        """A block of code in this state."""
        if not torch.amp.is_autocast_available(self.device):
            return nullcontext()
        return torch.autocast(self.device, dtype=self.dtype, enabled=self.enabled)


def full_precision(like: Tensor) -> AbstractContextManager[None]:
    """A block of code without autocast: a recursion adds up its rounding over all steps, and its
    hand-written reverse takes each product in the dtype of the parameters."""
    return Autocast(like.device.type, False, torch.float32).again()
