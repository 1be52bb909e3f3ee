"""Distributions that take one value for each of their batch, and broadcast none."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.distributions import Distribution, Independent

from throughtime.context.integers import check_integers
from throughtime.context.layout import check_layout


class Strict(Distribution):
    """One of torch's distributions, to be named after this class, whose ``log_prob`` takes values
    of shape ``(*sample, *batch_shape, *event_shape)`` only.

    torch would broadcast: N values ``(N,)`` for N distributions of vectors of size one give the
    N² densities of each value under each distribution, and their sum looks like a loss. So what is
    meant to be broadcast has to be expanded: ``enumerate_support(expand=True)``.

    Example:
        >>> class Symbol(Strict, torch.distributions.Categorical): ...
        >>> Symbol(logits=torch.zeros(5, 2)).log_prob(torch.zeros(5, 1, dtype=torch.int64))
        Traceback (most recent call last):
        ...
        ValueError: the value has shape (5, 1); expected (*sample, 5), one for each of the batch ...
    """

    def log_prob(self, value: Any) -> Tensor:
        self._check(value)
        return super().log_prob(value)

    def _check(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise ValueError(f"the value is a {type(value).__name__}; expected a torch.Tensor")
        check_layout("the value", value)
        shape = self.batch_shape + self.event_shape
        depth = value.dim() - len(shape)
        if depth < 0 or value.shape[depth:] != shape:
            expected = ", ".join(map(str, ("*sample", *shape)))
            raise ValueError(
                f"the value has shape {tuple(value.shape)}; expected ({expected}), one for each of "
                f"the batch {tuple(self.batch_shape)}, which is not broadcast: use "
                "value.reshape(), or p.expand()"
            )
        if not self.event_shape:
            check_integers("the value", value)
        elif not value.dtype.is_floating_point:
            raise ValueError(f"the value is {value.dtype}; expected floats, as vectors have")


class Entries(Independent[Distribution]):
    """Independent entries of a vector, as ``torch.distributions.Independent`` has them, but for no
    vectors at all too, as where every sequence is empty: there torch's cannot tell a shape."""

    @property
    def marginals(self) -> Distribution:
        """The distribution of each entry by itself."""
        return self.base_dist

    def log_prob(self, value: Tensor) -> Tensor:
        return self.base_dist.log_prob(value).sum(-1)

    def entropy(self) -> Tensor:
        return self.base_dist.entropy().sum(-1)


class Vector(Strict, Entries):
    """A vector of independent entries."""


def marginals(p: Distribution) -> Distribution:
    """The distribution of each entry of a vector by itself, of batch shape ``(*batch, D)``, without
    events: what its property ``marginals`` says, which an output of one's own can have too.

    Raises:
        NotImplementedError: if the distribution does not say them.

    Example:
        >>> import throughtime as tt
        >>> p = tt.outputs.Mixture(2, dim=3).distribution(torch.zeros(14))
        >>> marginals(p).cdf(torch.zeros(3))
        tensor([0.5000, 0.5000, 0.5000])
    """
    own = getattr(p, "marginals", None)
    if isinstance(own, Distribution):
        return own
    if isinstance(p, Independent):
        return p.base_dist
    if not p.event_shape:
        return p
    raise NotImplementedError(f"{type(p).__name__} does not say the marginals of its entries")
