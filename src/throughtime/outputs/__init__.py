"""Outputs: from o(t) to a distribution over y(t), one file each."""

from throughtime.outputs.bernoulli import Bernoulli
from throughtime.outputs.categorical import Categorical
from throughtime.outputs.mixture import Mixture
from throughtime.outputs.normal import Normal
from throughtime.outputs.output import Output

__all__ = ["Bernoulli", "Categorical", "Mixture", "Normal", "Output"]
