"""Read text files, in blocks or in lines: UTF-8, or UTF-16 and UTF-32; packed or not."""

from __future__ import annotations

import codecs
import io
import math
import re
from collections.abc import Iterator
from io import IncrementalNewlineDecoder
from itertools import chain
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.files.opening import bytes_of
from throughtime.data.files.signature import BINARY, is_utf8, kind_by, refuse

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""The byte order marks of texts in other encodings than UTF-8, whose mark utf-8-sig skips."""

UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
"""Bytes that are nothing in cp1252, the encoding of western Windows."""

FOREIGN = re.compile(rb"[\x80-\xff]{4}")
"""Western languages never write four letters beyond ASCII in a row; others write all of them."""

MAC = re.compile(rb"[a-z][\x87-\x90\x98-\x9b\x9d-\x9f][a-z]")
"""A small letter of an old Mac's with an accent, where cp1252 has a mark or a rare capital."""

CONTROLS = re.compile(r"[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""Control characters that are neither white space nor a line end."""


def blocks_of(path: Path) -> Iterator[str]:
    """The text of a file, a megabyte or so at a time; any line ending becomes ``\\n``.

    Raises:
        DataError: with file and line, if the file cannot be read, is empty, or is not text.
    """
    raw = bytes_of(path)
    head = next(raw)
    if (kind := kind_by(head, path)) is not None:
        raise refuse(path, kind)
    encoding, mark = encoding_of(head)
    decoder = IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    empty, line, ascii_so_far = True, 1, True
    blocks = chain([head[len(mark) :]], raw) if head else iter([b""])
    for block in blocks:
        pending = decoder.getstate()[1] & 1  # a \r, which may be half of a \r\n
        wrong = None
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            wrong = error
            text = _universal("\r" * pending + error.object[: error.start].decode(encoding))
        if "\0" in text:
            line += text[: text.index("\0")].count("\n")
            raise DataError(
                f"{path}:{line}: a NUL (byte 0) in the text, so it is {BINARY.name}, or in an "
                "encoding without its mark: if it is text, convert it first with "
                "`iconv -f ENCODING -t utf-8`, where ENCODING is utf-16le, utf-16be "
                "or the one it was written in"
            )
        if text:
            empty = False
            line += text.count("\n")
            ascii_so_far = ascii_so_far and text.isascii()
            yield text
        if wrong is not None:
            raise DataError(f"{path}:{line}: {_advice(wrong, encoding, ascii_so_far)}") from None
    if empty:
        raise DataError(f"{path}: an empty file; expected some lines")


def lines_in(path: Path) -> Iterator[str]:
    """The lines of a text file with their ends, of which ``\\n`` is the only one left.

    They are read a megabyte at a time.

    Raises:
        DataError: with file and line, if the file cannot be read, is empty, or is not text.
    """
    return chain.from_iterable(map(_with_ends, whole_lines(path)))


def lines_of(path: Path) -> list[str]:
    """All lines of a text file, without their ends; any line ending is accepted.

    Raises:
        DataError: with file and line, if the file cannot be read, is empty, or is not text.
    """
    lines = "".join(blocks_of(path)).split("\n")
    return lines if lines[-1] else lines[:-1]


def whole_lines(path: Path, longest: float = math.inf) -> Iterator[str]:
    """The text of a file in blocks of whole lines; a line of more than ``longest`` characters is
    cut.

    Raises:
        DataError: with file and line, if the file cannot be read, is empty, or is not text.
    """
    rest = ""
    for block in blocks_of(path):
        head, end, tail = block.rpartition("\n")
        if end:
            yield rest + head + end
            rest = ""
        rest += tail
        if len(rest) > longest:
            yield rest
            rest = ""
    if rest:
        yield rest


def _with_ends(text: str) -> io.StringIO:
    return io.StringIO(text, newline="\n")  # which takes no other character for a line end


def as_utf8(path: Path) -> io.BufferedReader:
    """A text file to read bytes from, as UTF-8 and unpacked, whatever it is on the disk.

    Reading raises a ``DataError`` where :func:`blocks_of` does.
    """
    return io.BufferedReader(_Utf8(blocks_of(path)))


class _Utf8(io.RawIOBase):
    """The bytes of blocks of text."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self.blocks, self.rest = blocks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.rest:
            self.rest = next(self.blocks, "").encode()
        count = min(len(buffer), len(self.rest))
        buffer[:count], self.rest = self.rest[:count], self.rest[count:]
        return count


def encoding_of(head: bytes) -> tuple[str, bytes]:
    """The encoding of a text by its first bytes, and the mark that it begins with.

    Without a mark, a text of Latin letters in UTF-16 or UTF-32 is known by its zeros: nearly every
    second byte, or three of four.

    Example:
        >>> encoding_of("no mark\\n".encode("utf-16-be"))
        ('utf-16-be', b'')
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding, mark
    if not is_utf8(head):
        # in a character of so many bytes, where the byte is that is not zero in a Latin letter
        for encoding, size, place in (
            ("utf-32-le", 4, 0),
            ("utf-32-be", 4, 3),
            ("utf-16-le", 2, 0),
            ("utf-16-be", 2, 1),
        ):
            letters = head[place::size]
            zeros, others = head.count(0) - letters.count(0), len(head) - len(letters)
            if zeros >= 0.8 * others > 0 and _is_text(head, encoding):
                return encoding, b""
    return "utf-8-sig", b""


def _is_text(head: bytes, encoding: str) -> bool:
    try:
        return not CONTROLS.search(codecs.getincrementaldecoder(encoding)().decode(head))
    except UnicodeDecodeError:
        return False


def _advice(error: UnicodeDecodeError, encoding: str, ascii_so_far: bool) -> str:
    """What is wrong with bytes that are no text, and how to convert them."""
    byte = f"byte 0x{error.object[error.start]:02X}"
    if encoding != "utf-8-sig":
        return f"{byte} is not {encoding.upper()}, as the text began; the file is damaged"
    said = f"{byte} is not UTF-8; expected UTF-8 text: "
    if not ascii_so_far:
        return said + "what comes before it is, so mend this line, or what joined two encodings"
    rest = error.object[error.start :]
    if b"\0" in error.object:
        return said + f"there are NULs too, so it is {BINARY.name}"
    if FOREIGN.search(rest) is None and not any(byte in rest for byte in UNDEFINED):
        windows = "convert the file first, from western Windows with `iconv -f cp1252 -t utf-8`"
        of_mac = MAC.search(error.object, max(error.start - 1, 0)) is not None
        mac = ", or from an old Mac with `iconv -f macintosh -t utf-8`" if of_mac else ""
        return f"{said}{windows}{mac}"
    return said + (
        "convert the file first with `iconv -f ENCODING -t utf-8`, where ENCODING is the one that "
        "it was written in (cp1251 is Russian Windows, shift_jis Japanese, gb18030 Chinese)"
    )


def _universal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
