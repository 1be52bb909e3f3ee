"""Files of other programs: read, or refused by their true names."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.cases.test_tables import LABELS, ROWS, TEXTS
from tests.helpers.commands import bad
from tests.helpers.reading import kinds, pairs, read, refusal


def test_arr_npy() -> None:
    np.save("arr.npy", np.arange(60.0))
    assert refusal("arr.npy") == (
        "arr.npy: a NumPy array without a name (.npy); save named arrays by numpy.savez(path, "
        "train=…, valid=…, test=…)"
    )


def test_book_xlsx() -> None:
    import zipfile

    from openpyxl import Workbook

    book = Workbook()
    for row in [("text", "label"), *zip(TEXTS, LABELS, strict=True)]:
        book.active.append(row)
    book.save("book.xlsx")
    data = read("book.xlsx")
    assert kinds(data) == ("text:characters", "label:label")
    assert pairs(data) == ROWS
    with zipfile.ZipFile("stub.xlsx", "w") as stub:
        stub.writestr("xl/workbook.xml", "<workbook/>")
    assert refusal("stub.xlsx").startswith("stub.xlsx: cannot be read as a workbook")


def test_tune_mid() -> None:
    Path("tune.mid").write_bytes(b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0")
    assert refusal("tune.mid") == (
        "tune.mid: a MIDI file; make it a table with a note in each row, lines of names of notes, "
        "or piano rolls in an .npz first"
    )
    assert bad("train", "tune.mid") == f"Error: {refusal('tune.mid')}"


def test_satb_nan() -> None:
    """NaN for a rest: the file, the array, the sequence and the step are named."""
    rolls = np.random.default_rng(0).integers(0, 2, (12, 9, 4)).astype(float)
    rolls[3, 5, 2] = np.nan
    np.savez("a.npz", train=rolls, valid=rolls[:3], test=rolls[:3])
    assert refusal("a.npz") == (
        "a.npz: array 'train', sequence 4, step 6: nan; expected finite numbers: where nothing is "
        "there, such as a rest in music, write a number of its own, such as 0"
    )
