"""h(1) … h(T) without gradients: all steps in one call, and one step a call."""

from benchmarks.row import BEST, Goal, Row
from benchmarks.rows.training import GATES, Layer


class Forward(Layer):
    """A layer that is run and not trained; the result is h."""

    @property
    def flops(self) -> int:
        gates = GATES[self.cell] * self.hidden
        return 2 * self.rows * self.steps * gates * (self.inputs + self.hidden)


PROBLEMS = tuple(Forward(c, b, 100, 64, h) for c in GATES for h in (128, 256) for b in (1, 32))
QUICK = tuple(Forward(cell, 1, 100, 64, 128) for cell in GATES)
TINY = Forward("gru", 2, 5, 3, 4)

ROWS = (
    Row(
        "inference of a whole sequence",
        "infer",
        PROBLEMS,
        QUICK,
        TINY,
        baseline="peers.torch_nn",
        goals=(Goal("× torch loop", 5), Goal("× ONNX Runtime", 2)),
        means=(Goal("× torch.nn", 1), Goal(f"× {BEST}", 1)),
        yardsticks=("product",),
    ),
    Row(
        "inference one step a call",
        "stream",
        PROBLEMS,
        QUICK,
        TINY,
        baseline="peers.torch_nn",
        goals=(Goal("× torch.nn", 5), Goal("× ONNX Runtime", 2)),
    ),
)
