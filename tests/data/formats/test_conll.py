"""CoNLL-style files: sentences of tokens in columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from throughtime.data import DataError, Reading, load
from throughtime.data.formats.conll import is_conll, read_conll
from throughtime.data.registry import _format
from throughtime.lengths import SameAsInput
from throughtime.sequence import Sequence
from throughtime.wiring import HIDDEN_TO_HIDDEN

TOKEN = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4)
SENTENCE = st.lists(st.tuples(TOKEN, TOKEN), min_size=1, max_size=4)


@quick
@given(sentences=st.lists(SENTENCE, min_size=1, max_size=4), blanks=st.integers(1, 3))
def test_what_is_written_is_read(
    sentences: list[list[tuple[str, str]]], blanks: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for separator in ("\t", " "):
        text = ("\n" * (blanks + 1)).join(
            "\n".join(separator.join(row) for row in rows) for rows in sentences
        )
        path = tmp_path_factory.mktemp("c") / "a.conll"
        path.write_text(text)
        table = read_conll(path)
        assert table.columns == {
            "1": [[a for a, _ in rows] for rows in sentences],
            "2": [[b for _, b in rows] for rows in sentences],
        }


def test_universal_columns_have_names_and_words_made_of_others_are_left_out(write: Write) -> None:
    rest = "_\t_\t_\t_\t_\t_"
    rows = ("1-2\tdon't\t_\t_", "1\tdo\tdo\tAUX", "2\tn't\tnot\tPART")
    text = "# text = don't\n" + "".join(f"{row}\t{rest}\n" for row in rows)
    table = read_conll(write("a.conllu", text))
    assert table.columns["form"] == [["do", "n't"]]
    assert table.columns["upos"] == [["AUX", "PART"]]
    assert table.lines == [3]


def test_a_ragged_line_is_named(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.conll:3: 3 columns; expected 2"):
        read_conll(write("a.conll", "a B\nc D\ne F G\n"))


def test_a_tsv_with_blank_lines_is_one(write: Write) -> None:
    assert is_conll(write("a.tsv", "a\tB\n\nc\tD\n"))
    assert not is_conll(write("b.tsv", "a\tB\nc\tD\n\n"))
    assert _format(write("c.iob", "a B\n"), Reading()) == "conll"


def test_tags_follow_words_and_files_of_their_own_are_the_parts(write: Write) -> None:
    words = "\n\n".join(f"w{i} N\nthe D" for i in range(20))
    path, dev = write("a.conll", words), write("dev.conll", "new N\nthe D\n")
    data = load(path, reading=Reading(input="1", target="2", test=str(dev)))
    assert data.wiring == HIDDEN_TO_HIDDEN
    assert data.length == SameAsInput()
    assert len(data.splits["test"]) == 1
    assert len(data.splits["train"]) + len(data.splits["valid"]) == 20
    assert "symbols are unknown" in data.description
    assert data.schema.y_vocabulary is not None
    assert list(data.schema.y_vocabulary) == ["D", "N"]


def test_a_tag_that_only_the_test_has_is_encoded_as_no_symbol(write: Write) -> None:
    path = write("a.conll", "\n\n".join(f"w{i} N\nthe D" for i in range(20)))
    dev = write("dev.conll", "the D\n\nnew X\n")
    data = load(path, reading=Reading(input="1", target="2", test=str(dev)))
    y = data.splits["test"].y
    assert isinstance(y, Sequence)
    assert [data.schema.y.decode(row) for row in y.to_list()] == [["D"], ["X"]]
    assert data.schema.y.state() == {"symbols": ["D", "N"]}
    assert "in test, 1 label is not in training ('X')" in data.description


def test_an_ending_that_says_nothing_is_decided_by_the_lines(write: Write) -> None:
    sentences = "\n".join(f"w{i} A\nv{i} B\n" for i in range(12))
    assert load(write("eng.train", sentences)).wiring == HIDDEN_TO_HIDDEN
    with pytest.raises(DataError, match=r"eng.txt: every line has as many columns, .* conll"):
        load(write("eng.txt", sentences))
    with pytest.raises(DataError, match=r"eng.testa:11: 3 columns; expected 2, as most"):
        load(write("eng.testa", sentences.replace("v3 B", "v3 B C")))
    assert load(write("eng.testb", sentences.replace("\n\n", "\n"))).schema.x == ()


def sentences(*lines: str, times: int = 3) -> str:
    return "\n".join("".join(f"{line}\n" for line in lines) for _ in range(times))


def test_comments_are_left_out_though_they_have_as_many_columns(write: Write) -> None:
    text = sentences("# s12", "Orin B-PER", "visits O")
    assert read_conll(write("a.conll", text)).columns == {
        "1": [["Orin", "visits"]] * 3,
        "2": [["B-PER", "O"]] * 3,
    }
    text = sentences("# sent s12", "Orin NN B-PER", "visits NN O")
    assert read_conll(write("a.conll", text)).columns["1"] == [["Orin", "visits"]] * 3
    text = sentences("# newdoc", "Orin\tB-PER", "visits\tO")
    assert read_conll(write("a.conll", text)).lines == [2, 6, 10]


def test_a_token_may_begin_with_the_sign_of_a_comment(write: Write) -> None:
    for first in ("#sunny B-TAG", "# O", "#1 O"):
        table = read_conll(write("a.conll", sentences(first, "day O", "# O", "k0 O")))
        token, tag = first.split()
        assert table.columns["1"] == [[token, "day", "#", "k0"]] * 3
        assert table.columns["2"] == [[tag, "O", "O", "O"]] * 3


def test_ten_columns_need_not_be_the_universal_ones(write: Write) -> None:
    rest = "NN\t-\t-\t-\t-"
    text = sentences(f"doc\t0\t0\tOrin\t{rest}\tB-PER", f"doc\t0\t1\tvisits\t{rest}\tO")
    table = read_conll(write("a.conll", text))
    assert list(table.columns) == [str(i + 1) for i in range(10)]
    assert table.columns["4"] == [["Orin", "visits"]] * 3
    assert table.columns["10"] == [["B-PER", "O"]] * 3
    with pytest.raises(DataError, match=r"a\.conllu:1: the id 'doc'; expected a number, as in 8"):
        read_conll(write("a.conllu", text))


def test_empty_nodes_and_spaces_inside_a_column(write: Write) -> None:
    rest = "_\t" * 7 + "_"
    text = f"0.1\tnothing\t{rest}\n1\tNew  York\t{rest}\n"
    assert read_conll(write("a.conllu", text)).columns["form"] == [["New  York"]]


def test_the_line_that_differs_from_most_is_named_though_it_is_the_first(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.conll:1: 3 columns; expected 2, as most lines have"):
        read_conll(write("a.conll", "e F G\na B\nc D\n"))


def test_names_above_the_tokens_are_no_token(write: Write) -> None:
    text = sentences("Orin B-PER", "visits O")
    with pytest.raises(DataError, match=r"a.conll:1: the names of columns \(Token, NER_Tag\)"):
        read_conll(write("a.conll", "Token NER_Tag\n" + text))
    tagged = read_conll(write("a.conll", "word tag\nhere tag\n" + text))
    assert tagged.columns["1"][0][:2] == ["word", "here"]
    assert read_conll(write("a.conll", "word O\n" + text)).columns["1"][0][0] == "word"


def test_a_line_of_white_space_is_blank(write: Write) -> None:
    table = read_conll(write("a.conll", "a\tX\nb\tY\n \t\nc\tX\n"))
    assert table.columns == {"1": [["a", "b"], ["c"]], "2": [["X", "Y"], ["X"]]}


def test_columns_that_semicolons_divide_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.conll: a column in each line, with ';' in it"):
        read_conll(write("a.conll", sentences("Orin;B-PER", "visits;O")))
