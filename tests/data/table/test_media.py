"""Names of files that are no pictures are no texts either."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load

WORDS = [f"a word, {i}" for i in range(30)]


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("svg", "pictures of a kind"),
        ("WAV", "sound; make"),
        ("npy", "arrays"),
        ("pdf", "documents"),
    ],
)
def test_names_of_files_are_refused(ending: str, kind: str, write: Write) -> None:
    rows = "".join(f'd/{i}.{ending},"{word}"\n' for i, word in enumerate(WORDS))
    path = write("a.csv", "file,text\n" + rows)
    said = rf"a.csv:2: column 'file' has names of files, such as 'd/0.{ending}': {kind}"
    with pytest.raises(DataError, match=said):
        load(path)
    told = load(path, reading=Reading(input="file:characters", target="text"))
    assert told.schema.x[0].kind == "characters"


@pytest.mark.parametrize("text", ["read a.txt", "it is a.pdf or so", "e.g. x", "No. 7.50", "x.y"])
def test_texts_are_texts(text: str, write: Write) -> None:
    rows = "".join(f'"{text} {word}",{i % 2}\n' for i, word in enumerate(WORDS))
    assert load(write("a.csv", "text,label\n" + rows)).schema.x[0].kind == "characters"


def test_names_of_files_among_texts_are_texts(write: Write) -> None:
    texts = [f"{i}.wav" if i % 3 else word for i, word in enumerate(WORDS)]
    rows = "".join(f'"{text}",{i % 2}\n' for i, text in enumerate(texts))
    assert load(write("a.csv", "text,label\n" + rows)).schema.x[0].kind == "characters"


@pytest.mark.parametrize("before", ["", "data:image/png;base64,"])
def test_pictures_in_base64_are_no_texts(before: str, write: Write) -> None:
    rows = "".join(f'"{before}iVBORw0KGgo{i}",{i % 2}\n' for i in range(30))
    with pytest.raises(DataError, match=r"a.csv:2: column 'image' has pictures in base64 \("):
        load(write("a.csv", "image,label\n" + rows))
