"""Examples and data sets: rows stay paired, and what does not fit together is refused."""

from dataclasses import replace

import pytest
import torch

from throughtime.data import DataError, Dataset, Examples, Schema
from throughtime.data.columns import Label, Scale, Tags, Tokens, Vector
from throughtime.lengths import EndOfSequence, SameAsInput
from throughtime.outputs import Categorical
from throughtime.sequence import Sequence
from throughtime.wiring import HIDDEN_TO_HIDDEN, SEQUENCE_TO_VECTOR, VECTOR_TO_SEQUENCE

x = Sequence(torch.arange(12).view(4, 3), [3, 1, 2, 3])
labels = torch.tensor([0, 1, 1, 0])
tagged = Examples(x=x, y=Sequence(torch.ones(4, 3, dtype=torch.int64), x.lengths))
classified = Examples(x=x, y=labels)
drawn = Examples(x=torch.eye(4), y=x)


TWELVE = Tokens("word").know("abcdefghijkl")
TAGS = Tags("tag").know(["N", "V"])
LABEL = Label("kind").know(["no", "yes"])


def vector(size: int) -> Vector:
    return Vector("v").measure(Scale(torch.zeros(size).double(), torch.ones(size).double()))


def dataset(examples: Examples = tagged, schema: Schema | None = None) -> Dataset:
    """A tag for each word, or whatever else a test has."""
    splits = dict.fromkeys(("train", "valid", "test"), examples)
    return Dataset("tags", "", splits, Schema((TWELVE,), TAGS) if schema is None else schema)


@pytest.mark.parametrize("rows", [slice(1, 3), [1, 2], torch.tensor([1, 2]), x.lengths < 3])
def test_rows_stay_paired(rows: slice | list[int] | torch.Tensor) -> None:
    for examples in (tagged, classified, drawn, Examples(x=None, y=x)):
        some = examples[rows]
        assert len(some) == 2
        for part, whole in ((some.x, examples.x), (some.y, examples.y)):
            if isinstance(whole, Sequence):
                assert isinstance(part, Sequence)
                assert [r.tolist() for r in part.to_list()] == [
                    whole.to_list()[i].tolist() for i in (1, 2)
                ]
            elif whole is not None:
                assert isinstance(part, torch.Tensor)
                assert torch.equal(part, whole[1:3])
            else:
                assert part is None


def test_examples_move_together() -> None:
    moved = drawn.to(torch.float64)
    assert isinstance(moved.x, torch.Tensor)
    assert moved.x.dtype == moved.y.dtype == torch.float64
    assert Examples(x=None, y=labels).to("cpu").x is None


@pytest.mark.parametrize("y", [labels[0], x[0]])
def test_one_example_is_a_batch_of_one(y: torch.Tensor | Sequence) -> None:
    with pytest.raises(DataError, match="y has no rows to count"):
        Examples(x=None, y=y)


def test_pairs_have_as_many_x_as_y() -> None:
    with pytest.raises(DataError, match="x has 4 rows and y has 3"):
        Examples(x=x, y=labels[:3])


def test_a_good_dataset_shows_its_parts() -> None:
    assert repr(dataset()) == "Dataset('tags': train 4, valid 4, test 4)"


@pytest.mark.parametrize(
    ("examples", "schema", "message"),
    [
        (classified, Schema((TWELVE,), TAGS), "y is a value, but its column makes a sequence"),
        (tagged, Schema((TWELVE,), LABEL), "y is a sequence, but its column makes a value"),
        (tagged, Schema((Tokens("w").know("abcdefghijk"),), TAGS), "0 to 11, but its size is 11"),
        (tagged, Schema((), TAGS), "x is a sequence, but its columns make nothing"),
        (Examples(x=None, y=tagged.y), Schema((TWELVE,), TAGS), "x is nothing, but .* a sequence"),
        (drawn, Schema((TWELVE,), TWELVE), "x is a vector, but its columns make a sequence"),
        (drawn, Schema((vector(12),), TWELVE), "x has size 4, but its columns have 12"),
        (drawn, Schema((vector(3), LABEL), TWELVE), "x has size 4, but its columns have 5"),
        (
            tagged,
            Schema((TWELVE,), Tags("tag").know(["N"])),
            r"train: y\(1\) of row \S+ is 1, .* cannot produce",
        ),
        (
            Examples(x=None, y=x),
            Schema((), TWELVE, running=True),
            "running data are one long row, but y has 4",
        ),
        (tagged[:0], Schema((TWELVE,), TAGS), "train: no examples"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    examples: Examples, schema: Schema, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        dataset(examples, schema)


def test_a_missing_part_is_named() -> None:
    with pytest.raises(DataError, match="no part called valid or test; expected train, valid, te"):
        replace(dataset(), splits={"train": tagged})


def test_the_model_that_suits_follows_from_the_columns() -> None:
    tags = dataset()
    assert (tags.wiring, tags.output, tags.length) == (
        HIDDEN_TO_HIDDEN,
        Categorical(2),
        SameAsInput(),
    )
    label = dataset(classified, Schema((TWELVE,), LABEL))
    assert (label.wiring, label.output, label.length) == (SEQUENCE_TO_VECTOR, Categorical(2), None)
    text = dataset(drawn, Schema((vector(4),), TWELVE))
    assert (text.wiring, text.length) == (VECTOR_TO_SEQUENCE, EndOfSequence())


def test_a_part_in_which_lengths_differ_is_not_aligned() -> None:
    assert dataset().aligned
    other = Examples(x, Sequence(torch.ones(4, 3, dtype=torch.int64), [3, 1, 2, 2]))
    splits = dict.fromkeys(("train", "valid"), tagged) | {"test": other}
    data = Dataset("tags", "", splits, Schema((TWELVE,), TAGS))
    assert not data.aligned
    assert (data.wiring, data.length) == (VECTOR_TO_SEQUENCE, EndOfSequence())


def test_a_digest_knows_every_y_and_every_symbol_of_x() -> None:
    digest = dataset().digest
    assert digest == dataset(tagged[:]).digest
    assert isinstance(tagged.y, Sequence)
    y = tagged.y.values.clone()
    y[1, 0] = 0
    assert digest != dataset(Examples(x, Sequence(y, x.lengths))).digest
    values = x.values.clone()
    values[3, 2] = 0
    assert digest != dataset(Examples(Sequence(values, x.lengths), tagged.y)).digest
    assert digest != dataset(tagged[[1, 0, 2, 3]]).digest
    same = dict.fromkeys(("train", "valid", "test", "more"), tagged)
    assert digest != Dataset("tags", "", same, Schema((TWELVE,), TAGS)).digest
    schema = Schema((TWELVE,), LABEL)
    assert (
        dataset(classified, schema).digest
        != dataset(Examples(x, labels.flip(0) * 0), schema).digest
    )


def test_a_last_digit_of_a_vector_is_not_in_the_digest() -> None:
    """It may differ between machines; its mean is in the schema."""
    schema = Schema((vector(4),), TWELVE)
    near = Examples(torch.eye(4) + 1e-7, x)
    assert dataset(drawn, schema).digest == dataset(near, schema).digest
