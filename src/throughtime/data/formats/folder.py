"""A folder of pictures: each with its caption beside it, or in the folder of its label."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.files.text_file import lines_of
from throughtime.data.formats.tables import is_table
from throughtime.data.numbers.number import number
from throughtime.data.pictures.picture_files import SUFFIXES
from throughtime.data.splitting import NAMES
from throughtime.data.table.media import KINDS, OTHER_PICTURES
from throughtime.data.table.table import Table


def table_in(folder: Path) -> Path:
    """The path by which a folder is read: the one table in it, or the folder with its pictures.

    Raises:
        DataError: if it has several tables, or neither a table nor pictures.
    """
    tables = sorted(file for file in folder.iterdir() if is_table(file))
    if len(tables) == 1:
        return tables[0]
    if tables:
        raise DataError(
            f"{folder}: a folder with {len(tables)} tables; give one of them, such as {tables[0]}, "
            "and others by --valid and --test; if each is a series, name their time: --time COLUMN"
        )
    _check_kinds(folder)
    if not _pictures(folder):
        texts = any(file.suffix.lower() == ".txt" for file in folder.rglob("[!.]*"))
        hint = ": of texts make one table, with a text and its label in each row" if texts else ""
        raise DataError(
            f"{folder}: a folder without a table or pictures; expected a file, or pictures with "
            f"their captions beside them (a.png, a.txt), or in a folder for each label{hint}"
        )
    return folder


def _is_box(caption: str) -> bool:
    """Whether a caption is a class, and then where in the picture it is."""
    words = caption.split()
    return len(words) >= 5 and all(number(word) is not None for word in words)


def _check_kinds(folder: Path) -> None:
    """Refuse files of kinds that are not read: sound without pictures, or pictures among others.

    Raises:
        DataError: with how many there are, and what to do.
    """
    files = [file for file in folder.rglob("[!.]*") if file.is_file()]
    some = any(file.suffix.lower() in SUFFIXES for file in files)
    for what, endings in KINDS.items():
        found = [file for file in files if file.suffix.lower()[1:] in endings]
        if found and (what == OTHER_PICTURES or not some) and "txt" not in endings:
            raise DataError(
                f"{folder}: {len(found):,} files such as {found[0].relative_to(folder)} are {what}"
                + (", or take them out of the folder" if some else "")
            )


def _instead(folder: Path, pictures: list[Path]) -> str:
    """Where else captions or labels may be, in words."""
    parts = sorted({picture.relative_to(folder).parts[0] for picture in pictures})
    if all(name.lower() in NAMES for name in parts) and len(parts) > 1:
        others = [(NAMES[name.lower()], folder / name) for name in parts]
        first = next((path for part, path in others if part == "train"), others[0][1])
        options = [f"--{part} {path}" for part, path in others if path != first]
        return f"; where these are parts, give {first} and {' '.join(options)}"
    stems = {picture.stem for picture in pictures}
    lists = [file for file in sorted(folder.glob("[!.]*.txt")) if file.stem not in stems]
    if len(lists) == 1:
        return f"; where {lists[0]} has them, give that"
    return ", or all pictures in folders that are named as their labels"


class Captions(Table):
    """Pictures and captions; each caption is a line of the text file beside its picture."""

    def at(self, row: int) -> str:
        """The file and line of a caption."""
        picture = self.path.parent / self.columns["image"][row]
        return f"{picture.with_suffix('.txt')}:{self.lines[row]}"


def read_captions(folder: Path) -> Table:
    """The pictures in a folder and its subfolders, with their captions.

    The caption of ``a.png`` is in ``a.txt``; of several captions, each is a line. If no picture has
    one, and all are in folders of that folder, these are named as their labels.

    Raises:
        DataError: if a picture has no caption.
    """
    if (labelled := _by_label(folder)) is not None:
        return labelled
    images: list[str] = []
    captions: list[str] = []
    lines: list[int] = []
    pictures = _pictures(folder)
    for picture in pictures:
        beside = picture.with_suffix(".txt")
        if not beside.exists():
            raise DataError(
                f"{picture}: has no caption; expected one in {beside}{_instead(folder, pictures)}"
            )
        texts = [(n, text.strip()) for n, text in enumerate(lines_of(beside), 1) if text.strip()]
        if not texts:
            raise DataError(f"{beside}: has only blank lines; expected a caption")
        images += [str(picture.relative_to(folder.parent))] * len(texts)
        captions += [text for _, text in texts]
        lines += [line for line, _ in texts]
    if all(map(_is_box, captions)):
        raise DataError(
            f"{folder}: the texts beside the pictures are boxes in them (YOLO), such as "
            f"{captions[0]!r}; expected captions: write a table with the path of a picture and "
            "what is y in each row"
        )
    return Captions(folder, {"image": images, "caption": captions}, lines)


def _by_label(folder: Path) -> Table | None:
    """The pictures in folders that are named as their labels; None if there are others."""
    pictures = _pictures(folder)
    labels = [picture.parent.name for picture in pictures]
    if any(picture.parent.parent != folder for picture in pictures) or len(set(labels)) < 2:
        return None
    if any(picture.with_suffix(".txt").exists() for picture in pictures):
        return None
    names = [str(picture.relative_to(folder.parent)) for picture in pictures]
    return Pictures(folder, {"image": names, "label": labels}, list(range(1, len(names) + 1)))


class Pictures(Table):
    """Pictures with labels; messages name the picture."""

    def at(self, row: int) -> str:
        """The path of a picture."""
        return str(self.path.parent / self.columns["image"][row])


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        file for file in folder.rglob("[!.]*") if file.suffix.lower() in SUFFIXES and file.is_file()
    )
