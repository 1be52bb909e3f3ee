"""What goes into a model and what comes out: the part of the data that a model is made for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from throughtime.data import Dataset, Vocabulary
from throughtime.sequence import Sequence


class Signature(BaseModel):
    """The kinds, sizes and symbols of x and y. With it a saved model needs no data to be rebuilt.

    Example:
        >>> from throughtime.data import load
        >>> signature = Signature.of(load("digits"))
        >>> signature.x, signature.x_size, signature.y, signature.y_size
        ('sequence', 8, 'value', 10)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    x: Literal["none", "sequence", "vector"]
    x_size: int | None
    x_symbols: tuple[str, ...] | None
    picture_shape: tuple[int, int] | None
    y: Literal["sequence", "value"]
    y_size: int
    y_symbols: tuple[str, ...] | None
    running: bool

    @classmethod
    def of(cls, data: Dataset) -> Signature:
        """The signature of some data."""
        x, y = data.splits["train"].x, data.splits["train"].y
        x_symbols, y_symbols = data.x_vocabulary, data.y_vocabulary
        return cls(
            x="none" if x is None else "sequence" if isinstance(x, Sequence) else "vector",
            x_size=data.x_size,
            x_symbols=None if x_symbols is None else x_symbols.symbols,
            picture_shape=data.picture_shape,
            y="sequence" if isinstance(y, Sequence) else "value",
            y_size=data.output.value_size,
            y_symbols=None if y_symbols is None else y_symbols.symbols,
            running=data.running,
        )

    @property
    def x_vocabulary(self) -> Vocabulary | None:
        """The symbols of x, if it has any."""
        return None if self.x_symbols is None else Vocabulary(self.x_symbols)

    @property
    def y_vocabulary(self) -> Vocabulary | None:
        """The symbols of y, if it has any."""
        return None if self.y_symbols is None else Vocabulary(self.y_symbols)

    def save(self, path: Path) -> None:
        """Write it as readable JSON."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Signature:
        """Read what :meth:`save` wrote.

        Raises:
            ValueError: in one line, if the file is missing or is something else.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ValueError(f"{path}: cannot be read ({error.strerror})") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise ValueError(
                f"{path}: not a run's vocabulary ({where}: {first['msg']}); it was written by "
                "another version, or damaged"
            ) from None
