"""Python's own reference manual: running English text."""

from __future__ import annotations

from pydoc_data.topics import topics

from throughtime.data.dataset import Dataset
from throughtime.data.texts.sequences import characters
from throughtime.data.vocabularies.vocabulary import Vocabulary


def python_reference() -> Dataset:
    """The pages that ``help()`` shows on topics of the language, one after the other.

    In alphabetical order; the parts are whole pages, cut near 80 % and 90 % of the characters. The
    text, and so the likelihood of a model, differs a little between versions of Python.
    """
    total = sum(map(len, topics.values()))
    parts: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    before = 0
    for _, page in sorted(topics.items()):
        middle = (before + len(page) / 2) / total
        parts["train" if middle < 0.8 else "valid" if middle < 0.9 else "test"].append(page)
        before += len(page)
    return characters(
        "python-reference",
        f"Python's reference manual, from the standard library: {len(topics)} pages of text",
        parts,
        Vocabulary.build(parts["train"], unknown=True),
        running=True,
    )
