"""fastText's labelled texts."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.formats.fasttext import read_fasttext

TEXT = "".join(f"__label__{'spam' if i % 3 else 'ham'} text, number {i}\n" for i in range(60))


def test_a_line_is_a_text_with_its_label(write: Write) -> None:
    table = read_fasttext(write("a.txt", "__label__a you  have, won \n\n\t__label__b\thello\n"))
    assert table.columns == {"text": ["you  have, won", "hello"], "label": ["a", "b"]}
    assert table.lines == [1, 3]


@pytest.mark.parametrize("name", ["a.txt", "cooking.train", "labels"])
def test_it_is_known_by_its_lines(name: str, write: Write) -> None:
    data = load(write(name, TEXT))
    assert [(c.name, c.kind) for c in data.schema.x] == [("text", "characters")]
    assert (data.schema.y.name, data.schema.y.kind) == ("label", "label")
    assert data.schema.y_vocabulary is not None
    assert list(data.schema.y_vocabulary) == ["ham", "spam"]
    assert sum(map(len, data.splits.values())) == 60
    words = load(write(name, TEXT), reading=Reading(input="text:words"))
    assert words.schema.x[0].kind == "words"
    assert words.schema.y.name == "label"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("__label__a __label__b text", r"2 labels \(a, b\); expected one"),
        ("no label", r"0 labels \(none\)"),
        ("text __label__a", r"1 labels \(a\); expected one, at the beginning"),
        ("__label__ text", r"1 labels \(none\)"),
        ("__label__a", "no text after '__label__a'"),
    ],
)
def test_a_line_without_one_label_and_a_text_is_refused(
    line: str, expected: str, write: Write
) -> None:
    with pytest.raises(DataError, match=rf"a\.txt:2: {expected}"):
        read_fasttext(write("a.txt", f"__label__x first\n{line}\n"))


def test_one_line_without_a_label_among_many_is_named(write: Write) -> None:
    lines = TEXT.splitlines()
    lines[40] = "a text that somebody forgot to label"
    with pytest.raises(DataError, match=r"a.txt:41: 0 labels \(none\); expected one"):
        load(write("a.txt", "\n".join(lines)))
    few = "\n".join([*lines[:2], *(f"a text, number {i}" for i in range(30))])
    assert load(write("a.txt", few)).schema.y.kind == "characters"
