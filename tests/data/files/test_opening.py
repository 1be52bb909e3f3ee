"""Files as they come: regular or not, packed or not, and how much they make."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import socket
from pathlib import Path

import pytest

from tests.helpers.commands import bad
from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.files import opening
from throughtime.data.files.opening import bytes_of, check_regular, stem_of, suffix_of

PACK = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("packed", PACK)
def test_what_is_packed_is_read_whatever_its_name(packed: str, write: Write) -> None:
    text = b"one\ntwo\n" * 50
    for name in (f"a.txt.{packed}", "a.txt"):
        assert b"".join(bytes_of(write(name, PACK[packed](text)))) == text
    assert list(bytes_of(write("plain.gz", text))) == [text, b""]


@pytest.mark.parametrize("packed", PACK)
def test_what_is_packed_and_cut_short_is_said_to_be_damaged(packed: str, write: Write) -> None:
    path = write(f"a.{packed}", PACK[packed](os.urandom(1000))[:-12])
    with pytest.raises(DataError, match=rf"a\.{packed}: packed and damaged \(.*\); pack it anew"):
        list(bytes_of(path))


def test_a_packed_table_is_read_as_its_inner_ending_says(write: Write) -> None:
    rows = "".join(f"{i * 0.5}\n" for i in range(120))
    data = load(write("prices.csv.gz", gzip.compress(b"price\n" + rows.encode())))
    assert data.name == "prices"
    assert data.schema.y.name == "price"
    assert data.schema.running


def test_a_small_file_does_not_fill_the_memory(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LARGEST", 10_000)
    monkeypatch.setattr(opening, "BLOCK", 1_000)
    path = write("a.txt.gz", gzip.compress(b"\n" * 100_000))
    size = path.stat().st_size
    made = (100 * size // 1_000 + 1) * 1_000
    assert made < 100_000
    with pytest.raises(DataError, match=rf"a.txt.gz: a file of {size} bytes with {made:,} bytes"):
        list(bytes_of(path))
    fits = write("b.txt.gz", gzip.compress(b"\n" * 10_000))
    assert sum(map(len, bytes_of(fits))) == 10_000
    long = write("c.txt", b"\n" * 100_000)  # a file that is as large as it looks
    assert sum(map(len, bytes_of(long))) == 100_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes that have names")
def test_what_is_no_regular_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    refused = "pipe.csv: a named pipe; expected a regular file: write its content to one"
    for name in (None, "lines", "table", "arrays", "conll", "running"):
        with pytest.raises(DataError, match=refused):
            load(pipe, reading=Reading(format=name))
    text = tmp_path / "a.txt"
    text.write_text("ab\n" * 30)
    with pytest.raises(DataError, match=refused):
        load(text, reading=Reading(test=str(pipe)))
    assert refused in bad("train", pipe)
    assert refused in bad("train", text, "--config", pipe)


def test_sockets_devices_folders_and_nothing_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        with pytest.raises(DataError, match="s: a socket; expected a regular file"):
            check_regular(Path("s"))
    with pytest.raises(DataError, match=f"{os.devnull}: a device; expected a regular file"):
        check_regular(Path(os.devnull))
    with pytest.raises(DataError, match="a directory; expected a file"):
        check_regular(tmp_path)
    with pytest.raises(DataError, match="none: no such file; check the name"):
        check_regular(Path("none"))


def test_the_ending_says_the_format_and_not_how_it_is_packed() -> None:
    assert suffix_of(Path("a.b/c.TSV.XZ")) == ".tsv"
    assert suffix_of(Path("c.gz")) == ""
    assert stem_of(Path("a.b/c.d.tsv.bz2")) == "c.d"
