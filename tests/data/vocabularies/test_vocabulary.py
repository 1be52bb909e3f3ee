"""Vocabularies: symbols and numbers correspond, and what is unknown is said to be."""

import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from throughtime.data import UNKNOWN, DataError, UnknownSymbol, Vocabulary

names = st.text(st.characters(categories=("L", "N", "P")), min_size=1)


@given(st.lists(st.text(), min_size=1))
def test_characters_survive_the_way_there_and_back(texts: list[str]) -> None:
    vocabulary = Vocabulary.build(texts)
    for text in texts:
        assert vocabulary.decode(vocabulary.encode(text)) == text


@given(st.lists(names, min_size=1))
def test_longer_names_survive_the_way_there_and_back(text: list[str]) -> None:
    vocabulary = Vocabulary.build([text, ["NAME"]])
    numbers = vocabulary.encode(text)
    assert [vocabulary.symbols[i] for i in numbers.tolist()] == text
    assert vocabulary.decode(numbers) == " ".join(text)
    assert torch.equal(vocabulary.encode(vocabulary.decode(numbers)), numbers)


@given(st.lists(st.text()), st.booleans())
def test_a_vocabulary_is_its_list_of_symbols(texts: list[str], unknown: bool) -> None:
    vocabulary = Vocabulary.build(texts, unknown=unknown)
    again = Vocabulary(json.loads(json.dumps(list(vocabulary))))
    assert again == vocabulary
    assert again.unknown == vocabulary.unknown
    assert hash(again) == hash(vocabulary)


def test_the_order_of_the_texts_does_not_matter() -> None:
    assert Vocabulary.build(["zebra", "ant"]) == Vocabulary.build(["ant", "zebra"])
    assert Vocabulary.build(["ab"]) != Vocabulary.build(["abc"])


def test_an_unknown_symbol_is_named_with_its_position() -> None:
    with pytest.raises(UnknownSymbol, match=r"'é' \(U\+00E9\) at position 2 .* one of the 3") as e:
        Vocabulary("abc").encode("abéa")
    assert (e.value.symbol, e.value.position) == ("é", 2)


def test_unknown_symbols_share_the_place_kept_for_them() -> None:
    vocabulary = Vocabulary.build(["abc"], unknown=True)
    assert vocabulary.unknown == 3
    assert vocabulary.encode("axby").tolist() == [0, 3, 1, 3]
    assert vocabulary.decode(vocabulary.encode("axb")) == f"a{UNKNOWN}b"


def test_an_empty_text_is_a_text() -> None:
    for symbols in (["a"], ["NAME"], []):
        vocabulary = Vocabulary(symbols)
        assert vocabulary.encode("").tolist() == []
        assert vocabulary.encode("").dtype == torch.int64
        assert vocabulary.decode(vocabulary.encode("")) == ""


@pytest.mark.parametrize("number", [-1, 3])
def test_a_number_outside_the_vocabulary_is_refused(number: int) -> None:
    with pytest.raises(DataError, match=rf"{number} at position 1 is not a symbol.*0 to 2"):
        Vocabulary("abc").decode(torch.tensor([0, number]))


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        (["a", "b", "a"], "'a' stands twice"),
        (["NAME", "A B"], "'A B' is empty or has white space"),
        (["NAME", ""], "'' is empty"),
        (["NAME", " "], "' ' is empty or has white space"),
    ],
)
def test_impossible_vocabularies_are_refused(symbols: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Vocabulary(symbols)
