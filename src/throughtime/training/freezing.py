"""Parts of a model that are not trained."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from throughtime.graph.graph import Graph
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.runs.build import Model
from throughtime.runs.errors import ConfigError


def freeze(model: Model, parts: str | None) -> None:
    """Leave parts of a model as they are, by their letters in the equations.

    .. math:: u^{(t)} = U x^{(t)} + R^\top x + S y^{(t-1)} + C \\phi, \\qquad
              h^{(t)} = \\text{cell}(h^{(t-1)}, u^{(t)}), \\qquad o^{(t)} = c + V h^{(t)}

    Args:
        model: its parameters in these parts get no gradient.
        parts: separated by commas: U, R, S, C, V (with c), cell, initial (h(0) and y(0)), and
            encoder, all of it. None for no part.

    Raises:
        ConfigError: if the model has no such part, or nothing would be left to train.
    """
    if parts is None:
        return
    of_parts: dict[str, list[nn.Parameter]] = {}
    for name, parameter in _by_part(model):
        of_parts.setdefault(name, []).append(parameter)
    for part in (part.strip() for part in parts.split(",")):
        if part not in of_parts:
            raise ConfigError(
                f"freeze is {parts!r}, and the model has no part {part!r}; it has "
                f"{', '.join(of_parts)}"
            )
        for parameter in of_parts[part]:
            parameter.requires_grad_(False)
    if not any(p.requires_grad for p in model.parameters()):
        raise ConfigError(f"freeze is {parts!r}, which leaves nothing to train; leave a part out")


def _by_part(model: Model) -> Iterator[tuple[str, nn.Parameter]]:
    if isinstance(model, EncoderDecoder):
        for parameter in model.encoder.parameters():
            yield "encoder", parameter
    for graph in (m for m in model.modules() if isinstance(m, Graph)):
        for layer in graph.layers:
            for r in layer:
                for letter in "URSC":
                    for parameter in getattr(r, letter, nn.Module()).parameters():
                        yield letter, parameter
                yield from (("cell", p) for p in r.cell.parameters())
                yield from (("initial", p) for p in r.initial)
                if hasattr(r, "start"):
                    yield "initial", r.start
        if graph.output is not None:
            yield from (("V", p) for p in (graph.V, graph.c))
