"""Lists of JSON records → columns, without an object or a dictionary per row.

A :class:`Flattener` is told column names and dotted paths once and generates the straight-line code that walks every
shared prefix once. Records of the wrong shape take a slow road that finds out what is wrong with which of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

LONGEST_VALUE = 60
_NOTHING: dict[str, Any] = {}


class Faults:
    """Why values of some rows could not be read: at most a few sentences a row, most rows none."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._by_row: dict[int, list[str]] = {}

    def add(self, row: int, column: str, why: str) -> None:
        self._by_row.setdefault(row, []).append(f"{column}: {why}")

    def add_value(self, row: int, column: str, value: Any, why: str) -> None:
        """Record ``column: 'value' why``, the value shortened."""
        shown = value if isinstance(value, str) else type(value).__name__ if isinstance(value, dict | list) else str(value)
        shown = shown if len(shown) <= LONGEST_VALUE else shown[: LONGEST_VALUE - 1] + "…"
        self.add(row, column, f"{shown.encode('utf-8', 'replace').decode()!r} {why}")

    def lift(self, children: Faults, parent: np.ndarray, label: str) -> None:
        """Put a child's faults on its parent's row too: an order with an unreadable line is not a whole order."""
        for row, sentences in sorted(children._by_row.items()):
            self._by_row.setdefault(int(parent[row]), []).extend(f"{label}.{sentence}" for sentence in sentences)

    def spread(self, parents: Faults, parent: np.ndarray, label: str) -> None:
        """Put a parent's faults on its children: lines of an order that cannot be stored cannot be stored either."""
        if parents._by_row:
            for row, above in enumerate(parent.tolist()):
                if above in parents._by_row and row not in self._by_row:
                    self._by_row[row] = [f"{label}: {parents._by_row[above][0]}"]

    def append(self, more: Faults) -> None:
        """Lay the faults of further rows behind these."""
        self._by_row |= {self.size + row: sentences for row, sentences in more._by_row.items()}
        self.size += more.size

    def column(self) -> pa.Array:
        """One text a row: its faults joined by ``; ``, null where there are none."""
        if not self._by_row:
            return pa.nulls(self.size, pa.string())
        return pa.array([("; ".join(self._by_row[row]) if row in self._by_row else None) for row in range(self.size)], pa.string())


class Flattener:
    """Column name → dotted path, compiled. ``Flattener({"total": "proceeds.grandTotal.amount"})(records, faults)``.

    A missing or null step gives None; a step that is there but no object gives None and a fault.
    """

    def __init__(self, paths: Mapping[str, str]) -> None:
        self.paths = dict(paths)
        self._paths = {name: path.split(".") for name, path in paths.items()}
        self._fast = _compile(self._paths)

    def __call__(self, records: Sequence[Any], faults: Faults) -> dict[str, list[Any]]:
        try:
            return self._fast(records)
        except (AttributeError, TypeError):
            return self._slow(records, faults)

    def _slow(self, records: Sequence[Any], faults: Faults) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {name: [None] * len(records) for name in self._paths}
        for row, record in enumerate(records):
            if not isinstance(record, dict):
                faults.add_value(row, "record", record, "is not an object")
                continue
            wrong = {step for name, path in self._paths.items() for step in _walk(record, path, columns[name], row)}
            for step in sorted(wrong):
                faults.add(row, step, "is not an object")
        return columns


def _walk(record: dict[str, Any], path: list[str], column: list[Any], row: int) -> list[str]:
    value: Any = record
    for depth, step in enumerate(path):
        if value is None:
            return []
        if not isinstance(value, dict):
            return [".".join(path[:depth])]
        value = value.get(step)
    column[row] = value
    return []


def _compile(paths: Mapping[str, list[str]]):
    lines, known = ["def flatten(records):"], {(): "records"}
    for path in paths.values():
        for depth in range(1, len(path)):
            prefix = tuple(path[:depth])
            if prefix not in known:
                known[prefix] = f"level{len(known)}"
                lines.append(f"    {known[prefix]} = [record.get({prefix[-1]!r}) or nothing for record in {known[prefix[:-1]]}]")
    lines.append("    return {")
    lines += [f"        {name!r}: [record.get({path[-1]!r}) for record in {known[tuple(path[:-1])]}]," for name, path in paths.items()]
    lines.append("    }")
    scope: dict[str, Any] = {"nothing": _NOTHING}
    exec("\n".join(lines), scope)  # our own declared paths, quoted by repr; no input of others reaches this
    return scope["flatten"]


def explode(lists: Sequence[Any], column: str, faults: Faults) -> tuple[list[Any], np.ndarray]:
    """Lay nested lists end to end: all their items, and for each the index of the row it came from.

    None is an empty list; anything that is no list counts as empty and is a fault of its row.
    """
    rows: Sequence[Any] = [values or () for values in lists]
    if not {type(values) for values in rows} <= {list, tuple}:
        rows = [_as_list(values, row, column, faults) for row, values in enumerate(rows)]
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    return list(chain.from_iterable(rows)), np.repeat(np.arange(len(rows)), lengths)


def _as_list(values: Any, row: int, column: str, faults: Faults) -> Sequence[Any]:
    if isinstance(values, list | tuple):
        return values
    faults.add_value(row, column, values, "is not a list")
    return ()


def first_child(parent: np.ndarray, size: int) -> pa.Array:
    """For each parent row the row of its first child, null where it has none; to ``take`` from a column of the children."""
    found = np.full(size, -1)
    found[parent[::-1]] = np.arange(len(parent))[::-1]
    return pa.array(np.maximum(found, 0), mask=found < 0)


def sums(parent: np.ndarray, values: pa.Array, size: int) -> pa.Array:
    """Add up integers by parent row: 0 where a parent has none, null where one of its values is null."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, parent, values.fill_null(0).to_numpy(zero_copy_only=False))
    holes = np.zeros(size, dtype=bool)
    if values.null_count:
        holes[parent[values.is_null().to_numpy(zero_copy_only=False)]] = True
    return pa.array(total, mask=holes)
