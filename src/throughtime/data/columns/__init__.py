"""Columns of data: one class for each kind, which parses, learns from, encodes and decodes values.

- ``column``: the base class
- ``texts``: characters, words, bytes, byte pairs; ``symbols``: labels, tags, tokens
- ``numbers``: numbers, vectors and sequences of them; ``scale``: how they are standardised
- ``features``: sets of names; ``image``: pictures; ``lists``: lists in a cell of text
- ``registry``: all kinds by name, and a guess of the kind from the values
"""

from throughtime.data.columns.column import Column, NotALine
from throughtime.data.columns.features import Features
from throughtime.data.columns.image import Image, Ink, PixelRows
from throughtime.data.columns.numbers import Bits, Number, Numbers, RealColumn, Vector
from throughtime.data.columns.registry import (
    KINDS,
    column,
    guess,
    restored,
    saved,
    text_column,
)
from throughtime.data.columns.scale import Scale
from throughtime.data.columns.symbols import Label, Tags, Tokens
from throughtime.data.columns.texts import WHOLE, Bytes, Characters, Pairs, Text, Words

__all__ = [
    "KINDS",
    "WHOLE",
    "Bits",
    "Bytes",
    "Characters",
    "Column",
    "Features",
    "Image",
    "Ink",
    "Label",
    "NotALine",
    "Number",
    "Numbers",
    "Pairs",
    "PixelRows",
    "RealColumn",
    "Scale",
    "Tags",
    "Text",
    "Tokens",
    "Vector",
    "Words",
    "column",
    "guess",
    "restored",
    "saved",
    "text_column",
]
