"""What happens inside a model: h(t) for every step of some rows."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.data import Examples
from throughtime.data.pairs.encoding import x_of, y_of
from throughtime.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decoder, sees_x, stand_ins, there, y_given
from throughtime.evaluation.likelihood import y_of as of_rows
from throughtime.inference.evaluate import examples_of
from throughtime.inference.forecast import same_draws
from throughtime.inference.rows import reading_of, tables
from throughtime.runs.device import placed
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


@torch.no_grad()
def hidden_states(
    run: RunFolder, source: object, *, form: str | None = None
) -> list[tuple[Tensor, ...]]:
    """Of each row h(1) … h(τ) of each layer, the lowest first, ``(τ, H)``.

    Of an encoder and a decoder those of the decoder; of both directions side by side.

    Args:
        run: the model.
        source: rows with the columns of x, and of y where h(t) depends on it.
        form: how a file is read.

    Raises:
        ValueError: if a row is none that the model can have.
    """
    wiring = decoder(run.model).wiring
    if run.schema.running:
        return states_of(run, examples_of(run, source, form))
    needs_y = not (wiring.emits_last or (Edge.INPUT in wiring and wiring.independent))
    of_x = run.schema.x if sees_x(run.model) else ()
    columns = (*of_x, run.schema.y) if needs_y else of_x
    found = []
    for table in tables(source, columns, reading_of(run, form, source)):
        x = x_of(table, of_x) if of_x else None
        found += _of(run, x, y_of(table, run.schema.y) if needs_y else None)
    return found


@torch.no_grad()
def states_of(run: RunFolder, examples: Examples) -> list[tuple[Tensor, ...]]:
    """As :func:`hidden_states`, of examples; of series, what is missing is drawn first."""
    if examples.observed is None:
        return _of(run, examples.x, examples.y)
    rows = there(run.model, examples)
    p = of_rows(run.model, rows)
    assert isinstance(p, SequenceDistribution)
    assert isinstance(rows.y, Sequence)
    observed = rows.observed
    assert observed is not None
    with same_draws():
        seeing, filled = p.seeing(rows.y, observed if p.output.independent else observed.all(-1))
    return _listed(seeing.hidden_states(filled))


def _of(
    run: RunFolder, x: Sequence | Tensor | None, y: Sequence | Tensor | None
) -> list[tuple[Tensor, ...]]:
    model = decoder(run.model)
    if model.wiring.emits_last:
        return _listed(model.hidden_states(placed(run.model, x)))
    p, y = y_given(run.model, x), placed(run.model, y)
    assert isinstance(p, SequenceDistribution)
    return _listed(p.hidden_states(stand_ins(p, y) if isinstance(y, Sequence) else y))


def _listed(layers: tuple[Sequence, ...]) -> list[tuple[Tensor, ...]]:
    return list(zip(*(layer.to("cpu").to_list() for layer in layers), strict=True))
