"""Outputs: from o(t) to a distribution over y(t), one file each."""

from throughtime.outputs.bernoulli import Bernoulli
from throughtime.outputs.beta import Beta
from throughtime.outputs.categorical import Categorical
from throughtime.outputs.gamma import Gamma
from throughtime.outputs.log_normal import LogNormal
from throughtime.outputs.mixture import Mixture
from throughtime.outputs.multivariate_normal import MultivariateNormal
from throughtime.outputs.negative_binomial import NegativeBinomial
from throughtime.outputs.normal import Normal
from throughtime.outputs.output import Output
from throughtime.outputs.poisson import Poisson
from throughtime.outputs.student_t import StudentT
from throughtime.outputs.zero_inflated import ZeroInflated

__all__ = [
    "Bernoulli",
    "Beta",
    "Categorical",
    "Gamma",
    "LogNormal",
    "Mixture",
    "MultivariateNormal",
    "NegativeBinomial",
    "Normal",
    "Output",
    "Poisson",
    "StudentT",
    "ZeroInflated",
]
