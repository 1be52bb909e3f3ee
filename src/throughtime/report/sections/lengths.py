"""How long the sequences are, where the model decides that."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decides_length, decoder, terms_of
from throughtime.evaluation.metrics import length_distributions
from throughtime.evaluation.metrics.rows import measured
from throughtime.report import calibration, hazard
from throughtime.report import lengths as marginal
from throughtime.report.known import TOLD, Known
from throughtime.report.section import Numbers, Part, Picture, Section
from throughtime.sequence import Sequence

ENDS = np.array([0, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 0.6, 1])
"""The ends of the bins for P(the end is here), which is nearly always small."""


def lengths(known: Known) -> Section | None:
    """P(τ) beside the data's; where each step decides, how right it is."""
    model = known.run.model
    if known.data is None or not decides_length(model):
        return None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        data, ours = length_distributions(model, known.test)
    rows = list(zip(range(len(data)), data.tolist(), ours.tolist(), strict=True))
    parts: list[Part] = [
        Picture(
            "lengths",
            "How many rows of each length the test part has, and P(τ) of the model: the "
            "probability of each length, summed over all sequences that have it.",
            marginal.draw(data, ours, known.data.name),
            Numbers(("length", "data", "model"), rows),
        )
    ]
    length = decoder(model).length
    if length is not None and length.stops:
        parts += _halts(known)
    return Section(
        "Length",
        "length",
        "The length τ is a part of the probability: the model decides where a sequence ends.",
        parts,
    )


def _halts(known: Known) -> list[Part]:
    said, taus = _said(known)
    at = np.arange(said.shape[1])
    there = ~np.isnan(said)
    found = calibration.calibration(said[there], (at == taus[:, None])[there], ENDS)
    mean, share, count = hazard.by_step(said, taus)
    steps = [(t + 1, *row) for t, row in enumerate(zip(mean.tolist(), share.tolist(),
                                                       count.tolist(), strict=True))]  # fmt: skip
    return [
        Picture(
            "ends-by-step",
            "Of the rows that get to step t, how many end there, and the mean probability that "
            "the model gives to that, having seen what comes before.",
            hazard.draw(said, taus),
            Numbers(("step", "model", "data", "rows"), steps),
        ),
        Picture(
            "halt-calibration",
            "All decisions to stop or to go on, by the probability of stopping: on the dotted "
            f"line, as many stop as the model says. Expected calibration error {found.error:.4f}.",
            calibration.draw(
                found, "does it end where the model says?", "P(stop)", "share that stops", rare=True
            ),
            Numbers(
                calibration.Calibration._fields,
                list(zip(*(column.tolist() for column in found), strict=True)),
            ),
        ),
    ]


@torch.no_grad()
def _said(known: Known) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """P(stop) at each step, NaN after the end, ``(n, T + 1)``, and τ of each row."""
    found: list[NDArray[np.float64]] = []
    taus: list[int] = []
    for p, part in measured(known.run.model, known.test.limited_to(TOLD)):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        decided = terms_of(p, part.y).decisions.double().exp().cpu()
        for row, tau in zip(decided, part.y.lengths.tolist(), strict=True):
            taus.append(tau)
            found.append(np.append(1 - row[:tau].numpy(), row[tau].item()))
    said = np.full((len(found), max(map(len, found))), np.nan)
    for filled, row in zip(said, found, strict=True):
        filled[: len(row)] = row
    return said, np.array(taus)
