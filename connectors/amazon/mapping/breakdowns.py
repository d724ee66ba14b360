"""The trees of amounts in a transaction → their leaves, level by level, each with its place and the types on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from connectors import columns
from connectors.flatten import Faults, Flattener, explode

_NODE = Flattener({
    "type": "breakdownType", "amount": "breakdownAmount.currencyAmount", "currency": "breakdownAmount.currencyCode",
    "children": "breakdowns",
})


@dataclass
class Leaves:
    """Amounts that are not split any further.

    Attributes:
        owner: row of the transaction; ``item``: row of the item among all items, -1 for the transaction's own.
        path: 0-based place, ``i0/1/0`` (item 0, its breakdown 1, its child 0) or ``t/0/1``.
        types: breakdown types from the root to the leaf.
    """

    owner: list[int] = field(default_factory=list)
    item: list[int] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    types: list[tuple[str, ...]] = field(default_factory=list)
    amount: list[Any] = field(default_factory=list)
    currency: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, rows: Sequence[int]) -> Leaves:
        return Leaves(*([column[row] for row in rows] for column in vars(self).values()))

    def extend(self, more: Leaves) -> Leaves:
        return Leaves(*(mine + theirs for mine, theirs in zip(vars(self).values(), vars(more).values(), strict=True)))

    def minor(self, faults: Faults) -> pa.Array:
        return columns.amounts(self.amount, self.currency, "amount_minor", faults)


def leaves_of(lists: Sequence[Any], owner: list[int], item: list[int], path: list[str], faults: Faults) -> Leaves:
    """All leaves under ``lists`` (one list of breakdowns a row, with the row's transaction, item and place).

    Faults are those of the transactions: ``faults`` is in their rows.
    """
    found = Leaves()
    types: list[tuple[str, ...]] = [()] * len(owner)
    while len(lists):
        inner = Faults(len(lists))
        nodes, up = explode(lists, "breakdowns", inner)
        faults.lift(inner, np.array(owner, dtype=np.int64), "amounts")
        nth = np.arange(len(up)) - np.searchsorted(up, up)
        level = Faults(len(nodes))
        flat = _NODE(nodes, level)
        above = up.tolist()
        owner, item = [owner[row] for row in above], [item[row] for row in above]
        path = [f"{path[row]}/{place}" for row, place in zip(above, nth.tolist(), strict=True)]
        types = [(*types[row], str(kind or "")) for row, kind in zip(above, flat["type"], strict=True)]
        faults.lift(level, np.array(owner, dtype=np.int64), "amounts")
        whole = Leaves(owner, item, path, types, flat["amount"], flat["currency"])
        found = found.extend(whole.take([row for row, children in enumerate(flat["children"]) if not children]))
        inner_rows = [row for row, children in enumerate(flat["children"]) if children]
        lists = [flat["children"][row] for row in inner_rows]
        deeper = whole.take(inner_rows)
        owner, item, path, types = deeper.owner, deeper.item, deeper.path, deeper.types
    return found
