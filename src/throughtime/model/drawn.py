"""What a drawing says of a model beside its wiring: cells, sizes, output and length."""

from __future__ import annotations

from throughtime.graph.graph import Graph
from throughtime.wiring.drawing import Net


def net_of(graph: Graph) -> Net:
    """The net of a model's graph, as it is drawn.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     [tt.cells.GRU(8), tt.cells.LSTM(4)], tt.wirings.HIDDEN_TO_HIDDEN,
        ...     tt.outputs.Categorical(3), input_size=5)
        >>> net = net_of(model.graph)
        >>> net.layers, net.x, net.output, net.length
        (('GRU 8', 'LSTM 4'), 'size 5', 'Categorical(symbols=3)', 'SameAsInput()')
    """
    layers = []
    for layer in graph.layers:
        cell = layer[0].cell
        many = f"{len(layer)} × " if len(layer) > 1 else ""
        layers.append(f"{many}{type(cell).__name__} {cell.hidden_size}")
    return Net(
        edges=graph.wiring.edges,
        layers=tuple(layers),
        x=_size(graph.input_size),
        vector=_size(graph.vector_size),
        output=None if graph.output is None else _named(graph.output),
        length="" if graph.length is None else _named(graph.length),
        countdown=graph.length is not None and graph.length.features > 0,
    )


def _size(size: int | None) -> str:
    return "" if size is None else f"size {size:,}"


def _named(choice: object) -> str:
    """As it prints itself, if it does so by its own code and in short: not by its address."""
    said = repr(choice)
    short = len(said) <= 40 and type(choice).__repr__ is not object.__repr__
    return said if short else type(choice).__name__
