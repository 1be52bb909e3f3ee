"""Whether a ``torch.func`` transform is running."""

import torch


def transforming() -> bool:
    """True inside of ``torch.func.grad``, ``vmap`` and the like.

    Single values cannot be looked at then, and the plain loop, which every transform understands,
    takes the place of hand-written gradients.

    Example:
        >>> transforming(), bool(torch.func.vmap(lambda v: v + transforming())(torch.zeros(1)) == 1)
        (False, True)
    """
    return torch._C._are_functorch_transforms_active()
