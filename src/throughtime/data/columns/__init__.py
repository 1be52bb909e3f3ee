"""Columns of data: one class per kind, which parses, learns from, encodes and decodes values."""

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
