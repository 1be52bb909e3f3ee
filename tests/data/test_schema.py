"""Schemas: what x and y are decides the model, and survives a file; what cannot be is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

import throughtime as tt
from throughtime.data import DataError, Reading, Schema, load
from throughtime.data.columns import (
    Bits,
    Characters,
    Column,
    Features,
    Image,
    Label,
    Numbers,
    Scale,
    Tags,
    Tokens,
    Vector,
    Words,
)
from throughtime.data.formats.tables import read_table
from throughtime.data.pairs.encoding import x_of, y_of
from throughtime.data.schema import Y_ALONE
from throughtime.sequence import Sequence

UNIT = Scale(torch.zeros(2).double(), torch.ones(2).double())

TEXT = Characters("text").know("abc")
TOKENS = Tokens("tokens").know(["a", "b"])
TAGS = Tags("tags").know(["B", "I", "O"])
LABEL = Label("label").know(["no", "yes"])
VECTOR = Vector("vector").measure(UNIT)
NUMBERS = Numbers("numbers").measure(UNIT)
PICTURE = Image("picture").know((5, 4))
BITS = Bits("bits")
BITS.size = 3


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [f"{'abc'[i % 3]},{i / 7},{'no' if i % 2 else 'nono'}" for i in range(40)]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["kind,size,text", *rows]) + "\n")
    return path


READING = Reading(input="kind:label,size", target="text:characters")


@pytest.mark.parametrize(
    ("x", "y", "aligned", "wiring", "output", "length"),
    [
        ((TEXT,), LABEL, False, "sequence-to-vector", "categorical", None),
        ((TEXT,), VECTOR, False, "sequence-to-vector", "normal", None),
        ((TEXT,), TAGS, True, "hidden-to-hidden", "categorical", "same-as-input"),
        ((TEXT,), TAGS, False, "vector-to-sequence", "categorical", "end-of-sequence"),
        ((NUMBERS,), NUMBERS, True, "hidden-to-hidden", "normal", "same-as-input"),
        ((NUMBERS,), NUMBERS, False, "vector-to-sequence", "normal", "unending"),
        ((LABEL, VECTOR), TEXT, False, "vector-to-sequence", "categorical", "end-of-sequence"),
        ((PICTURE,), TEXT, False, "vector-to-sequence", "categorical", "end-of-sequence"),
        ((), TEXT, False, "unconditional", "categorical", "end-of-sequence"),
        ((), BITS, False, "unconditional", "bernoulli", "unending"),
    ],
)
def test_the_model_that_suits(
    x: tuple[Column, ...],
    y: Column,
    aligned: bool,
    wiring: str,
    output: str,
    length: str | None,
) -> None:
    from throughtime.runs import choices

    schema = Schema(x, y)
    assert choices.wiring_text(schema.wiring(aligned)) == wiring
    assert choices.output_text(schema.output) == output
    assert schema.output.value_size == y.size
    found = schema.length(aligned)
    assert (None if found is None else choices.length_text(found)) == length


def test_a_long_row_has_no_end() -> None:
    schema = Schema((), TEXT, running=True)
    assert schema.length(False) == tt.lengths.Unending()
    assert schema.wiring(False) == Y_ALONE


def test_sizes() -> None:
    several, text, alone = Schema((LABEL, VECTOR), TEXT), Schema((TEXT,), LABEL), Schema((), TEXT)
    assert [s.x_size for s in (several, text, alone)] == [4, 3, None]
    assert [s.x_is_sequence for s in (several, text, alone)] == [False, True, False]
    assert text.x_vocabulary is TEXT.vocabulary
    assert several.x_vocabulary is None
    assert (several.y_vocabulary, text.y_vocabulary) == (TEXT.vocabulary, LABEL.vocabulary)
    picture = Schema((PICTURE,), TEXT)
    assert (picture.picture_shape, picture.x_size) == ((1, 5, 4), 20)
    assert [s.picture_shape for s in (several, text, alone)] == [None, None, None]


@pytest.mark.parametrize(
    ("x", "y", "running", "reason"),
    [
        ((TEXT, LABEL), TEXT, False, "x is one sequence, one picture, or labels and numbers to"),
        ((LABEL, PICTURE), TEXT, False, "got label as label, picture as image"),
        ((LABEL,), LABEL, False, "neither x nor y is a sequence"),
        ((), LABEL, False, "neither x nor y is a sequence"),
        ((TEXT,), PICTURE, False, "y is a picture"),
        ((VECTOR,), Features("what").know(["a"]), False, "neither x nor y is a sequence"),
        ((TEXT,), TEXT, True, "a long row without an end is a sequence y that has no x"),
    ],
)
def test_columns_that_make_no_x_and_y(
    x: tuple[Column, ...], y: Column, running: bool, reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        Schema(x, y, running)


def test_a_restored_schema_knows_its_columns(table: Path) -> None:
    data = load(table, 0, READING)
    schema = Schema.restored(json.loads(json.dumps(data.schema.saved())))
    assert schema.saved() == data.schema.saved()
    assert schema.alike(data.schema)
    assert [(c.name, c.kind) for c in (*schema.x, schema.y)] == [
        ("kind", "label"),
        ("size", "number"),
        ("text", "characters"),
    ]
    # the rows as training has read them, by columns that only the file has told of
    rows = read_table(table)
    x, y = x_of(rows, schema.x), y_of(rows, schema.y)
    assert isinstance(x, torch.Tensor)
    assert isinstance(y, Sequence)
    whole = {tuple(row) for part in data.splits.values() for row in part.x.tolist()}
    assert {tuple(row) for row in x.tolist()} == whole
    assert [schema.y.decode(v) for v in y.to_list()] == rows.column("text")


def test_schemas_that_differ_are_not_alike(table: Path) -> None:
    schema = Schema((LABEL, VECTOR), TEXT)
    assert schema.alike(Schema((LABEL, VECTOR), Characters("text").know("abc")))
    for other in (
        Schema((LABEL,), TEXT),
        Schema((VECTOR, LABEL), TEXT),
        Schema((LABEL, VECTOR), Characters("text").know("abd")),
        Schema((LABEL, VECTOR), Characters("other").know("abc")),
        Schema((LABEL, VECTOR), Words("text").know(["a", "b", "c"])),
    ):
        assert not schema.alike(other)
    assert not Schema((), TEXT).alike(Schema((), TEXT, running=True))
    before = load(table, 0, READING).schema
    table.write_text(table.read_text().replace(f",{1 / 7},", ",70,"))
    assert not before.alike(load(table, 0, READING).schema)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"x": None}, "x is not a list of columns"),
        ({"x": {}}, "x is not a list of columns"),
        ({"x": [None]}, "a column is an empty value; expected an object"),
        ({"y": None}, "a column is an empty value; expected an object"),
        ({"y": {}}, "name is an empty value"),
        ({"running": None}, "running is neither true nor false"),
        ({"running": True}, "a long row without an end is a sequence y that has no x"),
        ({"y": {"kind": "label", "name": "n", "symbols": ["a"]}}, "neither x nor y is a sequence"),
        ({"a\nb": 1}, "not a schema; expected an object with x, y, running and static"),
    ],
)
def test_damaged_schemas_are_refused_in_one_line(
    change: dict[str, Any], reason: str, table: Path
) -> None:
    said = load(table, 0, READING).schema.saved() | change
    with pytest.raises(DataError, match=reason) as caught:
        Schema.restored(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("said", [None, [], "schema", {}, {"x": [], "y": {}}])
def test_what_is_no_schema_is_refused(said: object) -> None:
    with pytest.raises(
        DataError, match="not a schema; expected an object with x, y, running and static"
    ):
        Schema.restored(said)


def test_a_column_is_an_input_once(table: Path) -> None:
    with pytest.raises(DataError, match="'kind' stands twice in --input"):
        load(table, 0, Reading(input="kind,kind", target="text"))
