"""Several labels in each row, or what only looks so."""

from __future__ import annotations

import json

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load


def test_class_numbers_with_commas_are_asked_about(write: Write) -> None:
    """As GoEmotions has them; as numbers, 14,27 would be fourteen and a quarter."""
    rows = "".join(f"a text no {i}\t{['27', '14,27', '4', '4,14'][i % 4]}\n" for i in range(60))
    path = write("a.tsv", "text\ty\n" + rows)
    said = r"a.tsv: column 'y' has '14,27', which may be several labels or a number with a decimal"
    with pytest.raises(DataError, match=said):
        load(path)
    several = load(path, reading=Reading(input="text", target="y:features"))
    assert list(several.schema.y.vocabulary or ()) == ["14", "27", "4"]
    assert load(path, reading=Reading(input="text", target="y:number")).schema.y.kind == "number"
    decimal = rows.replace("4,14", "4,0")
    assert load(write("b.tsv", "text\ty\n" + decimal)).schema.y.kind == "number"


@pytest.mark.parametrize("form", ["[%d %d]", "[%d, %d]", "(%d, %d)", "{%d,%d}"])
def test_lists_of_class_numbers_are_labels(form: str, write: Write) -> None:
    rows = "".join(f'a text no {i},"{form % (i % 2, 2 + i % 3)}"\n' for i in range(60))
    data = load(write("a.csv", "text,y\n" + rows))
    assert data.schema.y.kind == "features"
    assert list(data.schema.y.vocabulary or ()) == ["0", "1", "2", "3", "4"]


def test_a_list_of_one_text_is_no_label(write: Write) -> None:
    """As SQuAD has answers."""
    rows = [{"question": f"what is {i}?", "answer": [f"the {i}"]} for i in range(60)]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError, match=r"a.jsonl:1: column 'answer' has a list with one text in"):
        load(path)
    labels = [{"question": row["question"], "answer": ["pq"[i % 2]]} for i, row in enumerate(rows)]
    path = write("b.jsonl", "\n".join(map(json.dumps, labels)))
    assert load(path).schema.y.kind == "features"


def test_numbers_with_a_space_between_thousands_are_no_labels(write: Write) -> None:
    rows = "".join(f"a text no {i};{['950', f'1 {i + 100}', '12 000'][i % 3]}\n" for i in range(99))
    data = load(write("a.csv", "text;prix\n" + rows))
    assert data.schema.y.kind == "number"
    assert "prix: spaces or ' between thousands" in data.description
