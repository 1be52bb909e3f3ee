"""Pairs (x, y) that a model is trained or measured on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data.errors import DataError
from throughtime.data.storage.flat import Flat
from throughtime.sequence import Sequence


@dataclass(frozen=True, eq=False)
class Examples:
    """Pairs (x, y), one per row.

    Args:
        x: a sequence per row; or a vector per row, ``(rows, size)``; or None if there is no x.
        y: a sequence per row; or a value per row, ``(rows, *event)``, such as a label.
        before: the steps directly before y, if y is one long row that continues another part.
        groups: ``(rows,)``, equal numbers for rows whose x are equal in the file; None if it is
            not known, as for rows that no file has.
        written: ``(rows,)``, y as the file has it, before rare words or characters became one
            unknown symbol; None if it is not known, or if y is no text.
        vector: of series, what does not change within each, ``(rows, size)``.
        scale: of series of counts, the scale of each, ``(rows, D)``.
        start: of series, how many steps of each are given, and not measured, ``(rows,)``. Their y
            may be NaN, where it is missing.

    Raises:
        DataError: if x and y differ in their number of rows, or have no single batch dimension.

    Example:
        >>> import torch
        >>> pairs = Examples(x=torch.eye(3), y=torch.tensor([2, 1, 0]))
        >>> len(pairs), pairs[1:].y
        (3, tensor([1, 0]))
    """

    x: Sequence | Tensor | None
    y: Sequence | Tensor
    before: Sequence | None = None
    groups: Tensor | None = None
    written: NDArray[np.object_] | None = None
    vector: Tensor | None = None
    scale: Tensor | None = None
    start: Tensor | None = None

    def __post_init__(self) -> None:
        sides = {"y": self.y} if self.x is None else {"x": self.x, "y": self.y}
        for name, side in sides.items():
            batch = side.batch_shape if isinstance(side, Sequence) else side.shape[:1]
            if len(batch) != 1:
                raise DataError(
                    f"{name} has no rows to count; examples are a batch with one dimension, and "
                    "one example is a batch of one: examples[i : i + 1]"
                )
        if self.x is not None and len(self.x) != len(self.y):
            raise DataError(f"x has {len(self.x)} rows and y has {len(self.y)}; expected pairs")

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, rows: Tensor | slice | list[int]) -> Examples:
        """Some of the rows, by their numbers, a mask or a slice."""
        return self._with(self.y[rows], rows)

    def _with(self, y: Sequence | Tensor, rows: Tensor | slice | list[int]) -> Examples:
        """These rows, whose y are given."""
        places = rows.numpy(force=True) if isinstance(rows, Tensor) else rows
        return replace(
            self,
            x=None if self.x is None else self.x[rows],
            y=y,
            groups=None if self.groups is None else self.groups[rows],
            written=None if self.written is None else self.written[places],
            vector=None if self.vector is None else self.vector[rows],
            scale=None if self.scale is None else self.scale[rows],
            start=None if self.start is None else self.start[rows],
        )

    @property
    def observed(self) -> Tensor | None:
        """Of series, which values of y are not missing, ``(rows, T, D)``; None of other data."""
        if self.start is None:
            return None
        assert isinstance(self.y, Sequence)
        return ~self.y.values.isnan()

    def limited_to(self, symbols: int) -> Examples:
        """Rows, evenly spread, whose y have about ``symbols`` symbols in all; one value is one.

        Of one long row, its beginning; of one series, its end, where what is measured is; all rows,
        if they have no more symbols than that.

        Example:
            >>> import torch
            >>> pairs = Examples(x=None, y=Sequence(torch.arange(24).view(6, 4)))
            >>> pairs.limited_to(13).y.values[:, 0]
            tensor([ 0,  8, 16])
        """
        total = int(self.y.lengths.sum()) if isinstance(self.y, Sequence) else len(self)
        if total <= symbols:
            return self
        if self.start is not None and isinstance(self.y, Sequence) and len(self) == 1:
            left_out = torch.tensor(total - symbols)
            x = self.x.drop(left_out) if isinstance(self.x, Sequence) else self.x
            start = (self.start - left_out).clamp(min=0)
            return replace(self, x=x, y=self.y.drop(left_out), start=start)
        if isinstance(self.y, Sequence) and len(self) == 1 and self.x is None:
            return replace(self, y=self.y.take(torch.tensor(symbols)))
        count = max(1, len(self) * symbols // total)
        rows = torch.arange(count) * len(self) // count
        return self._with(self.y.pick(rows) if isinstance(self.y, Flat) else self.y[rows], rows)

    def to(self, *args: Any, **kwargs: Any) -> Examples:
        """The same examples on another device or in another dtype, as by ``Tensor.to``."""
        return replace(
            self,
            x=None if self.x is None else self.x.to(*args, **kwargs),
            y=self.y.to(*args, **kwargs),
            before=None if self.before is None else self.before.to(*args, **kwargs),
            vector=None if self.vector is None else self.vector.to(*args, **kwargs),
            scale=None if self.scale is None else self.scale.to(*args, **kwargs),
        )
