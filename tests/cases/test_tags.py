"""Sentences with a tag for each word: CoNLL-style columns, tables and JSON."""

from __future__ import annotations

import json

from tests.helpers.reading import file, kinds, pairs, read, refusal

SENTENCES = [
    [("Orin", "Tove", "Kato")[i % 3], ("saw", "left", "met", "knew")[i % 4],
     ("Bree", "Oslo", "Lund", "Rome", "Ulm")[i % 5], "again"][: 3 + i % 2]
    for i in range(60)
]  # fmt: skip
TAGS = [["B-PER", "O", "B-LOC", "O"][: 3 + i % 2] for i in range(60)]
ROWS = sorted(zip(SENTENCES, TAGS, strict=True))


def sentences(form: str, before: str = "") -> list[str]:
    """A word and its tag in a line by ``form``, a blank line after each sentence."""
    lines = []
    for i, (words, tags) in enumerate(zip(SENTENCES, TAGS, strict=True)):
        lines += [before.format(i)] if before else []
        lines += [form.format(k, word, tag) for k, (word, tag)
                  in enumerate(zip(words, tags, strict=True))]  # fmt: skip
        lines.append("")
    return lines


def test_comment2_conll() -> None:
    """A comment of two words above two columns is none of the sentence."""
    name = file("a.conll", *sentences("{1} {2}", before="# s{}"))
    data = read(name, input="1", target="2")
    assert kinds(data) == ("1:tokens", "2:tags")
    assert pairs(data) == ROWS


def test_hashtag_conll() -> None:
    """#sunny is the first word of the file, and no comment."""
    lines = ["#sunny B-TAG", "day O", ""] * 60
    data = read(file("a.conll", *lines, *sentences("{1} {2}")), input="1", target="2")
    assert pairs(data) == sorted([*ROWS, *[(["#sunny", "day"], ["B-TAG", "O"])] * 60])


def test_ten_cols_conll() -> None:
    """Ten columns with the document first, which are not the universal ones."""
    name = file("a.conll", *sentences("doc\t0\t{0}\t{1}\tNN\t-\t-\t-\t-\t{2}"))
    data = read(name, input="4", target="10")
    assert kinds(data) == ("4:tokens", "10:tags")
    assert pairs(data) == ROWS
    assert data.understood[-1] == "left out: 1, 2, 3, 5, 6, 7, 8, 9"


def test_ner_jsonl() -> None:
    """A whole number for each word is its tag."""
    numbers = {"O": 0, "B-PER": 1, "B-LOC": 2}
    rows = [{"tokens": words, "ner_tags": [numbers[tag] for tag in tags]}
            for words, tags in zip(SENTENCES, TAGS, strict=True)]  # fmt: skip
    name = file("a.jsonl", *map(json.dumps, rows))
    expected = sorted((words, [str(numbers[tag]) for tag in tags]) for words, tags in ROWS)
    for options in ({}, {"input": "tokens", "target": "ner_tags:tags"}):
        data = read(name, **options)
        assert kinds(data) == ("tokens:tokens", "ner_tags:tags")
        assert pairs(data) == expected


def test_ner_kaggle() -> None:
    """A word in each row, the number of the sentence in its first one alone."""
    rows = []
    for i, (words, tags) in enumerate(zip(SENTENCES, TAGS, strict=True)):
        rows += [f"{f'Sentence: {i + 1}' if k == 0 else ''},{word},NN,{tag}"
                 for k, (word, tag) in enumerate(zip(words, tags, strict=True))]  # fmt: skip
    name = file("a.csv", "Sentence #,Word,POS,Tag", *rows)
    assert refusal(name, input="Word", target="Tag") == (
        "a.csv: column 'Sentence #' says which rows are one sequence; give --sequence 'Sentence "
        "#', or leave the column out of the file if each row is a sequence of its own"
    )
    data = read(name, input="Word", target="Tag", sequence="Sentence #")
    assert kinds(data) == ("Word:tokens", "Tag:tags")
    assert pairs(data) == ROWS


def test_ner_rows() -> None:
    """Texts and tags with spaces between, in two cells."""
    rows = [f'"{" ".join(w)}","{" ".join(t)}"' for w, t in zip(SENTENCES, TAGS, strict=True)]
    name = file("a.csv", "text,tags", *rows)
    for options in ({}, {"input": "text:tokens", "target": "tags:tags"}):
        data = read(name, **options)
        assert kinds(data) == ("text:tokens", "tags:tags")
        assert pairs(data) == ROWS
