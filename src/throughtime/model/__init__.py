"""Recurrent models: the four choices put together, and encoders before them."""

from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.recurrent_model import RecurrentModel

__all__ = ["EncoderDecoder", "RecurrentModel"]
