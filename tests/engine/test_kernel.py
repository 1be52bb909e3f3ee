"""The engine's cells are the library's, and in the order of its header."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import throughtime as tt
from throughtime.cells import Cell
from throughtime.engine import library
from throughtime.engine.kernel import KERNELS

H = 3
CELLS: list[Cell] = [
    tt.cells.Elman(H),
    tt.cells.Elman(H, "relu"),
    tt.cells.GRU(H),
    tt.cells.LSTM(H),
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.kernel)
def test_an_entry_says_what_the_cell_says(cell: Cell) -> None:
    kernel = KERNELS[cell.kernel or ""]
    assert kernel.name == cell.kernel
    assert kernel.gates * H == cell.drive_size
    assert kernel.parameters == tuple(name for name, _ in cell.named_parameters())
    assert len(kernel.state) == len(cell.state_sizes)


def test_every_entry_is_a_cells() -> None:
    assert [cell.kernel for cell in CELLS] == list(KERNELS)


def test_numbers_are_those_of_the_header() -> None:
    header = (Path(library.__file__).parent / "generate.h").read_text()
    (names,) = re.findall(r"enum \{ (ELMAN.*), CELLS \};", header)
    numbers = {kernel.name.upper(): kernel.number for kernel in KERNELS.values()}
    assert numbers == {name: i for i, name in enumerate(names.split(", "))}
