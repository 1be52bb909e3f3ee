"""Drop-in modules: torch.nn's ``RNN``, ``GRU`` and ``LSTM``, run by this library's engine.

``import throughtime as tt`` and ``tt.nn.LSTM`` in place of ``torch.nn.LSTM``: the same arguments,
parameters, state_dict and results. ``Streaming`` takes them one step at a time, and ``as_torch``
puts torch.nn's own in their place.
"""

from throughtime.nn.gru import GRU
from throughtime.nn.lstm import LSTM
from throughtime.nn.rnn import RNN
from throughtime.nn.streaming import Streaming
from throughtime.nn.twins import as_torch

__all__ = ["GRU", "LSTM", "RNN", "Streaming", "as_torch"]
