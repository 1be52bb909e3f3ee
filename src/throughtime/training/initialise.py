"""Where a model's outer matrices start, which follows from the symbols and bits they bring."""

from __future__ import annotations

import math

from torch import Tensor

from throughtime.data import Examples
from throughtime.evaluation.likelihood import decoder
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.runs.build import Model
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


def initialise(model: Model, train: Examples) -> None:
    """Start the edges from x(t), x and y(t-1) by how many columns these add up in training.

    A model cannot tell before it sees them: of 88 keys a chord strikes four, and of a hundred
    features of a hotel three are said. Real values, what an encoder gives, and o(t-1) enter by
    U(-1/√H, 1/√H): started large, a short series is fitted sooner and forecast worse.
    """
    if isinstance(model, EncoderDecoder):
        if isinstance(model.encoder, RecurrentModel):
            _start(model.encoder, "U", train.x)
    else:
        _start(model, "U" if Edge.INPUT in model.wiring else "R", train.x)
    if decoder(model).wiring.feedback in (Edge.OBSERVED, Edge.EXPECTED):
        _start(decoder(model), "S", train.y)


def _start(model: RecurrentModel, letter: str, values: Sequence | Tensor | None) -> None:
    size = 0.0 if values is None else size_of(values)
    for recurrence in model.graph.layers[0]:
        edge = getattr(recurrence, letter, None)
        if edge is not None and size > 0:
            edge.start_for(size)


def size_of(values: Sequence | Tensor) -> float:
    r"""The root of the mean of \|x\|² over all rows and steps, of bits: of how many are set. Of
    symbols it is 1, one-hot as they are; of real values nothing is known, and it is 0.

    Example:
        >>> import torch
        >>> size_of(torch.tensor([[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]))
        2.0
    """
    if not values.dtype.is_floating_point:  # asked first: symbols may be more than memory holds
        return 1.0
    each = values.values[values.mask] if isinstance(values, Sequence) else values
    if not bool(((each == 0) | (each == 1)).all()):
        return 0.0
    return math.sqrt(float(each.flatten(1).double().sum(1).mean()))
