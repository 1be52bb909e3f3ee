"""One operation over time, torch's ``scan``, in a program that is exported."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

import torch
from torch import Tensor

from throughtime.cells.cell import State
from throughtime.context.transforms import exporting
from throughtime.gradients.backends.backend import Backend
from throughtime.gradients.backends.unrolled import Unrolled
from throughtime.gradients.recursion import Recursion


class Scanned(Backend):
    r"""Any cell, where ``torch.export`` records a program.

    The program holds the step once, in torch's own operations, and the operation that takes it at
    1 … T, whatever T is. So it has no operator of this library in it and may have T and the number
    of rows open; ONNX has the same operation (``Scan``).
    """

    @classmethod
    def of(cls, recursion: Recursion) -> Scanned | None:
        return cls() if exporting() else None

    def states(self, recursion: Recursion) -> State:
        from torch._higher_order_ops.scan import scan

        if not recursion.recurrent:  # all steps are one
            return Unrolled().states(recursion)
        same = recursion.added_up
        cell, u, before, alive = same.cell, same.u, same.state, same.alive
        rows = None
        if not torch.compiler.is_dynamo_compiling():  # as in strict mode, which takes neither
            rows = u.shape[1]  # AOTInductor finds what is open here only where a step names it
            _forget(scan)

        def step(state: list[Tensor], at: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
            new = cell.step(at[0], tuple(state))
            if alive is not None:
                here = at[1][:, None]
                new = tuple(torch.where(here, n, s) for n, s in zip(new, state, strict=True))
            if rows is not None:
                new = tuple(n.reshape(rows, n.shape[-1]) for n in new)
            return list(new), [n.clone() for n in new]  # to go on from, and to keep

        start, inputs = [b.contiguous() for b in before], [u] if alive is None else [u, alive]
        _, states = scan(step, start, inputs)
        return tuple(states)


def _forget(scan: Callable[..., object]) -> None:
    """What torch has compiled of ``scan`` for one program, it tries in the next one, and so finds
    that a size which is open there is the one which was fixed here."""
    from torch._C._dynamo.eval_frame import reset_code

    for code in scan.__code__.co_consts:
        if isinstance(code, CodeType):
            reset_code(code)
