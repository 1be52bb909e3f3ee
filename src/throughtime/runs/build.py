"""Build a model from a configuration and a schema."""

from __future__ import annotations

import torch

from throughtime.cells import Cell
from throughtime.data.schema import Schema
from throughtime.graph.graph import Graph
from throughtime.model import EncoderDecoder, RecurrentModel
from throughtime.model.picture_encoder import PictureEncoder
from throughtime.runs import choices
from throughtime.runs.config import Config
from throughtime.runs.errors import ConfigError
from throughtime.runs.own import own
from throughtime.wiring import SEQUENCE_TO_VECTOR, Edge

Model = RecurrentModel | EncoderDecoder

BOTH_WAYS = SEQUENCE_TO_VECTOR | Edge.BACKWARD
"""The wiring of an encoder of sequences: both directions of time. With the forward direction alone,
it learns less in the same number of updates (see docs/defaults.md)."""


def build(config: Config, schema: Schema) -> Model:
    """The model of a configuration.

    If the wiring takes a vector but x is a picture or a sequence, an encoder maps x to the vector;
    it reads a sequence in both directions of time.

    Raises:
        ValueError: if the choices contradict each other, the model is too large, or torch's
            default dtype is not float32, of which all runs are.
    """
    if torch.get_default_dtype() is not torch.float32:
        raise ValueError(
            f"torch's default dtype is {torch.get_default_dtype()}, and runs are of float32; call "
            "torch.set_default_dtype(torch.float32) before"
        )
    try:
        return _build(config, schema)
    except RuntimeError as error:  # torch's allocator has no more specific error
        raise ValueError(
            f"a model of {config.layers} × {config.hidden_size} units cannot be made ({error}); "
            "choose a smaller hidden_size"
        ) from None


def in_precision(model: Model, precision: str) -> Model:
    """The model with parameters of float64, if that is the precision; else of float32."""
    return model.double() if precision == "float64" else model


def set_dropout(model: Model, share: float) -> None:
    """Set the dropout of a model: this share of symbols and of h(t) is dropped in training."""
    for module in model.modules():
        if isinstance(module, Graph):
            module.dropout = share


def _build(config: Config, schema: Schema) -> Model:
    if Edge.VECTOR not in choices.wiring(config.wiring):
        return _decoder(config, schema, None)
    size = config.hidden_size
    if schema.static is not None:
        return _decoder(config, schema, schema.static.size)
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
    """The part of the model that gives y, with ``vector`` as the size of the vector x."""
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
    name, size = config.cell, config.hidden_size
    known = choices.CELLS.get(name)
    return [known(size) if known else own_cell(name, size) for _ in range(config.layers)]


def own_cell(text: str, hidden_size: int) -> Cell:
    """The cell of ``module:Class`` with this size, its first argument.

    Raises:
        ConfigError: as :func:`own` does, or if the cell has another size.

    Example:
        >>> own_cell("throughtime.cells:Elman(nonlinearity='relu')", 4).kernel
        'elman_relu'
    """
    made = own(text, "cell", Cell, "tt.cells.Cell", hidden_size)
    if made.hidden_size != hidden_size:
        raise ConfigError(
            f"cell {text!r}: has hidden_size {made.hidden_size}; expected its first argument, "
            f"{hidden_size}"
        )
    return made
