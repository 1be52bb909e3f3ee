"""Kinds of values, a family each, and how a column of a file becomes tensors."""

from throughtime.data.columns.field import Field
from throughtime.data.columns.image import Image
from throughtime.data.columns.kinds import KINDS, guess, made
from throughtime.data.columns.numbers import Bits, Number, Numbers, Vector
from throughtime.data.columns.saved import restored
from throughtime.data.columns.scale import Scale
from throughtime.data.columns.symbols import Features, Label, Tags, Tokens
from throughtime.data.columns.texts import (
    WHOLE,
    Bytes,
    Characters,
    Pairs,
    Text,
    Words,
    text_field,
)

__all__ = [
    "KINDS",
    "WHOLE",
    "Bits",
    "Bytes",
    "Characters",
    "Features",
    "Field",
    "Image",
    "Label",
    "Number",
    "Numbers",
    "Pairs",
    "Scale",
    "Tags",
    "Text",
    "Tokens",
    "Vector",
    "Words",
    "guess",
    "made",
    "restored",
    "text_field",
]
