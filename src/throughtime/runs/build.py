"""From a configuration and a schema to a model."""

from __future__ import annotations

from throughtime.cells import Cell
from throughtime.data.schema import Schema
from throughtime.graph.graph import Graph
from throughtime.model import EncoderDecoder, RecurrentModel
from throughtime.model.picture_encoder import PictureEncoder
from throughtime.runs import choices
from throughtime.runs.config import Config
from throughtime.wiring import SEQUENCE_TO_VECTOR, Edge

Model = RecurrentModel | EncoderDecoder

BOTH_WAYS = SEQUENCE_TO_VECTOR | Edge.BACKWARD
"""How an encoder reads a sequence. Forward alone it learns less from as many updates (see
docs/defaults.md)."""


def build(config: Config, schema: Schema) -> Model:
    """The model of a configuration.

    Where a vector enters and x is a picture or a sequence, an encoder makes the vector; a sequence
    it reads in both directions of time.

    Raises:
        ValueError: if the choices contradict each other; the reason is the model's own.
    """
    try:
        return _build(config, schema)
    except RuntimeError as error:  # torch's allocator has no error of its own
        raise ValueError(
            f"a model of {config.layers} × {config.hidden_size} units cannot be made ({error}); "
            "choose a smaller hidden_size"
        ) from None


def set_dropout(model: Model, share: float) -> None:
    """Drop this share of symbols and of h(t) in training."""
    for module in model.modules():
        if isinstance(module, Graph):
            module.dropout = share


def _build(config: Config, schema: Schema) -> Model:
    if Edge.VECTOR not in choices.wiring(config.wiring):
        return _decoder(config, schema, None)
    size = config.hidden_size
    if schema.picture_shape is not None:
        pictures = PictureEncoder(schema.picture_shape, size)
        return EncoderDecoder(pictures, _decoder(config, schema, size))
    if not schema.x_is_sequence:
        return _decoder(config, schema, schema.x_size)
    encoder = RecurrentModel(
        _cells(config),
        BOTH_WAYS,
        None,
        input_size=schema.x_size,
        dropout=config.dropout,
        gradient=choices.gradient(config.gradient),
    )
    return EncoderDecoder(encoder, _decoder(config, schema, encoder.graph.hidden_size))


def _decoder(config: Config, schema: Schema, vector: int | None) -> RecurrentModel:
    """The part that gives y, given a vector of a size."""
    wiring = choices.wiring(config.wiring)
    return RecurrentModel(
        _cells(config),
        wiring,
        choices.output(config.output, schema.output.value_size),
        None if config.length is None else choices.length(config.length, longest=0),
        input_size=schema.x_size if Edge.INPUT in wiring else None,
        vector_size=vector,
        dropout=config.dropout,
        initial_state=config.initial_state,
        gradient=choices.gradient(config.gradient),
    )


def _cells(config: Config) -> list[Cell]:
    return [choices.CELLS[config.cell](config.hidden_size) for _ in range(config.layers)]
