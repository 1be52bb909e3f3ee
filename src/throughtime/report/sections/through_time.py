"""Whether a model remembers, how far, and what its dynamics say of that."""

from __future__ import annotations

from collections.abc import Iterator

from throughtime.analysis import (
    Decay,
    Exponents,
    Reach,
    Spectrum,
    Squashed,
    lyapunov,
    reach,
    saturation,
    some,
    spectrum,
    truncation,
)
from throughtime.evaluation.likelihood import decoder
from throughtime.report import dynamics, memory
from throughtime.report.known import Known
from throughtime.report.section import Numbers, Part, Picture, Section, finite
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

LONGEST = 300
"""Of more steps the gradients from each to each take minutes."""

WORK = 2**32
"""Rows × steps × S³ of the Jacobians of a state of size S: some seconds."""

FEWEST = 8
"""Of fewer steps there is nothing to say of dynamics."""

BIAS = 0.05
"""The error of the truncated gradient for which the smallest k is named."""


def through_time(known: Known) -> Section | None:
    """The gradient from each loss to each state, its decay, what truncation costs, eigenvalues,
    Lyapunov exponents and saturation. None where no state passes from step to step."""
    model = decoder(known.run.model)
    in_a_loop = model.wiring.feedback in (Edge.EXPECTED, Edge.OUTPUT)
    if known.data is None or not (any(model.wiring.directions) or in_a_loop):
        return None
    side = known.few.x if model.wiring.emits_last else known.few.y
    if isinstance(side, Sequence) and side.steps > LONGEST:
        known.leave_out("Gradient through time", f"the shortest examples have {side.steps} steps")
        return None
    try:
        parts, answer = _memory(known)
        parts += list(_dynamics(known))
    except ValueError as error:
        known.leave_out("Gradient through time", error)
        return None
    whose = "this model" if model is known.run.model else "this model's decoder"
    return Section(
        "Gradient through time",
        "through-time",
        f"Does {whose} remember, and how far? {answer} Measured on {known.said_of_few}, by the "
        "exact gradient.",
        parts,
    )


def _memory(known: Known) -> tuple[list[Part], str]:
    model, rows = known.run.model, known.few
    reached = reach(model, rows)
    decay, cut = reached.decay(), truncation(model, rows)
    parts: list[Part] = [
        Picture(
            "gradient-through-time",
            "How much the loss at t (down) depends on the state after step s (to the right): the "
            "norm of ∂L(t)/∂h(s). A model that remembers has colour far to the left.",
            memory.draw_reach(reached),
            _reach_numbers(reached),
        ),
        Picture(
            "decay-of-the-gradient",
            "The same against how many steps lie between the two, as a share of the gradient at "
            "the state of the loss itself. A straight line on this scale is an exponential decay.",
            memory.draw_decay(decay),
            _decay_numbers(decay),
        ),
        Picture(
            "cost-of-truncation",
            "The relative error of the gradient if time is cut into stretches of k steps, as "
            "truncated back-propagation through time does.",
            memory.draw_truncation(cut, BIAS),
            Numbers(("k", "relative error"), list(zip(cut.k, cut.errors, strict=True))),
        ),
    ]
    return parts, memory.answer(decay, cut, BIAS)


def _dynamics(known: Known) -> Iterator[Part]:
    """What Jacobians say; each has S entries in S rows, of a state of S numbers."""
    model = known.run.model
    layers = decoder(model).graph.layers
    size = max(sum(r.cell.state_sizes) for of_layer in layers for r in of_layer)
    steps = min(LONGEST, WORK // size**3)
    if steps < FEWEST:
        known.leave_out("The spectrum", f"a state of {size} numbers is large")
        return
    each = min(64, steps)
    rows = some(model, known.test, max(2, min(32, WORK // size**3 // each)), each)
    found = spectrum(model, rows)
    yield Picture(
        "eigenvalues",
        "Of each recurrent matrix, and of the mean Jacobian ∂h(t)/∂h(t−1). What lies inside the "
        "circle decays from step to step, what lies outside grows.",
        dynamics.draw_spectrum(found),
        _eigenvalues(found),
    )
    exponents = lyapunov(model, rows)
    yield Picture(
        "lyapunov-exponents",
        "How fast two neighbouring states come together along the test part, in nats a step, and "
        "in the same directions how fast a gradient vanishes. Above zero they part: chaos, and "
        "exploding gradients.",
        dynamics.draw_exponents(exponents),
        _exponent_numbers(exponents),
    )
    if squashed := saturation(model, rows):
        yield Picture(
            "saturation",
            "The share of gates that are shut or open, and of units at their limits. Through "
            "what is saturated no gradient passes; a gate that stays open is how a gated net "
            "keeps what it knows.",
            dynamics.draw_saturation(squashed),
            _saturation_numbers(squashed),
        )


def _reach_numbers(found: Reach) -> Numbers:
    mean = found.mean()
    names = [f"s = {s + 1}" for s in range(mean.shape[1])]
    return Numbers(("t", *names), [(t + 1, *finite(row)) for t, row in enumerate(mean)])


def _decay_numbers(found: Decay) -> Numbers:
    ends = [[None] * len(found.share) if v is None else finite(v) for v in (found.low, found.high)]
    rows = zip(range(len(found.share)), finite(found.share), *ends, strict=True)
    return Numbers(("lag", "share left", "low", "high"), list(rows))


def _eigenvalues(found: Spectrum) -> Numbers:
    many = len(found.jacobian) > 1
    of_jacobian = {
        f"mean Jacobian {i + 1}" if many else "mean Jacobian": values
        for i, values in enumerate(found.jacobian)
    }
    rows = [
        (name, float(value.real), float(value.imag))
        for name, values in {**found.matrices, **of_jacobian}.items()
        for value in values
    ]
    return Numbers(("of", "real", "imaginary"), rows)


def _exponent_numbers(found: Exponents) -> Numbers:
    ends = [[None] * len(found.values) if v is None else finite(v) for v in (found.low, found.high)]
    rows = zip(range(1, len(found.values) + 1), finite(found.values), *ends, strict=True)
    return Numbers(("number", "nats a step", "low", "high"), list(rows))


def _saturation_numbers(found: tuple[Squashed, ...]) -> Numbers:
    return Numbers(
        ("of", "kind", "shut, at −1 or off", "open or at 1"),
        [(one.name, one.kind, *one.shares) for one in found],
    )
