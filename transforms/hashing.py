"""The content hash: one 64-bit number for what a row means, the same on every machine and in any row order.

Each column's value is hashed with its column's name, nulls count nothing, and the sum is mixed once more. So null and
"" differ, a value that moves to another column changes the hash, and a new column that is null changes none.
A parent's hash also holds its children's as a sum, which knows no order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema import Column, Kind, SchemaError, Table
from transforms.tables import CANONICAL

_INT64 = pd.ArrowDtype(pa.int64())


def stamp_hash(table: Table, frame: pd.DataFrame, children: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """Return ``frame`` with ``content_hash``.

    Args:
        frame: rows of ``table``; needs the columns of ``table.content``, may have others.
        children: for a parent, frames of tables whose ``parent`` it is; rows without a parent in ``frame`` count nowhere.
    Raises:
        SchemaError: a content column is missing, or a frame is no child of this table.
    """
    total = row_hash(table, frame, table.content)
    if children:
        own = row_hash(table, frame, table.full_key)
        for name, rows in children.items():
            total = total + _set_hash(table, own, CANONICAL[name], rows)
        total = _mix(total)
    return frame.assign(content_hash=pd.Series(total.view(np.int64), index=frame.index).astype(_INT64))


def row_hash(
    table: Table, frame: pd.DataFrame, names: Iterable[str], known_as: Iterable[str] | None = None, known: dict | None = None,
) -> np.ndarray:
    """64-bit hash (uint64) of some of each row's columns.

    Args:
        known_as: names to hash the columns under where they are called otherwise (a child's parent key).
        known: keeps what was found for each column of this very frame, for callers that hash it several times.
    Raises:
        SchemaError: a column is missing or of another type than declared.
    """
    names, known = tuple(names), {} if known is None else known
    total = np.zeros(len(frame), dtype=np.uint64)
    for name, alias in zip(names, tuple(known_as or names), strict=True):
        if name not in frame:
            raise SchemaError(f"{table.name}: column {name} is missing, so its rows cannot be hashed")
        if name not in known:
            known[name] = _words(frame[name], table.by_name[name])
        total += _seeded(*known[name], _seed(alias))
    return _mix(total)


def _set_hash(parent: Table, parent_keys: np.ndarray, table: Table, rows: pd.DataFrame) -> np.ndarray:
    """Per parent row, one number for the set of its rows in a child table."""
    if table.parent != parent.name:
        raise SchemaError(f"{table.name} are not children of {parent.name}")
    found = np.zeros(len(parent_keys), dtype=np.uint64)
    if not len(rows):
        return found
    known: dict = {}
    contents = _mix(row_hash(table, rows, table.content, known=known) ^ _seed(table.name))
    keys = row_hash(table, rows, table.full_parent_key, parent.full_key, known)
    order = np.argsort(keys, kind="stable")
    keys, starts = np.unique(keys[order], return_index=True)
    sums = np.add.reduceat(contents[order], starts)
    place = np.minimum(np.searchsorted(keys, parent_keys), len(keys) - 1)
    is_met = keys[place] == parent_keys
    found[is_met] = _mix(sums[place[is_met]] ^ _seed(table.name))
    return found


def _words(values: pd.Series, column: Column) -> tuple[np.ndarray, np.ndarray | None]:
    """64 bits a value, and where it is null (None: nowhere)."""
    array = _arrow(values, column)
    return _bits(array, column.kind), array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None


def _seeded(words: np.ndarray, is_null: np.ndarray | None, seed: np.uint64) -> np.ndarray:
    hashed = _mix(words + seed)
    if is_null is not None:
        hashed[is_null] = 0
    return hashed


def _arrow(values: pd.Series, column: Column) -> pa.Array:
    array = pa.array(values, column.kind.arrow, from_pandas=True) if values.dtype != column.kind.dtype else pa.array(values)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _bits(array: pa.Array, kind: Kind) -> np.ndarray:
    """64 bits a value (anything where it is null)."""
    if kind in (Kind.TEXT, Kind.RATE):
        encoded = (array if kind is Kind.TEXT else array.cast(pa.string())).dictionary_encode()
        words = pd.util.hash_array(encoded.dictionary.to_numpy(zero_copy_only=False).astype(object), categorize=False)
        places = pc.fill_null(encoded.indices, 0).to_numpy(zero_copy_only=False)
        return words[places] if len(words) else np.zeros(len(array), dtype=np.uint64)
    wide = array.cast(pa.int32()) if kind is Kind.DAY else array
    return pc.fill_null(wide.cast(pa.int64()), 0).to_numpy(zero_copy_only=False).view(np.uint64)


@cache
def _seed(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))


def _mix(values: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser: every input bit moves every output bit."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
