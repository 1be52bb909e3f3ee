"""What is known of each step of a stretch of time."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from throughtime.gradients.gradient import Tensors


class Steps(NamedTuple):
    """T steps of a batch of rows, time first; None is what the wiring or the caller does not need.

    Args:
        alive: ``(T, rows)``, which rows take the step.
        x: x(t), ``(T, rows, *)``.
        y: what the output edge carries away from the step: y(t), or another value in its place.
        countdown: the features of the number of values that remain, ``(T, rows, features)``.
        target: y(t), of which the probability is wanted.
        has_value: ``(T, rows)``, which rows have a y(t); a step that decides to stop has none.
        observed: ``(T, rows)``, or of vectors ``(T, rows, D)``, which values are not missing.
    """

    alive: Tensor
    x: Tensor | None = None
    y: Tensor | None = None
    countdown: Tensor | None = None
    target: Tensor | None = None
    has_value: Tensor | None = None
    observed: Tensor | None = None

    def tensors(self) -> Tensors:
        """All tensors in a row; :meth:`like` puts them back."""
        return tuple(v for v in self if v is not None)

    def like(self, tensors: Tensors) -> Steps:
        """Steps of which the same is known, with other tensors."""
        known = (name for name, v in zip(self._fields, self, strict=True) if v is not None)
        return self._replace(**dict(zip(known, tensors, strict=True)))
