"""Which parts of x mattered: gradient × input."""

from __future__ import annotations

from collections.abc import Sequence as ListOf

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import one_hot

from throughtime.evaluation.likelihood import decoder, log_prob
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.report.style import BLUE, INK, ORANGE, figure, literal, tinted
from throughtime.runs.build import Model
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


def gradient_times_input(model: Model, x: Sequence | Tensor, y: Sequence | Tensor) -> Tensor:
    r"""How much each part of x adds to log p(y | x), to first order: each symbol, ``(rows, T)``, or
    each number, of the shape of x.

    .. math:: a_{ti} = x^{(t)}_i \, \frac{\partial \log p(y \mid x)}{\partial x^{(t)}_i}

    (Shrikumar et al. 2016, "Not just a black box"). A symbol stands for its one-hot vector, of
    which one number is not zero. Where log p is linear in x, they add up to what x adds to log p;
    elsewhere they say what a small change does.

    Args:
        model: the model.
        x: one for each row.
        y: one for each row, of which log p is taken.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.wirings.SEQUENCE_TO_VECTOR, tt.outputs.Categorical(2),
        ...     input_size=3)
        >>> x = Sequence(torch.tensor([[0, 1, 2, 1]]))
        >>> gradient_times_input(model, x, torch.tensor([1])).shape
        torch.Size([1, 4])
    """
    like = next(model.parameters())
    seen = x.values if isinstance(x, Sequence) else x
    symbols = not seen.dtype.is_floating_point
    seen = one_hot(seen.long(), _size(model)).to(like) if symbols else seen.to(like)
    with torch.enable_grad():
        given = seen.detach().clone().requires_grad_()
        of_x = Sequence(given, x.lengths.to(like.device)) if isinstance(x, Sequence) else given
        (slope,) = torch.autograd.grad(log_prob(model(of_x), y.to(like.device)).sum(), given)
    found = (slope * given).detach().to("cpu")
    return found.sum(-1) if symbols else found


def _size(model: Model) -> int:
    """How many symbols x has."""
    part = model.encoder if isinstance(model, EncoderDecoder) else decoder(model)
    assert isinstance(part, RecurrentModel)  # that of pictures has no symbols
    graph = part.graph
    size = graph.input_size if Edge.INPUT in graph.wiring else graph.vector_size
    assert size is not None
    return size


def draw(
    pictures: ListOf[NDArray[np.float64]],
    influence: ListOf[NDArray[np.float64]],
    titles: ListOf[str],
) -> Figure:
    """Draw pictures, and below each which of its pixels speak for y, in blue, and against it, in
    orange.

    Args:
        pictures: grey values from 0 for black to 1 for white, ``(rows, columns)``.
        influence: gradient × input of each pixel, of the same shape.
        titles: what is above each.

    Example:
        >>> one = np.eye(3)
        >>> len(draw([one], [one - 0.5], ["a diagonal"]).axes)
        2
    """
    result = figure(1.25 * max(len(pictures), 2), 3.0)
    places = result.subplots(2, len(pictures), squeeze=False)
    for (above, below), picture, values, title in zip(
        places.T, pictures, influence, titles, strict=True
    ):
        most = max(float(np.abs(values).max()), 1e-30)
        above.imshow(picture, cmap="gray", vmin=0, vmax=1)
        above.set_title(literal(title), color=INK, fontsize=9)
        positive, negative = (tinted(side * values / most, c) for side, c in
                              ((1, BLUE), (-1, ORANGE)))  # fmt: skip
        below.imshow(np.where((values >= 0)[..., None], positive, negative))
        for axes in (above, below):
            axes.set_xticks([])
            axes.set_yticks([])
            axes.spines[:].set_color("#9aa7b1")
    return result
