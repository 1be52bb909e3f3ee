"""Initialise the matrices of a model's inputs by the size of those inputs in training."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from throughtime.data import Examples
from throughtime.evaluation.likelihood import decoder
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.runs.build import Model
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


def initialise(model: Model, train: Examples) -> None:
    r"""Initialise the edges from x(t), x and y(t-1) by the root mean square of \|x\| in training.

    For vectors of zeros and ones, \|x\|² is the number of columns that are summed, which a model
    cannot know before it sees the data: of 88 piano keys a chord strikes four. Real values, the
    vector of an encoder, and o(t-1) keep U(-1/√H, 1/√H): with larger weights, a short series is
    fitted sooner but forecast worse.
    """
    if isinstance(model, EncoderDecoder):
        if isinstance(model.encoder, RecurrentModel):
            _start(model.encoder, "U", train.x)
    else:
        _start(model, "U" if Edge.INPUT in model.wiring else "R", train.x)
    if decoder(model).wiring.feedback in (Edge.OBSERVED, Edge.EXPECTED):
        _start(decoder(model), "S", train.y)


@torch.no_grad()
def start_standard(model: Model) -> None:
    """Start with y(t) of mean 0 and variance 1, whatever came before: V is zero.

    So a net that learns what a linear model leaves of a series starts as that model, and the
    weights that validation chooses are seldom worse. Outputs without such a start keep theirs.
    """
    output = decoder(model).output
    if output is None or (standard := output.standard) is None:
        return
    graph = decoder(model).graph
    graph.V.zero_()
    graph.c.copy_(standard)


def _start(model: RecurrentModel, letter: str, values: Sequence | Tensor | None) -> None:
    size = 0.0 if values is None else size_of(values)
    for recurrence in model.graph.layers[0]:
        edge = getattr(recurrence, letter, None)
        if edge is not None and size > 0:
            edge.start_for(size)


def size_of(values: Sequence | Tensor) -> float:
    r"""The root of the mean of \|x\|² over all rows and steps.

    It is 1 for symbols, which are one-hot, and the root of the mean number of ones for vectors of
    zeros and ones. For real values it is 0, which keeps the usual initialisation.

    Example:
        >>> import torch
        >>> size_of(torch.tensor([[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]))
        2.0
    """
    if not values.dtype.is_floating_point:  # first, since symbols may exceed memory
        return 1.0
    each = values.values[values.mask] if isinstance(values, Sequence) else values
    if not bool(((each == 0) | (each == 1)).all()):
        return 0.0
    return math.sqrt(float(each.flatten(1).double().sum(1).mean()))
