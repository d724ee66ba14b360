"""A frame of one table seen as NumPy arrays: what the rules are written over (pandas' own operators cost more than the rules)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from transforms.hashing import row_hash
from transforms.money import exponents
from transforms.schema import Kind, SchemaError, Table

KNOWN_CURRENCIES = pa.array(sorted(exponents()))
STAMPED_LATER = ("content_hash",)


@dataclass(frozen=True)
class Broken:
    """Rows that broke one rule in one column; ``expected`` is the value that would have kept it, where there is one."""

    rule: str
    column: str | None
    mask: np.ndarray
    expected: np.ndarray | None = None


class Rows:
    """Typed rows of one table, with ``fault`` beside them.

    Raises:
        SchemaError: a declared column is missing or of another type.
    """

    def __init__(self, table: Table, frame: pd.DataFrame) -> None:
        self.table = table
        self.columns = tuple(column for column in table.columns if column.name not in STAMPED_LATER)
        missing = [column.name for column in self.columns if column.name not in frame]
        if missing:
            raise SchemaError(f"{table.name}: columns missing {missing}; the mapping and transforms/tables disagree")
        names, dtypes = [column.name for column in self.columns], frame.dtypes
        typed = {c.name: table._typed(frame[c.name], c) for c in self.columns if dtypes[c.name] != c.kind.dtype}
        self.frame = (frame[names].assign(**typed) if typed else frame[names]).reset_index(drop=True)
        fault = frame["fault"] if "fault" in frame else pd.Series([None] * len(frame))
        self.faults = pa.array(fault, pa.string(), from_pandas=True)
        self._arrays: dict[str, pa.Array] = {}
        self._words: dict = {}

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, places: np.ndarray) -> Rows:
        kept = object.__new__(Rows)
        kept.table, kept.columns, kept._arrays, kept._words = self.table, self.columns, {}, {}
        kept.frame = self.frame.take(places).reset_index(drop=True)
        kept.faults = self.faults.take(pa.array(places))
        return kept

    def array(self, name: str) -> pa.Array:
        if name not in self._arrays:
            array = pa.array(self.frame[name])
            self._arrays[name] = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        return self._arrays[name]

    def has(self, name: str) -> np.ndarray:
        """Where the column is not null."""
        array = self.array(name)
        return array.is_valid().to_numpy(zero_copy_only=False) if array.null_count else np.ones(len(self), dtype=bool)

    def numbers(self, name: str) -> np.ndarray:
        """int64: the number, the microseconds of an instant, the days of a date; 0 where null."""
        array, kind = self.array(name), self.table.by_name[name].kind
        if kind is Kind.RATE:
            return np.array([int(value.scaleb(8)) if value is not None else 0 for value in array.to_pylist()], dtype=np.int64)
        array = (array.cast(pa.int32()) if kind is Kind.DAY else array).cast(pa.int64())
        return (pc.fill_null(array, 0) if array.null_count else array).to_numpy(zero_copy_only=False)

    def is_in(self, name: str, words: pa.Array) -> np.ndarray:
        return pc.is_in(self.array(name), value_set=words).to_numpy(zero_copy_only=False)

    def equals(self, name: str, text: str) -> np.ndarray:
        return pc.fill_null(pc.equal(self.array(name), text), False).to_numpy(zero_copy_only=False)

    def currency_places(self) -> np.ndarray:
        """Each row's currency as its place in the list of known ones, -1 where null or unknown."""
        return pc.fill_null(pc.index_in(self.array("currency"), value_set=KNOWN_CURRENCIES), -1).to_numpy(zero_copy_only=False)

    @cached_property
    def key(self) -> np.ndarray:
        """One 64-bit number a natural key, scope included."""
        return row_hash(self.table, self.frame, self.table.full_key, known=self._words)

    def link(self, names: tuple[str, ...], known_as: tuple[str, ...]) -> np.ndarray:
        """The key of another table's rows that these columns lead to, comparable with its :attr:`key`."""
        return row_hash(self.table, self.frame, names, known_as, self._words)


def places_of(wanted: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Where each wanted key stands in ``keys`` (unique), -1 where it does not."""
    if not len(keys):
        return np.full(len(wanted), -1)
    order = np.argsort(keys, kind="stable")
    found = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
    return np.where(keys[found] == wanted, found, -1)
