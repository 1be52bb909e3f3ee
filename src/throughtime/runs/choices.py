"""The choices of a model as text, as in a configuration and on the command line.

Each table is the grammar and also the list in error messages: ``truncated:K`` is a name with one
argument, ``checkpointed[:BUDGET]`` a name with an optional one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import throughtime.cells as cells
import throughtime.forcing as forcing
import throughtime.gradients as gradients
import throughtime.lengths as lengths
import throughtime.outputs as outputs
from throughtime.data.columns import text_column
from throughtime.data.schema import Y_ALONE
from throughtime.forcing import schedules
from throughtime.runs.own import OWN, own
from throughtime.wiring import NAMED, Wiring

T = TypeVar("T")
Forms = Mapping[str, Callable[..., Any]]

WIRINGS: dict[str, Wiring] = {**NAMED, "unconditional": Y_ALONE}
"""The wirings by name: those of Goodfellow et al. 2016, section 10.2, and one for y without x."""

CELLS: dict[str, Callable[[int], cells.Cell]] = {
    "elman": cells.Elman,
    "elman-relu": partial(cells.Elman, nonlinearity="relu"),
    "ind-rnn": cells.IndRNN,
    "gru": cells.GRU,
    "layer-norm-gru": cells.LayerNormGRU,
    "min-gru": cells.MinGRU,
    "lstm": cells.LSTM,
    "layer-norm-lstm": cells.LayerNormLSTM,
    "min-lstm": cells.MinLSTM,
    "peephole-lstm": cells.PeepholeLSTM,
}


def wiring(text: str) -> Wiring:
    """A wiring by its name, or by its edges, separated by commas.

    Raises:
        ValueError: if there is no such name, or the edges are not a valid wiring.

    Example:
        >>> wiring("x(t) -> h(t), h(t-1) -> h(t), h(t) -> o(t)") == wiring("hidden-to-hidden")
        True
    """
    if text in WIRINGS:
        return WIRINGS[text]
    if "->" not in text and "→" not in text:
        raise ValueError(
            f"no wiring {text!r}; expected {_listed(WIRINGS)}, or the edges, such as "
            "'x -> h(t), h(t-1) -> h(t), h(t) -> o(t)'"
        )
    return Wiring(*(edge.strip() for edge in text.split(",")))


def wiring_text(wiring: Wiring) -> str:
    """The text that :func:`wiring` reads: the name, if there is one, or else the edges."""
    names = {known: name for name, known in WIRINGS.items()}
    return names.get(wiring) or ", ".join(edge.value for edge in wiring)


def output(text: str, size: int) -> outputs.Output:
    """An output by name, for ``size`` symbols or vectors of ``size`` entries.

    Example:
        >>> output("mixture:5", size=2)
        Mixture(components=5, dim=2)
    """
    forms: Forms = {
        "categorical": lambda: outputs.Categorical(size),
        "bernoulli": lambda: outputs.Bernoulli(size),
        "normal": lambda: outputs.Normal(size),
        "mixture:K": lambda k: outputs.Mixture(_whole(k), size),
        "student-t": lambda: outputs.StudentT(size),
        "multivariate-normal[:RANK]": lambda r=None: outputs.MultivariateNormal(
            size, None if r is None else _whole(r)
        ),
        "poisson": lambda: outputs.Poisson(size),
        "negative-binomial": lambda: outputs.NegativeBinomial(size),
        "zero-inflated-poisson": lambda: outputs.ZeroInflated(outputs.Poisson(size)),
        "zero-inflated-negative-binomial": lambda: outputs.ZeroInflated(
            outputs.NegativeBinomial(size)
        ),
        "gamma": lambda: outputs.Gamma(size),
        "log-normal": lambda: outputs.LogNormal(size),
        "beta": lambda: outputs.Beta(size),
    }
    return _made("output", text, forms)


def output_text(output: outputs.Output) -> str:
    """The text that :func:`output` reads.

    Example:
        >>> output_text(outputs.ZeroInflated(outputs.NegativeBinomial(2)))
        'zero-inflated-negative-binomial'
    """
    name = _dashed(type(output).__name__)
    if isinstance(output, outputs.ZeroInflated):
        return f"{name}-{output_text(output.of)}"
    if isinstance(output, outputs.Mixture):
        return f"{name}:{output.components}"
    if isinstance(output, outputs.MultivariateNormal) and output.rank is not None:
        return f"{name}:{output.rank}"
    return name


def length(text: str, longest: int) -> lengths.Length:
    """How τ is decided; ``longest`` is the largest predicted length if the text gives none."""
    forms: Forms = {
        "same-as-input": lengths.SameAsInput,
        "end-of-sequence": lengths.EndOfSequence,
        "halt": lengths.Halt,
        "predicted[:N]": lambda n=longest: lengths.PredictedLength(_whole(n)),
        "unending": lengths.Unending,
    }
    return _made("length", text, forms)


def length_text(length: lengths.Length) -> str:
    """The text that :func:`length` reads.

    Example:
        >>> length_text(lengths.PredictedLength(9)), length_text(lengths.SameAsInput())
        ('predicted:9', 'same-as-input')
    """
    if isinstance(length, lengths.PredictedLength):
        return f"predicted:{length.max_length}"
    return _dashed(type(length).__name__)


def gradient(text: str) -> gradients.Gradient:
    """A gradient method by name."""
    forms: Forms = {
        "full": gradients.FullBPTT,
        "truncated:K": lambda k: gradients.TruncatedBPTT(_whole(k)),
        "checkpointed[:BUDGET]": lambda b=None: gradients.CheckpointedBPTT(b and _whole(b)),
        "autograd": gradients.Autograd,
    }
    return _made("gradient", text, forms)


def forcing_of(text: str) -> forcing.Forcing:
    """What the output edge carries in training, by name, or ``module:Class`` for one's own.

    Example:
        >>> forcing_of("scheduled:linear:1:0.5:1000:sequence").schedule
        Linear(start=1.0, end=0.5, steps=1000)
    """
    if _is_own_forcing(text):
        return own(text, "forcing", forcing.Forcing, "throughtime.forcing.Forcing")
    forms: Forms = {
        "teacher": forcing.TeacherForcing,
        "free": forcing.FreeRunning,
        "both[:WEIGHT]": lambda w=0.5: forcing.Both(_real(w)),
        "scheduled:constant:EPSILON[:PER]": lambda e, per="token": _scheduled(
            schedules.Constant(_real(e)), per
        ),
        "scheduled:linear:START:END:STEPS[:PER]": lambda a, b, n, per="token": _scheduled(
            schedules.Linear(_real(a), _real(b), _whole(n)), per
        ),
        "scheduled:exponential:K[:PER]": lambda k, per="token": _scheduled(
            schedules.Exponential(_real(k)), per
        ),
        "scheduled:inverse-sigmoid:K[:PER]": lambda k, per="token": _scheduled(
            schedules.InverseSigmoid(_real(k)), per
        ),
    }
    return _made("forcing", text, forms)


def _is_own_forcing(text: str) -> bool:
    built_in = ("teacher", "free", "both", "scheduled")
    return OWN.fullmatch(text) is not None and text.partition(":")[0] not in built_in


def _scheduled(schedule: schedules.Schedule, per: Any) -> forcing.ScheduledSampling:
    if per not in ("token", "sequence"):
        raise ValueError(f"{per!r} is neither 'token' nor 'sequence', which PER can be")
    return forcing.ScheduledSampling(schedule, per=per)


def _made(what: str, text: str, forms: Mapping[str, Callable[..., T]]) -> T:
    words = text.split(":")
    for form, maker in forms.items():
        needed, _, optional = form.partition("[")
        fixed = [word for word in needed.split(":") if not word.isupper()]
        least = len(needed.split(":"))
        if words[: len(fixed)] == fixed and least <= len(words) <= least + bool(optional):
            try:
                return maker(*words[len(fixed) :])
            except ValueError as error:
                raise ValueError(f"{text!r}: {error}; expected {form}") from None
    raise ValueError(f"no {what} {text!r}; expected {_listed(forms)}")


def _whole(word: str | int) -> int:
    try:
        return int(word)
    except ValueError:
        raise ValueError(f"{word!r} is not a whole number") from None


def _real(word: str | float) -> float:
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"{word!r} is not a number") from None


def _dashed(name: str) -> str:
    """The name of a class as it is written in a text: SameAsInput is same-as-input."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).removeprefix("-")


def _listed(names: Mapping[str, object]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}"


CHECKS: dict[str, Callable[[str], object]] = {
    "wiring": wiring,
    "output": lambda text: output(text, size=1),
    "length": lambda text: length(text, longest=1),
    "gradient": gradient,
    "forcing": lambda text: _is_own_forcing(text) or forcing_of(text),  # its code is not run here
    "symbols": lambda text: text_column(text, "text"),
}
"""The function that parses each choice that is a text; it raises a ``ValueError`` if it cannot."""
