"""The ``proceeds`` of an order or a line: amounts by type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors import columns
from connectors.amazon.mapping.words import SHIPPING_TYPES
from connectors.flatten import Faults, Flattener, first_child, sums
from connectors.frames import Draft
from connectors.trees import Level

BREAKDOWN = Flattener({"type": "type", "amount": "subtotal.amount", "currency": "subtotal.currencyCode"})


class Proceeds:
    """All breakdowns of some rows, laid end to end; ``owner`` says which row each belongs to. Faults go to the rows."""

    def __init__(self, level: Level, faults: Faults) -> None:
        self.size, self.owner = faults.size, level.parent
        self.currency = columns.texts(level.columns["currency"], "currency", level.faults)
        self._minor = columns.amounts(level.columns["amount"], level.columns["currency"], "subtotal", level.faults)
        faults.lift(level.faults, self.owner, "proceeds")
        self._types = columns.texts(level.columns["type"], "type", level.faults)

    def total(self, types: Sequence[str]) -> pa.Array:
        """The sum of some types by row: 0 where a row shows none of them, null where one is unreadable."""
        chosen = pc.fill_null(pc.is_in(self._types, pa.array(types)), False)
        return sums(self.owner[chosen.to_numpy(zero_copy_only=False)], self._minor.filter(chosen), self.size)

    def has_any(self) -> np.ndarray:
        shown = np.zeros(self.size, dtype=bool)
        shown[self.owner] = True
        return shown


def add_money(lines: Draft, flat: dict[str, list[Any]], amounts: Level) -> None:
    """Set a line's currency and amounts. A line without breakdowns shows no parts; Amazon writes discounts as negatives."""
    proceeds = Proceeds(amounts, lines.faults)
    of_total, of_price = (columns.texts(flat[name], "currency", lines.faults) for name in ("currency", "price_currency"))
    of_first = proceeds.currency.take(first_child(proceeds.owner, lines.size))
    currency = lines.put("currency", pc.coalesce(of_total, of_first, of_price))
    refuse_foreign(proceeds.currency, currency, proceeds.owner, lines.faults, "proceeds", "the line's")
    lines.amount("unit_price_minor", flat["price"], flat["price_currency"])
    lines.amount("total_minor", flat["total"], flat["currency"])
    unknown = pa.array(~proceeds.has_any())
    for name, types in (("items_minor", ("ITEM",)), ("shipping_minor", SHIPPING_TYPES), ("tax_minor", ("TAX",))):
        lines.put(name, pc.if_else(unknown, pa.scalar(None, pa.int64()), proceeds.total(types)))
    lines.put("discount_minor", pc.if_else(unknown, pa.scalar(None, pa.int64()), pc.abs(proceeds.total(("DISCOUNT",)))))


def refuse_foreign(inner: pa.Array, outer: pa.Array, owner: np.ndarray, faults: Faults, column: str, whose: str) -> None:
    """Two currencies are never added up: a part in another one than its whole is a fault of the whole."""
    differs = pc.fill_null(pc.not_equal(inner, outer.take(pa.array(owner))), False)
    for row in np.flatnonzero(differs.to_numpy(zero_copy_only=False)).tolist():
        faults.add_value(int(owner[row]), column, inner[row].as_py(), f"is not {whose} currency ({outer[int(owner[row])].as_py()})")
