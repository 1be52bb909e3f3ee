"""All that a module's computation may depend on, but for the values of its tensors."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def appearance(module: nn.Module) -> tuple[Any, ...]:
    """Types, shapes and settings of a module and of those in it; equal if none has changed.

    Example:
        >>> layer = nn.Dropout(0.5)
        >>> before = appearance(layer)
        >>> layer.p = 0.1
        >>> appearance(layer) == before
        False
    """
    seen: list[Any] = []
    for part in module.modules():
        seen.append(type(part))
        for name, value in vars(part).items():
            if name in ("_parameters", "_buffers"):
                seen += [(n, v if v is None else (v.shape, v.stride(), v.dtype, v.device))
                         for n, v in value.items()]  # fmt: skip
            elif isinstance(value, _PLAIN):
                seen.append((name, value))
            elif name != "_modules" and not (isinstance(value, dict) and not value):
                seen.append((name, id(value)))
    return tuple(seen)


_PLAIN = (bool, int, float, str, torch.dtype, torch.device)
