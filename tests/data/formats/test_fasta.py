"""FASTA and FASTQ."""

from __future__ import annotations

import gzip

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, load
from throughtime.data.formats.fasta import has_records, read_fasta

PROTEINS = ">sp|P0|X_0 a protein\nMKV\nLAA*\n\n>second\nGG\n"
READS = "@r0 lane 1\nACGT\n+\nII@I\n@r1\nAC\nGT\n+r1\n@@\n>I\n"


def test_a_record_is_a_row_and_its_lines_are_one_sequence(write: Write) -> None:
    table = read_fasta(write("a.fasta", PROTEINS))
    assert table.columns == {
        "id": ["sp|P0|X_0 a protein", "second"],
        "sequence": ["MKVLAA*", "GG"],
    }
    assert table.lines == [1, 5]


def test_a_line_with_a_semicolon_is_a_comment_in_fasta(write: Write) -> None:
    table = read_fasta(write("a.fasta", ";made by hand\n>a\n;a note\nAC\n;\nGT\n"))
    assert table.columns == {"id": ["a"], "sequence": ["ACGT"]}
    assert read_fasta(write("a.fq", "@a\nACGT\n+\n;;;;\n")).columns["quality"] == [";;;;"]


def test_qualities_may_look_like_the_beginnings_of_records(write: Write) -> None:
    table = read_fasta(write("a.fq", READS))
    assert table.columns == {
        "id": ["r0 lane 1", "r1"],
        "sequence": ["ACGT", "ACGT"],
        "quality": ["II@I", "@@>I"],
    }
    assert table.lines == [1, 5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ACGT\n>a\nAC\n", r":1: 'ACGT'; expected a record that begins with >"),
        (">a\nAC\n>b\n>c\nA\n", r":3: no sequence below 'b'"),
        (">a\nAC\n>b\n", r":3: no sequence below 'b'"),
        (">a\nAC\nA1C\n", r":3: '1' in a sequence; expected letters"),
        (">a\nAC GT\n", r":2: ' ' in a sequence"),
        ("@a\nACGT\n+\nIII\n", r":1: 4 letters with 3 qualities"),
        ("@a\nACGT\n+\nIIIII\n", r":1: 4 letters with 5 qualities"),
        ("@a\nACGT\n", r":1: 4 letters with 0 qualities"),
        ("@a\nAC\n+\nII\nb\nAC\n", r":5: 'b'; expected a record's @"),
    ],
)
def test_what_is_malformed_is_refused_with_its_line(text: str, expected: str, write: Write) -> None:
    with pytest.raises(DataError, match=r"a\.fa" + expected):
        read_fasta(write("a.fa", text))


def test_the_model_is_of_the_sequences_alone(write: Write) -> None:
    records = [f">id {i}\n{'ACGT' * 9}{'ACGT'[i % 4] * (i + 1)}\nAC\n" for i in range(20)]
    for name in ("a.fna", "a.txt", "genes", "a.fa.gz"):
        raw = "".join(records).encode()
        data = load(write(name, gzip.compress(raw) if name.endswith("gz") else raw))
        assert data.schema.x == ()
        assert (data.schema.y.name, data.schema.y.kind) == ("sequence", "characters")
        assert [len(data.splits[p]) for p in ("train", "valid", "test")] == [16, 2, 2]
        assert data.schema.y_vocabulary is not None
        assert set(data.schema.y_vocabulary) == {*"ACGT", "\ufffd"}  # no > and no id


def test_quoted_replies_are_no_fasta() -> None:
    assert has_records([">chr1", "acgtn", "ACGT"])
    assert not has_records([">I said", "No", ">you did"])
    assert not has_records(["> quoted", "ACGT"])
    assert not has_records(["@bob", "ok", "+1", "no"])
    assert has_records(["@r", "ok", "+r", "no"])
