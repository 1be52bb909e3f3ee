"""τ itself is predicted, before the first value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from throughtime.lengths.length import DecidedBy, Length
from throughtime.whole import whole


@dataclass(frozen=True)
class PredictedLength(Length):
    r"""P(τ) P(y given τ), with a categorical P over 0 … ``max_length`` (Goodfellow et al.
    2016, 10.2.3).

    P(τ) = softmax of a linear function of the model's vector input, or of a free parameter where
    there is none. The recurrence is told the remaining count r = τ - t + 1 at every step, so that
    it can plan its ending, through the features

    .. math:: \phi_j(r) = e^{-(r - 1) / 2^j}, \qquad j = 0 \dots \lceil \log_2 \text{max} \rceil

    which resolve the last steps finely, the far ones coarsely, and vary smoothly, so that a
    length that training never saw lies between its neighbours.

    Args:
        max_length: the longest sequence that can be produced; longer data raise an error.

    Raises:
        ValueError: if ``max_length`` is negative.

    Example:
        >>> PredictedLength(8).countdown(torch.tensor([1, 8])).shape
        torch.Size([2, 4])
    """

    max_length: int

    def __post_init__(self) -> None:
        whole("max_length", self.max_length, 0)

    @property
    def decided_by(self) -> DecidedBy:
        return DecidedBy.PREDICTION

    @property
    def longest(self) -> int:
        return self.max_length

    @property
    def features(self) -> int:
        return 1 + math.ceil(math.log2(max(self.max_length, 1)))

    def countdown(self, remaining: Tensor, dtype: torch.dtype | None = None) -> Tensor:
        scale = 2.0 ** -torch.arange(self.features, dtype=dtype, device=remaining.device)
        return torch.exp(-(remaining[..., None].to(scale.dtype) - 1).clamp(min=0) * scale)
