"""Recognise texts of other programs that are not read, such as HTML or subtitles, by their form."""

from __future__ import annotations

import re
from pathlib import Path

from throughtime.data.errors import DataError

MARKUP = "make it plain text or a table first; or give --format lines to model the markup itself"
PAGE = "a web page (HTML), perhaps saved instead of the file itself"
AS_LINES = "or give --format lines to model the lines as they are"
ROWS = f"make it a table first, such as a .csv or .jsonl; {AS_LINES}"
SPOKEN = f"make it a text with what is said alone; {AS_LINES}"

BEGINNINGS = {
    "<?xml": f"XML; {MARKUP}",
    "<!doctype html": f"{PAGE}; {MARKUP}",
    "<html": f"{PAGE}; {MARKUP}",
    **dict.fromkeys(("<table", "<body", "<div"), f"a part of a web page (HTML); {MARKUP}"),
    "@relation": f"a file of Weka's (ARFF); {MARKUP}",
    "@problemname": f"a file of sktime's (.ts); {MARKUP}",
    "webvtt": f"subtitles (WebVTT); {SPOKEN}",
    "[script info]": f"subtitles (SubStation Alpha); {SPOKEN}",
    "window.ytd": "a part of a Twitter archive; delete what stands before the first [, and name it "
    ".json",
    "##fileformat=vcf": f"genetic variants (VCF); {ROWS}",
    "begin:vcalendar": f"a calendar (iCalendar); {ROWS}",
    "begin:vcard": f"addresses (vCard); {ROWS}",
    "##gff-version": f"genes (GFF); {ROWS}",
    "@hd\t": f"alignments (SAM); {ROWS}",
    **dict.fromkeys(
        (
            *("begin transaction;", "pragma foreign_keys"),
            *("-- mysql dump", "-- postgresql database dump"),
        ),
        f"SQL; {ROWS}",
    ),
    "@prefix ": f"statements of RDF (Turtle); {ROWS}",
    'msgid "': f"translations (gettext); {ROWS}",
    "**kern": f"music in Humdrum's **kern; write the notes of each piece on a line; {AS_LINES}",
    '[event "': f"chess games (PGN); write the moves of each on a line; {AS_LINES}",
}
"""How texts begin, in small letters, and what they are."""

COMMENTS = ("%", "#", "--")
"""What begins a comment, which may stand above the beginning."""

ENDINGS = {".yaml": f"YAML; {ROWS}", ".yml": f"YAML; {ROWS}", ".toml": f"TOML; {ROWS}"}
"""What the ending of a name says."""

CLOCK = r"\d{1,2}[:.]\d\d([:.]\d\d)?([\s\u202f]?[AaPp]\.?[Mm]\.?)?"
TAG = r"(?!s>)[A-Za-z][\w:.-]*( [^<>]*)?/?"  # <s> is how texts say where a sentence begins
RULE = r"\s*:?-{3,}:?\s*"
SQL_NAME = r"([\w.$]|`[^`]+`|\"[^\"]+\"|\[[^\]]+\])+"
FIRST_TWO_LINES = {
    r"(?s)LOCUS {7}\S+ +\d+ (bp|aa)\b.*": "a record of GenBank's; save it as FASTA",
    r"ID {3}\S+[; ].*\d (BP|AA)\.\s*\n.*": "a record of EMBL's; save it as FASTA",
    r"(?s)HEADER {4}\S.*\n(TITLE|COMPND|OBSLTE|SPLIT|CAVEAT|SOURCE|KEYWDS|REMARK|ATOM)\b.*": "a "
    f"molecule (PDB); {ROWS}",
    # in sentences the first letter alone is a capital
    rf"(?s)(INSERT INTO|insert into) {SQL_NAME}\s*(\(|(?i:VALUES|SELECT)\b).*": f"SQL; {ROWS}",
    rf"(?s)(CREATE TABLE|create table) (?i:IF NOT EXISTS )?{SQL_NAME}\s*(\(|(?i:AS)\b).*": "SQL; "
    + ROWS,
    rf"(?s)(DROP TABLE|drop table) (?i:IF EXISTS )?{SQL_NAME}[^;\n]*;.*": f"SQL; {ROWS}",
    r"(?s)\d+\n(\d+:)?\d\d:\d\d[,.]\d{3} --> .*": f"subtitles (SubRip); {SPOKEN}",
    rf"(?s).*\|.*\n\s*\|?{RULE}([|+]{RULE})*\|?\s*": f"a table in Markdown; {ROWS}",
    r"(?s)From \S.* (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d.* \d{4}"
    r"( [-+]\d{4})?\n\S+: .*": f"mails (mbox); {ROWS}",
    r"(?s)(Received|Return-Path|Delivered-To|From|Path|Message-ID|MIME-Version): .*\n"
    r"(\s+\S.*|[A-Z][\w-]*: .*)": f"a mail; {ROWS}",
    r"(?s)\+[-=]{2,}[-=+]*\+\s*\n.*": f"a table that was printed; {ROWS}",
    r"(?s)@[A-Za-z]+\{[^,\s]*,\s*\n.*": f"references (BibTeX); {ROWS}",
    r"(?s)X: *\d+\n[A-Za-z]:.*": "tunes in ABC notation; write the notes of each tune on a line; "
    + AS_LINES,
}
"""How the first two lines are written, and what that is."""

OF_LINES = {
    rf"\u200e?\[?\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}},? {CLOCK}\]?( -)? [^:]+: .*": "a chat, with "
    "the time and the name before each text (WhatsApp); make it a table with a column of names "
    f"and one of texts, and the time in a third; {AS_LINES}",
    rf"\[?{CLOCK}\]? <[^>]+> .*": "a chat, with the time and the name before each text (IRC); make "
    f"it a table with a column of names and one of texts; {AS_LINES}",
    r"[-+]?[\d.]+( \d+:[-+.\deE]+)+\s*": "vectors with the numbers of their entries (LibSVM); make "
    f"it a table with a list of numbers in each row; {AS_LINES}",
    r"[A-Z]{3,6}:[a-z]+ \S.*": "questions with their classes before them (TREC); write the class "
    f"and the question to columns of their own, with a tab between, and name it .tsv; {AS_LINES}",
    r"(.+ \+{3}\$\+{3} )+.*": "columns with +++$+++ between (Cornell's dialogs); write a tab "
    f"instead, and name it .tsv; {AS_LINES}",
    rf"\s*(</?{TAG}>\s*|<{TAG}>.*</[^<>]+>\s*)": f"XML or HTML; {MARKUP}",
    r"\s*(\(\s*)+[^\s()]+ \(.*\)\s*": "trees in brackets (as in the Penn Treebank and the "
    f"Stanford sentiments); write their words, and a label where it is meant; {AS_LINES}",
    r"[^\d\s]\S*( [-+]?\d[\d.]*([eE][-+]?\d+)?){10,}\s*": "a word and numbers in each line (as "
    f"vectors of words have); make it a table with a list of numbers in each row; {AS_LINES}",
    r"\[\d+:\d\d([.:]\d+)?\].*": f"lyrics with times (LRC); {SPOKEN}",
    r"\{\d+\}\{\d+\}.*": f"subtitles (MicroDVD); {SPOKEN}",
    r"(\d+ )?\S+\.(png|jpe?g|gif|bmp|tiff?|webp|p[gp]m)( .*)?": "names of pictures; make it a "
    "table with a first line of names (image, label) and tabs between, and name it .tsv; "
    + AS_LINES,
    r"(?!\d\d?-\d\d?-)\d+-\d+-\d{4} \S.*": "the number of an utterance before each text "
    f"(LibriSpeech); leave the numbers out, or write a tab after them and name it .tsv; {AS_LINES}",
    r"(<\S+>|_:\S+) <\S+> .+ \.\s*": f"statements of RDF (N-Triples); {ROWS}",
    r"[TREAMN#*]\d*\t\S+ [^\t]*(\t.*)?": "annotations of brat's, which name places in another "
    "text; export them as CoNLL, or make a .jsonl with the texts and their labels",
}
"""How most lines are written, and what that is."""

TAGGED = (
    "write a word and its tag on each line, and a blank line between sentences, and name it "
    f".conll; {AS_LINES}"
)
OF_WORDS = {
    rf"\S+{mark}{tag}({tag}|\$)*(-{tag}+)?|[^\w\s]+{mark}\S+": "words with their tags "
    f"(the{mark}DT); {TAGGED}"
    for mark, tag in (("/", "[A-Za-z]"), ("_", "[A-Z]"))  # small_letters may be a name
}
"""How every word of most lines is written, and what that is."""

SAMPLE, FEWEST, SHARE = 200, 5, 0.8
"""So many lines are looked at; there must be so many; and such a share of them must be alike."""

LINE_BEGINNING, WORDS_OF_BEGINNING = 1000, 20
"""So many characters and words of a line are looked at."""


def true_name(lines: list[str], ending: str) -> str | None:
    """What a text is that is not lines of text, and what to do with it; None if it may be.

    Args:
        lines: its first lines that are not blank.
        ending: that of its name.

    Example:
        >>> true_name(["1", "00:00:01,500 --> 00:00:02,000", "Hello."], ".srt")[:19]
        'subtitles (SubRip);'
    """
    if not lines:
        return None
    if name := _by_beginning(lines) or ENDINGS.get(ending):
        return name
    some = [line[:LINE_BEGINNING] for line in lines[:SAMPLE]]
    words = [line.split()[:WORDS_OF_BEGINNING] for line in some]
    for pattern, name in OF_LINES.items():
        if _most([re.fullmatch(pattern, line) is not None for line in some]):
            return name
    for pattern, name in OF_WORDS.items():
        if _most([len(w) > 1 and all(re.fullmatch(pattern, word) for word in w) for w in words]):
            return name
    return None


def check_beginning(path: Path, lines: list[str]) -> None:
    """Refuse a file that is called .csv or .json, if its beginning says that it is neither.

    Args:
        path: the file.
        lines: its first lines that are not blank; comments may stand above the two that say it.

    Raises:
        DataError: with its true name, and what to do with it.

    Example:
        >>> check_beginning(Path("a.csv"), ["begin:vcalendar"])
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.csv: a calendar (iCalendar); make it a table first, ...
    """
    if name := _by_beginning(lines):
        raise DataError(f"{path}: {name}")


def _by_beginning(lines: list[str]) -> str | None:
    """What a text is by the first two lines below its comments."""
    for i, line in enumerate(lines):
        begins = line.lstrip().lower()
        for beginning, name in BEGINNINGS.items():
            if begins.startswith(beginning):
                return name
        for pattern, name in FIRST_TWO_LINES.items():
            if re.fullmatch(pattern, "\n".join(lines[i : i + 2])):
                return name
        if not begins.startswith(COMMENTS):
            break
    return None


def _most(alike: list[bool]) -> bool:
    return sum(alike) >= max(FEWEST, SHARE * len(alike))
