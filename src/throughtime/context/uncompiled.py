"""A call that ``torch.compile`` does not look into.

Imported only where it compiles, because this imports the compiler, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch

P = ParamSpec("P")
T = TypeVar("T")


def _run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return function(*args, **kwargs)


run = torch.compiler.disable(
    _run,
    reason="sequences end where their own values end them, so throughtime generates outside of "
    "graphs; compile what comes before and after it, or leave fullgraph out",
)
"""``run(f, ...)`` is ``f(...)``."""
