"""What x and y are: the columns that each is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from throughtime.data.columns import Column, restored, saved
from throughtime.data.errors import DataError
from throughtime.data.vocabulary import Vocabulary
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
"""The wiring for sequences without an x: what came before, and nothing else, enters h(t)."""


@dataclass(frozen=True, eq=False)
class Schema:
    """The one description of x and y, from which a model's sizes and its usual choices follow.

    Args:
        x: the columns of x: one sequence or picture, or several labels, numbers and vectors side by
            side in one vector; none where y stands alone.
        y: the column of y.
        running: y is one long row without an end, as a text or a series.

    Raises:
        DataError: if such columns make no x, or no model gives such a y of such an x.

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

    def __post_init__(self) -> None:
        if len(self.x) > 1 and any(column.alone for column in self.x):
            raise DataError(
                "x is one sequence, one picture, or labels and numbers together; got "
                + ", ".join(f"{column.name} as {column.kind}" for column in self.x)
            )
        self.y.output()
        if not self.y.sequence and not self.x_is_sequence:
            raise DataError(
                "neither x nor y is a sequence, so there is nothing for a recurrent net; say which "
                "column is, for instance --input NAME:characters"
            )
        if self.running and (self.x or not self.y.sequence):
            raise DataError("a long row without an end is a sequence y that has no x")

    # ---- sizes ---------------------------------------------------------------------------------

    @property
    def x_is_sequence(self) -> bool:
        """Whether x has steps, x(t); otherwise it is one vector, or nothing."""
        return bool(self.x) and self.x[0].sequence

    @property
    def x_size(self) -> int | None:
        """Size of x(t) or of the vector x, of symbols how many there are; None without x."""
        return sum(column.size for column in self.x) or None

    @property
    def x_vocabulary(self) -> Vocabulary | None:
        """The symbols of a sequence x, if it has any."""
        return self.x[0].vocabulary if self.x_is_sequence else None

    @property
    def picture_shape(self) -> tuple[int, int] | None:
        """Rows and columns of the picture that x is, if it is one."""
        return self.x[0].picture_shape if self.x else None

    @property
    def y_vocabulary(self) -> Vocabulary | None:
        """The symbols of y, if it has any."""
        return self.y.vocabulary

    # ---- the model that suits ------------------------------------------------------------------

    @property
    def output(self) -> Output:
        """What each y(t) is drawn from."""
        return self.y.output()

    def wiring(self, aligned: bool) -> Wiring:
        """The usual wiring: a value of a sequence (Goodfellow et al. 2016, figure 10.5), a
        sequence alone, of a vector (10.9), of a sequence of its own lengths (10.3), or of another
        one by an encoder and a decoder (10.12).

        Args:
            aligned: whether y has a value for each step of x.
        """
        if not self.y.sequence:
            return SEQUENCE_TO_VECTOR
        if not self.x:
            return Y_ALONE
        return HIDDEN_TO_HIDDEN if aligned else VECTOR_TO_SEQUENCE

    def length(self, aligned: bool) -> Length | None:
        """How τ is usually decided; None where y is one value."""
        if not self.y.sequence:
            return None
        if aligned:
            return SameAsInput()
        # of real values nothing says an end: a density cannot be weighed against a probability
        ends = self.y.vocabulary is not None and not self.running
        return EndOfSequence() if ends else Unending()

    # ---- saved and restored --------------------------------------------------------------------

    def saved(self) -> dict[str, Any]:
        """The columns with all that they have learned, as JSON can have them."""
        return {
            "x": [saved(column) for column in self.x],
            "y": saved(self.y),
            "running": self.running,
        }

    @classmethod
    def restored(cls, said: object) -> Schema:
        """The schema that :meth:`saved` has said.

        Raises:
            DataError: in one line, if it says something else.
        """
        if not isinstance(said, Mapping) or set(said) != {"x", "y", "running"}:
            raise DataError("no schema; expected an object with x, y and running")
        x, running = said["x"], said["running"]
        if not isinstance(x, list) or not isinstance(running, bool):
            raise DataError("x is no list of columns, or running is neither true nor false")
        return cls(tuple(map(restored, x)), restored(said["y"]), running)

    def alike(self, other: Schema) -> bool:
        """Whether both say the same, but for what differs between machines: the last digit of a
        mean."""
        return (
            self.running == other.running
            and len(self.x) == len(other.x)
            and all(a.alike(b) for a, b in zip(self.x, other.x, strict=True))
            and self.y.alike(other.y)
        )
