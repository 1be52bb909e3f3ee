"""The mutants of outputs: densities, counts, quantiles."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

OUTPUTS = "tests/outputs/test_outputs.py::"
MEASURED = "tests/outputs/test_measured.py::"
SUMS = MEASURED + "test_counts_sum_to_what_the_cdf_says_and_have_the_moments_that_are_said"
FINITE = MEASURED + "test_all_is_finite_at_extremes_in_single_precision"
DIGITS = MEASURED + "test_counts_have_all_digits_in_single_precision"
MOMENTS = MEASURED + "test_draws_have_mean_and_variance_of_the_distribution_and_no_gradient"
TEMPERATURES = MEASURED + "test_what_a_temperature_does_to_the_others"

MUTANTS = [
    Mutant(
        "mean and scale change places",
        "outputs/normal.py",
        "mean, s = o.chunk(2, -1)",
        "s, mean = o.chunk(2, -1)",
        (OUTPUTS + "test_log_prob_is_the_textbook_formula",),
    ),
    Mutant(
        "the temperature multiplies",
        "outputs/categorical.py",
        "else o / temperature",
        "else o * temperature",
        (OUTPUTS + "test_a_temperature_raises_probabilities_to_its_inverse_power",),
    ),
    Mutant(
        "the likelier bit is the other one",
        "outputs/bernoulli.py",
        "(flips ^ (o > 0)",
        "(flips ^ (o < 0)",
        (OUTPUTS + "test_the_best_values_are_those_of_brute_force",),
    ),
    Mutant(
        "the components' shares are not warmed",
        "outputs/mixture.py",
        "logits=logits / temperature",
        "logits=logits",
        (OUTPUTS + "test_a_temperature_flattens_a_mixtures_shares_and_widens_its_components",),
    ),
    Mutant(
        "counts near their mean are told from it by two logarithms",
        "outputs/counting.py",
        "torch.where(change.abs() < 0.5, change.clamp(-0.5, 0.5).log1p(), log)",
        "log",
        (DIGITS,),
    ),
    Mutant(
        "a factorial's remainder without Stirling's series",
        "outputs/counting.py",
        "rest = term + rest * small_one.square()",
        "rest = term * 0.0 + rest",
        (MEASURED + "test_what_is_left_of_a_factorial",),
    ),
    Mutant(
        "large rates are drawn without their deviation",
        "outputs/counting.py",
        "(rate + rate.sqrt() * torch.randn_like(rate)).round()",
        "rate.round()",
        (MEASURED + "test_large_rates_are_drawn_as_normals",),
    ),
    Mutant(
        "the rate of a count has no bound",
        "outputs/bounds.py",
        "return log.clamp(-LARGEST_LOG, LARGEST_LOG)",
        "return log",
        (MEASURED + "test_a_mean_has_a_bound",),
    ),
    Mutant(
        "padding has the logarithm of zero",
        "outputs/bounds.py",
        "return value.clamp(min=torch.finfo(value.dtype).tiny)",
        "return value.clamp(min=0.0)",
        (FINITE,),
    ),
    Mutant(
        "a temperature leaves the dispersion as it is",
        "outputs/negative_binomial.py",
        "positive(s) * temperature",
        "positive(s)",
        (TEMPERATURES,),
    ),
    Mutant(
        "more zeros are instead of a count's own",
        "outputs/zero_inflated.py",
        "logsigmoid(self.logits), kept + self.base.log_prob(torch.zeros_like(value))",
        "logsigmoid(self.logits), kept + torch.full_like(value, -1e9)",
        (SUMS,),
    ),
    Mutant(
        "the spread between zeros and counts is forgotten",
        "outputs/zero_inflated.py",
        "(self.base.variance + more)",
        "(self.base.variance + 0 * more)",
        (SUMS,),
    ),
    Mutant(
        "shares are drawn of half the concentration",
        "outputs/beta.py",
        "above_zero(torch.rand_like(above)).log() / concentration",
        "2 * above_zero(torch.rand_like(above)).log() / concentration",
        (MEASURED + "test_the_cdf_of_draws_is_uniform",),
    ),
    Mutant(
        "the variance of a t distribution is that of a normal one",
        "outputs/student_t.py",
        "self.scale.square() * self.df / (self.df - 2)",
        "self.scale.square()",
        (MOMENTS,),
    ),
    Mutant(
        "covariances are in units of 1, not of the deviations",
        "outputs/multivariate_normal.py",
        "scale[..., None] * rest.unflatten",
        "rest.unflatten",
        (OUTPUTS + "test_log_prob_is_the_textbook_formula",),
    ),
    Mutant(
        "a quantile of counts is between them",
        "inference/quantiles.py",
        "found.round() if whole else found",
        "found",
        (
            "tests/inference/test_quantiles.py::test_of_counts_they_are_the_smallest_with_as_much_below",
        ),
    ),
]
