"""Cells: the transition f of h(t) = f(h(t-1), x(t); θ), one file each."""

from throughtime.cells.cell import Cell, State
from throughtime.cells.elman import Elman
from throughtime.cells.gru import GRU
from throughtime.cells.ind_rnn import IndRNN
from throughtime.cells.layer_norm_gru import LayerNormGRU
from throughtime.cells.layer_norm_lstm import LayerNormLSTM
from throughtime.cells.lstm import LSTM
from throughtime.cells.min_gru import MinGRU
from throughtime.cells.min_lstm import MinLSTM
from throughtime.cells.peephole_lstm import PeepholeLSTM

__all__ = [
    "GRU",
    "LSTM",
    "Cell",
    "Elman",
    "IndRNN",
    "LayerNormGRU",
    "LayerNormLSTM",
    "MinGRU",
    "MinLSTM",
    "PeepholeLSTM",
    "State",
]
