"""One step of a sweep, to be taken again and again."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from throughtime.cells.cell import State
from throughtime.engine.kernel import KERNELS
from throughtime.engine.library import in_use
from throughtime.engine.sweep import Call, Scratch, Sweep

ROWS_OF_A_THREAD = 24
"""So many rows make whole tiles of a product, and are worth a thread of their own."""


class Stepper:
    """A step with its matrices packed once, so that taking it allocates nothing.

    Threads share out the rows, where these are many.

    Args:
        sweep: a sweep of one step.

    Raises:
        ValueError: if a shape is not what the other shapes ask for.
        RuntimeError: if no engine is in use.
    """

    def __init__(self, sweep: Sweep) -> None:
        after = tuple(s.new_empty(1, *s.shape) for s in sweep.state)
        library, call = in_use(), Call(sweep, after, None)
        call.set("threads", library.threads(call.work, len(after[0][0]) // ROWS_OF_A_THREAD))
        call.set("parallel", library.parallel)
        call.set("team", library.team)
        size = library.function(f"{call.kernel}_forward_scratch", call.real)(call.argument)
        self._scratch = Scratch(size)
        call.set("scratch", self._scratch.start)
        library.function(f"{call.kernel}_prepare", call.real)(call.argument)
        self._step = library.function(f"{call.kernel}_step", call.real)
        self._call, self._fixed = call, len(call.kept)
        self._parts = KERNELS[sweep.kernel].state
        edges = sweep.drive.edges
        self._edges = [
            f"{'vectors' if v.dtype.is_floating_point else 'symbols'}_{e}"
            for e, (v, _) in enumerate(edges)
        ]

    def step(
        self, values: Sequence[Tensor], state: State, new: State, constant: Tensor | None = None
    ) -> None:
        """Write the state at t to ``new``, from what enters and the state at t-1.

        Args:
            values: by each of the sweep's edges, ``(rows, size)``, or symbols ``(rows,)``.
            state: the state at t-1.
            new: where the state at t shall be.
            constant: what is added to the drive, ``(n, drive_size)``, row i of it to the rows i,
                n + i, 2 n + i, …; what the last step was given, if it is None.

        Raises:
            IndexError: if a symbol is not below the number of symbols.
        """
        call = self._call
        del call.kept[self._fixed :]
        for name, v in zip(self._edges, values, strict=True):
            call.point(name, v)
        if constant is not None:
            call.point("constant", constant)
            call.set("constant_rows", len(constant))
        for part, s, n in zip(self._parts, state, new, strict=True):
            call.point(f"first_{part}", s)
            call.point(part, n)
        if wrong := self._step(call.argument):
            call.refuse(wrong)
        # autograd must know that what it may have kept is no longer there
        torch.autograd.graph.increment_version(new)
