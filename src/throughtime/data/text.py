"""Texts as sequences of characters, and a reader of files with one sequence a line."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.dataset import Dataset, Examples
from throughtime.data.errors import DataError
from throughtime.data.files.text_file import lines_of
from throughtime.data.splitting import FEWEST, PARTS, shuffled
from throughtime.data.vocabulary import Vocabulary
from throughtime.lengths import EndOfSequence, Unending
from throughtime.outputs import Categorical
from throughtime.sequence import Sequence
from throughtime.wiring import Edge, Wiring

Y_ALONE = Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
"""The wiring for sequences without an x: what came before, and nothing else, enters h(t)."""

MOST_SYMBOLS = 2**28
"""Most symbols of a file, padding included (2 GiB): one endless line must not fill the memory."""


def characters(
    name: str,
    description: str,
    parts: dict[str, list[str]],
    vocabulary: Vocabulary,
    running: bool = False,
) -> Dataset:
    """Texts without an x, as sequences of characters.

    ``running`` texts have no end of their own and follow each other; the others end. Where the
    vocabulary lacks characters and has U+FFFD for them, the description says how many they are.

    Raises:
        UnknownSymbol: if the vocabulary lacks a character and has no U+FFFD.
    """
    if running:
        parts = {part: ["".join(texts)] for part, texts in parts.items()}
    sequences = {
        part: Sequence.from_list([vocabulary.encode(text) for text in texts])
        for part, texts in parts.items()
    }
    if vocabulary.unknown is not None:
        unseen = sum(
            int((y.values[y.mask] == vocabulary.unknown).sum()) for y in sequences.values()
        )
        description += f"; {unseen:,} held-out characters not among training's" if unseen else ""
    return Dataset(
        name=name,
        description=description,
        splits={part: Examples(x=None, y=y) for part, y in sequences.items()},
        wiring=Y_ALONE,
        output=Categorical(len(vocabulary)),
        length=Unending() if running else EndOfSequence(),
        y_vocabulary=vocabulary,
        running=running,
    )


def read_lines(path: str | Path, seed: int = 0) -> Dataset:
    """A UTF-8 text file, one sequence a line, split 80/10/10.

    Any line ending will do, and the last line need not have one. Blank lines are left out, and the
    description says how many they were. The distinct lines are shuffled by ``seed`` and cut, so
    all copies of a repeated line fall in the same part and none that is trained on is tested on;
    within a part, lines keep their multiplicity and the order of the file.

    Raises:
        DataError: if the file cannot be read, is not UTF-8, has fewer than ten distinct lines, or
            has a line so long that padding the others to it would not fit in memory.
    """
    lines = lines_of(Path(path))
    blank = len(lines) - len(texts := [line for line in lines if line.strip()])
    where = shuffled(texts, seed)
    if len(where) < FEWEST:
        raise DataError(
            f"{path}: {len(where)} distinct lines, of which no tenth can be held out; expected "
            f"at least {FEWEST}, one sequence a line"
        )
    longest = max(texts, key=len)
    if len(texts) * len(longest) > MOST_SYMBOLS:
        raise DataError(
            f"{path}:{lines.index(longest) + 1}: a line of {len(longest):,} characters; padding "
            f"{len(texts):,} lines to it takes more than {MOST_SYMBOLS:,} symbols; expected one "
            "sequence a line: cut the long ones"
        )
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    for text in texts:
        parts[where[text]].append(text)
    description = f"{len(texts):,} lines of {path}"
    if blank:
        description += f"; {blank:,} blank lines left out"
    # Held-out lines may always have characters that training has not shown.
    vocabulary = Vocabulary.build(parts["train"], unknown=True)
    return characters(Path(path).stem, description, parts, vocabulary)
