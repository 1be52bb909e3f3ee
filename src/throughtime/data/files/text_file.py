"""A text file as lines, and what can be wrong with it."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.errors import DataError


def lines_of(path: Path) -> list[str]:
    """The lines of a UTF-8 file, without their ends; any line ending will do.

    Raises:
        DataError: if the file cannot be read, is empty, or is not UTF-8.
    """
    text = text_of(path)
    lines = _universal(text)
    return lines if lines[-1] else lines[:-1]


def text_of(path: Path) -> str:
    """The whole text of a UTF-8 file.

    Raises:
        DataError: if the file cannot be read, is empty, or is not UTF-8.
    """
    if path.is_dir():
        raise DataError(f"{path}: a directory; expected a file")
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; check the name") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the file") from error
    try:
        text = raw.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        good, bad = error.object[: error.start].decode(), error.object[error.start]
        raise DataError(
            f"{path}:{len(_universal(good))}: byte 0x{bad:02X} is not UTF-8; expected UTF-8 text: "
            "convert the file first, for instance with `iconv -t utf-8`"
        ) from None
    if not text:
        raise DataError(f"{path}: an empty file; expected some lines")
    return text


def _universal(text: str) -> list[str]:
    # Not str.splitlines: it also splits at characters that are data here, such as U+2028.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
