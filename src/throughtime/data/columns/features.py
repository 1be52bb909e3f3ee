"""Columns of sets of names, such as several labels in each row, and how files write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from throughtime.data.columns.column import Rows, keys, shown, texts
from throughtime.data.columns.lists import as_list, is_bracketed
from throughtime.data.columns.symbols import Names
from throughtime.data.errors import DataError
from throughtime.data.numbers.number import number
from throughtime.data.storage.flat import Flat
from throughtime.data.vocabularies.absent import absent_set, with_absent
from throughtime.outputs import Bernoulli

MARKS = ("|", ";", ",")
"""The marks between the names of a set in a text, where it is no list."""

LISTS, FLAGS, COLUMNS = "lists", "flags", "columns"
"""The other forms: lists of names; lists of zeros and ones; a column of these for each name."""


class Features(Names):
    """A set of names: a vector of zeros, with ones for the names that are in it.

    As y it is several labels, p(y | x) = Π_k Bernoulli(y_k). A file has the names as a list, or as
    a text with a mark between them: ``Comedy|Drama``. Or it has a list of zeros and ones,
    ``[1, 0, 1]``, in a column called y of the names ``y[0]``, ``y[1]`` and ``y[2]``; or a column
    of zeros and ones for each name.

    Attributes:
        form: which of these it is: lists, one of ``MARKS``, flags, or columns.
        complete: whether a name belongs to the set however rare it is, as a label of y does.

    Example:
        >>> genres = Features("genres")
        >>> genres.see(["Comedy|Drama", "Science Fiction"])
        >>> genres.fit([genres.parse("Comedy|Drama"), genres.parse("Science Fiction")], rare=1)
        >>> genres.encode(genres.parse("Science Fiction | Comedy"))
        tensor([1., 0., 1.])
    """

    kind = "features"
    sequence = False
    closed = True

    def __init__(self, name: str = "", detail: str | None = None) -> None:
        super().__init__(name, detail)
        self.form = LISTS
        self.complete = False

    @classmethod
    def of_columns(cls, names: Sequence[str]) -> Features:
        """The names of those columns that are 1 in a row."""
        column = cls(",".join(names))
        column.form = COLUMNS
        column.know(names)
        return column

    def see(self, values: Sequence[Any]) -> None:
        """Learn from the values of a whole column how it writes a set."""
        self.form = form_of(values)
        if self.form == FLAGS:
            self.know([f"{self.name}[{i}]" for i in range(_usual_length(values))])

    # ---- from a file to a tensor, and back -----------------------------------------------------

    @property
    def sources(self) -> tuple[str, ...]:
        return self.vocabulary.symbols if self.form == COLUMNS else (self.name,)

    def values_in(self, rows: Rows) -> Sequence[Any]:
        if self.form != COLUMNS or self.name in rows.columns:  # they may be joined already
            return rows.column(self.name)
        return list(map(list, zip(*(rows.column(name) for name in self.sources), strict=True)))

    def parse(self, value: Any, folder: Path = Path()) -> list[str]:
        if self.form in (FLAGS, COLUMNS):
            return self._flagged(_listed(value))
        names = self._split(value) if isinstance(value, str) else _listed(value)
        if not isinstance(names, list) or not all(type(n) in (str, int) for n in names):
            raise DataError(f"{shown(value)} is not {self._expected}")
        if not all(str(name).strip() for name in names):
            raise DataError(f"{shown(value)} has an empty name; expected {self._expected}")
        return list(dict.fromkeys(map(str, names)))

    def _split(self, text: str) -> Any:
        """The names in a text; None if it is empty."""
        if not text.strip():
            return None
        if is_bracketed(text):
            return as_list(text)
        return text.split() if self.form == LISTS else _parts(text, self.form)

    @property
    def _expected(self) -> str:
        marked = self.form in MARKS
        written = f"names with {self.form!r} between them" if marked else "a list of names"
        return f"{written} ([] for none)"

    def _flagged(self, values: Any) -> list[str]:
        """The names whose entry is 1."""
        if not isinstance(values, list) or len(values) != self.size:
            raise DataError(f"{shown(values)} is not a list of {self.size} zeros and ones")
        for name, value in zip(self.vocabulary, values, strict=True):
            if flag(value) is None:
                raise DataError(f"{name} is {shown(value)}; expected 0 or 1")
        return [name for name, value in zip(self.vocabulary, values, strict=True) if flag(value)]

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        if self.form in (FLAGS, COLUMNS):  # whose names are known
            return
        counts = Counter(name for names in parsed for name in set(names))
        least = 1 if self.complete else rare
        known = sorted(name for name, count in counts.items() if count >= least)
        if not known:
            raise DataError(f"no name is in {least} rows of training; expected some")
        self.know(known)

    def encode(self, parsed: list[str]) -> Tensor:
        """A vector of zeros and ones; names that are not in training are left out."""
        known = [name for name in parsed if name in self.vocabulary]
        vector = torch.zeros(self.size)
        vector[self.vocabulary.encode(known)] = 1.0
        return vector

    def encode_y(self, parsed: list[str]) -> Tensor:
        absent = [name for name in parsed if name not in self.vocabulary]
        return with_absent(self.encode(parsed).long(), absent)

    def encode_all_y(self, parsed: Sequence[list[str]]) -> Flat | Tensor:
        return self._together([self.encode_y(names) for names in parsed])

    def decode(self, value: Tensor) -> list[str]:
        ones = (value % 2).tolist()
        known = [name for name, one in zip(self.vocabulary, ones, strict=True) if one]
        return known + list(absent_set(value))

    def echo(self, value: Any) -> Any:
        return self.parse(value) if self.form == COLUMNS else value

    # ---- in a model, saved and restored --------------------------------------------------------

    def output(self) -> Bernoulli:  # type: ignore[override]  # of names, the others are categorical
        return Bernoulli(self.size)

    @property
    def takes_rare(self) -> bool:
        return not self.complete and self.form not in (FLAGS, COLUMNS)

    def describe(self) -> str:
        forms = {FLAGS: ", a list of zeros and ones", COLUMNS: ", a column for each", LISTS: ""}
        return self.kind + forms.get(self.form, f" with {self.form!r} between")

    def state(self) -> dict[str, Any]:
        return {"symbols": list(self.vocabulary.symbols), "form": self.form}

    def load_state(self, state: Mapping[str, Any]) -> None:
        symbols, form = keys({"form": LISTS, **state}, "symbols", "form")
        if form not in (LISTS, FLAGS, COLUMNS, *MARKS):
            raise DataError(f"the form {shown(form)}; expected lists, flags, columns or a mark")
        self.form = form
        self.know(texts(symbols))


def form_of(values: Sequence[Any]) -> str:
    """How a column writes its sets: by the mark that most texts have, if they are no lists.

    Example:
        >>> form_of(["Comedy|Drama", "War"]), form_of([["a"], []]), form_of([[1, 0], [0, 1]])
        ('|', 'lists', 'flags')
    """
    if are_flags(values):
        return FLAGS
    of_text = [v for v in values if isinstance(v, str) and not is_bracketed(v)]
    counts = {mark: sum(mark in text for text in of_text) for mark in MARKS}
    most = max(MARKS, key=lambda mark: counts[mark])
    return most if counts[most] else LISTS


def are_flags(values: Sequence[Any], share: float = 0.9) -> bool:
    """Whether values are lists of zeros and ones, equally long, but for a few mistakes.

    Example:
        >>> are_flags(["[1, 0]", "[1, 1]"]), are_flags([[1, 0], [1]]), are_flags([["a", "b"]])
        (True, False, False)
    """
    size, lists = _usual_length(values), map(_listed, values)
    good = sum(
        isinstance(v, list) and len(v) == size and all(flag(n) is not None for n in v)
        for v in lists
    )
    return size > 1 and good >= share * len(values)


def _usual_length(values: Sequence[Any]) -> int:
    """The most frequent length of lists; 0 without any."""
    lengths = Counter(len(v) for v in map(_listed, values) if isinstance(v, list))
    return lengths.most_common(1)[0][0] if lengths else 0


def are_marked_sets(values: Sequence[Any]) -> bool:
    """Whether texts with a mark in them are sets of names for sure: few, in many combinations.

    ``|`` is hardly ever a mark of another kind. Other marks also stand in addresses and sentences,
    whose parts are as many as their combinations, or more.

    Raises:
        DataError: if names with ``|`` between occur again, but may also be parts of texts; or if
            names with another mark between also stand alone.

    Example:
        >>> are_marked_sets(["a|b", "a", "b"] * 10), are_marked_sets(["Bonn, DE", "Rome, IT"] * 20)
        (True, False)
    """
    form = form_of(values)
    if form not in MARKS or not all(isinstance(value, str) for value in values):
        return False
    rows = [_parts(value, form) for value in values]
    names = {name for row in rows for name in row}
    combinations = {frozenset(row) for row in rows}
    few = OFTEN * len(names) <= len(values) and any(len(row) > 1 for row in rows)
    again = form == "|" and not few and AGAIN * len(names) <= sum(map(len, rows))
    sure = few and (form == "|" or len(combinations) > len(names))
    alone = {row[0] for row in rows if len(row) == 1}
    for value, row in zip(values, rows, strict=True):
        if len(row) > 1 and (again or (few and not sure and alone.intersection(row))):
            raise DataError(f"has {shown(value)}, which may be several labels")
    return sure


OFTEN = 10
"""The fewest rows for each name, on average."""

AGAIN = 3
"""Names that occur so often, on average, may well be labels."""


def are_lists_of_names(values: Sequence[Any]) -> bool:
    """Whether lists of texts or whole numbers are sets: none has a name twice, and names are few.

    Example:
        >>> are_lists_of_names([["a", "b"], ["b"], []] * 10), are_lists_of_names([["a", "a"]] * 30)
        (True, False)
    """
    lists = [value for value in map(_listed, values) if isinstance(value, list)]
    names = [name for value in lists for name in value]
    whole = all(type(name) is int and name >= 0 for name in names)
    if not names or not (whole or all(isinstance(name, str) for name in names)):
        return False
    once = all(len(set(value)) == len(value) for value in lists)
    return once and OFTEN * len(set(names)) <= 2 * len(names)


def flag(value: Any) -> bool | None:
    """Whether a cell says yes, as 1 or true, or no, as 0 or false; None if it says another thing.

    Example:
        >>> flag("1"), flag(0.0), flag("TRUE"), flag("maybe")
        (True, False, True, None)
    """
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    found = number(value)
    return bool(found) if found in (0, 1) else None


def _parts(text: str, mark: str) -> list[str]:
    """The names between the marks of a text, which may also stand before and after them all."""
    return [part.strip() for part in text.strip().strip(mark).split(mark)]


def _listed(value: Any) -> Any:
    """The list that a value is, an array or a text; any other value as it is."""
    return value.tolist() if isinstance(value, np.ndarray) else as_list(value)
