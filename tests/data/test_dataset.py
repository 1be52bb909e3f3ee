"""Examples and data sets: rows stay paired, and what does not fit together is refused."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from throughtime import wiring
from throughtime.data import DataError, Dataset, Examples, Vocabulary
from throughtime.lengths import EndOfSequence, SameAsInput
from throughtime.outputs import Categorical
from throughtime.sequence import Sequence

x = Sequence(torch.arange(12).view(4, 3), [3, 1, 2, 3])
labels = torch.tensor([0, 1, 1, 0])
tagged = Examples(x=x, y=Sequence(torch.ones(4, 3, dtype=torch.int64), x.lengths))
classified = Examples(x=x, y=labels)
drawn = Examples(x=torch.eye(4), y=x)


def dataset(examples: Examples = tagged, **changes: Any) -> Dataset:
    """Labels for symbols, with whatever changes a test makes."""
    good = Dataset(
        name="tags",
        description="",
        splits=dict.fromkeys(("train", "valid", "test"), tagged),
        wiring=wiring.HIDDEN_TO_HIDDEN,
        output=Categorical(2),
        length=SameAsInput(),
        x_size=12,
    )
    return replace(good, splits=dict.fromkeys(("train", "valid", "test"), examples), **changes)


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
    ("examples", "changes", "message"),
    [
        (tagged, {"length": None}, "the length is None"),
        (classified, {"wiring": wiring.SEQUENCE_TO_VECTOR}, "the length is SameAsInput"),
        (classified, {}, "test|train: y is a Tensor"),
        (tagged, {"wiring": wiring.SEQUENCE_TO_VECTOR, "length": None}, "y is a Sequence"),
        (tagged, {"x_size": 11}, "x has the symbols 0 to 11, but x_size is 11"),
        (tagged, {"x_size": None}, "x_size is None"),
        (Examples(x=None, y=tagged.y), {}, "x is a NoneType, but .* expects a Sequence"),
        (drawn, {}, "x is a Tensor, but .* expects a Sequence"),
        (
            drawn,
            {"wiring": wiring.VECTOR_TO_SEQUENCE, "length": EndOfSequence()},
            "x has size 4, but x_size is 12",
        ),
        (tagged, {"output": Categorical(1)}, r"train: y\(1\) of row \S+ is 1, .* cannot produce"),
        (tagged, {"x_vocabulary": Vocabulary("ab")}, "vocabulary of x has 2 symbols, .* 12"),
        (tagged, {"y_vocabulary": Vocabulary("abc")}, "vocabulary of y has 3 symbols, .* 2"),
        (tagged, {"running": True}, "running data are one long row, but y has 4"),
        (tagged, {"picture_shape": (2, 5)}, "2 × 5 does not fill x of size 12"),
        (tagged[:0], {}, "train: no examples"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    examples: Examples, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        dataset(examples, **changes)


def test_a_missing_part_is_named() -> None:
    with pytest.raises(DataError, match="no part called valid or test; expected train, valid, te"):
        replace(dataset(), splits={"train": tagged})


def test_a_length_that_contradicts_the_wiring_is_refused() -> None:
    with pytest.raises(ValueError, match="the input decides it"):
        dataset(length=EndOfSequence())
