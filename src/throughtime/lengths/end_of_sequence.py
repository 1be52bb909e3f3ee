"""A special symbol ends the sequence."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from throughtime.lengths.length import DecidedBy, Length
from throughtime.outputs.output import Output
from throughtime.wiring import Wiring


@dataclass(frozen=True)
class EndOfSequence(Length):
    r"""One more symbol, the end, in the softmax of the others (Goodfellow et al. 2016,
    10.2.3).

    The alphabet's K symbols keep their numbers and the end is unit K of o(t); it never stands in
    the data. It is a :class:`Halt` whose log-odds come out of the softmax:

    .. math:: \log\frac{P(\text{end})}{1 - P(\text{end})} = o_K - \log \sum_{k<K} e^{o_k}

    The empty sequence is legal: the end may come first. Only symbols can have an end among them,
    so the output must be :class:`~throughtime.outputs.Categorical`.
    """

    @property
    def decided_by(self) -> DecidedBy:
        return DecidedBy.EACH_STEP

    @property
    def in_alphabet(self) -> bool:
        return True

    def split(self, o: Tensor) -> tuple[Tensor, Tensor]:
        symbols, end = o[..., :-1], o[..., -1]
        return end - symbols.logsumexp(-1), symbols

    def check(self, wiring: Wiring, output: Output) -> None:
        super().check(wiring, output)
        if not output.symbolic:
            raise ValueError(
                f"an end symbol needs an alphabet to stand in, which {output} has not; use "
                "lengths.Halt(), which adds the decision to any output"
            )
