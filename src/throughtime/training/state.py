"""What training continues from, besides the last weights: how it is saved and restored."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple

import torch
from torch import Tensor

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decoder
from throughtime.forcing import Forcing
from throughtime.gradients.gradient import Tensors
from throughtime.runs.build import Model
from throughtime.runs.device import draws_on
from throughtime.runs.folder import State
from throughtime.training.optimiser import PREFIX, Optimiser
from throughtime.training.progress import Progress

CARRIED, DRAWS = "carried.", "draws"
"""How the names of tensors begin: the state that running text goes on from; the state of random
numbers, of the CPU and of a device besides."""


def state_of(
    progress: Progress,
    optimiser: Optimiser,
    forcing: Forcing,
    carried: Tensors,
    draws: Tensor,
    device: torch.device,
) -> State:
    """The state of training on a device.

    Args:
        progress: how far it is.
        optimiser: has the moments.
        forcing: may have a state.
        carried: what running text goes on from, of each stream.
        draws: the state of random numbers of the CPU.
        device: where training is.
    """
    settings, tensors = optimiser.state()
    tensors |= {f"{CARRIED}{i:04d}": value for i, value in enumerate(carried)}
    tensors[DRAWS] = draws
    if device.type != "cpu":
        tensors[f"{DRAWS}.{device.type}"] = draws_on(device).get_rng_state()
    said = {"progress": asdict(progress), "forcing": forcing.state_dict(), "optimiser": settings}
    return State(said, tensors)


class Restored(NamedTuple):
    """How far training was, and what running text goes on from."""

    progress: Progress
    carried: SequenceDistribution | None


def restore(
    state: State,
    model: Model,
    optimiser: Optimiser,
    forcing: Forcing,
    *,
    rows: int,
    share: slice,
    updates: int,
) -> Restored:
    """Put a state of training back into its parts, and into torch's random numbers.

    Args:
        state: as :func:`state_of` made it.
        model: the model, with its last weights.
        optimiser: receives its moments.
        forcing: receives its state.
        rows: the number of rows of a batch.
        share: which of them this process has.
        updates: the number of updates per epoch.

    Raises:
        ValueError: if it is not the state of such a training.
    """
    said, tensors = state
    like = next(model.parameters())
    try:
        progress = Progress(**said["progress"])
        progress.check(updates)
        moments = {name: v for name, v in tensors.items() if name.startswith(PREFIX)}
        optimiser.restore(said["optimiser"], moments)
        forcing.load_state_dict(said["forcing"])
        torch.set_rng_state(tensors[DRAWS])
        if (draws := tensors.get(f"{DRAWS}.{like.device.type}")) is not None:
            draws_on(like.device).set_rng_state(draws)
        named = sorted((name, v) for name, v in tensors.items() if name.startswith(CARRIED))
        parts = tuple(v[share].to(like.device) for _, v in named)
        if not parts:
            return Restored(progress, None)
        empty = decoder(model).graph.initial_state(len(range(rows)[share]))
        carried = decoder(model)(state=empty.like(parts))
        assert isinstance(carried, SequenceDistribution)
        return Restored(progress, carried)
    except (ValueError, KeyError, IndexError, TypeError, RuntimeError) as error:
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from None
