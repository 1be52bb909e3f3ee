"""What goes into a model and what comes out: the part of the data that a model is made for."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError, model_validator
from torch import Tensor

from throughtime.data import Dataset, Vocabulary
from throughtime.data.columns import Field, restored
from throughtime.data.flat import Flat
from throughtime.sequence import Sequence


class Signature(BaseModel):
    """The kinds, sizes and symbols of x and y. With it a saved model needs no data to be rebuilt.

    The digest is that of all y and all symbols of x, by which a model knows its own data again.

    Example:
        >>> from throughtime.data import load
        >>> signature = Signature.of(load("digits"))
        >>> signature.x, signature.x_size, signature.y, signature.y_size
        ('sequence', 8, 'value', 10)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    x: Literal["none", "sequence", "vector"]
    x_size: PositiveInt | None
    x_symbols: tuple[str, ...] | None
    picture_shape: tuple[PositiveInt, PositiveInt] | None
    y: Literal["sequence", "value"]
    y_size: PositiveInt
    y_symbols: tuple[str, ...] | None
    running: bool
    digest: str
    x_fields: tuple[dict[str, Any], ...] = ()
    y_field: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Signature:
        for side, size, symbols in (
            ("x", self.x_size, self.x_symbols),
            ("y", self.y_size, self.y_symbols),
        ):
            if symbols is not None and len(set(symbols)) != size:
                raise ValueError(
                    f"{side}_symbols are {len(set(symbols))}, but {side}_size is {size}"
                )
        if (self.x == "none") != (self.x_size is None):
            raise ValueError(f"x is {self.x!r}, but x_size is {self.x_size}")
        if self.picture_shape and self.x_size != self.picture_shape[0] * self.picture_shape[1]:
            raise ValueError(f"picture_shape {self.picture_shape} does not fill x_size")
        if self.y_field is not None:
            self._check_fields([restored(saved) for saved in self.x_fields], restored(self.y_field))
        elif self.x_fields:
            raise ValueError("x_fields are given, but no y_field")
        return self

    def _check_fields(self, of_x: list[Field], of_y: Field) -> None:
        for side, fields, size, symbols, sequence in (
            ("x", of_x, self.x_size, self.x_symbols, self.x == "sequence"),
            ("y", [of_y], self.y_size, self.y_symbols, self.y == "sequence"),
        ):
            if (sum(field.size for field in fields) or None) != size:
                raise ValueError(f"the fields of {side} do not fill {side}_size, {size}")
            if any(field.sequence != sequence for field in fields) or len(fields[1:]) * sequence:
                raise ValueError(f"{side} is no one sequence where its fields are, or they are not")
            own = fields[0].vocabulary if fields and (sequence or side == "y") else None
            if symbols != (None if own is None else own.symbols):
                raise ValueError(f"{side}_symbols are not those of the fields")

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
            digest=_digest(data),
            x_fields=tuple(field.saved() for field in data.x_fields),
            y_field=None if data.y_field is None else data.y_field.saved(),
        )

    def is_of(self, data: Dataset) -> bool:
        """Whether these are the data that it is the signature of.

        The means of numbers may differ in a last digit between machines.
        """
        now, none = Signature.of(data), {"x_fields": (), "y_field": None}
        if self.model_copy(update=none) != now.model_copy(update=none):
            return False
        return len(self.fields) == len(now.fields) and all(
            a.alike(b) for a, b in zip(self.fields, now.fields, strict=True)
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns of x, and last that of y, for data from a file with columns."""
        of_y = () if self.y_field is None else (self.y_field,)
        return tuple(map(restored, (*self.x_fields, *of_y)))

    @property
    def x_vocabulary(self) -> Vocabulary | None:
        """The symbols of x, if it has any."""
        if self.x_fields and self.x == "sequence":
            return self.fields[0].vocabulary
        return None if self.x_symbols is None else Vocabulary(self.x_symbols)

    @property
    def y_vocabulary(self) -> Vocabulary | None:
        """The symbols of y, if it has any."""
        if self.y_field is not None:
            return self.fields[-1].vocabulary
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
            reason = f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
            raise ValueError(  # the file's own words may have lines
                f"{path}: not a run's vocabulary ({' '.join(reason.split())}); it was written by "
                "another version, or damaged"
            ) from None


def _digest(data: Dataset) -> str:
    """Of y, and of x where it is a sequence. Pictures may differ in a last digit between machines
    and still be the same data."""
    digest = hashlib.sha256()
    for part, examples in data.splits.items():
        digest.update(part.encode())
        for values in (examples.x, examples.y):
            if isinstance(values, Sequence):
                digest.update(values.lengths.contiguous().numpy().data)
            if isinstance(values, Flat):  # may be larger than memory
                digest.update(values.flat.numpy().data)
            elif isinstance(values, Sequence):
                digest.update(values.values.contiguous().numpy().tobytes())
        if isinstance(examples.y, Tensor):
            digest.update(examples.y.contiguous().numpy().tobytes())
    return digest.hexdigest()
