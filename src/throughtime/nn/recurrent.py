"""The forward pass of torch.nn's recurrent modules: forms of input, layers and directions."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn
from torch.fx import Proxy
from torch.jit._trace import is_tracing
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive, Entering
from throughtime.context.autocast import Autocast
from throughtime.context.packed import check_packed
from throughtime.context.transforms import exporting, transforming
from throughtime.engine.library import loaded
from throughtime.engine.sweep import REALS
from throughtime.gradients.bptt import unfold
from throughtime.gradients.recursion import Recursion
from throughtime.graph.direction import reverse
from throughtime.nn.cells import cell_of, with_weights
from throughtime.nn.checks import check_dimensions, check_input, check_state, parts_of
from throughtime.nn.leaf import leaf_call
from throughtime.nn.twins import twin
from throughtime.sequence import Sequence


class Recurrent(nn.RNNBase):
    r"""What the three modules share; it stands before torch.nn's class among their parents.

    Parameters, their first values, state_dict, repr and pickling are torch.nn's, because they are
    inherited. The forward pass is the library's: with layer 0's h for x,

    .. math::
        h_l^{(t)} = f(h_l^{(t-1)}, W_{ih} h_{l-1}^{(t)}; W_{hh}, b), \qquad
        \bar h_l^{(t)} = f(\bar h_l^{(t+1)}, \bar W_{ih} h_{l-1}^{(t)}; \bar W_{hh}, \bar b)

    and in both directions, a layer gives (h, h̄) to the one above.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # in a tuple: its parameters are this module's, and not further ones
        self._cell = (cell_of(self.mode, self.hidden_size),)
        self._pair = len(self._cell[0].state_sizes) == 2
        """Whether the state is (h, c) and not h alone."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "qconfig" and value is None:  # quantize_dynamic gives it to what it leaves
            warnings.warn(
                f"torch.ao.quantization goes by exact types and leaves a tt.nn.{self._get_name()} "
                "in float; to quantize it, give tt.nn.as_torch(model)",
                stacklevel=2,
            )
        super().__setattr__(name, value)

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The outputs h(1) … h(τ) in the form of the input, and the state at the end, h_n.

        Args:
            input: ``(T, B, input_size)``, or ``(B, T, input_size)`` if ``batch_first``; one
                sequence ``(T, input_size)``; a ``PackedSequence``; or a
                :class:`~throughtime.Sequence` of any batch shape, always ``(*batch, T,
                input_size)``.
            hx: h_0 ``(layers · directions, B, hidden_size)``, without B for one sequence and with
                ``*batch`` in its place for a :class:`~throughtime.Sequence`; of an LSTM ``(h_0,
                c_0)``. Zero if left out. Where a row has no steps, its h_n is its h_0.

        Raises:
            ValueError: if the input has neither 2 nor 3 dimensions, or another dtype than the
                weights.
            RuntimeError: if the input has another size than ``input_size``, or h_0 another shape
                or dtype than it should have. Both are the exceptions of torch.nn.
        """
        if isinstance(input, Proxy):
            return leaf_call(self, input, hx)
        if isinstance(input, Sequence):
            return self._sequence(input, hx)
        packed = isinstance(input, PackedSequence)
        if packed and exporting():
            raise ValueError(
                f"{self._get_name()}: a PackedSequence cannot be exported, since how many rows it "
                "has is a value and no shape; give a tt.Sequence, or a padded tensor"
            )
        if self._is_for_torch(input.data if packed else input):
            if packed:
                # torch's LSTM does not look (pytorch issue 195803), and its kernel reads past the
                # end of too small an h_0
                self._initial_state(input.data, [int(input.batch_sizes[0])], hx)
            return super().forward(input, hx)
        return self._packed(input, hx) if packed else self._padded(input, hx)

    def __prepare_scriptable__(self) -> nn.Module:
        """What ``torch.jit.script`` scripts in its place, and leaves there."""
        made = twin(self)
        warnings.warn(
            f"torch.jit.script puts a torch.nn.{self._get_name()} in place of this tt.nn's, also "
            "in the module that holds it; to keep that as it is, script tt.nn.as_torch(module)",
            stacklevel=2,
        )
        return made

    def _is_for_torch(self, values: Any) -> bool:
        """Whether torch.nn's own forward pass runs: the engine cannot, or the module is exported,
        and must run where this library is not installed. torch's operator has its T fixed there."""
        if self.proj_size or is_tracing():
            return True
        if exporting():
            return isinstance(values.shape[self.batch_first and values.dim() == 3], int)
        if transforming():
            return False
        weight = self.all_weights[0][1]
        return (
            weight.device.type != "cpu"
            or weight.dtype not in REALS
            or loaded() is None
            or not isinstance(values, Tensor)  # which torch refuses
        )

    # ---- the forms of input --------------------------------------------------------------------

    def _padded(self, x: Tensor, hx: Any) -> tuple[Tensor, Any]:
        check_dimensions(self, x, self._parts_of(hx))
        turned = self.batch_first and x.dim() == 3
        x = x.transpose(0, 1) if turned else x
        h, state = self._run(x, self._initial_state(x, x.shape[1:-1], hx))
        return h.transpose(0, 1) if turned else h, self._hidden(state)

    def _packed(self, packed: PackedSequence, hx: Any) -> tuple[PackedSequence, Any]:
        check_packed(packed)
        data, batch_sizes, order, back = packed
        if data.dim() != 2:
            raise RuntimeError(
                f"{self._get_name()}: the packed data has shape {tuple(data.shape)}; expected 2 "
                "dimensions, (all steps, input_size)"
            )
        state = self._initial_state(data, [int(batch_sizes[0])], hx)
        # in the order in which it is packed, from the longest row to the shortest
        x, lengths = pad_packed_sequence(PackedSequence(data, batch_sizes))
        alive = (torch.arange(x.shape[0], device="cpu")[:, None] < lengths).to(x.device)
        h, state = self._run(x, _permuted(state, order), alive)
        outputs = pack_padded_sequence(h, lengths).data
        return (
            PackedSequence(outputs, batch_sizes, order, back),
            self._hidden(_permuted(state, back)),
        )

    def _sequence(self, x: Sequence, hx: Any) -> tuple[Sequence, Any]:
        if self.proj_size:
            raise ValueError(
                f"proj_size={self.proj_size} is left to torch's kernels, which do not take a "
                "tt.Sequence; give x.to_packed(), or a proj_size of 0 and a Linear after the module"
            )
        if len(x.event_shape) != 1:
            raise ValueError(
                f"{self._get_name()}: the input has event shape {tuple(x.event_shape)}; expected "
                f"vectors, ({self.input_size},)"
            )
        batch = x.lengths.dim()
        values = x.values.movedim(batch, 0)
        state = self._initial_state(values, x.batch_shape, hx)
        h, state = self._run(values, state, x.mask.movedim(batch, 0))
        return Sequence(h.movedim(0, batch), x.lengths), self._hidden(state)

    # ---- states --------------------------------------------------------------------------------

    def _initial_state(self, x: Shaped[Tensor, "... size"], rows: Iterable[int], hx: Any) -> State:
        """The state of every layer and direction before the first step, ``(_, *rows, H)``."""
        like = self.all_weights[0][1]
        narrowed = Autocast.now(x).enabled  # autocast's dtypes are not the user's choice
        check_input(self, x, like, narrowed=narrowed)
        layers = self.num_layers * (2 if self.bidirectional else 1)
        sizes = [self.proj_size or self.hidden_size, *[self.hidden_size] * self._pair]
        shapes = [(layers, *rows, size) for size in sizes]
        state = self._parts_of(hx)
        if state is None:
            return tuple(like.new_zeros(shape) for shape in shapes)
        check_state(self, state, shapes, like.dtype, narrowed=narrowed)
        return tuple(part.to(like.dtype) for part in state)

    def _parts_of(self, hx: Any) -> State | None:
        return None if hx is None else parts_of(self, hx, 1 + self._pair)

    def _hidden(self, state: State) -> Any:
        """A state as torch.nn returns it: of an LSTM (h_n, c_n), else h_n."""
        return state if self._pair else state[0]

    # ---- layers and directions -----------------------------------------------------------------

    def _run(
        self,
        x: Float[Tensor, "T ... size"],
        state: State,
        alive: Bool[Tensor, "T ..."] | None = None,
    ) -> tuple[Float[Tensor, "T ... outputs"], State]:
        """The highest layer's h(1) … h(T), and the state of each row at its own end."""
        steps, *rows, size = x.shape
        h = x.reshape(steps, math.prod(rows), size)
        state = tuple(part.reshape(len(part), *h.shape[1:-1], part.shape[-1]) for part in state)
        alive = None if alive is None else alive.reshape(h.shape[:-1])
        directions = 2 if self.bidirectional else 1
        weights, ends = self.all_weights, []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                h = _dropped(h, self.dropout, alive)
            outputs = []
            for i in range(layer * directions, (layer + 1) * directions):
                weight_ih, *others = weights[i]
                cell = with_weights(self._cell[0], *others)
                first = tuple(part[i] for part in state)
                towards = _backward if i % directions else _forward
                output, end = towards(cell, weight_ih, h, first, alive)
                outputs.append(output)
                ends.append(end)
            h = torch.cat(outputs, -1) if self.bidirectional else output
        return h.reshape(steps, *rows, h.shape[-1]), tuple(
            torch.stack(parts).reshape(len(ends), *rows, self.hidden_size)
            for parts in zip(*ends, strict=True)
        )


def _forward(
    cell: Cell, weight_ih: Tensor, x: Tensor, first: State, alive: Tensor | None
) -> tuple[Tensor, State]:
    """h(1) … h(T) of one layer in one direction, and its state after the last of them."""
    return unfold(Recursion(cell, Drive(x.shape[0], (Entering(x, weight_ih),)), first, alive))


def _backward(
    cell: Cell, weight_ih: Tensor, x: Tensor, first: State, alive: Tensor | None
) -> tuple[Tensor, State]:
    """The same from each row's own end to its beginning."""
    h, end = _forward(cell, weight_ih, reverse(x, alive), first, alive)
    return reverse(h, alive), end


def _dropped(h: Tensor, share: float, alive: Tensor | None) -> Tensor:
    """Dropout of the values alone, in time's order, for which padding does not exist; so from the
    same seed the same are dropped as in torch.nn."""
    if alive is None:
        return F.dropout(h, share)
    return torch.zeros_like(h).index_put((alive,), F.dropout(h[alive], share))


def _permuted(state: State, order: Tensor | None) -> State:
    return state if order is None else tuple(part.index_select(1, order) for part in state)
