"""Cells: the transition f of h(t) = f(h(t-1), x(t); θ), one file each."""

from throughtime.cells.cell import Cell, State
from throughtime.cells.elman import Elman
from throughtime.cells.gru import GRU
from throughtime.cells.lstm import LSTM

__all__ = ["GRU", "LSTM", "Cell", "Elman", "State"]
