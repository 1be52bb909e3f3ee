"""Long short-term memory with torch.nn's interface."""

from torch import nn

from throughtime.nn.recurrent import Recurrent


class LSTM(Recurrent, nn.LSTM):
    r"""``torch.nn.LSTM``, a drop-in: in every layer and direction

    .. math::
        (a_i, a_f, a_g, a_o) &= W_{ih} x + b_{ih} + W_{hh} h' + b_{hh} \\
        i, f, o &= \sigma(a_i), \sigma(a_f), \sigma(a_o) \qquad g = \tanh(a_g) \\
        c &= f \odot c' + i \odot g \\
        h &= o \odot \tanh(c)

    where h', c' are the state at t-1 and x is x(t) (Hochreiter & Schmidhuber 1997; Gers et al.
    2000).

    What is the same as in torch.nn, and what is beyond it, :class:`throughtime.nn.RNN` says. The
    engine has no projections: with a ``proj_size`` torch's kernels run, and take no
    :class:`~throughtime.Sequence`.

    Args:
        input_size, …, dtype: those of ``torch.nn.LSTM``.

    Raises:
        ValueError: as ``torch.nn.LSTM`` does.

    Example:
        >>> import throughtime as tt
        >>> lstm = tt.nn.LSTM(3, 4)
        >>> packed = nn.utils.rnn.pack_sequence([torch.randn(5, 3), torch.randn(2, 3)])
        >>> output, (h_n, c_n) = lstm(packed)
        >>> output.batch_sizes, h_n.shape
        (tensor([2, 2, 1, 1, 1]), torch.Size([1, 2, 4]))
    """
