"""Weights of labels in the loss, so that rare ones count as much as frequent ones."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.sequence import Sequence


def balanced(y: Sequence | Tensor, classes: int) -> Tensor:
    r"""The weight of each class, ``(classes,)``, from the labels of the training part.

    .. math:: w_c = \frac{n}{k \, n_c}

    for k classes that n labels have, n_c of them c. The mean over the labels is one, so that the
    loss keeps its scale; a class that training lacks has weight zero.

    Example:
        >>> balanced(torch.tensor([0, 0, 0, 2]), classes=3)
        tensor([0.6667, 0.0000, 2.0000])
    """
    labels = y.values[y.mask] if isinstance(y, Sequence) else y
    counts = labels.bincount(minlength=classes)
    weights = len(labels) / (int((counts > 0).sum()) * counts)
    return torch.where(counts > 0, weights, 0.0)
