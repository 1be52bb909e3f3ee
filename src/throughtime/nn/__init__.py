"""Drop-in modules: torch.nn's ``RNN``, ``GRU`` and ``LSTM``, run by this library's engine.

``import throughtime as tt`` and ``tt.nn.LSTM`` in place of ``torch.nn.LSTM``: the same arguments,
parameters, state_dict and results. ``Streaming`` takes them one step at a time.
"""

from throughtime.nn.gru import GRU
from throughtime.nn.lstm import LSTM
from throughtime.nn.rnn import RNN
from throughtime.nn.streaming import Streaming

__all__ = ["GRU", "LSTM", "RNN", "Streaming"]
