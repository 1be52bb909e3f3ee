"""Text files: lines become sequences, nothing leaks between parts, and bad files are named."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.data import DataError, Dataset, Reading, Schema, load, read_lines
from throughtime.data.files import opening
from throughtime.data.texts import lines, running
from throughtime.data.vocabularies.byte_pairs import BytePairs, ByteVocabulary
from throughtime.lengths import EndOfSequence
from throughtime.sequence import Sequence

WORDS = [f"{i:05b}" for i in range(30)]


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "corpus.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines_of(dataset: Dataset, part: str) -> list[str]:
    y, vocabulary = dataset.splits[part].y, dataset.schema.y_vocabulary
    assert isinstance(y, Sequence)
    assert vocabulary is not None
    return [vocabulary.decode(row) for row in y.to_list()]


def all_lines(dataset: Dataset) -> list[str]:
    return sorted(line for part in dataset.splits for line in lines_of(dataset, part))


def test_every_line_is_a_sequence_of_one_part(tmp_path: Path) -> None:
    dataset = read_lines(write(tmp_path, "\n".join(WORDS)))
    parts = {part: lines_of(dataset, part) for part in dataset.splits}
    assert {part: len(lines) for part, lines in parts.items()} == {
        "train": 24,
        "valid": 3,
        "test": 3,
    }
    assert all_lines(dataset) == sorted(WORDS)
    assert all(lines == sorted(lines, key=WORDS.index) for lines in parts.values())
    assert dataset.name == "corpus"
    assert dataset.length == EndOfSequence()


def test_the_seed_and_nothing_else_decides_the_parts(tmp_path: Path) -> None:
    path = write(tmp_path, "\n".join(WORDS))
    assert lines_of(read_lines(path, 3), "test") == lines_of(read_lines(path, 3), "test")
    assert len({tuple(lines_of(read_lines(path, seed), "test")) for seed in range(5)}) > 1


@settings(max_examples=30)
@given(repeats=st.lists(st.integers(1, 4), min_size=10, max_size=30), seed=st.integers(0, 99))
def test_copies_of_a_line_stay_together(
    repeats: list[int], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [WORDS[i] for i, n in enumerate(repeats) for _ in range(n)]
    path = write(tmp_path_factory.mktemp("text"), "\n".join(lines))
    dataset = read_lines(path, seed)
    parts = [Counter(lines_of(dataset, part)) for part in ("train", "valid", "test")]
    assert not parts[0].keys() & parts[1].keys()
    assert not parts[0].keys() & parts[2].keys()
    assert not parts[1].keys() & parts[2].keys()
    assert sum(parts, Counter()) == Counter(lines)
    assert all(parts)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_endings_are_no_part_of_a_line(
    tmp_path: Path, ending: str, last: bool, mark: bytes
) -> None:
    content = mark + (ending.join(WORDS) + ending * last).encode()
    dataset = read_lines(write(tmp_path, content))
    assert all_lines(dataset) == sorted(WORDS)
    assert "blank" not in dataset.description


def test_only_line_ends_end_a_line(tmp_path: Path) -> None:
    odd = [f"{word}\x0c\u2028\x1c{word}" for word in WORDS]
    dataset = read_lines(write(tmp_path, "\n".join(odd)))
    assert all_lines(dataset) == sorted(odd)


def test_blank_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    dataset = read_lines(write(tmp_path, "\n\n" + "\n".join(WORDS) + "\n  \n"))
    assert sum(len(examples) for examples in dataset.splits.values()) == 30
    assert "30 lines" in dataset.description
    assert "3 blank lines" in dataset.description


def test_the_vocabulary_knows_training_only(tmp_path: Path) -> None:
    lines = [chr(0x4E00 + i) * 3 for i in range(30)]
    dataset = read_lines(write(tmp_path, "\n".join(lines)))
    assert dataset.schema.y_vocabulary is not None
    assert len(dataset.schema.y_vocabulary) == 25  # one symbol a training line, and the unknown
    assert lines_of(dataset, "test") == ["\ufffd" * 3] * 3
    assert "18 held-out characters" in dataset.description


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"corpus\.txt: an empty file"),
        ("a\nb\n\nc\n", r"corpus\.txt: 3 distinct lines"),
        ("same\n" * 100, r"corpus\.txt: 1 distinct lines"),
        (b"\n".join([b"good"] * 4 + [b"bad \xff"]), r"corpus\.txt:5: byte 0xFF is not UTF-8"),
        (b"\xef\xbb\xbfgood\r\rbad \xe9t\xe9", r"corpus\.txt:3: byte 0xE9 is not UTF-8"),
        (b"\x80", r"corpus\.txt:1: byte 0x80 is not UTF-8"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_lines(write(tmp_path, content))


def test_a_line_that_no_net_can_be_trained_on_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST", 1000)
    monkeypatch.setattr(opening, "BLOCK", 64)  # no line is held in one block
    path = write(tmp_path, "\n".join(["", *WORDS, "x" * 1000]))
    assert len(all_lines(read_lines(path))) == 31
    path = write(tmp_path, "\n".join(["", *WORDS, "x" * 1001, "y"]))
    with pytest.raises(DataError, match=r"corpus\.txt:32: a line of more than 1,000 characters"):
        read_lines(path)


def named(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def test_lines_have_parts_of_their_own_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = named(tmp_path, "a.txt", "\n".join(WORDS))
    valid = named(tmp_path, "b.txt", "00000\n\n00001\nñ\nñ\n")
    test = named(tmp_path, "c.txt", "ab\n00002\n")
    both = load(path, reading=Reading(valid=str(valid), test=str(test)))
    assert lines_of(both, "train") == WORDS
    assert lines_of(both, "valid") == ["00000", "00001", "\ufffd", "\ufffd"]
    assert lines_of(both, "test") == ["\ufffd\ufffd", "0000\ufffd"]  # of training's symbols alone
    assert both.description == (
        f"30 lines of {path}, 4 lines of {valid}, 2 lines of {test}; 1 blank lines left out; "
        "2 held-out rows are also in training; its symbols are characters (--symbols words for "
        "words); 5 held-out characters not among training's"
    )
    for told, drawn, file in (("valid", "test", valid), ("test", "valid", test)):
        for buckets in (2, 64):
            monkeypatch.setattr(lines, "BUCKETS", buckets)
            held_out: dict[str, Any] = {told: str(file)}
            one = load(path, 1, Reading(**held_out))
            assert lines_of(one, told) == lines_of(both, told)
            assert len(lines_of(one, drawn)) == 3
            assert sorted(lines_of(one, "train") + lines_of(one, drawn)) == WORDS
            kept = {*lines_of(one, "train")} & {*lines_of(one, told)}
            said = f"{len(kept)} held-out rows are also in training" in one.description
            assert said == bool(kept)
    itself = load(path, reading=Reading(valid=str(path)))  # but for what is drawn from it
    assert "; 27 held-out rows are also in training" in itself.description


def test_running_text_has_parts_of_their_own_files(tmp_path: Path) -> None:
    text = "to be or not to be\n" * 90
    path = named(tmp_path, "a.txt", text)
    valid = named(tmp_path, "b.txt", "be\n\n" * 25)
    test = named(tmp_path, "c.txt", "zone\n" * 30)
    told = Reading(format="running", valid=str(valid), test=str(test))
    data = load(path, reading=told)
    assert lines_of(data, "train") == [text]
    assert lines_of(data, "valid") == ["be\n\n" * 25]
    assert lines_of(data, "test") == ["\ufffdone\n" * 30]
    assert data.description.startswith(
        f"the 1,710 characters of {path}, the 100 characters of {valid}, the 150 characters of"
    )
    one = load(path, reading=Reading(format="running", test=str(test)))
    assert lines_of(one, "train") + lines_of(one, "valid") == [text[:1520], text[1520:]]
    one = load(path, reading=Reading(format="running", valid=str(valid)))
    assert lines_of(one, "train") + lines_of(one, "test") == [text[:1520], text[1520:]]


def test_files_to_validate_and_test_on_are_checked_too(tmp_path: Path) -> None:
    path = named(tmp_path, "a.txt", "\n".join(WORDS * 10))
    short, blank = named(tmp_path, "b.txt", "ab\n"), named(tmp_path, "c.txt", "\n \n")
    with pytest.raises(DataError, match=r"b\.txt: 3 characters; expected at least 100"):
        load(path, reading=Reading(format="running", test=str(short)))
    with pytest.raises(DataError, match=r"c\.txt: nothing but blank lines; expected one sequence"):
        load(path, reading=Reading(valid=str(blank)))
    with pytest.raises(DataError, match=r"d\.txt: no such file"):
        load(path, reading=Reading(valid=str(tmp_path / "d.txt")))
    with pytest.raises(DataError, match=r"b\.txt: 1 distinct lines"):
        load(short, reading=Reading(valid=str(path)))
    assert len(load(short, reading=Reading(valid=str(path), test=str(path))).splits["train"]) == 1


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@quick
@given(texts=st.lists(TEXT, min_size=1, max_size=5), others=st.lists(TEXT, max_size=5))
def test_bytes_and_pairs_know_every_text(texts: list[str], others: list[str]) -> None:
    for vocabulary in (ByteVocabulary(), BytePairs.learn([texts], 300)):
        assert vocabulary.unknown is None
        numbers, lengths = vocabulary.encode_all(texts + others)
        rows = torch.from_numpy(numbers.astype("int64")).split(lengths.tolist())
        for text, row in zip(texts + others, rows, strict=True):
            assert torch.equal(row, vocabulary.encode(text))
            assert vocabulary.decode(row) == text


@pytest.mark.parametrize("symbols", ["characters", "words", "bytes", "bpe:270"])
@pytest.mark.parametrize("format", ["lines", "running"])
def test_a_text_in_any_symbols_is_that_text(symbols: str, format: str, tmp_path: Path) -> None:
    content = [f"the ñu {word} {word[::-1]}" for word in WORDS] * 3
    path = write(tmp_path, "\n".join(content))
    data = load(path, reading=Reading(format=format, symbols=symbols))
    assert data.schema.y_vocabulary is not None
    assert data.schema.y.kind == symbols.split(":")[0]
    if symbols == "words":  # held-out ones are unknown
        part = lines_of(data, "train")
        assert set(" ".join(part).split()) <= set(" ".join(content).split())
    elif format == "lines":
        assert all_lines(data) == sorted(content)
    else:
        text = "".join(lines_of(data, part)[0] for part in data.splits)
        assert text == "\n".join(content)


def test_a_running_text_of_words_keeps_its_line_ends(tmp_path: Path) -> None:
    verse = "to be, or\n  not\tto be\n\nthat is\n"
    path = write(tmp_path, verse * 50)
    data = load(path, reading=Reading(format="running", symbols="words", rare=9))
    y = data.schema.y
    assert list(y.vocabulary or ()) == [
        "\n",
        "be",
        "be,",
        "is",
        "not",
        "or",
        "that",
        "to",
        "\ufffd",
    ]
    assert isinstance(data.splits["train"].y, Sequence)
    train = data.splits["train"].y.to_list()[0]
    assert train[:13].tolist() == [7, 2, 5, 0, 4, 7, 1, 0, 0, 6, 3, 0, 7]
    assert y.decode(train[:13]) == "to be, or\nnot to be\n\nthat is\nto"
    whole = "".join(lines_of(data, part)[0] for part in data.splits)
    assert whole.count("\n") == 4 * 50
    again = Schema.restored(json.loads(json.dumps(data.schema.saved()))).y
    assert torch.equal(again.encode(verse), train[:12])
    assert again.decode(again.encode(verse)) == "to be, or\nnot to be\n\nthat is\n"


def test_lines_of_words_have_no_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path, "\n".join(f"the {word}" for word in WORDS))
    words = load(path, reading=Reading(symbols="words")).schema.y
    assert "\n" not in (words.vocabulary or ())
    assert words.decode(words.encode("the\nthe the")) == "the the the"


def test_only_training_teaches_pairs(tmp_path: Path) -> None:
    content = "ab" * 800 + "cd" * 200
    data = load(write(tmp_path, content), reading=Reading(format="running", symbols="bpe:257"))
    assert data.schema.y_vocabulary is not None
    assert list(data.schema.y_vocabulary)[256:] == ["ab"]


def test_rare_symbols_are_unknown_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "x" * 1000 + "y" + "z" * 999)
    data = load(path, reading=Reading(format="running", rare=2))
    assert data.schema.y_vocabulary is not None
    assert set(data.schema.y_vocabulary) == {"x", "z", "\ufffd"}
    assert "; 1 characters of training so rare that they are unknown" in data.description
    with pytest.raises(DataError, match="--rare is 2, but bytes has no unknown symbols"):
        load(path, reading=Reading(format="running", symbols="bytes", rare=2))


@pytest.mark.parametrize(
    "symbols", ["letters", "words:3", "bpe:", "bpe:256", "bpe:x", "bpe:999999"]
)
def test_symbols_that_do_not_exist_are_refused(symbols: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected"):
        load(write(tmp_path, "\n".join(WORDS)), reading=Reading(symbols=symbols))


def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "".join(f"{word}ñ\r\n\r€{word}\n" for word in WORDS) * 4
    path = write(tmp_path, content)
    whole = {f: load(path, reading=Reading(format=f)) for f in ("lines", "running")}
    for size in (1, 2, 7, 50):
        monkeypatch.setattr(opening, "BLOCK", size)
        monkeypatch.setattr(running, "BLOCK", size)
        for form, data in whole.items():
            again = load(path, reading=Reading(format=form))
            assert again.digest == data.digest
            assert again.schema.saved() == data.schema.saved()
        bad = write(tmp_path, content.encode() + b"\r\rx\xff")
        line = content.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 3
        with pytest.raises(DataError, match=rf"corpus\.txt:{line}: byte 0xFF"):
            read_lines(bad)
        write(tmp_path, content)


def test_how_hashes_are_sorted_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "\n".join(str(i % 1234) for i in range(3000)))
    few = {part: lines_of(read_lines(path), part) for part in ("train", "valid", "test")}
    assert [len(set(part)) for part in few.values()] == [1234 - 2 * 123, 123, 123]
    for buckets in (2, 1024):
        monkeypatch.setattr(lines, "BUCKETS", buckets)
        for part, own in few.items():
            assert lines_of(read_lines(path), part) == own


def test_paths_that_cannot_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match=f"{tmp_path}: a directory"):
        read_lines(tmp_path)
    with pytest.raises(DataError, match=r"nowhere\.txt: no such file"):
        read_lines(tmp_path / "nowhere.txt")

    def forbidden(path: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "\n".join(WORDS))
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(DataError, match=r"corpus\.txt: cannot be read \(Permission denied\)"):
        read_lines(path)


@quick
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=30), st.data())
def test_characters_of_bytes_are_counted_once(text: str, data: st.DataObject) -> None:
    numbers = ByteVocabulary().encode(text)
    at = data.draw(st.integers(0, len(numbers)))
    count = ByteVocabulary().characters
    assert count(numbers[:at]) + count(numbers[at:]) == len(text)
