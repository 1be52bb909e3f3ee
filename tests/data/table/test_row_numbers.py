"""Ids and row numbers are no values."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, load


def test_ids_in_any_order_are_no_values_of_a_series(write: Write) -> None:
    rows = "".join(f"{7 * i % 60},{20 + i % 17}.5\n" for i in range(60))
    data = load(write("a.csv", "id,v\n" + rows))
    assert data.schema.y.name == "v"
    assert "; left out: id (" in data.description
    again = "".join(f"{i % 7},{20 + i % 17}.5\n" for i in range(60))
    with pytest.raises(DataError, match=r"b.csv:9: column 'id' begins again at 0; .* --target v,"):
        load(write("b.csv", "id,v\n" + again))
