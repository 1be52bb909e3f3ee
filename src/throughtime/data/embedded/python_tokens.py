"""Python source code, each character labelled with the kind of its token: one label per step."""

from __future__ import annotations

import io
import keyword
import sysconfig
import token
import tokenize
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from throughtime.data.columns import Characters, Tags
from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.examples import Examples
from throughtime.data.schema import Schema
from throughtime.data.vocabularies.vocabulary import Vocabulary
from throughtime.sequence import Sequence

LABELS = Vocabulary(["SPACE", "NAME", "KEYWORD", "NUMBER", "OP", "STRING", "COMMENT"])
"""The kinds of token that a character can belong to; SPACE is all that is between tokens."""

LONGEST = 256
"""The most characters in a window of whole lines."""

MODULES = {
    "train": """
        base64 bz2 calendar code codecs colorsys compileall contextlib copy dis filecmp fnmatch
        fractions ftplib functools gettext glob gzip hashlib hmac linecache lzma mimetypes netrc
        numbers os pkgutil poplib posixpath pprint pstats queue random sched selectors socket
        socketserver tempfile textwrap timeit tracemalloc types warnings wave weakref webbrowser
        zipapp
    """,
    "valid": "bdb csv graphlib operator reprlib trace",
    "test": "cmd fileinput heapq plistlib shelve uuid",
}
"""Modules that are one file of moderate size in every version of Python from 3.11 on."""


def python_tokens() -> Dataset:
    """Source code of the standard library, each character labelled by ``tokenize``.

    An example is a window of whole lines, up to 256 characters. It may begin inside a string that
    only the closing quotes reveal: a model that also reads backward does better. The parts are
    different modules.

    Raises:
        DataError: if this Python comes without the source of its standard library.
    """
    windows = {
        part: [pair for module in modules.split() for pair in _windows(_source(module))]
        for part, modules in MODULES.items()
    }
    vocabulary = Vocabulary.build((text for text, _ in windows["train"]), unknown=True)
    return Dataset(
        name="python-tokens",
        description=(
            "source of Python's standard library, each character labelled with the kind of its "
            f"token, in windows of up to {LONGEST} characters; the parts are different modules"
        ),
        splits={
            part: Examples(
                x=Sequence.from_list([vocabulary.encode(text) for text, _ in pairs]),
                y=Sequence.from_list([label for _, label in pairs]),
            )
            for part, pairs in windows.items()
        },
        schema=Schema(
            (Characters("source").know(vocabulary.symbols),), Tags("tokens").know(LABELS.symbols)
        ),
    )


def labels(source: str) -> Tensor:
    """The number in :data:`LABELS` of each character of a Python source.

    Example:
        >>> LABELS.decode(labels("if x: # go"))
        'KEYWORD KEYWORD SPACE NAME OP SPACE COMMENT COMMENT COMMENT COMMENT'
    """
    starts = [0]
    for line in io.StringIO(source):
        starts.append(starts[-1] + len(line))
    number = {name: i for i, name in enumerate(LABELS)}
    result = torch.full((len(source),), number["SPACE"])
    opened: list[int] = []
    for kind, text, begin, end, _ in tokenize.generate_tokens(io.StringIO(source).readline):
        name = token.tok_name[kind]
        start = starts[begin[0] - 1] + begin[1]
        # From Python 3.12 on, an f-string comes in pieces; its end relabels it as one string.
        if name.endswith("STRING_START"):
            opened.append(start)
        elif name.endswith("STRING_END"):
            name, start = "STRING", opened.pop()
        elif name == "NAME" and keyword.iskeyword(text):
            name = "KEYWORD"
        if name in number:
            result[start : starts[end[0] - 1] + end[1]] = number[name]
    return result


def _source(module: str) -> str:
    path = Path(sysconfig.get_path("stdlib"), f"{module}.py")
    try:
        with tokenize.open(path) as file:
            return file.read()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}), so this Python comes without the source "
            "of its standard library; use one that has it"
        ) from error


def _windows(source: str) -> Iterator[tuple[str, Tensor]]:
    """Windows of whole lines with their labels; a line that is too long is a window of its own."""
    label = labels(source)
    start = end = 0
    for line in io.StringIO(source):
        if end > start and end + len(line) - start > LONGEST:
            yield source[start:end], label[start:end]
            start = end
        end += len(line)
    yield source[start:end], label[start:end]
