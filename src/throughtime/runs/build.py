"""From a configuration and a signature to a model."""

from __future__ import annotations

import math

import torch

from throughtime.cells import Cell
from throughtime.data import Dataset
from throughtime.data.batching import count_batches
from throughtime.lengths import SameAsInput
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.picture_encoder import PictureEncoder
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.runs import choices, defaults
from throughtime.runs.config import Config
from throughtime.runs.signature import Signature
from throughtime.sequence import Sequence
from throughtime.wiring import SEQUENCE_TO_VECTOR, Edge, Wiring

UPDATES = 3_000
"""About how many updates training takes, where the configuration does not say."""


BOTH_WAYS = SEQUENCE_TO_VECTOR | Edge.BACKWARD
"""How an encoder reads a sequence. Forward alone it learns less from as many updates (see
docs/defaults.md)."""

LARGE = 512
"""From this size of h(t) on, one step is work for more than one thread."""


def resolve(config: Config, data: Dataset) -> Config:
    """The configuration with all that was left out filled in: what suits the data.

    Raises:
        ValueError: if the choices do not fit the data or each other.
    """
    wiring = data.wiring if config.wiring is None else choices.wiring(config.wiring)
    _check(wiring, Signature.of(data), data.name)
    if Edge.INPUT in wiring and not wiring.emits_last:
        _check_lengths(data)
    y = data.splits["train"].y
    if config.output is not None:
        chosen = choices.output(config.output, data.output.value_size)
        if chosen.event_shape != data.output.event_shape:
            raise ValueError(
                f"the output {config.output!r} gives values of shape {tuple(chosen.event_shape)}, "
                f"but those of {data.name} have shape {tuple(data.output.event_shape)}; use "
                f"{choices.output_text(data.output)}"
            )
    few = y.steps // 1_000 if data.running and isinstance(y, Sequence) else len(y) // 20
    rows = config.batch_size or min(max(few, 1), 32)
    if data.running and isinstance(y, Sequence) and rows > y.steps:
        raise ValueError(
            f"batch_size is {rows}, but {data.name} has {y.steps:,} steps to train on, too few for "
            "so many streams"
        )
    if config.steps is not None and not data.running:
        raise ValueError(f"steps are for running text, which is read in chunks; {data.name} is not")
    steps = (config.steps or 100) if data.running else None
    resolved = config.but(
        wiring=choices.wiring_text(wiring),
        output=config.output or choices.output_text(data.output),
        length=_length(config.length, wiring, data),
        batch_size=rows,
        steps=steps,
        threads=config.threads or (1 if config.hidden_size < LARGE else torch.get_num_threads()),
    )
    updates = updates_per_epoch(resolved, data)
    dropout = config.dropout
    if dropout is None:
        dropout = defaults.dropout(build(resolved.but(dropout=0.0), Signature.of(data)), data)
    return resolved.but(
        epochs=config.epochs or min(max(math.ceil(UPDATES / updates), 10), 200),
        learning_rate=config.learning_rate or defaults.learning_rate(config.cell, data),
        dropout=dropout,
    )


def updates_per_epoch(config: Config, data: Dataset) -> int:
    """How many batches the training data are."""
    y, rows = data.splits["train"].y, config.batch_size
    assert rows is not None
    if config.steps is not None:
        assert isinstance(y, Sequence)
        return math.ceil(math.ceil(y.steps / rows) / config.steps)
    return count_batches(data.splits["train"], rows, config.batch_symbols)


def build(config: Config, signature: Signature) -> RecurrentModel | EncoderDecoder:
    """The model of a resolved configuration.

    Where a vector enters and x is a picture or a sequence, an encoder makes the vector; a sequence
    it reads in both directions of time.

    Raises:
        ValueError: if the choices contradict each other; the reason is the model's own.
    """
    try:
        return _build(config, signature)
    except RuntimeError as error:  # torch's allocator has no error of its own
        raise ValueError(
            f"a model of {config.layers} × {config.hidden_size} units cannot be made ({error}); "
            "choose a smaller hidden_size"
        ) from None


def _build(config: Config, signature: Signature) -> RecurrentModel | EncoderDecoder:
    assert config.wiring is not None
    if Edge.VECTOR not in choices.wiring(config.wiring):
        return _sequences(config, signature, None)
    size = config.hidden_size
    if signature.picture_shape is not None:
        pictures = PictureEncoder(signature.picture_shape, size)
        return EncoderDecoder(pictures, _sequences(config, signature, size))
    if signature.x != "sequence":
        return _sequences(config, signature, signature.x_size)
    assert config.dropout is not None
    encoder = RecurrentModel(
        _cells(config),
        BOTH_WAYS,
        None,
        input_size=signature.x_size,
        dropout=config.dropout,
        gradient=choices.gradient(config.gradient),
    )
    return EncoderDecoder(encoder, _sequences(config, signature, encoder.graph.hidden_size))


def _sequences(config: Config, signature: Signature, vector: int | None) -> RecurrentModel:
    """The part that gives y, given a vector of a size."""
    assert config.wiring is not None
    assert config.output is not None
    assert config.dropout is not None
    wiring = choices.wiring(config.wiring)
    return RecurrentModel(
        _cells(config),
        wiring,
        choices.output(config.output, signature.y_size),
        None if config.length is None else choices.length(config.length, longest=0),
        input_size=signature.x_size if Edge.INPUT in wiring else None,
        vector_size=vector,
        dropout=config.dropout,
        initial_state=config.initial_state,
        gradient=choices.gradient(config.gradient),
    )


def _cells(config: Config) -> list[Cell]:
    return [choices.CELLS[config.cell](config.hidden_size) for _ in range(config.layers)]


def _length(text: str | None, wiring: Wiring, data: Dataset) -> str | None:
    if wiring.emits_last:
        if text is not None:
            raise ValueError(f"length is {text!r}, but {Edge.EMIT_LAST.value} gives one value")
        return None
    if data.running and text not in (None, "unending"):
        raise ValueError(
            f"length is {text!r}, but {data.name} is one long text, cut anywhere; only unending "
            "goes with it"
        )
    if text is None:
        if Edge.INPUT in wiring:
            return "same-as-input"
        own = data.length
        return "end-of-sequence" if own in (None, SameAsInput()) else choices.length_text(own)
    # Of all parts: a sequence longer than the longest is not unlikely but impossible.
    longest = max(part.y.steps for part in data.splits.values() if isinstance(part.y, Sequence))
    return choices.length_text(choices.length(text, longest))


def _check(wiring: Wiring, signature: Signature, name: str) -> None:
    """Refuse a wiring whose x or y the data do not have. That it takes no x is no contradiction:
    such a model is what one that sees x is compared with."""
    takes = next((e for e in (Edge.INPUT, Edge.VECTOR) if e in wiring), None)
    if Edge.INPUT in wiring and Edge.VECTOR in wiring:
        raise ValueError(
            f"the wiring takes both {Edge.INPUT.value} and {Edge.VECTOR.value}, but {name} has "
            "one x at most; leave one out"
        )
    if takes is not None and signature.x == "none":
        raise ValueError(
            f"the wiring has {takes.value}, but {name} has no x; use unconditional, or other data"
        )
    if takes is Edge.INPUT and signature.x == "vector":
        raise ValueError(
            f"the wiring has {Edge.INPUT.value}, but the x of {name} is one vector; use "
            f"{Edge.VECTOR.value}"
        )
    if wiring.emits_last != (signature.y == "value"):
        gives = "one value" if wiring.emits_last else "a sequence"
        raise ValueError(
            f"the wiring gives {gives}, but the y of {name} is a {signature.y}; use "
            + (Edge.EMIT_LAST if signature.y == "value" else Edge.EMIT).value
        )


def _check_lengths(data: Dataset) -> None:
    for part, examples in data.splits.items():
        assert isinstance(examples.x, Sequence)
        assert isinstance(examples.y, Sequence)
        x, y = examples.x.lengths, examples.y.lengths
        if differ := (x != y).nonzero().flatten().tolist():
            row = differ[0]
            raise ValueError(
                f"{Edge.INPUT.value} gives y as many steps as x has, but {data.name} has "
                f"{len(differ)} rows of {part} with another y, the first with {int(x[row])} and "
                f"{int(y[row])} steps; use vector-to-sequence"
            )
