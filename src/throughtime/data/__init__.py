"""Data: the embedded sets, a reader of text files, vocabularies and batches, one file each.

Example:
    >>> load("digits").splits["train"].x.event_shape
    torch.Size([8])
"""

from throughtime.data.batching import batches, streams
from throughtime.data.dataset import Dataset, Examples
from throughtime.data.errors import DataError
from throughtime.data.formats.lines import read_lines
from throughtime.data.formats.reading import Reading
from throughtime.data.registry import DATASETS, load
from throughtime.data.vocabulary import UNKNOWN, UnknownSymbol, Vocabulary

__all__ = [
    "DATASETS",
    "UNKNOWN",
    "DataError",
    "Dataset",
    "Examples",
    "Reading",
    "UnknownSymbol",
    "Vocabulary",
    "batches",
    "load",
    "read_lines",
    "streams",
]
