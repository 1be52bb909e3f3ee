"""The protocol of an output: what o(t) says of y(t)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from throughtime.context.transforms import values_hidden
from throughtime.sequence import Sequence


class Output:
    """From the vector o(t) to a distribution over y(t), and from y(t) back into the recurrence.

    An output holds no parameters: V and c of o(t) = c + V h(t) belong to the model. It is a plain
    value, so two models can share it and a configuration can name it.

    Padding is zero and goes through ``log_prob`` with the rest before it is masked: where zero is
    outside of the support, ``distribution`` must still give it a finite value and gradient.
    """

    @property
    def size(self) -> int:
        """How many units o(t) needs for one y(t)."""
        raise NotImplementedError

    @property
    def value_size(self) -> int:
        """Size of y(t) where it is fed back: the number of symbols, or of a vector's entries."""
        raise NotImplementedError

    @property
    def value_norm(self) -> float | None:
        """The norm of y(t) where it is fed back, if all values have the same one: that of a
        one-hot vector is 1."""
        return None

    @property
    def event_shape(self) -> torch.Size:
        """Shape of one y(t): ``()`` for a symbol, ``(D,)`` for a vector."""
        return torch.Size((self.value_size,))

    @property
    def discrete(self) -> bool:
        """Whether y(t) takes values from a finite set, so that probabilities can be compared:
        counts, which have no end, do not."""
        return False

    @property
    def counts(self) -> bool:
        """Whether y(t) is whole numbers 0, 1, 2, …, and the first ``value_size`` units of o(t) are
        log E[y(t)] (of the inner output), to which the logarithm of a scale may be added."""
        return False

    @property
    def symbolic(self) -> bool:
        """Whether y(t) is a symbol and o(t) the logits of all symbols, as top-k, top-p, an end
        symbol and generation by the engine need it."""
        return False

    def distribution(
        self, o: Tensor, temperature: float = 1.0, validate: bool = False
    ) -> Distribution:
        """p(y(t) given o(t)), of batch shape ``o.shape[:-1]``.

        ``temperature`` below one makes it sharper, above one flatter. With ``validate``, values
        outside of its support are refused. Its ``log_prob`` should broadcast no values: see
        :class:`~throughtime.outputs.strict.Strict`. Coverage and quantiles need the cdf of its
        entries: see :func:`~throughtime.outputs.strict.marginals`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no distribution(); write it")

    @property
    def independent(self) -> bool:
        """Whether the entries of a vector y(t) are independent given o(t), as those of torch's
        ``Independent`` are: then a part of them has a probability of its own."""
        return False

    def log_prob(self, o: Tensor, y: Tensor, observed: Tensor | None = None) -> Tensor:
        """log p(y(t) given o(t)), ``o.shape[:-1]``; of the observed entries alone, if not all are.

        Args:
            o: ``(*, size)``.
            y: ``(*, *event)``, any possible value where it is not observed.
            observed: ``(*,)``, or of independent entries ``(*, *event)``.
        """
        p = self.distribution(o)
        if observed is None:
            return p.log_prob(y)
        if observed.dim() == o.dim() - 1:
            return torch.where(observed, p.log_prob(y), 0.0)
        assert isinstance(p, Independent)
        return torch.where(observed, p.base_dist.log_prob(y), 0.0).sum(-1)

    def expected(self, o: Tensor) -> Tensor:
        """E[y(t)] as it is fed back, ``(*, value_size)``: the mean (for symbols, the softmax)."""
        return self.distribution(o).mean

    @property
    def standard(self) -> Tensor | None:
        """An o(t) of mean 0 and variance 1, ``(size,)``, where a model of standardised values may
        begin; None if there is none that says so."""
        return None

    def best(self, o: Tensor, k: int) -> tuple[Tensor, Tensor]:
        """The k most probable values ``(*, k, *event)`` and their log-probabilities ``(*, k)``.

        Fewer than k where there are fewer values.

        Raises:
            ValueError: if k > 1 and the values are continuous, or counts.
        """
        raise NotImplementedError(f"{self} does not say its most probable values; write best()")

    def most_probable(self, o: Tensor) -> Tensor:
        """The most probable value, ``(*, *event)``."""
        return self.best(o, 1)[0].squeeze(-1 - len(self.event_shape))

    def check(self, y: Sequence) -> None:
        """Raise a ``ValueError`` that names the first value which this output cannot produce."""
        if y.event_shape != self.event_shape:
            raise ValueError(
                f"{self} produces values of shape {tuple(self.event_shape)}, so a batch of "
                f"sequences has shape (*batch, time, *{tuple(self.event_shape)}); got event shape "
                f"{tuple(y.event_shape)} in values of shape {tuple(y.values.shape)}"
            )
        if self.event_shape and not y.dtype.is_floating_point:
            raise ValueError(f"{self} produces vectors; expected floats, got {y.dtype}")
        if values_hidden():
            return
        bad = self.impossible(y.values) & y.mask
        if bool(bad.any()):
            *row, t = bad.nonzero()[0].tolist()
            raise ValueError(
                f"y({t + 1}) of row {row} is {y.values[(*row, t)].tolist()}, "
                f"which {self} cannot produce; expected {self.expects()}"
            )

    def impossible(self, values: Tensor) -> Tensor:
        """Which values ``(*, *event)`` this output cannot produce, ``(*,)``: none, unless said."""
        shape = values.shape[: values.dim() - len(self.event_shape)]
        return torch.zeros(shape, dtype=torch.bool, device=values.device)

    def expects(self) -> str:
        """What is expected where a value is impossible, for the message."""
        return f"a value of {self}"


def only_the_best(output: Output, k: int) -> None:
    """Raise a ``ValueError`` for more than one value of an output without a finite set of them."""
    if k != 1:
        values = (
            f"counts without an end, of which one is found, not the {k} best"
            if output.counts
            else f"continuous values, which have no {k} best"
        )
        raise ValueError(f"{output} has {values}; use a beam of 1, or sample")
