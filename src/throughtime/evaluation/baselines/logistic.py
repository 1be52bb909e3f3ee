"""Logistic regression on whole sequences: a baseline for labels of sequences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data import Examples
from throughtime.extras import needed_for
from throughtime.sequence import Sequence


def logistic_accuracy(train: Examples, test: Examples) -> float:
    """Accuracy on ``test`` of scikit-learn's logistic regression, with all steps of x concatenated.

    x is ``(rows, T, *event)``, all rows of the same length; y is ``(rows,)``, labels.

    Raises:
        ValueError: if x is not a sequence, y is not labels, or lengths differ.
    """
    with needed_for("a logistic regression"):  # here, for it is slow to import
        from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=1000).fit(*_flat(train))
    return float(model.score(*_flat(test)))


def _flat(examples: Examples) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    x, y = examples.x, examples.y
    if not isinstance(x, Sequence) or not isinstance(y, Tensor) or not bool(x.mask.all()):
        raise ValueError(
            "a linear classifier needs sequences x of one length and a tensor of labels y; got "
            f"x = {x!r} and y a {type(y).__name__}"
        )
    return x.values.flatten(1).numpy(force=True), y.numpy(force=True)
