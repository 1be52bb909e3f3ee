"""What is measured: a file for each kind of problem, and here their order."""

from benchmarks.row import Row
from benchmarks.rows import (
    as_step,
    call,
    forced,
    generation,
    inference,
    long_sequence,
    own_cell,
    training,
)

ROWS: tuple[Row, ...] = (
    *training.ROWS,
    call.ROW,
    *inference.ROWS,
    generation.ROW,
    forced.ROW,
    own_cell.ROW,
    as_step.ROW,
    long_sequence.ROW,
)
