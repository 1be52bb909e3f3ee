"""Classes with series, as the UCR archive has them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.formats.ucr import read_ucr

NUMBERS = np.random.default_rng(0).normal(size=(40, 12)).round(3)


def rows(separator: str) -> str:
    return "".join(
        separator.join([str(i % 2 * 2 - 1), *map(str, row)]) + "\n"
        for i, row in enumerate(NUMBERS.tolist())
    )


@pytest.mark.parametrize("separator", ["\t", ",", "  "])
def test_a_line_is_a_class_and_its_series(separator: str, write: Write) -> None:
    table = read_ucr(write("a.txt", rows(separator)))
    assert table.columns["label"] == ["-1", "1"] * 20
    assert table.columns["series"] == NUMBERS.tolist()


def test_what_fills_short_series_up_is_left_out_and_a_gap_is_refused(write: Write) -> None:
    table = read_ucr(write("a.tsv", "1.0000000e+00\t0.5\tNaN\tNaN\n\n2\t1\t2\t3\n"))
    assert table.columns == {"series": [[0.5], [1.0, 2.0, 3.0]], "label": ["1", "2"]}
    assert table.lines == [1, 3]
    with pytest.raises(DataError, match=r"a\.tsv:1: 'NaN' is no number; .*fill in"):
        read_ucr(write("a.tsv", "1\t0.5\tNaN\t2\n"))
    with pytest.raises(DataError, match=r"a\.tsv:1: '1\.5' is no class; expected a whole number"):
        read_ucr(write("a.tsv", "1.5\t0.5\t2\n"))


def test_the_archives_names_are_enough_and_other_names_are_asked_about(write: Write) -> None:
    for name, told in (("Coffee_TRAIN.tsv", None), ("Coffee_TEST.txt", None), ("a.txt", "ucr")):
        data = load(write(name, rows("\t")), reading=Reading(format=told))
        assert [(c.name, c.kind) for c in data.schema.x] == [("series", "numbers")]
        assert (data.schema.y.name, data.schema.y.kind) == ("label", "label")
        assert list(data.schema.y_vocabulary or ()) == ["-1", "1"]
    with pytest.raises(DataError, match=r"--format ucr if .* --format series if .* --format lines"):
        load(write("a.txt", rows("\t")))
