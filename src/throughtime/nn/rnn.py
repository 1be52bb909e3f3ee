"""Elman's recurrence with torch.nn's interface."""

from torch import nn

from throughtime.nn.recurrent import Recurrent


class RNN(Recurrent, nn.RNN):
    r"""``torch.nn.RNN``, a drop-in: in every layer and direction

    .. math:: h^{(t)} = \tanh(W_{ih} x^{(t)} + b_{ih} + W_{hh} h^{(t-1)} + b_{hh})

    or with relu for tanh (Elman 1990). Arguments, parameters and their first values, state_dict,
    shapes and results are those of ``torch.nn.RNN``; from the same seed the same is dropped.

    Float32 and float64 on the CPU are run by the engine in C. What it has not (other devices and
    dtypes, ``torch.jit.trace``) is run by torch's kernels, with the same results. ``torch.export``
    gets torch's own operator, or, where T is left open or a Sequence enters, one ``scan`` over
    time; ``docs/exports.md`` has what else can be recorded. As before torch.nn's own classes,
    ``torch.compile`` ends a graph before one of these, unless it is told
    ``torch._dynamo.config.allow_rnn = True``; then the engine is a part of the graph, but of packed
    input: how many rows it has is no shape but a value. Beyond torch:

    - A :class:`~throughtime.Sequence` is taken, and gives one. Its rows may have no steps; such a
      row's h_n is its h_0. ``batch_first`` is not asked: a Sequence always is.
    - T = 0 gives no outputs, and h_0 for h_n.
    - ``torch.func``'s ``vmap``, and so per-sample gradients, work.
    - A packed input and its h_0 are checked as a padded one's are.
    - Under autocast the products with the input are narrow; the recursion, and what is returned,
      keep the dtype of the weights.

    Where torch goes by the exact type of a module: ``torch.jit.script`` scripts torch.nn's own with
    the same parameters, and leaves it in the module that holds ours, with a warning, so that this
    takes no Sequence any more; ``torch.fx`` records one node; ``torch.ao.quantization`` leaves ours
    in float, with a warning. Give them ``tt.nn.as_torch(model)``, and the model stays as it is.

    As torch.nn's LSTM on the CPU, and unlike its RNN and GRU, all three refuse to be differentiated
    after their output was changed in place (``h.relu_()``). Counters of operations, such as
    ``FlopCounterMode``, do not see the engine's.

    Args:
        input_size: size of x(t).
        hidden_size: H, the size of h(t).
        num_layers: how many layers, each with the h of the one below for x.
        nonlinearity: ``"tanh"`` or ``"relu"``.
        bias: whether there are b_ih and b_hh.
        batch_first: whether a padded batch is ``(B, T, input_size)``, not ``(T, B, input_size)``.
        dropout: share of h that is dropped between layers in training.
        bidirectional: whether each layer also reads from the end to the beginning.
        device, dtype: of the parameters.

    Raises:
        ValueError: as ``torch.nn.RNN`` does, for sizes below one, a dropout outside of [0, 1] or
            another nonlinearity.

    Example:
        >>> import throughtime as tt
        >>> rnn = tt.nn.RNN(3, 4)
        >>> rnn.load_state_dict(nn.RNN(3, 4).state_dict())
        <All keys matched successfully>
        >>> output, h_n = rnn(torch.randn(5, 2, 3))
        >>> output.shape, h_n.shape
        (torch.Size([5, 2, 4]), torch.Size([1, 2, 4]))
    """
