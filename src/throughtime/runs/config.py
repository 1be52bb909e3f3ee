"""The configuration of a training run: every choice as a number or a word, in readable JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from throughtime.data.batching import SYMBOLS
from throughtime.data.columns import text_field
from throughtime.data.formats.json_text import from_json
from throughtime.data.formats.reading import Reading
from throughtime.runs import choices


class ConfigError(ValueError):
    """A configuration that cannot be: the message names the key and what it may be."""


def _readable(read: Callable[[str], object]) -> AfterValidator:
    """Accept a text that ``read`` can read, and keep it as it is."""

    def checked(text: str) -> str:
        read(text)
        return text

    return AfterValidator(checked)


Wiring = Annotated[str, _readable(choices.wiring)]
Output = Annotated[str, _readable(lambda text: choices.output(text, size=1))]
Length = Annotated[str, _readable(lambda text: choices.length(text, longest=1))]
Gradient = Annotated[str, _readable(choices.gradient)]
Forcing = Annotated[str, _readable(choices.forcing_of)]
Symbols = Annotated[str, _readable(lambda text: text_field(text, "text"))]


class Config(BaseModel):
    """What ``throughtime train`` is told. What is left out follows from the data.

    Example:
        >>> Config.read({"dataset": "digits", "cell": "gruu"})
        Traceback (most recent call last):
        ...
        throughtime.runs.config.ConfigError: cell is 'gruu'; expected 'elman', ...
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: str = Field(description="An embedded set, or a file.")
    seed: int = Field(0, ge=0, le=2**31, description="Decides every random number of the run.")
    format: Literal["lines", "running", "table", "conll", "series", "arrays"] | None = Field(
        None,
        description="How a file is read: lines, running (text), table, conll, series or arrays.",
    )
    input: str | None = Field(
        None, description="Columns of x, with commas; each may end in :kind, as in name:characters."
    )
    target: str | None = Field(None, description="The column of y, likewise.")
    split: str | None = Field(
        None, description="A column that says train, valid or test; of a series also COLUMN:POINT."
    )
    valid: str | None = Field(None, description="A file to validate on.")
    test: str | None = Field(None, description="A file to test on.")
    symbols: Symbols | None = Field(
        None, description="What a text is cut into: characters, words, bytes or bpe[:SIZE]."
    )
    rare: int = Field(1, ge=1, description="Symbols seen fewer times in training are unknown.")

    cell: Literal["elman", "elman-relu", "gru", "lstm"] = Field("gru", description="The cell.")
    hidden_size: int = Field(128, ge=1, le=100_000, description="Size of h(t).")
    layers: int = Field(1, ge=1, le=100, description="How many layers of cells.")
    dropout: float | None = Field(
        None, ge=0, lt=1, description="Share of symbols and of h(t) dropped in training."
    )
    wiring: Wiring | None = Field(
        None, description=f"{', '.join(choices.WIRINGS)}; or edges: 'x -> h(t), h(t) -> o(t)'."
    )
    output: Output | None = Field(
        None, description="categorical, bernoulli, normal or mixture:K (K components)."
    )
    length: Length | None = Field(
        None, description="end-of-sequence, halt, predicted[:N], same-as-input or unending."
    )
    initial_state: Literal["zeros", "learned"] = Field("zeros", description="h(0).")

    gradient: Gradient = Field(
        "full", description="full, truncated:K, checkpointed[:BUDGET] or autograd."
    )
    forcing: Forcing = Field(
        "teacher",
        description="teacher, free, both[:WEIGHT], scheduled:constant:EPSILON, "
        "scheduled:linear:START:END:STEPS, scheduled:exponential:K or "
        "scheduled:inverse-sigmoid:K; a schedule may end in :token or :sequence.",
    )
    batch_size: int | None = Field(None, ge=1, description="Rows, or streams of running text.")
    batch_symbols: int = Field(
        SYMBOLS, ge=1, description="Most steps of a batch, padding included."
    )
    steps: int | None = Field(None, ge=1, description="Steps in a chunk of running text.")
    learning_rate: float | None = Field(
        None, gt=0, description="AdamW's, before it decays to zero."
    )
    weight_decay: float = Field(0.1, ge=0, description="AdamW's.")
    clip: float = Field(1.0, gt=0, description="Largest norm of the gradient.")
    epochs: int | None = Field(None, ge=1, description="How often to go through the data.")
    max_steps: int | None = Field(None, ge=1, description="Stop after so many updates.")
    max_seconds: float | None = Field(None, gt=0, description="Stop after so much training time.")
    patience: int = Field(20, ge=1, description="Stop after so many epochs without a better one.")
    threads: int | None = Field(None, ge=1, le=1024, description="Threads of torch.")

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Config:
        """A configuration from keys and values.

        Raises:
            ConfigError: in one line, if a key is unknown or a value cannot be.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise ConfigError("; ".join(_reason(dict(e)) for e in error.errors())) from None

    @classmethod
    def load(cls, path: Path) -> Config:
        """A configuration from a JSON file.

        Raises:
            ConfigError: if the file is missing or is not such a configuration.
        """
        try:
            values = from_json(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise ConfigError(f"{path}: not a JSON file ({error}); expected an object") from None
        if not isinstance(values, dict):
            raise ConfigError(f"{path}: a {type(values).__name__}; expected a JSON object of keys")
        try:
            return cls.read(values)
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None

    def save(self, path: Path) -> None:
        """Write it as readable JSON, the defaults included."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @property
    def reading(self) -> Reading:
        """How the file is read."""
        return Reading(**{name: getattr(self, name) for name in Reading.__dataclass_fields__})

    def but(self, **values: Any) -> Config:
        """The same with other values for some keys.

        Example:
            >>> Config(dataset="digits").but(seed=3).seed
            3
        """
        return self.read({**self.model_dump(), **values})


def _reason(error: Mapping[str, Any]) -> str:
    """One line for one of pydantic's errors: the key, what it was, what it may be."""
    key = str(error["loc"][0]) if error["loc"] else "a key"
    if error["type"] == "extra_forbidden":
        return f"no key {key!r}; the keys are {', '.join(Config.model_fields)}"
    if error["type"] == "missing":
        return f"no {key} is given; expected one"
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{key}: {message}"
    message = message[0].lower() + message[1:]
    message = message.removeprefix("input should be ")
    return f"{key} is {error['input']!r}; expected {message}"
