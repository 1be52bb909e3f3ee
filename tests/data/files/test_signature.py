"""Kinds of files by their first bytes."""

from __future__ import annotations

import gzip
import io
import pickle
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.files import signature
from throughtime.data.files.signature import kind_of

ZEROS = bytes(600)


def zipped(*names: str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return into.getvalue()


def npy() -> bytes:
    into = io.BytesIO()
    np.save(into, np.arange(6.0))
    return into.getvalue()


BINARY = {
    "an Excel workbook": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "an old Excel workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    + ZEROS
    + "Workbook".encode("utf-16-le"),
    "an old Office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + ZEROS,
    "a Word document": zipped("word/document.xml"),
    "a file of NumPy arrays": zipped("train.npy", "test.npy"),
    "a zip archive": zipped("a.txt"),
    "a damaged zip archive": b"PK\x03\x04" + ZEROS,
    "a Parquet table": b"PAR1" + ZEROS + b"PAR1",
    "a NumPy array without a name (.npy)": npy(),
    "a MATLAB file of version 7.3": b"MATLAB 7.3 MAT-file" + ZEROS,
    "an HDF5 file": b"\x89HDF\r\n\x1a\n" + ZEROS,
    "a MIDI file": b"MThd\0\0\0\x06" + ZEROS,
    "a picture (PNG)": b"\x89PNG\r\n\x1a\n",
    "a picture (JPEG)": b"\xff\xd8\xff\xe0",
    "a picture (BMP)": b"BM" + ZEROS,
    "pictures in IDX, as of MNIST": b"\0\0\x08\x03" + ZEROS,
    "labels in IDX, as of MNIST": b"\0\0\x08\x01" + ZEROS,
    "a medical picture (DICOM)": bytes(128) + b"DICM" + ZEROS,
    "a medical volume (NIfTI)": b"\x5c\x01".ljust(344, b"\0") + b"n+1\0",
    "a film or sound (Matroska, WebM)": b"\x1a\x45\xdf\xa3" + ZEROS,
    "a picture or table of astronomy (FITS)": b"SIMPLE  =                    T",
    "a tar archive": b"name".ljust(257, b"\0") + b"ustar" + ZEROS,
    "a DuckDB database": bytes(8) + b"DUCK" + ZEROS,
    "a file that zstd has packed": b"\x28\xb5\x2f\xfd\x04\x00",
    "a Python pickle": pickle.dumps([1, 2], protocol=4),
    "a Python pickle of the first version": pickle.dumps({"a": 1}, protocol=0),
    "a file of R's": gzip.compress(b"X\n\0\0\0\3" + ZEROS),
    "an image of R's": gzip.compress(b"RDX3\nX\n\0\0" + ZEROS),
    "a file of Stata's": b"<stata_dta><header>" + ZEROS,
    "an old file of Stata's": b"\x72\x02\x01\0" + ZEROS,
    "a file of SPSS's": b"$FL2@(#) SPSS DATA FILE" + ZEROS,
    "a file of SAS's": ZEROS[:12] + b"\xc2\xea\x81\x60" + ZEROS,
    "a NetCDF file": b"CDF\1" + ZEROS,
    "signals in EDF": b"0       X" + ZEROS,
    "sound (WAV)": b"RIFF\x24\0\0\0WAVEfmt " + ZEROS,
    "a picture (WebP)": b"RIFF\x24\0\0\0WEBPVP8 " + ZEROS,
    "a RIFF file, such as a film in AVI": b"RIFF\x24\0\0\0AVI " + ZEROS,
    "sound (MP3)": b"\xff\xfb\x90\x64" + ZEROS,
    "a film or sound (MP4)": b"\0\0\0\x18ftypmp42" + ZEROS,
    "a file of a model's weights (safetensors)": b"\x10" + ZEROS[:7] + b'{"a":1}' + ZEROS,
    "a document of Apple's (Numbers, Pages or Keynote)": zipped("Index/Document.iwa"),
    "a PDF document": b"%PDF-1.4\nall text",
    "an RTF document": b"{\\rtf1 text}",
}


@pytest.mark.parametrize("name", BINARY)
def test_a_file_is_what_its_first_bytes_say(name: str, write: Write) -> None:
    path = write("notes.txt", BINARY[name])
    kind = kind_of(path)
    assert kind is not None
    name = {
        "an old file of Stata's": "a file of Stata's",
        "an image of R's": "a file of R's",
        "a Python pickle of the first version": "a Python pickle",
    }.get(name, name)
    assert kind.name == name
    with pytest.raises(DataError) as error:  # not even where it is said to be text
        load(path, reading=Reading(format="lines"))
    assert str(error.value) == f"{path}: {name}; {kind.advice}"


def test_tables_and_arrays_are_told_apart(write: Write) -> None:
    assert kind_of(write("a", BINARY["an Excel workbook"])) is signature.EXCEL
    assert kind_of(write("a", BINARY["an old Excel workbook"])) is signature.OLD_EXCEL
    assert kind_of(write("a", BINARY["a Parquet table"])) is signature.PARQUET
    assert kind_of(write("a", BINARY["a file of NumPy arrays"])) is signature.NPZ


def test_a_workbook_of_libreoffice_says_what_it_is(write: Write) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "x")
    assert kind_of(write("a.ods", into.getvalue())) is signature.EXCEL
    kind = kind_of(write("a.odt", zipped("mimetype", "content.xml")))
    assert kind is not None
    assert kind.name == "an OpenDocument file"


def test_real_files_of_other_programs(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.csv") as base:
        base.execute("create table x (a)")
    base.close()
    with pytest.raises(DataError, match=r"a.csv: an SQLite database; export it as CSV or Parquet"):
        load(tmp_path / "a.csv")
    torch.save({"a": torch.ones(2)}, tmp_path / "a.txt")
    with pytest.raises(DataError, match=r"a.txt: a file of PyTorch's; it can run any code"):
        load(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "text",
    ["BM is short for bench mark", "ORC stands for ore", "PK\n", "MThd", "it is 80: €", "ID3 tags"],
)
def test_text_is_no_kind_though_it_begins_with_the_same_letters(text: str, write: Write) -> None:
    assert kind_of(write("a.txt", text)) is None
    assert kind_of(write("a.txt", (text + " café!").encode("cp1252"))) is None


def test_what_is_of_no_known_kind_is_not_text_either(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.bin:1: byte 0xFE is not UTF-8; .* there are NULs too"):
        load(write("a.bin", b"ab\xfe\0\x01\0\0\x02" * 100))
