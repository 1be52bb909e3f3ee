"""How a model has learned."""

from __future__ import annotations

from throughtime.evaluation.likelihood import symbols
from throughtime.report import course, curve
from throughtime.report.known import Known
from throughtime.report.section import Numbers, Part, Picture, Section
from throughtime.runs.metrics import COLUMNS, Metrics
from throughtime.training.resolve import updates_per_epoch


def learning(known: Known) -> Section | None:
    """The learning curve, and the course of training."""
    rows = with_speed(known)
    if not rows:
        return None
    columns = [*COLUMNS, "symbols a second"]
    numbers = Numbers(columns, [[row.get(name) for name in columns] for row in rows])
    name = known.run.path.name if known.data is None else known.data.name
    parts: list[Part] = [
        Picture(
            "learning-curve",
            "The mean of −log p per symbol after each epoch; lower is better. Where validation "
            "turns up while training goes down, the model begins to learn by heart.",
            curve.draw(rows, name),
            numbers,
        )
    ]
    if (drawn := course.draw(rows)) is not None:
        parts.append(
            Picture(
                "course-of-training",
                "Gradients that are longer than the clip are shortened to it: a few are no harm; "
                "if all are, the learning rate is not what it seems. The speed is that of the "
                "whole time from one validation to the next, which is in it." + _absent(rows),
                drawn,
                numbers,
            )
        )
    return Section(
        "Learning",
        "learning",
        "What training has done, epoch by epoch: the loss that it minimises, and the same on rows "
        "that it is not trained on.",
        parts,
    )


def _absent(rows: Metrics) -> str:
    """What is said of numbers that the run does not have."""
    if all(row.get("gradient norm") is None for row in rows):
        return " The run was trained before norms and clipping were kept, so these are not here."
    return ""


def with_speed(known: Known) -> Metrics:
    """The metrics of training, with the symbols a second since the row before."""
    rows = [dict(row) for row in known.run.metrics]
    if known.data is None:
        return rows
    run, train = known.run, known.data.splits["train"]
    config = run.config
    updates = updates_per_epoch(known.data, config.batch_size, config.batch_symbols, config.steps)
    each = symbols(run.model, train) / updates
    step, seconds = 0.0, 0.0
    for row in rows:
        now, then = row["step"] or 0.0, row["seconds"] or 0.0
        row["symbols a second"] = each * (now - step) / (then - seconds) if then > seconds else None
        step, seconds = now, then
    return rows
