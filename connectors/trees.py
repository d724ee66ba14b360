"""Nested JSON → columns, page by page: each page's document is parsed, laid flat and let go before the next one is read.

That keeps memory at one document and, because a document that fits the processor's cache is walked in there, it is twice
as fast as laying many flat together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from connectors.contract import Page
from connectors.exact import read_json
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Records
from connectors.typed import Flatten, OtherShape, TypedRoad

_Flat = dict[str, tuple[dict[str, list[Any]], np.ndarray, Faults]]  # level → columns, parents, faults of one page


@dataclass(frozen=True)
class Branch:
    """Records inside a column of the records above: an order's lines, a line's breakdowns.

    Attributes:
        above: name of the level whose records hold them; None for the records themselves.
        column: that level's column that holds the lists; it is consumed.
        label: what faults call it, as the vendor does.
    """

    flattener: Flattener
    above: str | None = None
    column: str = ""
    label: str = ""


@dataclass
class Level:
    """All records of one level over all pages: their columns, the row above each, and what was wrong with them."""

    columns: dict[str, list[Any]] = field(default_factory=dict)
    parent: np.ndarray = field(default_factory=lambda: np.array([], dtype=np.int64))
    faults: Faults = field(default_factory=lambda: Faults(0))

    @property
    def size(self) -> int:
        return self.faults.size


class Tree:
    """Levels by name, each declared after the one above it; the first has none above."""

    def __init__(self, place: str, branches: Mapping[str, Branch], select: Callable[[Any], Any] | None = None) -> None:
        """``place``: where a document keeps its records (``payload.transactions``); ``select`` finds them where it does not."""
        self._select, self._branches = select or partial(_at, place.split(".")), branches
        described = {name: (branch.flattener.paths, branch.above, branch.column) for name, branch in branches.items()}
        self._typed = TypedRoad(place, described)

    def read(self, pages: Sequence[Page]) -> tuple[dict[str, Level], Records]:
        """Every level over all pages, and the places of the first level's records (their values are not kept)."""
        levels = {name: Level({column: [] for column in branch.flattener.paths}) for name, branch in self._branches.items()}
        parents: dict[str, list[np.ndarray]] = {name: [] for name in self._branches}
        sizes = []
        for at, page in enumerate(pages):
            found = self._read_page(page.body)
            offsets = {name: level.size for name, level in levels.items()}
            for name, (columns, parent, faults) in found.items():
                above = self._branches[name].above
                parents[name].append(parent + (offsets[above] if above else 0))
                levels[name].faults.append(faults)
                for column, values in columns.items():
                    levels[name].columns[column].extend(values)
            sizes.append((at, len(found[next(iter(found))][1])))
        for name, level in levels.items():
            level.parent = np.concatenate(parents[name]) if parents[name] else level.parent
            level.columns = {column: values for column, values in level.columns.items() if len(values) == level.size}  # not the consumed
        return levels, Records.places(sizes)

    def _read_page(self, body: bytes) -> _Flat:
        try:
            return self._lay_flat(self._typed.records(body), {name: _faultless(each) for name, each in self._typed.flatten.items()})
        except OtherShape:
            records = Records.of([(0, self._select(read_json(body)))]).values
            return self._lay_flat(records, {name: branch.flattener for name, branch in self._branches.items()})

    def _lay_flat(self, records: list[Any], flatten: Mapping[str, Callable[[list[Any], Faults], dict[str, list[Any]]]]) -> _Flat:
        found: _Flat = {}
        for name, branch in self._branches.items():
            if branch.above is None:
                items, parent = records, np.arange(len(records))
            else:
                columns, _, faults = found[branch.above]
                items, parent = explode(columns.pop(branch.column), branch.label, faults)
            inner = Faults(len(items))
            found[name] = (flatten[name](items, inner), parent, inner)
        return found


def _faultless(flatten: Flatten) -> Callable[[list[Any], Faults], dict[str, list[Any]]]:
    """Typed records cannot be of the wrong shape, so there is nothing to report."""
    return lambda records, faults: flatten(records)


def _at(steps: Sequence[str], document: Any) -> Any:
    for step in steps:
        document = document.get(step) if isinstance(document, dict) else None
    return document
