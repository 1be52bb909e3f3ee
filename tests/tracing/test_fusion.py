"""Fused programs do what they did before, with fewer instructions."""

from __future__ import annotations

import random

import pytest
import torch
from torch import Tensor

from throughtime.engine import library
from throughtime.engine.program import Bound, Call, Instruction, Operation, Packed, Program, Value
from throughtime.tracing.fusion import FUSED, fused

SIZE, ROWS = 37, 5
TWO = (Operation.MULTIPLY, Operation.ADD, Operation.SUBTRACT)


def taken(instructions: list[Instruction], named: dict[str, Tensor], W: Tensor) -> Tensor:
    """What the named places have after the instructions."""
    after = {name: v.clone() for name, v in named.items()}
    call = Call(
        Program(instructions, [], [0.5]),
        {name: Bound.rows(v) for name, v in after.items()},
        Packed([W]),
        None,
        after["a"],
    )
    call.run(0, 1, {})
    return torch.cat([v.flatten() for v in after.values()])


@pytest.mark.skipif(library.loaded() is None, reason="no engine is built here")
def test_any_program_does_what_it_did() -> None:
    """Of places that are overwritten, read twice, in parts or alone, and of products in between."""
    torch.manual_seed(0)
    W, found = torch.randn(SIZE, SIZE, dtype=torch.float64) / SIZE, set[Operation]()
    named = {name: torch.randn(ROWS, SIZE, dtype=torch.float64) for name in "abc"}
    for seed in range(400):
        draw = random.Random(seed)
        places = {name: Value.new(SIZE, name) for name in "abc"}
        known, instructions = list(places.values()), list[Instruction]()
        singles = [Value.new(1, "numbers")]
        for _ in range(draw.randint(2, 12)):
            kind, fresh = draw.random(), Value.new(SIZE)
            of: tuple[Value, ...] = (draw.choice(known),)
            if kind < 0.1:
                instructions.append(Instruction(Operation.PRODUCT, fresh, of, SIZE))
                known.append(fresh)
            elif kind < 0.25:
                singles.append(Value.new(1))
                instructions.append(Instruction(Operation.SUM, singles[-1], of, SIZE))
            elif kind < 0.35:  # of a part
                half = Value.new(SIZE // 2)
                of = tuple(draw.choice(known).part(draw.randint(0, 3), half.size) for _ in "ab")
                to = draw.choice(list(places.values())).part(draw.randint(0, 3), half.size)
                instructions.append(Instruction(draw.choice(TWO), half, of, half.size))
                instructions.append(Instruction(draw.choice(TWO), to, (half, of[0]), half.size))
            else:  # the latest is read often, so that much can be fused
                of = tuple(draw.choice([*known[-2:], *known, *singles]) for _ in "ab")
                to = draw.choice([fresh, fresh, *places.values()])
                instructions.append(Instruction(draw.choice(TWO), to, of, SIZE))
                known += [to] if to is fresh else []
        fewer = fused(instructions)
        found |= {i.operation for i in fewer}
        torch.testing.assert_close(
            taken(fewer, named, W), taken(instructions, named, W), rtol=1e-9, atol=1e-9
        )
    assert set(FUSED.values()) <= found


def test_a_chain_becomes_one_instruction_where_it_can() -> None:
    a, b, c, to = (Value.new(SIZE, name) for name in ("a", "b", "c", "to"))
    t, u = Value.new(SIZE), Value.new(SIZE)
    product = Instruction(Operation.MULTIPLY, t, (a, b), SIZE)
    minus = Instruction(Operation.SUBTRACT, to, (c, t), SIZE)
    assert fused([product, minus]) == [Instruction(Operation.SUBTRACT_PRODUCT, to, (a, b, c), SIZE)]
    slope = [
        Instruction(Operation.SUBTRACT, u, (a, b), SIZE),
        Instruction(Operation.MULTIPLY, t, (u, u), SIZE),
    ]
    assert fused(slope) == slope
