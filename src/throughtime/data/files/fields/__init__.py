"""Kinds of values, a family each, and how a column of a file becomes tensors."""

from throughtime.data.files.fields.field import Field
from throughtime.data.files.fields.image import Image
from throughtime.data.files.fields.kinds import KINDS, guess
from throughtime.data.files.fields.numbers import Bits, Number, Numbers, Vector
from throughtime.data.files.fields.saved import restored
from throughtime.data.files.fields.scale import Scale
from throughtime.data.files.fields.symbols import Characters, Features, Label, Tags, Tokens, Words

__all__ = [
    "KINDS",
    "Bits",
    "Characters",
    "Features",
    "Field",
    "Image",
    "Label",
    "Number",
    "Numbers",
    "Scale",
    "Tags",
    "Tokens",
    "Vector",
    "Words",
    "guess",
    "restored",
]
