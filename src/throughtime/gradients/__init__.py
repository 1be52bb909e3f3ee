"""How to differentiate through time, as objects: each exact, or saying what it leaves out."""

from throughtime.gradients.checkpointed import CheckpointedBPTT
from throughtime.gradients.gradient import Autograd, FullBPTT, Gradient
from throughtime.gradients.truncated import TruncatedBPTT

__all__ = ["Autograd", "CheckpointedBPTT", "FullBPTT", "Gradient", "TruncatedBPTT"]
