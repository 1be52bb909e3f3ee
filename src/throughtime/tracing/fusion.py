"""Two instructions of a program taken as one, where the first one's result is read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from throughtime.engine.program import Instruction, Operation, Place

FUSED = {
    (Operation.MULTIPLY, Operation.ADD, 0): Operation.MULTIPLY_ADD,
    (Operation.MULTIPLY, Operation.ADD, 1): Operation.MULTIPLY_ADD,
    (Operation.MULTIPLY, Operation.SUBTRACT, 0): Operation.MULTIPLY_SUBTRACT,
    (Operation.MULTIPLY, Operation.SUBTRACT, 1): Operation.SUBTRACT_PRODUCT,
    (Operation.ADD, Operation.MULTIPLY, 0): Operation.ADD_MULTIPLY,
    (Operation.ADD, Operation.MULTIPLY, 1): Operation.ADD_MULTIPLY,
    (Operation.SUBTRACT, Operation.MULTIPLY, 0): Operation.SUBTRACT_MULTIPLY,
    (Operation.SUBTRACT, Operation.MULTIPLY, 1): Operation.SUBTRACT_MULTIPLY,
    (Operation.MULTIPLY, Operation.SUM, 0): Operation.SUM_OF_PRODUCTS,
}
"""By the first operation, the second, and which of the second's operands is the first's result. The
operands are the first's, and then what else the second has."""


def fused(instructions: Sequence[Instruction]) -> list[Instruction]:
    """The same program with fewer instructions, each of which reads and writes a row's numbers."""
    reads = Counter(v.place for i in instructions for v in i.of)
    writes = Counter(i.to.place for i in instructions)
    done: list[Instruction | None] = []
    latest: dict[Place, int] = {}
    for second in instructions:
        for n, value in enumerate(second.of):
            place = value.place
            at = latest.get(place)
            first = None if at is None else done[at]
            if at is None or first is None or place.name or (reads[place], writes[place]) != (1, 1):
                continue
            operation = FUSED.get((first.operation, second.operation, n))
            sizes = {first.size, second.size, value.size}
            if operation is Operation.SUM_OF_PRODUCTS:
                sizes |= {v.size for v in first.of}
            if operation is None or len(sizes) > 1 or _disturbed(first, second, done[at + 1 :]):
                continue
            of = (*first.of, *second.of[:n], *second.of[n + 1 :])
            second = Instruction(operation, second.to, of, second.size)
            done[at] = None
            break
        latest[second.to.place] = len(done)
        done.append(second)
    return [i for i in done if i is not None]


def _disturbed(
    first: Instruction, second: Instruction, between: Sequence[Instruction | None]
) -> bool:
    """Whether what the first reads may have been overwritten when the second is done, or is when it
    writes, or is no longer near."""
    read = {v.place for v in first.of}
    if any(i and (i.operation is Operation.PRODUCT or i.to.place in read) for i in between):
        return True
    return any(v.place is second.to.place and v != second.to for v in first.of)
