"""Whether a sequence can come from a distribution, or what the output edge carries can be fed."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.context.transforms import values_hidden
from throughtime.distribution.process import Process
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


def in_support(
    y: Sequence, process: Process, batch_shape: torch.Size, *, beginning: bool = False
) -> Sequence:
    """y without steps that no row has, if it can come from the process.

    Args:
        y: sequences of batch shape ``(*sample, *batch_shape)``.
        process: the rows' process.
        batch_shape: the shape of the rows.
        beginning: whether y may also be the beginning of a sequence that can.

    Raises:
        ValueError: if it cannot.
    """
    _check_values("y", y, process)
    depth = len(y.batch_shape) - len(batch_shape)
    if depth < 0 or y.batch_shape[depth:] != batch_shape:
        raise ValueError(
            f"sequences of batch shape {tuple(y.batch_shape)} do not fit a distribution of "
            f"batch shape {tuple(batch_shape)}; expected (*sample, *{tuple(batch_shape)})"
        )
    if process.x is not None:
        have = process.x.lengths.reshape(batch_shape)
        wrong = (y.lengths > have) if beginning else (y.lengths != have)
        _check_lengths(wrong, y, have, "at most the input's" if beginning else "the input's")
    if process.length.longest is not None:
        most = torch.full_like(y.lengths, process.length.longest)
        _check_lengths(y.lengths > most, y, most, "at most max_length =")
    if process.x is not None and process.x.steps < y.steps:
        y = Sequence(y.values.narrow(len(y.batch_shape), 0, process.x.steps), y.lengths)
    return y.trim()


def _check_lengths(wrong: Tensor, y: Sequence, expected: Tensor, what: str) -> None:
    if not values_hidden() and bool(wrong.any()):
        row = tuple(wrong.nonzero()[0].tolist())
        raise ValueError(
            f"the sequence of row {list(row)} has length {int(y.lengths[row])}; expected {what} "
            f"{int(expected.expand(y.batch_shape)[row])}"
        )


def check_fed(fed: Sequence, y: Sequence, process: Process) -> None:
    """Raise a ``ValueError`` if the output edge cannot carry these values in place of y."""
    if not isinstance(fed, Sequence):
        raise ValueError(f"what is fed is a {type(fed).__name__}; expected a tt.Sequence, as y")
    wiring = process.graph.wiring
    if Edge.OBSERVED not in wiring:
        raise ValueError(f"{wiring} has no {Edge.OBSERVED.value} to carry other values")
    _check_values("what is fed", fed, process)
    if fed.batch_shape != y.batch_shape or not torch.equal(fed.lengths, y.lengths):
        raise ValueError(
            f"what is fed has batch shape {tuple(fed.batch_shape)} and lengths "
            f"{fed.lengths.tolist()}; expected those of y, {tuple(y.batch_shape)} and "
            f"{y.lengths.tolist()}"
        )


def _check_values(name: str, y: Sequence, process: Process) -> None:
    check_device(name, y.values, process.device)
    process.output.check(y)
    dtype = process.dtype
    if y.dtype.is_floating_point and y.dtype != dtype:
        raise ValueError(f"{name} is {y.dtype} and the model {dtype}; use .to({dtype})")


def check_device(name: str, value: Tensor, device: torch.device) -> None:
    """Raise a ``ValueError`` if a tensor is not where the model is."""
    if value.device != device:
        raise ValueError(
            f"{name} is on {value.device} and the model on {device}; use .to({device})"
        )
