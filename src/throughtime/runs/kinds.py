"""What each option may be: its type, its limits, and the line that describes it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from throughtime.runs.own import OWN
from throughtime.whole import MOST


def _checked_by(choice: str) -> AfterValidator:
    """Accept a text that the parser of this choice in :mod:`~throughtime.runs.choices` accepts."""

    def checked(text: str) -> str:
        from throughtime.runs import choices  # here, since it imports torch

        choices.CHECKS[choice](text)
        return text

    return AfterValidator(checked)


BUILT_IN = (
    *("elman", "elman-relu", "ind-rnn"),
    *("gru", "layer-norm-gru", "min-gru"),
    *("lstm", "layer-norm-lstm", "min-lstm", "peephole-lstm"),
)
"""The cells by name."""

OPTIMISERS = ("adamw",)
"""The optimisers by name."""

SCHEDULES = ("cosine", "linear", "constant")
"""The schedules of the learning rate by name."""


def _named_or_own(names: tuple[str, ...]) -> AfterValidator:
    """Accept one of the names, or a class of one's own."""

    def checked(text: str) -> str:
        if text not in names and not OWN.fullmatch(text):
            named = ", ".join(map(repr, names))
            raise PydanticCustomError("name", f"{named}, or module:Class for your own")
        return text

    return AfterValidator(checked)


def _device_name(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|(cuda|xpu)(:\d+)?", text):
        raise PydanticCustomError("device", "auto, cpu, cuda, cuda:1, mps or xpu")
    return text


Data = Annotated[str, Field(description="An embedded set, or a file.")]
Seed = Annotated[
    int, Field(ge=0, le=2**31, description="Seed of all random numbers of the run [0].")
]
SplitSeed = Annotated[
    int, Field(ge=0, le=2**31, description="Decides which rows are held out [the seed].")
]
Format = Annotated[
    Literal["lines", "running", "table", "conll", "series", "arrays", "fasta", "fasttext", "ucr"],
    Field(
        description="How a file is read: lines, running (text), table, conll, series, arrays, "
        "fasta (FASTQ too), fasttext, or ucr (a class and a series in each line)."
    ),
]
Input = Annotated[
    str,
    Field(
        description="Columns of x, separated by commas; each may end in :kind, as name:characters.",
    ),
]
Target = Annotated[str, Field(description="The column of y, which may end in :kind.")]
Split = Annotated[
    str,
    Field(description="A column that says train, valid or test; of a series also COLUMN:POINT."),
]
Valid = Annotated[str, Field(description="A file to validate on.")]
Test = Annotated[str, Field(description="A file to test on.")]
Symbols = Annotated[
    str,
    _checked_by("symbols"),
    Field(description="Symbols of a text: characters, words, bytes or bpe[:SIZE]."),
]
Rare = Annotated[
    int, Field(ge=1, description="Symbols seen fewer times in training are unknown [1].")
]
Header = Annotated[
    bool,
    Field(description="yes if the first line of a table names its columns, no if it is a row."),
]
Decimal = Annotated[
    Literal[".", ","],
    Field(description="The decimal mark of a table's numbers; the other one marks thousands."),
]
SequenceBy = Annotated[
    str, Field(description="Column that says which rows, in their order, are one sequence.")
]
TimeBy = Annotated[
    str, Field(description="Column of the time, of one or several series in a table.")
]
SeriesBy = Annotated[
    str, Field(description="Column that says of which series a row is; columns: each is one.")
]
Calendar = Annotated[
    str,
    Field(
        description="Of several series, inputs of the time: hour, weekday, month, year, "
        "holidays:DE; or none."
    ),
]
Images = Annotated[str, Field(description="The folder of the pictures that a file names.")]
Pixels = Annotated[
    int,
    Field(ge=4, le=1024, description="The longest side of a picture; larger ones are scaled [64]."),
]
CellName = Annotated[
    str,
    _named_or_own(BUILT_IN),
    Field(
        description=f"{', '.join(BUILT_IN)}; or one of your own, module:Class or "
        "module:Class(name=value) [gru]."
    ),
]
HiddenSize = Annotated[int, Field(ge=1, le=100_000, description="Size of h(t) [128].")]
Layers = Annotated[int, Field(ge=1, le=100, description="How many layers of cells [1].")]
Dropout = Annotated[
    float,
    Field(ge=0, lt=1, description="Share of symbols and of h(t) dropped in training."),
]
WiringText = Annotated[
    str,
    _checked_by("wiring"),
    Field(
        description="hidden-to-hidden, output-to-hidden, sequence-to-vector, vector-to-sequence, "
        "hidden-and-output-to-hidden, unconditional; or edges, with tau for τ: "
        "'x -> h(t), h(t) -> o(t)', 'x(t) -> h(t), h(t-1) -> h(t), h(tau) -> o'.",
    ),
]
OutputText = Annotated[
    str,
    _checked_by("output"),
    Field(
        description="categorical, bernoulli, normal, mixture:K (K components), student-t (heavy "
        "tails) or multivariate-normal[:RANK] (dependent entries); of counts poisson or "
        "negative-binomial, both also zero-inflated-…; of positive numbers gamma or log-normal; "
        "of shares beta."
    ),
]
LengthText = Annotated[
    str,
    _checked_by("length"),
    Field(description="end-of-sequence, halt, predicted[:N], same-as-input or unending."),
]
InitialState = Annotated[Literal["zeros", "learned"], Field(description="h(0) [zeros].")]
GradientText = Annotated[
    str,
    _checked_by("gradient"),
    Field(description="full, truncated:K, checkpointed[:BUDGET] or autograd [full]."),
]
ForcingText = Annotated[
    str,
    _checked_by("forcing"),
    Field(
        description="teacher, free, both[:WEIGHT], scheduled:constant:EPSILON, "
        "scheduled:linear:START:END:STEPS, scheduled:exponential:K or "
        "scheduled:inverse-sigmoid:K; a schedule may end in :token or :sequence; or module:Class "
        "for your own [teacher].",
    ),
]
BatchSize = Annotated[int, Field(ge=1, le=MOST, description="Rows, or streams of running text.")]
BatchSymbols = Annotated[
    int, Field(ge=1, le=MOST, description="Most steps of a batch, padding included [65536].")
]
Steps = Annotated[int, Field(ge=1, le=MOST, description="Steps in a chunk of running text.")]
LearningRate = Annotated[
    float, Field(gt=0, description="Of the optimiser, at the peak of its schedule.")
]
OptimiserName = Annotated[
    str,
    _named_or_own(OPTIMISERS),
    Field(
        description="adamw; or another, as torch.optim:SGD(momentum=0.9), which takes a "
        "--learning-rate [adamw]."
    ),
]
ScheduleName = Annotated[
    str,
    _named_or_own(SCHEDULES),
    Field(
        description="How the learning rate falls where training ends: cosine or linear to zero, "
        "constant, or module:Class for your own [cosine]."
    ),
]
WeightDecay = Annotated[float, Field(ge=0, description="Weight decay of AdamW [0.1].")]
ClassWeights = Annotated[
    Literal["balanced"],
    Field(description="balanced: rare labels weigh more in the loss, n / (k n_c) [all the same]."),
]
Clip = Annotated[float, Field(gt=0, description="Largest norm of the gradient [1.0].")]
Epochs = Annotated[int, Field(ge=1, description="Number of passes over the training data.")]
MaxSteps = Annotated[int, Field(ge=1, description="Stop after so many updates.")]
MaxSeconds = Annotated[float, Field(gt=0, description="Stop after so much training time.")]
SaveEvery = Annotated[
    float, Field(gt=0, description="Minutes from one save to the next inside an epoch [5].")
]
Patience = Annotated[
    int, Field(ge=1, description="Stop after so many epochs that validate no better [20].")
]
Threads = Annotated[int, Field(ge=1, le=1024, description="Threads of torch.")]
DeviceName = Annotated[
    str,
    AfterValidator(_device_name),
    Field(
        description="Where to compute: auto, cpu, cuda, cuda:1, mps, … [cpu].",
    ),
]
Precision = Annotated[
    Literal["float32", "bfloat16", "float64"],
    Field(
        description="float32, bfloat16 (products in training; probabilities are float32) or "
        "float64 [float32].",
    ),
]

WarmStart = Annotated[
    str,
    Field(description="A run to start from: weights that fit by column and name are taken."),
]
Vectors = Annotated[
    str,
    Field(
        description="A file of word vectors to start words from: GloVe's text, .vec, .safetensors."
    ),
]
Freeze = Annotated[
    str,
    Field(
        description="Parts that are not trained, separated by commas: U, R, S, C, V, cell, "
        "initial, encoder."
    ),
]
