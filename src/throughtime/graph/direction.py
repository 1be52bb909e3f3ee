"""Time read backward, of rows that do not all end at the same step."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Shaped
from torch import Tensor


def reverse(
    values: Shaped[Tensor, "T rows size"], alive: Bool[Tensor, "T rows"] | None = None
) -> Shaped[Tensor, "T rows size"]:
    r"""Each row from its own end to its beginning: :math:`y^{(\tau)} \dots y^{(1)}` in place of
    :math:`y^{(1)} \dots y^{(\tau)}`.

    Where a row is not ``alive`` there is no value to read, and some other one stands there. Twice
    reversed, a row is as it was.

    Example:
        >>> values = torch.tensor([[1, 4], [2, 5], [3, 0]])[..., None]
        >>> alive = torch.tensor([[True, True], [True, True], [True, False]])
        >>> (reverse(values, alive).squeeze(-1) * alive).tolist()
        [[3, 5], [2, 4], [1, 0]]
    """
    if alive is None:
        return values.flip(0)
    t = torch.arange(values.shape[0], device=values.device)[:, None]
    step = (alive.sum(0) - 1 - t).clamp(0)
    return values.gather(0, step[..., None].expand(values.shape))
