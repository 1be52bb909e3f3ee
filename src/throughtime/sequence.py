"""A ragged batch of sequences as one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from throughtime.context.integers import check_integers
from throughtime.context.packed import check_packed
from throughtime.context.shapes import broadcast_to
from throughtime.context.tensors import tensor_of
from throughtime.context.transforms import values_hidden


class Sequence:
    r"""A batch of sequences :math:`y^{(1)} \dots y^{(\tau)}`, each with a length τ of its own.

    ``values`` has shape ``(*batch, T, *event)`` and ``lengths`` has shape ``batch``: the first τ
    steps of a row are its values, the others are padding. Padding is set to zero here, once, so
    that whatever stood there (NaN, another sentence) can never reach a result, and two equal
    batches have equal tensors. A length of zero is legal.

    Args:
        values: ``(*batch, T, *event)``, any dtype. Symbols are integers with no event dimension.
        lengths: ``batch``, integers from 0 to T; an ``int`` or a list will do. Left out, the first
            dimension is the batch and every row has all T steps.

    Raises:
        ValueError: if the lengths do not fit the values; the message names the first bad row.

    Example:
        >>> y = Sequence.from_list([torch.tensor([3, 1, 2]), torch.tensor([5])])
        >>> y.values
        tensor([[3, 1, 2],
                [5, 0, 0]])
        >>> y.lengths
        tensor([3, 1])
        >>> y[1]
        Sequence(batch_shape=(), lengths=1, event_shape=(), dtype=torch.int64)
    """

    values: Tensor
    lengths: Tensor

    def __init__(self, values: Tensor, lengths: Tensor | list[int] | int | None = None) -> None:
        values = tensor_of("values", values)
        if lengths is None:
            if values.dim() < 2:
                raise ValueError(
                    f"values of shape {tuple(values.shape)} have no batch dimension; expected "
                    "(batch, time, *event), or give `lengths` (an int for one sequence)"
                )
            lengths = torch.full(values.shape[:1], values.shape[1])
        if isinstance(lengths, list) and not lengths:  # which torch would take for floats
            lengths = torch.zeros(0, dtype=torch.int64)
        lengths = tensor_of("lengths", lengths, values.device)
        check_integers("the dtype of lengths", lengths, "counts of steps")
        lengths = lengths.to(torch.int64)
        n = lengths.dim()
        if values.dim() <= n or values.shape[:n] != lengths.shape:
            raise ValueError(
                f"values of shape {tuple(values.shape)} do not fit lengths of shape "
                f"{tuple(lengths.shape)}; expected values of shape (*lengths.shape, time, *event)"
            )
        steps = values.shape[n]
        bad = (lengths < 0) | (lengths > steps)
        if not values_hidden() and bool(bad.any()):
            raise ValueError(
                f"length {int(lengths[bad][0])} at row {bad.nonzero()[0].tolist()} is not between "
                f"0 and the {steps} steps of values of shape {tuple(values.shape)}"
            )
        self.lengths = lengths
        keep = torch.arange(steps, device=lengths.device) < lengths[..., None]
        keep = keep.reshape(*keep.shape, *(1,) * (values.dim() - n - 1))
        self.values = torch.where(keep, values, values.new_zeros(()))

    @classmethod
    def _of(cls, values: Tensor, lengths: Tensor) -> Sequence:
        """Of values that are zero behind their ends already, so that nothing need be looked at: on
        a GPU, to look is to wait."""
        made = object.__new__(cls)
        made.values, made.lengths = values, lengths
        return made

    # ---- shape ---------------------------------------------------------------------------------

    @property
    def batch_shape(self) -> torch.Size:
        """Shape of the batch: that of ``lengths``."""
        return self.lengths.shape

    @property
    def event_shape(self) -> torch.Size:
        """Shape of one value y(t)."""
        return self.values.shape[self.lengths.dim() + 1 :]

    @property
    def steps(self) -> int:
        """T, the number of steps that the padded tensor has room for."""
        return self.values.shape[self.lengths.dim()]

    @property
    def mask(self) -> Tensor:
        """``(*batch, T)``, true on values and false on padding."""
        return torch.arange(self.steps, device=self.lengths.device) < self.lengths[..., None]

    @property
    def device(self) -> torch.device:
        """Where the values are."""
        return self.values.device

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the values."""
        return self.values.dtype

    def __repr__(self) -> str:
        return (
            f"Sequence(batch_shape={tuple(self.batch_shape)}, lengths={self.lengths.tolist()}, "
            f"event_shape={tuple(self.event_shape)}, dtype={self.dtype})"
        )

    # ---- from and to other forms ---------------------------------------------------------------

    @classmethod
    def from_list(cls, sequences: Iterable[Tensor]) -> Sequence:
        """A batch from a list of tensors ``(τ, *event)``, one a row.

        Raises:
            ValueError: if the list is empty, or its tensors differ in event shape or dtype.

        Example:
            >>> Sequence.from_list([torch.zeros(2, 3), torch.zeros(0, 3)])
            Sequence(batch_shape=(2,), lengths=[2, 0], event_shape=(3,), dtype=torch.float32)
        """
        rows = [tensor_of("a sequence", row) for row in sequences]
        if not rows:
            raise ValueError(
                "an empty list has no dtype or event shape; give at least one sequence"
            )
        for i, row in enumerate(rows):
            if row.dim() == 0 or row.shape[1:] != rows[0].shape[1:] or row.dtype != rows[0].dtype:
                raise ValueError(
                    f"sequence {i} has shape {tuple(row.shape)} and dtype {row.dtype}; expected "
                    f"(time, *{tuple(rows[0].shape[1:])}) and {rows[0].dtype}, as the first one has"
                )
        values = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return cls(values, torch.tensor([len(row) for row in rows], device=values.device))

    @classmethod
    def from_packed(cls, packed: PackedSequence) -> Sequence:
        """A batch from a ``torch.nn.utils.rnn.PackedSequence``, in its original order.

        Raises:
            ValueError: if its batch sizes are not those of its values.

        Example:
            >>> y = Sequence(torch.tensor([[1, 2], [3, 0]]), [2, 1])
            >>> Sequence.from_packed(y.to_packed()).values.tolist()
            [[1, 2], [3, 0]]
        """
        check_packed(packed)
        values, lengths = pad_packed_sequence(packed, batch_first=True)
        return cls(values, lengths)

    def to_packed(self) -> PackedSequence:
        """The batch as a ``PackedSequence``.

        Raises:
            ValueError: if a row has length zero (a ``PackedSequence`` cannot hold it), or the
                batch has not exactly one dimension.
        """
        if self.lengths.dim() != 1:
            raise ValueError(
                f"a PackedSequence has one batch dimension; this batch has shape "
                f"{tuple(self.batch_shape)}: use .flatten() first"
            )
        if not bool((self.lengths > 0).all()):
            row = int((self.lengths == 0).nonzero()[0])
            raise ValueError(
                f"row {row} has length zero, which a PackedSequence cannot hold; drop such rows "
                "first: y[y.lengths > 0].to_packed()"
            )
        return pack_padded_sequence(
            self.values, self.lengths.cpu(), batch_first=True, enforce_sorted=False
        )

    def to_list(self) -> list[Tensor]:
        """One tensor ``(τ, *event)`` a row, without padding; the batch flattened."""
        flat = self.flatten()
        return [v[:n] for v, n in zip(flat.values, flat.lengths.tolist(), strict=True)]

    def to(self, *args: Any, **kwargs: Any) -> Sequence:
        """Moved or cast as ``Tensor.to`` does; the lengths only move."""
        values = self.values.to(*args, **kwargs)
        return Sequence(values, self.lengths.to(values.device))

    # ---- parts ---------------------------------------------------------------------------------

    def __len__(self) -> int:
        if not self.batch_shape:
            raise TypeError("a single sequence has no batch to count; its length is .lengths")
        return self.batch_shape[0]

    def __iter__(self) -> Iterator[Sequence]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Sequence:
        """Rows of the batch (an index, a slice, a mask or a list of rows), cut to their longest.

        Example:
            >>> y = Sequence(torch.arange(6).view(2, 3), [3, 1])
            >>> y[1:].values
            tensor([[3]])
        """
        if index is Ellipsis or (isinstance(index, tuple) and Ellipsis in index):
            raise IndexError("an index of a batch of sequences names rows, and not with ...")
        lengths = self.lengths[index]
        depth = self.lengths.dim() - lengths.dim()
        values = self.values[index]
        if values.dim() != self.values.dim() - depth:
            raise IndexError(f"index {index!r} reaches past the batch {tuple(self.batch_shape)}")
        return Sequence(values, lengths).trim()

    def trim(self) -> Sequence:
        """The same batch with no more steps than its longest row has."""
        if values_hidden():
            return self
        longest = int(self.lengths.max()) if self.lengths.numel() else 0
        if longest == self.steps:
            return self
        return Sequence._of(self.values.narrow(self.lengths.dim(), 0, longest), self.lengths)

    def flatten(self) -> Sequence:
        """The same rows with exactly one batch dimension."""
        return Sequence._of(
            self.values.reshape(self.lengths.numel(), self.steps, *self.event_shape),
            self.lengths.reshape(-1),
        )

    def expand(self, batch_shape: Iterable[int]) -> Sequence:
        """The batch repeated to ``batch_shape`` by broadcasting.

        Raises:
            ValueError: if it does not broadcast to that, or that has more rows than a tensor can.
        """
        shape = broadcast_to(self.batch_shape, batch_shape)
        return Sequence._of(
            self.values.expand(*shape, self.steps, *self.event_shape), self.lengths.expand(shape)
        )

    def take(self, counts: Tensor) -> Sequence:
        """The first ``counts`` steps of each row (all of them where it has fewer).

        Raises:
            ValueError: if a count is no whole number, or negative.
        """
        return Sequence(self.values, self._at_most_all(counts)).trim()

    def drop(self, counts: Tensor) -> Sequence:
        """Each row without its first ``counts`` steps.

        Raises:
            ValueError: if a count is no whole number, or negative.

        Example:
            >>> Sequence(torch.tensor([[1, 2, 3], [4, 5, 0]]), [3, 2]).drop(torch.tensor([1, 2]))
            Sequence(batch_shape=(2,), lengths=[2, 0], event_shape=(), dtype=torch.int64)
        """
        counts = self._at_most_all(counts)
        left = self.lengths - counts
        at = torch.arange(self.steps, device=self.device) + counts[..., None]
        return Sequence(self._gather(at.clamp(max=max(self.steps - 1, 0))), left).trim()

    def _at_most_all(self, counts: Tensor) -> Tensor:
        counts = tensor_of("counts", counts, self.device)
        check_integers("the dtype of counts", counts, "counts of steps")
        if not values_hidden() and bool((counts < 0).any()):
            raise ValueError(f"counts of steps are not negative; got {int(counts.min())}")
        return torch.minimum(counts, self.lengths)

    def reverse(self) -> Sequence:
        """Each row read from its own end to its beginning; padding stays behind.

        Example:
            >>> Sequence(torch.tensor([[1, 2, 3], [4, 5, 0]]), [3, 2]).reverse().values.tolist()
            [[3, 2, 1], [5, 4, 0]]
        """
        at = self.lengths[..., None] - 1 - torch.arange(self.steps, device=self.device)
        return Sequence(self._gather(at.clamp(min=0)), self.lengths)

    def _gather(self, at: Tensor) -> Tensor:
        at = at.expand(*self.batch_shape, self.steps)
        at = at.reshape(*at.shape, *(1,) * len(self.event_shape))
        return self.values.gather(self.lengths.dim(), at.expand(self.values.shape))
