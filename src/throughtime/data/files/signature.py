"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import codecs
import zipfile
from dataclasses import dataclass
from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.files.opening import bytes_of


@dataclass(frozen=True)
class Kind:
    """A kind of file that is no plain text.

    Args:
        name: its name, with an article.
        advice: how to make something of it that can be read here.
    """

    name: str
    advice: str


PARTS = "save named arrays by numpy.savez(path, train=…, valid=…, test=…)"
EXPORT = "export it as CSV or Parquet first"
UNPACK = "unpack it first, and give the file in it"
SAVE = "save it as plain text first"
PICTURES = "give a folder of pictures with captions beside them, or a table with their paths"
SOUND = "make it a series first: a table with a sample in each row, or named arrays in an .npz"
PICKLED = f"it can run any code when opened, so it is not read: save a table as Parquet, or {PARTS}"
AS_ROWS = "make it a Parquet table first, with a picture (PNG) and its label in each row"
SCANS = "export its pictures as PNG first, and give a table with their paths"
AS_TABLE = "read it as a table: leave --format out, and name it"
AS_ARRAYS = "read it as arrays: leave --format out, and name it"

EXCEL = Kind("an Excel workbook", f"{AS_TABLE} .xlsx")
OLD_EXCEL = Kind("an old Excel workbook", f"{AS_TABLE} .xls")
PARQUET = Kind("a Parquet table", f"{AS_TABLE} .parquet")
ARROW = Kind("an Arrow (Feather) table", f"{AS_TABLE} .arrow")
NPZ = Kind("a file of NumPy arrays", f"{AS_ARRAYS} .npz")
MATLAB = Kind("a file of MATLAB arrays", f"{AS_ARRAYS} .mat")
OF_R = Kind("a file of R's", f"{EXPORT}, by write.csv(data, file, row.names=FALSE)")
MP3 = Kind("sound (MP3)", SOUND)
HDF5 = Kind("an HDF5 file", f"{EXPORT}, or {PARTS}")
TABLES = (EXCEL, OLD_EXCEL, PARQUET, ARROW)
ARRAYS = (NPZ, MATLAB)
BINARY = Kind("a binary file of an unknown kind", "expected text, a table or named arrays")

ZIP = Kind("a zip archive", UNPACK)
OFFICE = Kind("an old Office document", SAVE)
PICTURE_BYTES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
}
"""The formats of pictures by their first bytes."""

WEBP = (8, b"WEBP")
"""Where the bytes are that say a picture's format further in."""

BYTES: dict[bytes, Kind] = {
    b"PAR1": PARQUET,
    b"\x93NUMPY": Kind("a NumPy array without a name (.npy)", PARTS),
    b"MATLAB 5.0 MAT-file": MATLAB,
    b"MATLAB 7.3 MAT-file": Kind("a MATLAB file of version 7.3", "save it by save(…, '-v7')"),
    b"\x89HDF\r\n\x1a\n": HDF5,
    b"ARROW1": ARROW,
    b"\xff\xff\xff\xff": ARROW,  # a stream
    b"FEA1": Kind("a Feather table", EXPORT),
    b"ORC": Kind("an ORC table", EXPORT),
    b"Obj\x01": Kind("an Avro table", EXPORT),
    b"SQLite format 3\0": Kind("an SQLite database", EXPORT),
    b"RDX": OF_R,
    b"X\n\0\0\0": OF_R,
    b"<stata_dta>": Kind("a file of Stata's", EXPORT),
    **{
        bytes([n, order, 1, 0]): Kind("a file of Stata's", EXPORT)
        for n in range(0x69, 0x74)
        for order in (1, 2)
    },
    b"$FL2": Kind("a file of SPSS's", EXPORT),
    b"HEADER RECORD*******LIB": Kind("a file of SAS's", EXPORT),
    bytes(12) + b"\xc2\xea\x81\x60": Kind("a file of SAS's", EXPORT),
    b"CDF\x01": Kind("a NetCDF file", EXPORT),
    b"CDF\x02": Kind("a NetCDF file", EXPORT),
    b"0       ": Kind("signals in EDF", f"{EXPORT}, or {PARTS}"),
    b"\xffBIOSEMI": Kind("signals in BDF", f"{EXPORT}, or {PARTS}"),
    b"\0\0\x08\x01": Kind("labels in IDX, as of MNIST", AS_ROWS),
    b"\0\0\x08\x03": Kind("pictures in IDX, as of MNIST", AS_ROWS),
    b"\x1a\x45\xdf\xa3": Kind("a film or sound (Matroska, WebM)", SOUND),
    b"GGUF": Kind("a file of a model's weights", "expected data"),
    b"MThd": Kind(
        "a MIDI file",
        "make it a table with a note in each row, lines of names of notes, or piano rolls in an "
        ".npz first",
    ),
    **{begins: Kind(f"a picture ({form})", PICTURES) for begins, form in PICTURE_BYTES.items()},
    b"RIFF": Kind("a RIFF file, such as a film in AVI", SOUND),
    b"fLaC": Kind("sound (FLAC)", SOUND),
    b"OggS": Kind("sound (Ogg)", SOUND),
    b"FORM": Kind("sound (AIFF)", SOUND),
    **dict.fromkeys((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"), MP3),
    b"7z\xbc\xaf\x27\x1c": Kind("a 7z archive", UNPACK),
    b"Rar!\x1a": Kind("a RAR archive", UNPACK),
    b"\x28\xb5\x2f\xfd": Kind("a file that zstd has packed", UNPACK),
    b"\x04\x22\x4d\x18": Kind("a file that lz4 has packed", UNPACK),
    b"\x1f\x8b": Kind("a file that was packed twice", UNPACK),
    b"\x7fELF": Kind("a program", "expected data"),
    b"MZ": Kind("a program", "expected data"),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": OFFICE,
    b"PK\x03\x04": ZIP,
    b"PK\x05\x06": ZIP,
    **{bytes([0x80, n]): Kind("a Python pickle", PICKLED) for n in range(2, 6)},
}
"""Kinds by their first bytes; they count only where a file is not UTF-8 text."""

INSIDE = (
    (4, b"ftyp", Kind("a film or sound (MP4)", SOUND)),
    (8, b"DUCK", Kind("a DuckDB database", EXPORT)),
    (8, b"WAVE", Kind("sound (WAV)", SOUND)),
    (*WEBP, Kind("a picture (WebP)", PICTURES)),
    (8, b'{"', Kind("a file of a model's weights (safetensors)", "expected data")),
    (128, b"DICM", Kind("a medical picture (DICOM)", SCANS)),
    (344, b"n+1\0", Kind("a medical volume (NIfTI)", SCANS)),
    (257, b"ustar", Kind("a tar archive", UNPACK)),
)
"""Kinds by bytes further in, which say more than the first ones."""

TEXTS: dict[bytes, Kind] = {
    b"%PDF-": Kind("a PDF document", SAVE),
    b"SIMPLE  =": Kind("a picture or table of astronomy (FITS)", EXPORT),
    b"%!PS": Kind("a PostScript document", SAVE),
    b"{\\rtf": Kind("an RTF document", SAVE),
    b"version https://git-lfs.": Kind(
        "a Git LFS pointer, which stands for the file", "get the file itself by `git lfs pull`"
    ),
    b"(dp0\n": Kind("a Python pickle", PICKLED),
    b"(lp0\n": Kind("a Python pickle", PICKLED),
    b"RDA": OF_R,
}
"""Documents that may be text to the letter, which nobody means to model."""

OPEN_SHEET = b"application/vnd.oasis.opendocument.spreadsheet"
"""What a workbook of LibreOffice says that it is, which has the same reader as Excel's."""

MEMBERS = {
    "xl/": EXCEL,
    "word/": Kind("a Word document", SAVE),
    "ppt/": Kind("a PowerPoint document", SAVE),
    "Index/": Kind("a document of Apple's (Numbers, Pages or Keynote)", EXPORT),
    "content.xml": Kind(
        "an OpenDocument file", "save it as plain text, or a table as .xlsx or .csv"
    ),
    "META-INF/container.xml": Kind("an EPUB book", SAVE),
}
"""Kinds of zip archives by the beginnings of what is in them."""


def kind_of(path: Path) -> Kind | None:
    """The kind of a file by its first bytes, unpacked if it is packed; None if it may be text.

    Raises:
        DataError: if it is no regular file or cannot be read.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "song.txt")
        ...     _ = file.write_bytes(b"MThd" + bytes(20))
        ...     print(kind_of(file).name)
        a MIDI file
    """
    return kind_by(next(bytes_of(path)), path)


def kind_by(head: bytes, path: Path) -> Kind | None:
    r"""The kind of a file whose first bytes are already read; ``path`` is for archives.

    Example:
        >>> kind_by(b"fLaC\0", Path("a.csv")).name, kind_by(b"a,b", Path("a.csv"))
        ('sound (FLAC)', None)
    """
    for begins, kind in TEXTS.items():
        if head.startswith(begins):
            return kind
    if is_utf8(head):
        return None
    found = _by_bytes(head)
    if found is ZIP:
        return _zipped(path)
    if found is OFFICE:
        return OLD_EXCEL if "Workbook".encode("utf-16-le") in path.read_bytes() else OFFICE
    return found


def refuse(path: Path, kind: Kind) -> DataError:
    """The error for a file of a kind that is not read, by its true name."""
    return DataError(f"{path}: {kind.name}; {kind.advice}")


def begins_picture(head: bytes) -> bool:
    """Whether the first bytes are those of a picture, in a format that is known by them.

    Example:
        >>> begins_picture(b"GIF89a"), begins_picture(b"RIFF....WAVE")
        (True, False)
    """
    at, name = WEBP
    return head.startswith(tuple(PICTURE_BYTES)) or head[at : at + len(name)] == name


def is_utf8(head: bytes) -> bool:
    """Whether the first bytes of a file are UTF-8 without a NUL; the last character may be cut.

    Example:
        >>> is_utf8("naïve".encode()[:3]), is_utf8("naïve".encode("latin-1"))
        (True, False)
    """
    if b"\0" in head:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _by_bytes(head: bytes) -> Kind | None:
    for offset, inside, kind in INSIDE:
        if b"\0" in head and head[offset : offset + len(inside)] == inside:
            return kind
    for begins, kind in BYTES.items():
        # letters alone (BM, ORC) may begin a text in another encoding, which has no NUL
        if head.startswith(begins) and (b"\0" in head or not begins.isascii()):
            return kind
    return None


def _zipped(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    # the last one: a directory in a version of the format that zipfile does not read
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Kind("a damaged zip archive", "get it anew")
    if names and all(name.endswith(".npy") for name in names):
        return NPZ
    if names and names[0] == "mimetype":
        with zipfile.ZipFile(path) as archive, archive.open("mimetype") as told:
            if told.read(100).startswith(OPEN_SHEET):
                return EXCEL
    if any(name.endswith("data.pkl") for name in names):
        return Kind("a file of PyTorch's", PICKLED)
    for begins, kind in MEMBERS.items():
        if any(name.startswith(begins) for name in names):
            return kind
    return ZIP
