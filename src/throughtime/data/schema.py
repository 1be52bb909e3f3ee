"""The schema of a data set: which columns x and y are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from throughtime.data.columns import Column, Label, Number, restored, saved
from throughtime.data.columns.measured import Measured
from throughtime.data.errors import DataError
from throughtime.data.vocabularies.vocabulary import Vocabulary
from throughtime.lengths import EndOfSequence, Length, SameAsInput, Unending
from throughtime.outputs import Output
from throughtime.wiring import (
    HIDDEN_TO_HIDDEN,
    SEQUENCE_TO_VECTOR,
    VECTOR_TO_SEQUENCE,
    Edge,
    Wiring,
)

Y_ALONE = Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
"""The wiring for sequences without an x: only the state and the value before enter h(t)."""


@dataclass(frozen=True, eq=False)
class Schema:
    """The columns of x and y; a model's sizes and its usual choices follow from them.

    Args:
        x: the columns of x: one sequence or picture; or labels, numbers and vectors, concatenated
            to one vector; empty if there is no x.
        y: the column of y.
        running: y is one long row without an end, such as a text or a series.
        static: of several series, what does not change within each.

    Raises:
        DataError: if the columns cannot form one x, or there is no model for such x and y.

    Example:
        >>> from throughtime.data.columns import Label, Words
        >>> title, country = Words("title").know(["a", "cat"]), Label("country").know(["be", "nl"])
        >>> schema = Schema((title,), country)
        >>> schema.x_size, schema.output, schema.wiring(aligned=False) == SEQUENCE_TO_VECTOR
        (2, Categorical(symbols=2), True)
    """

    x: tuple[Column, ...]
    y: Column
    running: bool = False
    static: Column | None = None

    def __post_init__(self) -> None:
        if len(self.x) > 1 and any(column.alone for column in self.x):
            raise DataError(
                "x is one sequence, one picture, or labels and numbers together; got "
                + ", ".join(f"{column.name} as {column.kind}" for column in self.x)
            )
        self.y.output()
        if not self.y.sequence and not self.x_is_sequence:
            raise DataError(self._no_sequence())
        if self.running and (self.x or not self.y.sequence):
            raise DataError("a long row without an end is a sequence y that has no x")

    def _no_sequence(self) -> str:
        """Why there is no model, and what to do: other words for numbers, which are no symbols."""
        several = "which column says of which one a row is: --sequence NAME"
        if not self.x or not all(isinstance(column, Number) for column in self.x):
            return (
                "neither x nor y is a sequence, so there is nothing for a recurrent net; say which "
                "column is a sequence, for instance --input NAME:characters, or NAME:rows for a "
                "picture that is read row by row; or, if a sequence is several rows, "
                f"{several}"
            )
        names = [column.name for column in (*self.x, self.y)]
        series = (
            "; if the rows are one series, say so, and whether x is known in the future: --time "
            f"COLUMN --input {','.join(f'{n}:known' for n in names[:-1])} --target {names[-1]}"
        )
        return (
            "x is numbers, one of each in a row, and y is no sequence either; if a sequence is "
            f"several rows, say {several}{series if isinstance(self.y, Number) else ''}"
        )

    # ---- sizes ---------------------------------------------------------------------------------

    @property
    def y_is_label(self) -> bool:
        """Whether y is one label for each row."""
        return isinstance(self.y, Label)

    @property
    def of_series(self) -> bool:
        """Whether each row is a series in time, with a scale of its own."""
        return isinstance(self.y, Measured)

    @property
    def of_innovations(self) -> bool:
        """Whether y is what a linear model leaves of each series."""
        return isinstance(self.y, Measured) and self.y.linear is not None

    @property
    def x_is_sequence(self) -> bool:
        """Whether x has steps, x(t); otherwise it is one vector, or nothing."""
        return bool(self.x) and self.x[0].sequence

    @property
    def x_size(self) -> int | None:
        """Size of x(t) or of the vector x; of symbols, how many there are. None without x."""
        return sum(column.size for column in self.x) or None

    @property
    def x_vocabulary(self) -> Vocabulary | None:
        """The symbols of a sequence x, if it has any."""
        return self.x[0].vocabulary if self.x_is_sequence else None

    @property
    def picture_shape(self) -> tuple[int, int, int] | None:
        """Channels, rows and columns of pixels, if x is a picture that is seen as a whole."""
        return self.x[0].picture_shape if self.x and not self.x_is_sequence else None

    @property
    def y_vocabulary(self) -> Vocabulary | None:
        """The symbols of y, if it has any."""
        return self.y.vocabulary

    # ---- the usual model -----------------------------------------------------------------------

    @property
    def output(self) -> Output:
        """The output that gives the distribution of each y(t)."""
        return self.y.output()

    def wiring(self, aligned: bool) -> Wiring:
        """The usual wiring for such x and y.

        From a sequence to one value (Goodfellow et al. 2016, figure 10.5); a sequence without x;
        from a vector to a sequence (figure 10.9); between sequences of the same lengths (figure
        10.3) or of different lengths, by an encoder and a decoder (figure 10.12).

        Args:
            aligned: whether y has a value for each step of x.
        """
        if not self.y.sequence:
            return SEQUENCE_TO_VECTOR
        if self.of_series:
            more = [Edge.INPUT] * bool(self.x) + [Edge.VECTOR] * (self.static is not None)
            return Wiring(*Y_ALONE, *more)
        if not self.x:
            return Y_ALONE
        return HIDDEN_TO_HIDDEN if aligned else VECTOR_TO_SEQUENCE

    def length(self, aligned: bool) -> Length | None:
        """How τ is usually decided; None if y is one value."""
        if not self.y.sequence:
            return None
        if aligned:
            return SameAsInput()
        # Real values have no end symbol: a density cannot be compared with a probability.
        ends = self.y.vocabulary is not None and not self.running
        return EndOfSequence() if ends else Unending()

    # ---- saved and restored --------------------------------------------------------------------

    def saved(self) -> dict[str, Any]:
        """The columns with all that they have learned, for JSON."""
        return {
            "x": [saved(column) for column in self.x],
            "y": saved(self.y),
            "running": self.running,
            "static": None if self.static is None else saved(self.static),
        }

    @classmethod
    def restored(cls, state: object) -> Schema:
        """The schema from the state that :meth:`saved` gave.

        Raises:
            DataError: if the state is damaged.
        """
        if not isinstance(state, Mapping) or set(state) != {"x", "y", "running", "static"}:
            raise DataError("not a schema; expected an object with x, y, running and static")
        x, running = state["x"], state["running"]
        if not isinstance(x, list) or not isinstance(running, bool):
            raise DataError("x is not a list of columns, or running is neither true nor false")
        static = None if state["static"] is None else restored(state["static"])
        return cls(tuple(map(restored, x)), restored(state["y"]), running, static)

    def alike(self, other: Schema) -> bool:
        """Whether both are equal, up to the last digits of means and standard deviations, which
        differ between machines."""
        return (
            self.running == other.running
            and len(self.x) == len(other.x)
            and all(a.alike(b) for a, b in zip(self.x, other.x, strict=True))
            and self.y.alike(other.y)
            and (self.static is None) == (other.static is None)
            and (self.static is None or other.static is None or self.static.alike(other.static))
        )
