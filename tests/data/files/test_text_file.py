"""Text files: encodings, and what is no text."""

from __future__ import annotations

import codecs

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.files import opening
from throughtime.data.files.text_file import as_utf8, blocks_of, lines_of

LINES = [f"line {i} of a “café” – it’s 𝄞" for i in range(40)]
TEXT = "\r\n".join(LINES) + "\r\n"

MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("block", [64, 71, 2**20])
def test_every_unicode_encoding_is_read_with_its_mark_or_without(
    encoding: str, marked: bool, block: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BLOCK", block)
    path = write("a.txt", (MARKS[encoding] if marked else b"") + TEXT.encode(encoding))
    assert lines_of(path) == LINES
    assert as_utf8(path).read() == "".join(f"{line}\n" for line in LINES).encode()


def test_a_mark_alone_is_an_empty_file(write: Write) -> None:
    for mark in (b"", *MARKS.values()):
        with pytest.raises(DataError, match=r"a\.txt: an empty file; expected some lines"):
            lines_of(write("a.txt", mark))


def test_other_letters_without_a_mark_are_refused_and_not_read_wrongly(write: Write) -> None:
    russian = "".join(f"строка {i}\n" for i in range(40))
    with pytest.raises(DataError, match=r"a\.txt:1: a NUL .*ENCODING is utf-16le, utf-16be or"):
        lines_of(write("a.txt", russian.encode("utf-16-le")))
    assert lines_of(write("a.txt", russian.encode("utf-16")))[39] == "строка 39"


@pytest.mark.parametrize(
    ("raw", "line"),
    [(b"one\ntwo\nthr\0ee\n", 3), (b"aaa\0bbb\0ccc\0", 1), (b"a\r\n" * 9 + b"\0", 10)],
)
def test_a_nul_is_never_trained_on(raw: bytes, line: int, write: Write) -> None:
    path = write("a.txt", raw)
    for form in (None, "lines", "running"):
        with pytest.raises(DataError, match=rf"a\.txt:{line}: a NUL \(byte 0\) in the text"):
            load(path, reading=Reading(format=form))


def test_small_numbers_in_two_bytes_are_no_text_in_utf_16(write: Write) -> None:
    numbers = b"".join(bytes([n % 100 + 1, 0]) for n in range(500))
    with pytest.raises(DataError, match=r"a\.raw:1: a NUL"):
        lines_of(write("a.raw", numbers))


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("ok\nit’s “quoted”\n", "cp1252", r"a\.txt:2: byte 0x92 .* `iconv -f cp1252 -t utf-8`"),
        ("café\n", "latin1", r"a\.txt:1: byte 0xE9 .* `iconv -f cp1252 -t utf-8`"),
        ("строка\n", "cp1251", r"a\.txt:1: byte 0xF1 .*`iconv -f ENCODING .*cp1251 is Russian"),
        ("日本語です\n", "shift_jis", r"a\.txt:1: byte 0x93 .*shift_jis Japanese"),
        ("ŤŤ\n", "cp1250", r"a\.txt:1: byte 0x8D .*`iconv -f ENCODING"),  # not in cp1252
    ],
)
def test_what_is_not_utf_8_is_refused_with_how_to_convert_it(
    text: str, encoding: str, expected: str, write: Write
) -> None:
    with pytest.raises(DataError, match=expected):
        lines_of(write("a.txt", text.encode(encoding)))


def test_a_line_in_another_encoding_than_those_before_is_to_be_mended(write: Write) -> None:
    raw = "café\n".encode() + b"it\x92s\n"
    with pytest.raises(DataError, match=r"a\.txt:2: byte 0x92 .*; .*mend this line"):
        lines_of(write("a.txt", raw))
    with pytest.raises(DataError, match=r"a\.txt:2: .* is not UTF-16-LE, as the text began"):
        lines_of(write("a.txt", codecs.BOM_UTF16_LE + "ab\n".encode("utf-16-le") + b"\x00\xdc"))


def test_what_stands_above_bad_bytes_is_read_first(write: Write) -> None:
    blocks = blocks_of(write("a.txt", b"one\r\ntwo\r\nthr\xe9e\n"))
    assert next(blocks) == "one\ntwo\nthr"
    with pytest.raises(DataError, match=r"a\.txt:3: byte 0xE9"):
        next(blocks)


def test_control_characters_and_the_guess_of_symbols_are_said(write: Write) -> None:
    text = "".join(f"line {i}\x96\n" for i in range(40))
    path = write("a.txt", text)
    told = "; its symbols are characters (--symbols words for words)"
    assert f"{told}; 1 control characters in it, such as U+0096" in load(path).description
    words = load(path, reading=Reading(symbols="words")).description
    assert told not in words
    assert "; 1 control characters in it, such as U+0096" in words
    assert (
        "control characters in it"
        not in load(write("b.txt", text.replace("\x96", " "))).description
    )


def test_letters_of_an_old_mac_are_no_western_windows(write: Write) -> None:
    for text, encoding, mac in (("schön", "mac-roman", True), ("schön – “so”", "cp1252", False)):
        path = write("a.txt", text.encode(encoding))
        with pytest.raises(DataError, match=r"convert the file first, from western") as error:
            lines_of(path)
        assert ("or from an old Mac with `iconv -f macintosh" in str(error.value)) is mac
