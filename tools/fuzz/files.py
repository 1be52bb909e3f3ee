"""Files of every format, damaged, and read in all ways; what can be read has a model."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import scipy.io
from PIL import Image as Pictures

from tests.helpers.made_up import ROWS, SERIES, VECTORS
from throughtime.data import Reading, Schema, load
from throughtime.data.columns import KINDS
from throughtime.data.reading import FORMATS
from throughtime.evaluation.likelihood import nats_per_symbol, symbols
from throughtime.runs.build import build
from throughtime.runs.options import Options
from throughtime.training.resolve import resolve
from tools.fuzz.damage import ODD, damaged, json_lines, odd
from tools.fuzz.harness import read_or_refused
from tools.fuzz.workplace import FILES, Target, Workplace

READINGS: dict[str, list[tuple[str | None, str | None]]] = {
    "lines": [(None, None)],
    "long": [(None, None)],
    "rows": [("text", "label"), (None, "text:words"), ("kind:label,size", "text:characters")],
    "parts": [("text", "label")],
    "numbers": [(None, None), (None, "a,b"), ("date", "b")],
    "series": [("a", "b"), ("a", "b:numbers")],
    "vectors": [("word", "vector:vector"), ("names:features,vector:vector", "roll")],
    "tags": [("1", "2"), ("form", "upos"), ("2", "3")],
    "pictures": [("file", "caption"), ("file:image", "label")],
}
"""Columns of x and of y, for each of the files."""


SYMBOLS = ("characters", "words", "bytes", "bpe", "bpe:260", "bpe:9999", "bpe:9", "no")
"""What a text may be cut into."""

POINTS = ("2020-02-10", "2020-02-10T12:00+01:00", "2020-02", "10.2.2020", "15", "1e999", "nan", "")
"""Where a series may be cut."""


def reading_of(draw: Random, path: Path, name: str, form: str | None = None) -> Reading:
    """How the file may be read; now and then in another way than it is meant."""
    text = path.suffix == ".txt"
    if draw.random() < (0.95 if text else 0.7) and name in READINGS:
        x, y = draw.choice(READINGS[name])
    else:
        columns = ["text", "label", "kind", "size", "a", "b", "1", "form", "roll", "file", "no"]
        x, y = (
            draw.choice([None, draw.choice(columns), f"{draw.choice(columns)}:{kind}"])
            for kind in draw.choices([*KINDS, "no"], k=2)
        )
    split = "part" if name == "parts" or draw.random() < 0.03 else None
    if draw.random() < (0.5 if name == "numbers" else 0.03):
        split = f"{draw.choice(('date', 'a', 'b', 'no', ''))}:{draw.choice(POINTS)}"
    valid, test = (_held_out(draw, path) for _ in "ab")
    if split is not None and draw.random() < 0.95:
        valid = test = None
    if draw.random() < 0.05:
        form = draw.choice(FORMATS)
    symbols = draw.choice(SYMBOLS) if draw.random() < (0.7 if text else 0.03) else None
    rare = draw.choice((1, 1, 1, 3, 99))
    return Reading(form, x, y, split, valid, test, symbols, rare)


def _held_out(draw: Random, path: Path) -> str | None:
    """A file of its own that a part may have: like the first one, or damaged again."""
    if draw.random() < 0.7 or not path.exists():
        return None
    other = path.with_stem(f"{path.stem}-{draw.randrange(9)}")
    whole = path.read_bytes()
    other.write_bytes(damaged(draw, whole) if draw.random() < 0.7 else whole)
    return str(draw.choice((other, other, other, path, path.parent, path.parent / "no.csv")))


def modelled(path: Path, seed: int, reading: Reading) -> None:
    """What can be read has a model, which is saved and finds the data somehow probable."""
    data = load(path, seed, reading)
    config = resolve(Options(hidden_size=4, threads=1), data)
    schema = Schema.restored(json.loads(json.dumps(data.schema.saved())))
    assert schema.saved() == data.schema.saved()
    model = build(config, schema)
    test = data.splits["test"]
    nats = nats_per_symbol(model, test, 32, config.steps)
    assert nats == nats or not symbols(model, test), "the likelihood is not a number"


def text_file(name: str, form: str | None = None) -> Target:
    """One of the ``FILES``, most often damaged."""

    def target(draw: Random, at: Workplace) -> None:
        path = at.empty() / name
        whole = FILES[name]
        path.write_bytes(damaged(draw, whole) if draw.random() < 0.7 else whole)
        told = reading_of(draw, path, path.stem, form)
        read_or_refused(lambda: modelled(path, draw.randrange(9), told))

    return target


def odd_values(name: str) -> Target:
    """Rows whose values are others than the rows around them have."""

    def target(draw: Random, at: Workplace) -> None:
        path = at.empty() / name
        rows = [json.loads(line) for line in FILES[name].splitlines()]
        path.write_bytes(json_lines(_odd_rows(draw, rows)))
        read_or_refused(lambda: modelled(path, 0, reading_of(draw, path, path.stem)))

    return target


def _odd_rows(draw: Random, rows: list[Any]) -> list[Any]:
    """One row odd, or one column so throughout."""
    if draw.random() < 0.5:
        i = draw.randrange(len(rows))
        return [*rows[:i], odd(draw, rows[i]), *rows[i + 1 :]]
    name, several = draw.choice(list(rows[0])), draw.sample(ODD, draw.choice((1, 2)))
    return [{**row, name: draw.choice(several)} for row in rows]


def parquet(draw: Random, at: Workplace) -> None:
    """A table of other types, or of damaged bytes."""
    path = at.empty() / "rows.parquet"
    rows = draw.choice((ROWS, SERIES, VECTORS))
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    if draw.random() < 0.7:
        name = draw.choice([*columns, "odd"])
        try:
            columns[name] = pyarrow.array(_arrow(draw, len(rows)))
        except (pyarrow.ArrowException, OverflowError, UnicodeError):
            return  # Arrow itself has no such column
    try:
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
    except pyarrow.ArrowException:
        return
    if draw.random() < 0.3:
        path.write_bytes(damaged(draw, path.read_bytes()))
    name = "rows" if rows is ROWS else "series" if rows is SERIES else "vectors"
    read_or_refused(lambda: modelled(path, 0, reading_of(draw, path, name)))


def _arrow(draw: Random, count: int) -> Any:
    values = draw.choice(
        (
            lambda: draw.choices(ODD, k=2),
            lambda: [b"ab", b"\xff"],
            lambda: [np.datetime64("2020-01-01"), np.datetime64("NaT")],
            lambda: [{"a": 1}, {"a": None}],
            lambda: [["a"], None],
            lambda: [np.float32(1.5), None],
            lambda: [[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]],
            lambda: [10**17, -1],
        )
    )()
    return [draw.choice(values) for _ in range(count)]


def arrays(draw: Random, at: Workplace) -> None:
    """Arrays of other types and shapes, or damaged bytes, in .npz and .mat."""
    suffix = draw.choice((".npz", ".mat"))
    path = at.empty() / f"a{suffix}"
    parts = {name: _array(draw) for name in ("train", "validdata", "test")}
    if draw.random() < 0.3:
        parts[draw.choice(list(parts))] = draw.choice(
            (
                np.array(3),
                np.array([]),
                np.array(["a"]),
                np.zeros((2, 0, 3)),
                np.zeros((2, 3, 0)),
                np.array([None]),
            )
        )
    try:
        np.savez(path, **parts) if suffix == ".npz" else scipy.io.savemat(path, parts)
    except (TypeError, ValueError):
        return
    if draw.random() < 0.4:
        path.write_bytes(damaged(draw, path.read_bytes()))
    read_or_refused(lambda: modelled(path, 0, Reading()))


def _array(draw: Random) -> Any:
    generator = np.random.default_rng(draw.randrange(2**32))
    kind = draw.choice(("bits", "bits", "reals", "reals", "nan", "object", "complex", "bool"))
    shape = draw.choice(
        ((4, 5, 3), (4, 5, 3), (4, 5, 3), (4, 5), (4, 2, 3), (1, 5, 3), (4, 5, 3, 2))
    )
    values = generator.random(shape)
    if kind == "bits":
        return (values > 0.5).astype(np.uint8)
    if kind == "nan":
        values[0] = np.nan
    if kind == "object":
        ragged = np.empty(3, dtype=object)
        ragged[:] = [generator.random((n, 3)) for n in (2, 4, 3)]
        return ragged
    return values + 1j if kind == "complex" else values > 0.5 if kind == "bool" else values * 100


MODES = ("1", "L", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "LA", "YCbCr")
"""Pillow's modes of pictures, of which a format takes some."""


def pictures(draw: Random, at: Workplace) -> None:
    """A table of pictures, some of another mode or size, or damaged; so may be the table."""
    folder = at.empty()
    names = [_picture(draw, folder, i) for i in range(12)]
    form = draw.choice(("csv", "csv", "token", "json", "parquet"))
    path = folder / f"pictures.{form}"
    path.write_bytes(_table_of_pictures(draw, folder, names, form))
    if not draw.randrange(4):
        path.write_bytes(damaged(draw, path.read_bytes()))
    x, y = draw.choice(READINGS["pictures"]) if form == "csv" else (None, None)
    images = draw.choice((*[None] * 6, str(folder), str(folder / "no"), ""))
    told = Reading(input=x, target=y, images=images, pixels=draw.choice((64, 64, 7, 4)))
    read_or_refused(lambda: modelled(path, draw.randrange(9), told))


def _picture(draw: Random, folder: Path, i: int) -> str:
    name = f"{i}{draw.choice(('.png', '.png', '.jpg', '.gif', '.bmp', '.tif', '.webp'))}"
    size = (8, 6)
    if not draw.randrange(20):
        size = draw.choice(((1, 1), (4, 4), (70, 3), (300, 200)))
    grey = Pictures.frombytes("L", size, draw.randbytes(size[0] * size[1]))
    rotated = Pictures.Exif()
    rotated[0x0112] = draw.randrange(10)
    told: dict[str, Any] = draw.choice(({}, {}, {"exif": rotated}, {"transparency": 3}))
    try:
        if draw.random() < 0.1:
            real = np.frombuffer(grey.tobytes(), np.uint8).reshape(size[::-1]) / np.float32(255)
            Pictures.fromarray(real).save(folder / name, "TIFF")
        else:
            grey.convert(draw.choice(MODES)).save(folder / name, **told)
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        grey.save(folder / name)  # the format has no such pictures
    if not draw.randrange(15):
        (folder / name).write_bytes(damaged(draw, (folder / name).read_bytes()))
    return draw.choice((name, name, name, f"./{name}", f".\\{name}"))


def _table_of_pictures(draw: Random, folder: Path, names: list[str], form: str) -> bytes:
    said = [f"{'ab'[i % 2]} {i}" for i in range(len(names))]
    rows = list(enumerate(zip(names, said, strict=True)))
    if form == "token":
        return "".join(f"{name}#{i}\t{text}\n" for i, (name, text) in rows).encode()
    if form == "json":
        images = [{"id": i, "file_name": name} for i, (name, _) in rows]
        captions: list[Any] = [{"image_id": i, "caption": text} for i, (_, text) in rows]
        if not draw.randrange(4):
            captions = odd(draw, captions)
        return json.dumps({"images": images, "annotations": captions}).encode()
    if form == "parquet":
        files = [folder / name.replace("\\", "/") for name in names]
        content = [draw.choice((file.read_bytes(), None, b"")) for file in files]
        if draw.random() < 0.8:
            content = [file.read_bytes() for file in files]
        cells: list[Any] = [{"bytes": b, "path": n} for b, n in zip(content, names, strict=True)]
        sink = io.BytesIO()
        table = pyarrow.table({"file": draw.choice((cells, content)), "caption": said})
        pyarrow.parquet.write_table(table, sink)
        return sink.getvalue()
    lines = [f"{name},{text},{'xy'[i % 2]}" for i, (name, text) in rows]
    return "\n".join(["file,caption,label", *lines]).encode()
