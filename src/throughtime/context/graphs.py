"""Functions that no recorded graph takes in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch
from torch.jit._trace import is_tracing

from throughtime.context.transforms import exporting

P = ParamSpec("P")
T = TypeVar("T")


def outside_graphs(function: Callable[P, T]) -> Callable[P, T]:
    """The function, which ``torch.compile`` leaves out of its graphs and calls as it is.

    So the same seed gives the same draws, compiled or not. With ``fullgraph=True``, and in an
    export, one sentence says that it cannot be taken in.

    Raises:
        RuntimeError: while ``torch.export`` or ``torch.jit.trace`` records.

    Example:
        >>> outside_graphs(len)([1, 2])
        2
    """

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        if exporting() or is_tracing():
            raise RuntimeError(
                f"{function.__name__}() cannot be exported: its steps end where its own values end "
                "them, and a program must know them before; export log_prob"
            )
        if not torch.compiler.is_compiling():
            return function(*args, **kwargs)
        from throughtime.context.uncompiled import run

        return run(function, *args, **kwargs)

    return called
