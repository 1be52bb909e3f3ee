"""The embedded sets: what they claim to be, in parts that do not overlap."""

import io
import keyword
import unicodedata
from collections.abc import Callable
from pydoc_data.topics import topics

import pytest
import torch

from throughtime.data import DATASETS, Dataset, Vocabulary, load
from throughtime.data.embedded.python_tokens import LABELS, labels
from throughtime.data.source import Source
from throughtime.data.splitting import split
from throughtime.runs import choices
from throughtime.sequence import Sequence

Loaded = Callable[[str], Dataset]


def texts(dataset: Dataset, part: str) -> list[str]:
    y, vocabulary = dataset.splits[part].y, dataset.schema.y_vocabulary
    assert isinstance(y, Sequence)
    assert vocabulary is not None
    return [vocabulary.decode(row) for row in y.to_list()]


def rows(dataset: Dataset, part: str) -> list[bytes]:
    """Every example of a part as bytes: its x, or its y where there is no x."""
    examples = dataset.splits[part]
    values = examples.y if examples.x is None else examples.x
    values = values.values if isinstance(values, Sequence) else values
    return [row.numpy().tobytes() for row in values]


@pytest.mark.parametrize("name", DATASETS)
def test_a_name_gives_that_set(name: str, loaded: Loaded) -> None:
    dataset = loaded(name)
    assert dataset.name == name
    assert dataset.description
    assert "\n" not in dataset.description


@pytest.mark.parametrize("name", DATASETS)
def test_the_list_says_what_the_set_is(name: str, loaded: Loaded) -> None:
    data = loaded(name)
    assert data.name == name
    assert choices.WIRINGS[DATASETS[name].wiring] == data.wiring
    assert data.source == Source(name)


@pytest.mark.parametrize("name", DATASETS)
def test_a_set_is_the_same_every_time(name: str, loaded: Loaded) -> None:
    again = load(name)
    for part, examples in loaded(name).splits.items():
        assert rows(again, part) == rows(loaded(name), part)
        y, other = examples.y, again.splits[part].y
        if isinstance(y, Sequence) and isinstance(other, Sequence):
            y, other = y.values, other.values
        assert torch.equal(y, other)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["unicode-names", "digits", "digits-pixels", "python-tokens"])
def test_no_example_is_in_two_parts(name: str, loaded: Loaded) -> None:
    train, valid, test = (set(rows(loaded(name), part)) for part in ("train", "valid", "test"))
    assert len(train | valid | test) == len(train) + len(valid) + len(test)


@pytest.mark.parametrize("name", [n for n in DATASETS if n != "glyphs"])
def test_a_tenth_is_for_testing(name: str, loaded: Loaded) -> None:
    splits = loaded(name).splits
    size = {
        p: int(e.y.lengths.sum()) if isinstance(e.y, Sequence) else len(e)
        for p, e in splits.items()
    }
    for part in ("valid", "test"):
        assert 0.07 < size[part] / sum(size.values()) < 0.13


def test_a_hash_splits_by_the_key_alone() -> None:
    whole, half = split(range(10_000)), split(range(0, 10_000, 2))
    assert all(set(half[part]) <= set(whole[part]) for part in whole)
    by_letter = split(["ax", "ay", "bx", "cx", "by"], key=lambda item: item[0])
    where = {item: part for part, items in by_letter.items() for item in items}
    assert sorted(where) == ["ax", "ay", "bx", "by", "cx"]
    assert where["ax"] == where["ay"]
    assert where["bx"] == where["by"]


# ---- unicode-names ---------------------------------------------------------------------------


def test_unicode_names_are_names_of_characters(loaded: Loaded) -> None:
    dataset = loaded("unicode-names")
    names = [name for part in dataset.splits for name in texts(dataset, part)]
    assert len(names) == len(set(names)) > 30_000
    for name in names:
        assert unicodedata.name(unicodedata.lookup(name)) == name
    assert "LATIN SMALL LETTER A" in names
    assert "VARIATION SELECTOR-17" in names  # a number, but not the character's own
    by_rule = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH-", "TANGUT IDEO", "HANGUL SYLLABLE ")
    assert not any(name.startswith(by_rule) for name in names)


# ---- python-reference ------------------------------------------------------------------------


def test_the_reference_is_all_its_pages_in_order(loaded: Loaded) -> None:
    dataset = loaded("python-reference")
    assert dataset.schema.running
    whole = "".join(texts(dataset, part)[0] for part in ("train", "valid", "test"))
    assert whole == "".join(topics[name] for name in sorted(topics))


# ---- python-tokens ---------------------------------------------------------------------------


def shown(source: str) -> str:
    """The initial of each character's label."""
    return "".join(LABELS.symbols[i][0] for i in labels(source).tolist())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 12.5j\n", "NSOSNNNNNS"),
        ("if x:\n    return # go\n", "KKSNOSSSSSKKKKKKSCCCCS"),
        ("y = 'a' \"b\"\n", "NSOSSSSSSSSS"),
        ('"""a\n  b"""\nz\n', "SSSSSSSSSSSSNS"),
        ("a \\\n += 'é' + b\n", "NSSSSOOSSSSSOSNS"),
        ('f"{x!r:>{w}} {{}}" + y\n', "SSSSSSSSSSSSSSSSSSSOSNS"),
        ("f'{f\"{a}\"}'; match = 1\n", "SSSSSSSSSSSOSNNNNNSOSNS"),
        ("\x0cdef f(): pass\n", "SKKKSNOOOSKKKKS"),
    ],
)
def test_labels_are_those_of_the_language(source: str, expected: str) -> None:
    # The initials of SPACE and STRING, and of NAME and NUMBER, are the same; so compare in full.
    assert shown(source) == expected
    if "12.5j" in source:
        assert LABELS.decode(labels(source)[4:9]) == "NUMBER NUMBER NUMBER NUMBER NUMBER"
    if "é" in source:
        assert LABELS.decode(labels(source)[8:12]) == "STRING STRING STRING SPACE"


def test_windows_are_whole_lines_and_every_character_has_its_label(loaded: Loaded) -> None:
    dataset = loaded("python-tokens")
    assert isinstance(dataset.schema.x_vocabulary, Vocabulary)
    number = {label: i for i, label in enumerate(LABELS)}
    for part, examples in dataset.splits.items():
        assert isinstance(examples.x, Sequence)
        assert isinstance(examples.y, Sequence)
        assert torch.equal(examples.x.lengths, examples.y.lengths)
        assert examples.x.lengths.min() > 0
        assert examples.x.lengths.median() > 200
        for x, y in zip(examples.x.to_list(), examples.y.to_list(), strict=True):
            text, label = dataset.schema.x_vocabulary.decode(x), y.tolist()
            assert text.endswith("\n")
            assert len(text) <= 256 or text.count("\n") == 1
            position = 0
            for line in io.StringIO(text):
                comment = line.strip()
                start = position + line.find("#")
                if comment.startswith("#") and label[start] != number["STRING"]:
                    assert label[start : start + len(comment)] == [number["COMMENT"]] * len(comment)
                position += len(line)
        keywords = examples.y.values == number["KEYWORD"]
        letters = examples.x.values[keywords].unique()
        allowed = set("".join(keyword.kwlist))
        assert set(dataset.schema.x_vocabulary.decode(letters)) <= allowed, part


# ---- digits ----------------------------------------------------------------------------------


def test_digits_are_read_in_two_ways(loaded: Loaded) -> None:
    by_row, by_pixel = loaded("digits"), loaded("digits-pixels")
    total = 0
    for part in by_row.splits:
        a, b = by_row.splits[part], by_pixel.splits[part]
        assert isinstance(a.x, Sequence)
        assert isinstance(b.x, Sequence)
        assert isinstance(a.y, torch.Tensor)
        assert isinstance(b.y, torch.Tensor)
        assert a.x.values.shape[1:] == (8, 8)
        assert b.x.values.shape[1:] == (64, 1)
        assert torch.equal(a.x.values.flatten(), b.x.values.flatten())
        assert torch.equal(a.y, b.y)
        assert a.x.values.min() == 0
        assert a.x.values.max() == 1
        assert set(a.y.tolist()) == set(range(10))
        total += len(a)
    assert total == 1797
