"""What sees the pictures."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

DROPOUT = 0.3
"""Share of the features that training hides: pictures that training shows are few."""


class PictureEncoder(nn.Sequential):
    """From pictures ``(*batch, rows * columns)``, grey values from 0 to 1, to vectors
    ``(*batch, size)``.

    Two convolutions, each followed by pooling, and a linear layer. It must work for single
    pictures and for batches that were sorted by length, so it normalises each picture's own
    features and nothing over the batch. Not the picture itself: how bright it is may be all that
    its caption tells.

    Example:
        >>> PictureEncoder((16, 16), 32)(torch.rand(5, 256)).shape
        torch.Size([5, 32])
    """

    def __init__(self, shape: tuple[int, int], size: int, channels: int = 32) -> None:
        rows, columns = shape
        features = 2 * channels * (rows // 4) * (columns // 4)
        super().__init__(
            nn.Unflatten(-1, (1, rows, columns)),
            nn.Conv2d(1, channels, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(channels, 2 * channels, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(-3),
            nn.LayerNorm(features),
            nn.Dropout(DROPOUT),
            nn.Linear(features, size),
            nn.LayerNorm(size),
        )

    def forward(self, pictures: Float[Tensor, "*batch pixels"]) -> Float[Tensor, "*batch size"]:
        vectors: Tensor = super().forward(2 * pictures - 1)
        return vectors
