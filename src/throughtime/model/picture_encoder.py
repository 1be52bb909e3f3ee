"""What sees the pictures."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from throughtime.whole import whole

DROPOUT = 0.3
"""Share of the features that training hides: pictures that training shows are few."""


class PictureEncoder(nn.Sequential):
    """From pictures ``(*batch, channels * rows * columns)``, values from 0 to 1, to vectors
    ``(*batch, size)``.

    Two convolutions, each followed by pooling, and a linear layer. It must work for single
    pictures and for batches that were sorted by length, so it normalises each picture's own
    features and nothing over the batch. Not the picture itself: how bright it is may be all that
    its caption tells.

    Example:
        >>> PictureEncoder((3, 16, 16), 32)(torch.rand(5, 768)).shape
        torch.Size([5, 32])
    """

    def __init__(self, shape: tuple[int, int, int], size: int, filters: int = 32) -> None:
        channels, rows, columns = shape
        features = 2 * whole("filters", filters) * (rows // 4) * (columns // 4)
        whole("features of a picture", features)
        super().__init__(
            nn.Unflatten(-1, shape),
            nn.Conv2d(channels, filters, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(filters, 2 * filters, 3, padding=1),
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
