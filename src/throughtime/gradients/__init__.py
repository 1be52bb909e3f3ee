"""Methods of differentiation through time: exact ones, and truncated back-propagation."""

from throughtime.gradients.checkpointed import CheckpointedBPTT
from throughtime.gradients.gradient import Autograd, FullBPTT, Gradient
from throughtime.gradients.truncated import TruncatedBPTT

__all__ = ["Autograd", "CheckpointedBPTT", "FullBPTT", "Gradient", "TruncatedBPTT"]
