"""One step of a sweep, to be taken again and again."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.cells.cell import State
from throughtime.engine.kernel import KERNELS
from throughtime.engine.library import in_use
from throughtime.engine.sweep import Call, Scratch, Sweep


class Stepper:
    """A step with its matrices packed once, so that taking it allocates nothing.

    Args:
        sweep: a sweep of one step, which one edge of vectors enters.

    Raises:
        ValueError: if a shape is not what the other shapes ask for.
        RuntimeError: if no engine is in use.
    """

    def __init__(self, sweep: Sweep) -> None:
        after = tuple(s.new_empty(1, *s.shape) for s in sweep.state)
        library, call = in_use(), Call(sweep, after, None)
        call.set("threads", 1)
        size = library.function(f"{call.kernel}_forward_scratch", call.real)(call.argument)
        self._scratch = Scratch(size)
        call.set("scratch", self._scratch.start)
        library.function(f"{call.kernel}_prepare", call.real)(call.argument)
        self._step = library.function(f"{call.kernel}_step", call.real)
        self._call, self._fixed = call, len(call.kept)
        self._parts = KERNELS[sweep.kernel].state

    def step(self, x: Tensor, state: State, new: State) -> None:
        """Write the state at t to ``new``, from x(t) ``(rows, size)`` and the state at t-1."""
        call = self._call
        del call.kept[self._fixed :]
        call.point("vectors_0", x)
        for part, s, n in zip(self._parts, state, new, strict=True):
            call.point(f"first_{part}", s)
            call.point(part, n)
        self._step(call.argument)
        # autograd must know that what it may have kept is no longer there
        torch.autograd.graph.increment_version(new)
