"""The protocol of a method of differentiation through time, and the two that save every step."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from throughtime.cells.cell import State
from throughtime.cells.drive import Tensors
from throughtime.context.transforms import exporting
from throughtime.gradients.backends.unrolled import Unrolled
from throughtime.gradients.bptt import unfold
from throughtime.gradients.recursion import Recursion

__all__ = ["Autograd", "FullBPTT", "Gradient", "Stretch", "Tensors"]
Stretch = Callable[[Tensors, Tensors, Tensors], tuple[Tensors, Tensors]]
"""A stretch of time: from what is carried in, the inputs of its steps (time first), and what is
the same at every step, to what is carried out, and the outputs of its steps (time first)."""


class Gradient:
    """A method of differentiation answers two questions.

    ``scan``: how is the recursion of one cell differentiated? By default by hand.

    ``fold``: in which stretches does time run, and what links them? By default in one stretch.
    Because the whole model runs in the fold (input edges, every layer, the readout,
    the loss of each step), what a method saves, it saves of everything.
    """

    def scan(self, recursion: Recursion) -> tuple[Tensor, State]:
        """h(1) … h(T) of a cell, and the state of each row at its own end; by default as
        :func:`~throughtime.gradients.bptt.bptt` says."""
        return unfold(recursion)

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
    """Exact gradients through all of time, by hand. Memory O(T) (Goodfellow et al. 2016, 10.2.2).

    Example:
        >>> FullBPTT()
        FullBPTT()
    """


class Autograd(Gradient):
    """The plain loop, differentiated by autograd: slow, and the reference for the others."""

    def scan(self, recursion: Recursion) -> tuple[Tensor, State]:
        # a program's T may be open, and a loop would fix it
        return unfold(recursion) if exporting() else Unrolled().unfold(recursion)
