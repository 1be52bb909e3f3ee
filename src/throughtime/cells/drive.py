"""The drive u(t) of a cell, as the terms of its sum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

Tensors = tuple[Tensor, ...]


class Entering(NamedTuple):
    """What enters at every step by one edge: a matrix times values.

    ``values`` are vectors ``(*, size)``, or symbols ``(*,)``, each of which picks a column of the
    ``weight``, ``(drive_size, size)``; a negative symbol picks none.
    """

    values: Tensor
    weight: Tensor

    def project(self) -> Float[Tensor, "*rows drive"]:
        """The matrix times the values."""
        if self.values.dtype.is_floating_point:
            return F.linear(self.values, self.weight)
        columns = F.embedding(self.values.long().clamp(0), self.weight.T)
        return columns.masked_fill((self.values < 0)[..., None], 0.0)


class Drive(NamedTuple):
    r"""What the wiring lets into h(t), at each of T steps, before it is added up.

    .. math:: u^{(t)} = \sum_e M_e v_e^{(t)} + \text{given}^{(t)} + \text{constant}
              + [t = 1]\, \text{start}

    The engine in C multiplies and adds while it runs, a stretch of steps at a time; so u(1) … u(T)
    need never be in memory all at once. :meth:`sum` is the same in torch.

    Args:
        steps: T.
        edges: what enters by matrices, at each step.
        given: ``(T, rows, drive_size)``, added as it is.
        constant: ``(rows, drive_size)``, at every step.
        start: ``(rows, drive_size)``, at the first step alone.

    Example:
        >>> x, U = torch.randn(5, 2, 3), torch.randn(4, 3)
        >>> drive = Drive(5, (Entering(x, U),), constant=torch.ones(2, 4))
        >>> bool(torch.allclose(drive.sum(), x @ U.T + 1))
        True
    """

    steps: int
    edges: tuple[Entering, ...] = ()
    given: Tensor | None = None
    constant: Tensor | None = None
    start: Tensor | None = None

    @classmethod
    def of(cls, drive: Tensor | Drive) -> Drive:
        """A drive, or a tensor u(1) … u(T) as one."""
        return drive if isinstance(drive, Drive) else cls(drive.shape[0], given=drive)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.tensors()[0].shape[1 if self.edges or self.given is not None else 0]

    def tensors(self) -> Tensors:
        """All tensors in a row; :meth:`like` puts them back."""
        rest = (self.given, self.constant, self.start)
        return (*(v for edge in self.edges for v in edge), *(v for v in rest if v is not None))

    def like(self, tensors: Iterable[Tensor]) -> Drive:
        """A drive of this one's structure with other tensors; of an iterator, with its next."""
        rest = iter(tensors)
        return Drive(
            self.steps,
            tuple(Entering(next(rest), next(rest)) for _ in self.edges),
            *(None if v is None else next(rest) for v in self[2:]),
        )

    def sum(self) -> Float[Tensor, "T rows drive"]:
        """u(1) … u(T)."""
        parts = [edge.project() for edge in self.edges]
        if self.given is not None:
            parts.append(self.given)
        if self.constant is not None:
            parts.append(self.constant.expand(self.steps, *self.constant.shape))
        if self.start is not None:  # of no steps, not even the first is left
            parts.append(F.pad(self.start[None], (0, 0, 0, 0, 0, self.steps - 1)))
        return sum(parts[1:], parts[0])
