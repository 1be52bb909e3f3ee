"""Embedded data sets: made from installed packages or an equation, without a download."""

from __future__ import annotations

from typing import NamedTuple


class Embedded(NamedTuple):
    """An embedded set, as the command line lists it before anything is loaded.

    Args:
        maker: the function that makes the data set, as ``module:function``.
        wiring: the name of its usual wiring.
        about: what it is, in one line.
    """

    maker: str
    wiring: str
    about: str


HERE = "throughtime.data.embedded"

DATASETS = {
    "glyphs": Embedded(
        f"{HERE}.glyphs:glyphs",
        "vector-to-sequence",
        "the picture of each named character of DejaVu Sans, from matplotlib's fonts, and its "
        "Unicode name; test-faces: training's characters in faces that training never shows",
    ),
    "unicode-names": Embedded(
        f"{HERE}.unicode_names:unicode_names",
        "unconditional",
        "names of characters in Unicode, without those by rule",
    ),
    "python-reference": Embedded(
        f"{HERE}.python_reference:python_reference",
        "unconditional",
        "Python's reference manual, from the standard library: running text",
    ),
    "python-tokens": Embedded(
        f"{HERE}.python_tokens:python_tokens",
        "hidden-to-hidden",
        "source of Python's standard library, each character labelled with the kind of its token, "
        "in windows of up to 256 characters; the parts are different modules",
    ),
    "digits": Embedded(
        f"{HERE}.digits:digits",
        "sequence-to-vector",
        "scikit-learn's 1,797 handwritten 8 × 8 digits, read row by row",
    ),
    "digits-pixels": Embedded(
        f"{HERE}.digits:digits_pixels",
        "sequence-to-vector",
        "the same digits, read pixel by pixel",
    ),
    "mackey-glass": Embedded(
        f"{HERE}.mackey_glass:mackey_glass",
        "unconditional",
        "the Mackey-Glass equation with a delay of 17, solved numerically: 100 stretches of 200 "
        "values, 6 units of time apart",
    ),
}
"""The embedded sets by name."""
