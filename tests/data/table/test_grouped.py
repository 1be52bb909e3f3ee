"""Rows that are steps of a sequence become one row, in their order."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.formats.tables import read_table

WORDS = [("Ada", "PER"), ("came", "O"), (".", "O")]


def test_steps_and_sentences(write: Write) -> None:
    path = write("a.csv", "user,x,label\n1,0.5,a\n1,2,b\n2,1,a\n")
    table = read_table(path, Reading(sequence="user"))
    assert table.columns == {"user": ["1", "2"], "x": [[0.5, 2], [1]],
                             "label": [["a", "b"], ["a"]]}  # fmt: skip
    assert list(table.lines) == [2, 4]


def test_a_sentence_that_is_named_where_it_begins(write: Write) -> None:
    rows = "".join(
        f"{f'Sentence: {s}' if i == 0 else ''},{word},{tag}\n"
        for s in range(30)
        for i, (word, tag) in enumerate([(f"w{s}", "O"), *WORDS])
    )
    path = write("a.csv", "Sentence #,Word,Tag\n" + rows)
    with pytest.raises(DataError, match=r"'Sentence #' says .*; give --sequence 'Sentence #', or"):
        load(path, reading=Reading(input="Word", target="Tag"))
    data = load(path, reading=Reading(input="Word", target="Tag", sequence="Sentence #"))
    assert sum(map(len, data.splits.values())) == 30
    assert [data.schema.x[0].kind, data.schema.y.kind] == ["tokens", "tags"]
    assert data.aligned


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("s,x\n,1\na,2\n", "a.csv:2: column 's' is empty; expected a sequence"),
        ("s,x\na,1\nb,2\na,3\n", "a.csv:4: column 's' comes back to 'a', which stands at"),
    ],
)
def test_rows_that_are_apart(write: Write, content: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        read_table(write("a.csv", content), Reading(sequence="s"))
    assert expected in str(caught.value)


def test_texts_with_a_tag_for_each_word(write: Write) -> None:
    rows = "".join(f"Ada came w{i} .,PER O {'OL'[i % 2]} O\n" for i in range(30))
    data = load(write("a.csv", "text,tags\n" + rows))
    assert [data.schema.x[0].kind, data.schema.y.kind] == ["tokens", "tags"]
    assert data.aligned


def test_sentences_of_two_words_are_sequences_too(write: Write) -> None:
    rows = "".join(f"no {i},a,D\n,film,N\n" for i in range(20))
    with pytest.raises(DataError, match="column 'sentence' says which rows are one sequence"):
        load(write("a.csv", "sentence,word,tag\n" + rows), reading=Reading(target="tag"))
