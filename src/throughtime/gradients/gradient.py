"""How a model is differentiated through time, as an object; and the reference."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive
from throughtime.gradients.bptt import bptt, plain

Tensors = tuple[Tensor, ...]
Stretch = Callable[[Tensors, Tensors, Tensors], tuple[Tensors, Tensors]]
"""A stretch of time: from what is carried in, the inputs of its steps (time first), and what is
the same at every step, to what is carried out, and the outputs of its steps (time first)."""


class Gradient:
    """A method of differentiation answers two questions.

    ``scan``: how is the recursion of one cell differentiated? By hand, unless said otherwise.

    ``fold``: in which stretches does time run, and what links them? In one stretch, unless said
    otherwise. Because the whole model runs in the fold (input edges, every layer, the readout,
    the loss of each step), what a method saves, it saves of everything.
    """

    def scan(
        self,
        cell: Cell,
        drive: Tensor | Drive,
        state: State,
        alive: Tensor | None,
        *,
        recurrent: bool = True,
    ) -> State:
        """The states at 1 … T of a cell; see :func:`~throughtime.gradients.bptt.bptt`."""
        return bptt(cell, drive, state, alive, recurrent=recurrent)

    def fold(
        self, stretch: Stretch, carry: Tensors, steps: Tensors, constant: Tensors, module: nn.Module
    ) -> tuple[Tensors, Tensors]:
        """Run ``stretch`` over all steps, and return the last carry and all outputs.

        Besides its arguments, ``stretch`` may depend on the parameters of ``module`` only.
        """
        return stretch(carry, steps, constant)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in vars(self).items())})"


class FullBPTT(Gradient):
    """Exact gradients through all of time, by hand: the notes' section 3. Memory O(T).

    Example:
        >>> FullBPTT()
        FullBPTT()
    """


class Autograd(Gradient):
    """The plain loop, differentiated by autograd: slow, and the reference for the others."""

    def scan(
        self,
        cell: Cell,
        drive: Tensor | Drive,
        state: State,
        alive: Tensor | None,
        *,
        recurrent: bool = True,
    ) -> State:
        return plain(cell, Drive.of(drive).sum(), state, alive, recurrent)
