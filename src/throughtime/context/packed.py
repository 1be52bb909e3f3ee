"""Packed batches as ``torch.nn.utils.rnn.pack_padded_sequence`` makes them."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.utils.rnn import PackedSequence

from throughtime.context.layout import in_memory


def check_packed(packed: Any) -> None:
    """Raise a ``ValueError`` if the rows that are left at each step do not make up the values.

    torch's ``pad_packed_sequence`` believes them, and writes where they say. In a recorded graph
    nobody can look at them.

    Example:
        >>> check_packed(PackedSequence(torch.zeros(4, 2), torch.tensor([4, 4])))
        Traceback (most recent call last):
        ...
        ValueError: batch_sizes is [4, 4] of 4 values; expected at least one row a step, never ...
    """
    if not isinstance(packed, PackedSequence):
        raise ValueError(f"a {type(packed).__name__} is given; expected a PackedSequence")
    data, sizes = packed.data, packed.batch_sizes
    if torch.compiler.is_compiling() or not in_memory(sizes):
        return
    left = sizes.tolist()
    fits = sizes.dtype == torch.int64 and sizes.dim() == 1 and data.dim() > 0
    if (
        not fits
        or left != sorted(left, reverse=True)
        or min(left, default=0) < 1
        or sum(left) != len(data)
    ):
        raise ValueError(
            f"batch_sizes is {left!s:.60} of {len(data)} values; expected at least one row a step, "
            "never more than before, and as many values as rows at all steps"
        )
