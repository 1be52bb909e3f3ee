"""Weights of labels in the loss, so that rare ones count as much as frequent ones."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from throughtime.data.vocabularies.absent import are_sets
from throughtime.sequence import Sequence


def balanced(y: Sequence | Tensor, classes: int) -> Tensor:
    r"""The weight of each class, ``(classes,)``, from the labels of the training part.

    .. math:: w_c = \frac{n}{k \, n_c}

    for k classes that n labels have, n_c of them c. The mean over the labels is one, so that the
    loss keeps its scale; a class that training lacks has weight zero. Where a row has a set of
    labels, each label has two classes, that it is not there and that it is: ``(2, classes)``.

    Example:
        >>> balanced(torch.tensor([0, 0, 0, 2]), classes=3)
        tensor([0.6667, 0.0000, 2.0000])
    """
    labels = y.values[y.mask] if isinstance(y, Sequence) else y
    if are_sets(y):
        counts = torch.stack([(labels == 0).sum(0), (labels == 1).sum(0)])
    else:
        counts = labels.bincount(minlength=classes)
    weights = len(labels) / ((counts > 0).sum(0) * counts)
    return torch.where(counts > 0, weights, 0.0)


def weighted(p: Distribution, y: Tensor, weights: Tensor) -> Tensor:
    r"""log p of each row's label, times the weight of its class.

    .. math:: w_y \log p(y) \qquad \text{or, of a set of labels,} \qquad
        \sum_k w_{y_k, k} \log p(y_k)

    Args:
        p: the distribution of y.
        y: ``(rows,)``, the labels; or ``(rows, labels)``, zeros and ones.
        weights: those of :func:`balanced`.

    Returns:
        ``(rows,)``.

    Example:
        >>> from torch.distributions import Categorical
        >>> p = Categorical(torch.tensor([[0.5, 0.5], [0.5, 0.5]]))
        >>> weighted(p, torch.tensor([0, 1]), torch.tensor([1.0, 2.0]))
        tensor([-0.6931, -1.3863])
    """
    if not are_sets(y):
        return p.log_prob(y) * weights[y]
    assert isinstance(p, Independent)
    of_labels: Tensor = p.base_dist.log_prob(y.to(weights.dtype))
    return (of_labels * torch.where(y == 1, weights[1], weights[0])).sum(-1)
