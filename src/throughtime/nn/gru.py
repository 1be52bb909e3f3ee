"""The gated recurrent unit with torch.nn's interface."""

from torch import nn

from throughtime.nn.recurrent import Recurrent


class GRU(Recurrent, nn.GRU):
    r"""``torch.nn.GRU``, a drop-in: in every layer and direction

    .. math::
        r &= \sigma(W_{ir} x + b_{ir} + W_{hr} h' + b_{hr}) \\
        z &= \sigma(W_{iz} x + b_{iz} + W_{hz} h' + b_{hz}) \\
        n &= \tanh(W_{in} x + b_{in} + r \odot (W_{hn} h' + b_{hn})) \\
        h &= (1 - z) \odot n + z \odot h'

    where h' is h(t-1) and x is x(t) (Cho et al. 2014; see :class:`throughtime.cells.GRU`).

    What is the same as in torch.nn, and what is beyond it, :class:`throughtime.nn.RNN` says.

    Args:
        input_size, …, dtype: those of ``torch.nn.GRU``.

    Raises:
        ValueError: as ``torch.nn.GRU`` does.

    Example:
        >>> import throughtime as tt
        >>> gru = tt.nn.GRU(3, 4, bidirectional=True)
        >>> x = tt.Sequence(torch.randn(2, 5, 3), [5, 0])
        >>> output, h_n = gru(x)
        >>> output
        Sequence(batch_shape=(2,), lengths=[5, 0], event_shape=(8,), dtype=torch.float32)
        >>> h_n[:, 1].tolist()  # h_0, where there are no steps
        [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """
