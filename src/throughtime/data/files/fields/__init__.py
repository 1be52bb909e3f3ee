"""Kinds of values, a family each, and how a column of a file becomes tensors."""

from throughtime.data.files.fields.field import Field
from throughtime.data.files.fields.image import Image
from throughtime.data.files.fields.kinds import KINDS, guess, made
from throughtime.data.files.fields.numbers import Bits, Number, Numbers, Vector
from throughtime.data.files.fields.saved import restored
from throughtime.data.files.fields.scale import Scale
from throughtime.data.files.fields.symbols import Features, Label, Tags, Tokens
from throughtime.data.files.fields.texts import (
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
