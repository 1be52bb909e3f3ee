"""A table of numbers is a series in time; a running text is one long row."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
import torch

from data_files import Write
from throughtime.data import DataError, Dataset, Reading, load
from throughtime.data.files import arrays
from throughtime.lengths import Unending
from throughtime.outputs import Bernoulli, Normal
from throughtime.sequence import Sequence

SINE = [math.sin(i / 5) * 3 + 7 for i in range(100)]


def values_of(data: Dataset, part: str) -> torch.Tensor:
    y = data.splits[part].y
    assert isinstance(y, Sequence)
    return y.values[0]


def test_the_future_is_held_out(write: Write) -> None:
    data = load(
        write("a.csv", "year,x\n" + "".join(f"{1900 + i},{x}\n" for i, x in enumerate(SINE)))
    )
    assert data.output == Normal(1)
    assert data.length == Unending()
    assert data.running
    assert [len(values_of(data, p)) for p in ("train", "valid", "test")] == [80, 10, 10]
    whole = torch.cat([values_of(data, p) for p in ("train", "valid", "test")])[:, 0]
    train = torch.tensor(SINE[:80], dtype=torch.float64)
    expected = (torch.tensor(SINE, dtype=torch.float64) - train.mean()) / train.std(correction=0)
    torch.testing.assert_close(whole.double(), expected, rtol=1e-6, atol=1e-6)
    assert data.description.startswith("x of ")


def test_several_columns_are_a_vector(write: Write) -> None:
    path = write("a.csv", "a,b,c\n" + "".join(f"{x},{-x},{x * x}\n" for x in SINE))
    assert load(path).output == Normal(3)
    assert load(path, reading=Reading(target="a,c")).output == Normal(2)
    assert load(path, reading=Reading(target="b")).output == Normal(1)


@pytest.mark.parametrize("missing", ["", "nan", "NA", "inf"])
def test_a_missing_number_is_named_with_its_line(write: Write, missing: str) -> None:
    rows = [f"{x}" for x in SINE]
    rows[40] = missing or '""'
    with pytest.raises(DataError, match=r"a.csv:42: column 'x' has .*; expected a finite number"):
        load(write("a.csv", "x\n" + "\n".join(rows) + "\n"))


def test_what_does_not_go_with_a_series_is_refused(write: Write) -> None:
    path = write("a.csv", "x\n" + "\n".join(map(str, SINE)) + "\n")
    with pytest.raises(DataError, match="--valid: a series is cut by time"):
        load(path, reading=Reading(valid="b.csv"))
    with pytest.raises(DataError, match="3 values; expected at least"):
        load(write("b.csv", "x\n1\n2\n3\n"))
    with pytest.raises(DataError, match="no column has numbers alone"):
        load(write("c.csv", "x\na\nb\n"), reading=Reading(format="series"))


def test_running_text_is_cut_once_and_never_mixed(write: Write) -> None:
    text = "".join(random.Random(0).choices("ab\n", k=2_000))
    data = load(write("a.txt", text), reading=Reading(format="running"))
    assert data.running
    assert data.y_vocabulary is not None
    parts = [data.y_vocabulary.decode(values_of(data, p)) for p in ("train", "valid", "test")]
    assert "".join(parts) == text
    assert list(map(len, parts)) == [1600, 200, 200]
    with pytest.raises(DataError, match="4 characters; expected at least"):
        load(write("b.txt", "abcd"), reading=Reading(format="running"))


def test_arrays_have_their_parts_by_name(write: Write) -> None:
    draw = np.random.default_rng(0)
    path = write("a.npz", b"")
    rolls = {
        part: np.array([(draw.random((5, 3)) > 0.5).astype(np.uint8) for _ in range(n)])
        for part, n in (("train", 4), ("validdata", 2), ("test", 2))
    }
    np.savez(path, **rolls)
    data = load(path)
    assert data.output == Bernoulli(3)
    assert [len(data.splits[p]) for p in ("train", "valid", "test")] == [4, 2, 2]
    y = data.splits["train"].y
    assert isinstance(y, Sequence)
    assert torch.equal(y.values, torch.tensor(rolls["train"]).float())
    np.savez(
        path, train=rolls["train"] + draw.random((5, 3)), valid=rolls["test"], test=rolls["test"]
    )
    assert load(path).output == Normal(3)
    np.savez(path, train=rolls["train"])
    with pytest.raises(DataError, match="no array called valid or test; got train"):
        load(path)
    np.savez(path, train=rolls["train"], valid=np.array([]), test=rolls["test"])
    with pytest.raises(DataError, match="no sequences in the array for valid"):
        load(path)
    np.savez(path, train=np.array(3))
    with pytest.raises(DataError, match="no array called train or valid or test; got train"):
        load(path)


@pytest.mark.parametrize(
    ("program", "reason"),
    [("import os; os.kill(os.getpid(), 11)", "damaged"), ("1 / 0", "ZeroDivisionError")],
)
def test_a_reader_that_crashes_takes_nothing_with_it(
    write: Write, program: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "MATLAB", program)
    with pytest.raises(DataError, match=f"a.mat: not a file of arrays .{reason}"):
        load(write("a.mat", b"any"))


@pytest.mark.parametrize(("row", "huge"), [(3, "1e200"), (95, "1e60")])
def test_numbers_that_no_float_holds_are_refused(write: Write, row: int, huge: str) -> None:
    rows = [f"{x}" for x in SINE]
    rows[row] = huge
    with pytest.raises(DataError, match=r"a.csv: .*(too large for a mean|too far from training)"):
        load(write("a.csv", "x\n" + "\n".join(rows) + "\n"))
