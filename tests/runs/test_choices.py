"""Choices: a text stands for each, and each for its text."""

import pytest

import throughtime as tt
from throughtime.runs import choices


def test_choices_are_what_their_text_says() -> None:
    linear = choices.forcing_of("scheduled:linear:1:0.5:1000:sequence")
    assert isinstance(linear, tt.forcing.ScheduledSampling)
    assert (linear.schedule, linear.per) == (tt.schedules.Linear(1.0, 0.5, 1000), "sequence")
    sigmoid = choices.forcing_of("scheduled:inverse-sigmoid:50")
    assert isinstance(sigmoid, tt.forcing.ScheduledSampling)
    assert sigmoid.schedule == tt.schedules.InverseSigmoid(50.0)
    assert repr(choices.gradient("truncated:20")) == repr(tt.gradients.TruncatedBPTT(20))
    assert choices.length("predicted", longest=9) == tt.lengths.PredictedLength(9)


@pytest.mark.parametrize("wiring", [*choices.WIRINGS.values(), tt.Wiring("x->h(t)", "h(t)->o(t)")])
def test_wirings_survive_their_text(wiring: tt.Wiring) -> None:
    assert choices.wiring(choices.wiring_text(wiring)) == wiring


@pytest.mark.parametrize(
    "output",
    [
        tt.outputs.Categorical(4),
        tt.outputs.Bernoulli(4),
        tt.outputs.Normal(4),
        tt.outputs.Mixture(2, 4),
        tt.outputs.Poisson(4),
        tt.outputs.NegativeBinomial(4),
        tt.outputs.ZeroInflated(tt.outputs.Poisson(4)),
        tt.outputs.ZeroInflated(tt.outputs.NegativeBinomial(4)),
        tt.outputs.StudentT(4),
        tt.outputs.Gamma(4),
        tt.outputs.LogNormal(4),
        tt.outputs.Beta(4),
        tt.outputs.MultivariateNormal(4),
        tt.outputs.MultivariateNormal(4, rank=2),
    ],
)
def test_outputs_survive_their_text(output: tt.outputs.Output) -> None:
    assert choices.output(choices.output_text(output), size=4) == output


@pytest.mark.parametrize(
    "length",
    [
        tt.lengths.SameAsInput(),
        tt.lengths.EndOfSequence(),
        tt.lengths.Halt(),
        tt.lengths.PredictedLength(3),
        tt.lengths.Unending(),
    ],
)
def test_lengths_survive_their_text(length: tt.lengths.Length) -> None:
    assert choices.length(choices.length_text(length), longest=9) == length
