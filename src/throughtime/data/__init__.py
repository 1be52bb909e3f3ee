"""Data sets of pairs (x, y), from files, from rows in memory or embedded, and their schema.

- ``registry``: ``load`` and ``read``; ``reading``: the options; ``source``: where data come from
- ``files`` → ``formats`` → ``table``: a file is opened, and its format read as a table
- ``numbers``, ``times``, ``pictures``: what is in the cells of a table
- ``pairs``, ``series``, ``texts``: a table or a text becomes a data set
- ``columns``, ``vocabularies``: the values of a column become tensors
- ``dataset``, ``schema``, ``examples``: a data set, its columns, the pairs of a part
- ``splitting``, ``batching``: the parts, and their batches; ``storage``: more than memory holds
- ``embedded``: data sets that need no file

Example:
    >>> from throughtime.data import load
    >>> load("digits").splits["train"].x.event_shape
    torch.Size([8])
"""

from typing import TYPE_CHECKING

from throughtime.lazy import attributes

if TYPE_CHECKING:
    from throughtime.data.batching import batches, streams
    from throughtime.data.dataset import Dataset
    from throughtime.data.embedded import DATASETS
    from throughtime.data.errors import DataError
    from throughtime.data.examples import Examples
    from throughtime.data.reading import Reading
    from throughtime.data.registry import load, read
    from throughtime.data.schema import Schema
    from throughtime.data.texts.lines import read_lines
    from throughtime.data.vocabularies.vocabulary import UNKNOWN, UnknownSymbol, Vocabulary

__getattr__ = attributes(
    __name__,
    {
        "DATASETS": "throughtime.data.embedded",
        "DataError": "throughtime.data.errors",
        "Dataset": "throughtime.data.dataset",
        "Examples": "throughtime.data.examples",
        "Reading": "throughtime.data.reading",
        "Schema": "throughtime.data.schema",
        "UNKNOWN": "throughtime.data.vocabularies.vocabulary",
        "UnknownSymbol": "throughtime.data.vocabularies.vocabulary",
        "Vocabulary": "throughtime.data.vocabularies.vocabulary",
        "batches": "throughtime.data.batching",
        "load": "throughtime.data.registry",
        "read": "throughtime.data.registry",
        "read_lines": "throughtime.data.texts.lines",
        "streams": "throughtime.data.batching",
    },
)

__all__ = [
    "DATASETS",
    "UNKNOWN",
    "DataError",
    "Dataset",
    "Examples",
    "Reading",
    "Schema",
    "UnknownSymbol",
    "Vocabulary",
    "batches",
    "load",
    "read",
    "read_lines",
    "streams",
]
