"""What a call costs where there is next to nothing to compute."""

from benchmarks.row import Goal, Row
from benchmarks.rows.training import Layer

ROW = Row(
    "call overhead",
    "call",
    (Layer("tanh", 1, 100, 32, 64),),
    quick=(Layer("tanh", 1, 100, 32, 64),),
    tiny=Layer("tanh", 1, 5, 3, 4),
    baseline="peers.torch_nn",
    goals=(Goal("ms", most=0.15),),
)
