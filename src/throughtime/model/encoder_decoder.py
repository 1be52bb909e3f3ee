"""An encoder and a decoder: a sequence, or a picture, becomes a sequence of another length."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.model.drawn import net_of
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.wiring import Edge
from throughtime.wiring.drawing import Drawn, Net


class EncoderDecoder(Drawn, nn.Module):
    r"""2.3 composed with 2.4: p(y given decoder(encoder(x))) (Deep Learning, 10.4).

    The encoder sums up x in one vector, the decoder turns a vector into a sequence; the gradient
    flows through the vector. Any module that gives a vector ``(*batch, vector_size)`` is an
    encoder: a :class:`~throughtime.RecurrentModel` that emits last and has no output, or a
    network that sees pictures.

    Args:
        encoder: from x to a vector.
        decoder: a model whose wiring has x → h(t) and no x(t).

    Raises:
        ValueError: if the decoder takes no vector, or the encoder's summary does not fit it.

    Example:
        >>> import throughtime as tt
        >>> encoder = tt.RecurrentModel(
        ...     tt.cells.GRU(6), tt.wirings.SEQUENCE_TO_VECTOR, output=None, input_size=4)
        >>> decoder = tt.RecurrentModel(
        ...     tt.cells.GRU(8), tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(3),
        ...     tt.lengths.EndOfSequence(), vector_size=6)
        >>> x = tt.Sequence(torch.tensor([[0, 1, 2], [3, 0, 0]]), [3, 1])
        >>> tt.EncoderDecoder(encoder, decoder)(x).sample().batch_shape
        torch.Size([2])
    """

    def __init__(self, encoder: nn.Module, decoder: RecurrentModel) -> None:
        super().__init__()
        wiring = decoder.wiring
        if Edge.VECTOR not in wiring or Edge.INPUT in wiring:
            raise ValueError(
                f"a decoder's only input is a vector, through {Edge.VECTOR.value}; got {wiring}"
            )
        if isinstance(encoder, RecurrentModel):
            if encoder.output is not None or not encoder.wiring.emits_last:
                raise ValueError(
                    "a recurrent encoder gives a vector: it emits last (SEQUENCE_TO_VECTOR) "
                    f"and has output=None; got {encoder.wiring} and {encoder.output}"
                )
            if encoder.graph.hidden_size != decoder.graph.vector_size:
                raise ValueError(
                    f"the encoder's summary has size {encoder.graph.hidden_size}, and the decoder "
                    f"takes vectors of size {decoder.graph.vector_size}"
                )
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x: Any) -> SequenceDistribution:
        """The distribution of y given x."""
        vector: Tensor = self.encoder(x)
        p: SequenceDistribution = self.decoder(vector)
        return p

    def _net(self) -> Net:
        e = self.encoder
        encoder = net_of(e.graph) if isinstance(e, RecurrentModel) else type(e).__name__
        return replace(net_of(self.decoder.graph), encoder=encoder)
