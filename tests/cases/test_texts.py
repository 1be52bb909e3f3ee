"""Texts: their encodings, and formats that look like lines of text and are more."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.reading import file, kinds, pairs, read, refusal

LINES = [f"a {('dull', 'fine', 'long')[i % 3]} book of {i} pages" for i in range(60)]


def test_cp1252() -> None:
    """Curly quotes of Windows; what is advised gives the text, and no control characters."""
    lines = [f"\u201c{line}\u201d" for line in LINES]
    Path("a.txt").write_text("\n".join(lines) + "\n", encoding="cp1252")
    assert refusal("a.txt") == (
        "a.txt:1: byte 0x93 is not UTF-8; expected UTF-8 text: convert the file first, from "
        "western Windows with `iconv -f cp1252 -t utf-8`"
    )
    file("b.txt", *Path("a.txt").read_bytes().decode("cp1252").splitlines())
    assert [y for _, y in pairs(read("b.txt"))] == sorted(lines)


def test_utf16() -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        Path("a.txt").write_bytes("".join(f"{line}\n" for line in LINES).encode(encoding))
        data = read("a.txt")
        assert [y for _, y in pairs(data)] == sorted(LINES), encoding
        assert data.schema.y_vocabulary is not None
        assert "\0" not in list(data.schema.y_vocabulary)


def test_fasta() -> None:
    """A record is a sequence, over however many lines it is written; headers are none of it."""
    records = ["".join("ACDEFGHIKL"[(i * k) % 10] for k in range(1, 100 + i)) for i in range(1, 31)]
    lines = []
    for i, record in enumerate(records):
        lines += [f">sp|P{i:05}|X some protein", record[:60], record[60:]]
    data = read(file("a.fasta", *lines))
    assert kinds(data) == ("sequence:characters",)
    assert [y for _, y in pairs(data)] == sorted(records)
    assert "left out: id" in data.understood


def test_fastq() -> None:
    records = ["".join("ACGT"[(i + k * k) % 4] for k in range(20 + i)) for i in range(30)]
    lines = []
    for i, record in enumerate(records):
        lines += [f"@r{i}", record, "+", "@" * len(record)]  # @ is a quality too
    data = read(file("reads.fastq", *lines))
    assert kinds(data) == ("sequence:characters",)
    assert [y for _, y in pairs(data)] == sorted(records)
    assert "left out: id, quality" in data.understood


def test_fasttext() -> None:
    labels = [("spam", "ham")[i % 2] for i in range(60)]
    data = read(file("a.txt", *(f"__label__{y} {x}" for x, y in zip(LINES, labels, strict=True))))
    assert kinds(data) == ("text:characters", "label:label")
    assert pairs(data) == sorted(zip(LINES, labels, strict=True))
