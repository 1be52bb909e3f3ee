"""Texts of other programs have their true names, and other texts have none."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.files.foreign import true_name
from throughtime.data.formats.guess import format_of

SAID = ["good day", "what a film", "it: is / was late", "no_one came"]


def repeated(line: str) -> str:
    return "".join(line.format(i=i, said=SAID[i % 4]) + "\n" for i in range(10, 40))


OTHERS = {
    "a.srt": (repeated("{i}\n00:00:{i},000 --> 00:01:00,000\n{said}\n"), "subtitles (SubRip); "),
    "a.vtt": ("WEBVTT\n\n" + repeated("00:{i}.000 --> 00:{i}.900\n{said}\n"), "subtitles (WebVTT)"),
    "chat.txt": (repeated("{i}/02/2023, 10:{i} - Ada: {said}"), "a chat, with the time"),
    "ios.txt": (repeated("[{i}.02.23, 10:{i}:11] Ada: {said}"), "a chat, with the time"),
    "us.txt": (repeated("1/{i}/23, 9:{i} PM - Ada Lovelace: {said}"), "a chat, with the time"),
    "a.libsvm": (repeated("+1 1:{i} 7:0.5"), "vectors with the numbers of their entries"),
    "a.ann": (repeated("T{i}\tPerson 0 {i}\tAda"), "annotations of brat's"),
    "brown.txt": (repeated("a/DT film/NN ./. {i}/CD"), "words with their tags (the/DT)"),
    "ptb.txt": (repeated("a_DT film_NN ._. {i}_CD"), "words with their tags (the_DT)"),
    "tweets.js": ("window.YTD.tweets.part0 = [\n{}\n]\n", "a part of a Twitter archive; delete"),
    "a.vcf": ("##fileformat=VCFv4.2\n#CHROM\n", "genetic variants (VCF)"),
    "a.mbox": (repeated("From a@b Thu Jan  1 00:00:00 2020\nSubject: {said}\n"), "mails (mbox)"),
    "a.yaml": (repeated("- text: {said}\n  label: a"), "YAML"),
    "a.pgn": ('[Event "x"]\n1. e4 e5\n', "chess games (PGN)"),
    "a.md": ("| a | b |\n|---|:---:|\n| x | y |\n", "a table in Markdown"),
    "train.label": (repeated("DESC:def what is {said} ?"), "questions with their classes before"),
    "movies.txt": (repeated("L{i} +++$+++ u0 +++$+++ {said}"), "columns with +++$+++ between"),
    "a.ics": ("BEGIN:VCALENDAR\n", "a calendar"),
    "a.arff": ("% made by hand\n%\n@RELATION a\n", "a file of Weka's (ARFF)"),
    "A_TRAIN.ts": ("#by hand\n@problemName a\n", "a file of sktime's (.ts)"),
    "b.pgn": ('% made by hand\n[Event "x"]\n', "chess games (PGN)"),
    "dump.sql": ("--\n-- PostgreSQL database dump\n--\n" + repeated("SET {i} = 0;\n"), "SQL"),
    "lite.sql": ("BEGIN TRANSACTION;\n" + repeated("INSERT INTO t VALUES({i});"), "SQL"),
    "a.html": ('<table border="1">\n<tr>\n', "a part of a web page (HTML)"),
    "a.xml": ("<data>\n" + repeated("  <text n='{i}'>{said}</text>"), "XML or HTML"),
    "b.xml": (repeated("<row>\n<text/>\n</row>"), "XML or HTML"),
    "sst.txt": (repeated("(3 (2 {i}) (4 (2 a) (2 film)))"), "trees in brackets"),
    "ptb.mrg": (repeated("( (S (NP (NNP {i})) (VP (VBZ is))) )"), "trees in brackets"),
    "small.pos": (repeated("a/at film/nn-tl ./. {i}/cd"), "words with their tags (the/DT)"),
    "glove.txt": (repeated("film{i}" + " 0.25 -1e-3" * 5), "a word and numbers in each line"),
    "a.lrc": (repeated("[00:{i}.50]{said}"), "lyrics with times (LRC)"),
    "a.sub": (repeated("{{{i}}}{{90}}{said}"), "subtitles (MicroDVD)"),
    "a.ass": ("[Script Info]\n", "subtitles (SubStation Alpha)"),
    "1-2.trans.txt": (repeated("84-121-00{i} {said}"), "the number of an utterance"),
    "a.nt": (repeated('<http://a/{i}> <http://b> "{said}" .'), "statements of RDF (N-Triples)"),
    "a.ttl": ("@prefix a: <http://a> .\n", "statements of RDF (Turtle)"),
    "a.eml": ("Received: from a\n by b\nFrom: c\n", "a mail"),
    "news": ("From: a@b (A)\nSubject: c\n\n" + repeated("{said}"), "a mail"),
    "a.po": ('# German\nmsgid "a"\nmsgstr "b"\n', "translations (gettext)"),
    "a.bib": (repeated("@article{{a{i},\n  title = {{b}},\n}}\n"), "references (BibTeX)"),
    "psql.txt": ("+----+---+\n| a | b |\n", "a table that was printed"),
    "a.abc": ("%abc-2.1\nX: 1\nT:a\nK:C\nCDE|\n", "tunes in ABC notation"),
    "labels.txt": (repeated("{i}.jpg {said}"), "names of pictures; make it a table"),
    "a.krn": ("**kern\t**kern\n" + repeated("4c\t4e"), "music in Humdrum's **kern"),
    "a.embl": ("ID   X5; SV 1; linear; mRNA; 9 BP.\nXX\n", "a record of EMBL's; save it as FASTA"),
    "uniprot.txt": ("ID   A_B    Reviewed;  105 AA.\nAC   P6;\n", "a record of EMBL's"),
    "a.gb": ("LOCUS       AB12    5028 bp    DNA\nDEFINITION  a\n", "a record of GenBank's"),
    "a.pdb": ("HEADER    HYDROLASE   10-JAN-00\nTITLE     A\n", "a molecule (PDB)"),
    "a.sql": ("create table if not exists `a b` (\n  id int\n);\n", "SQL"),
    "b.sql": ('DROP TABLE IF EXISTS "a";\nCREATE TABLE "a"\n(id int);\n', "SQL"),
    "c.sql": ("INSERT INTO a (b, c)\nVALUES (1, 2);\n", "SQL"),
    "a.toml": ("[a]\nb = 1\n", "TOML"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_lines_has_its_true_name(name: str, write: Write) -> None:
    text, expected = OTHERS[name]
    path = write(name, text)
    with pytest.raises(DataError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}: {expected}")


@pytest.mark.parametrize(
    "text",
    [
        repeated("{said}"),
        repeated("12/02/2023 was a day: {said}"),
        repeated("and/or {said}"),
        repeated("A_B {said}"),
        repeated("http://a.b/C {said}"),
        repeated("{i} 1:2 {said}"),
        repeated("From there {said}"),
        "From the start of 2020 to 2021\nTo: everyone\n" + repeated("{said}"),
        "Insert into the oven (hot)\n" + repeated("{said}"),
        "Create table manners (again)\n" + repeated("{said}"),
        "Drop table two; keep the chairs\n" + repeated("{said}"),
        "Locus  of control is a term\n" + repeated("{said}"),
        "id   | text | label\n" + repeated("{said}"),
        "id      value\n" + repeated("{said}"),
        "header     ,v\n" + repeated("{said}"),
        repeated("2024-01-{i} a day"),
        repeated("2024-01-{i} 10:00:00 ERROR {said}"),
        repeated("{i}-01-2024 a day"),
        repeated("(he says) {said} (and leaves)"),
        repeated("<s> {said} </s>"),
        repeated("{i} > 5 and <5"),
        repeated("film 1 2 3 {i}"),
        "./A " * 200_000 + "x\n" + repeated("{said}"),
    ],
)
def test_other_texts_are_lines(text: str, write: Write) -> None:
    assert format_of(write("a.txt", text), Reading()) == "lines"


def test_words_and_tags_in_a_text_are_asked_about(write: Write) -> None:
    path = write("train.txt", "-DOCSTART- -X- O\n\n" + "the DT O\ncat NN B-X\n\n" * 20)
    said = r"train.txt: every line has as many columns, .* give --format conll for sentences"
    with pytest.raises(DataError, match=said):
        load(path)
    assert format_of(path, Reading(input="1", target="2")) == "conll"
    assert format_of(path, Reading(symbols="words")) == "lines"


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.json", "a.jsonl"])
def test_a_table_that_is_none_has_its_true_name(name: str, write: Write) -> None:
    page = "<!DOCTYPE html>\n<html>\n" + repeated("<p>{i}</p>")
    with pytest.raises(DataError, match=rf"{name}: a web page \(HTML\), perhaps saved instead of"):
        load(write(name, page))
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    with pytest.raises(DataError, match=rf"{name}: a Git LFS pointer.*`git lfs pull`$"):
        load(write(name, pointer))


def test_a_table_in_markdown_is_refused_whatever_its_name(write: Write) -> None:
    table = "| text | label |\n|------|-------|\n" + repeated("| {said} | {i} |")
    with pytest.raises(DataError, match=r"a\.csv: a table in Markdown; make it a table first"):
        load(write("a.csv", table))
    with pytest.raises(DataError, match=r"a\.md: a table in Markdown; make it a table first"):
        load(write("a.md", table), reading=Reading(format="table"))


def test_most_of_five_lines_or_more_are_alike() -> None:
    chat, other = "12/02/2023, 10:11 - Ada: hello", "a good day"
    for chats, others, known in ((4, 0, False), (5, 0, True), (7, 3, False), (8, 2, True)):
        lines = [other] * others + [chat] * chats
        assert (true_name(lines, ".txt") is not None) is known
