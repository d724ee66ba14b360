"""The ``proceeds`` of an order or a line: amounts by type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors import columns
from connectors.amazon.mapping.words import SHIPPING_TYPES
from connectors.flatten import Faults, Flattener, explode, sums
from connectors.frames import Draft

_BREAKDOWN = Flattener({"type": "type", "amount": "subtotal.amount", "currency": "subtotal.currencyCode"})


@dataclass(frozen=True)
class Proceeds:
    """All breakdowns of some rows, laid end to end; ``owner`` says which row each belongs to."""

    size: int
    owner: np.ndarray
    types: list[Any]
    minor: pa.Array
    currency: list[Any]

    @classmethod
    def of(cls, lists: Sequence[Any], faults: Faults) -> Proceeds:
        found, owner = explode(lists, "proceeds.breakdowns", faults)
        inner = Faults(len(found))
        flat = _BREAKDOWN(found, inner)
        minor = columns.amounts(flat["amount"], flat["currency"], "subtotal", inner)
        faults.lift(inner, owner, "proceeds")
        return cls(len(lists), owner, flat["type"], minor, flat["currency"])

    def total(self, types: Sequence[str]) -> pa.Array:
        """The sum of some types by row: 0 where a row shows none of them, null where one is unreadable."""
        chosen = np.fromiter((each in types for each in self.types), dtype=bool, count=len(self.types))
        return sums(self.owner[chosen], self.minor.filter(pa.array(chosen)), self.size)

    def has_any(self) -> np.ndarray:
        shown = np.zeros(self.size, dtype=bool)
        shown[self.owner] = True
        return shown


def add_money(lines: Draft, flat: dict[str, list[Any]]) -> None:
    """Set a line's currency and amounts. A line without breakdowns shows no parts; Amazon writes discounts as negatives."""
    proceeds = Proceeds.of(flat["breakdowns"], lines.faults)
    first = dict(zip(reversed(proceeds.owner.tolist()), reversed(proceeds.currency), strict=True))
    told = zip(flat["currency"], flat["price_currency"], strict=True)
    currency = lines.text("currency", [total or first.get(row) or price for row, (total, price) in enumerate(told)]).to_pylist()
    for row, owner in enumerate(proceeds.owner.tolist()):
        if proceeds.currency[row] != currency[owner]:
            lines.faults.add_value(owner, "proceeds", proceeds.currency[row], f"is not the line's currency ({currency[owner]})")
    lines.amount("unit_price_minor", flat["price"], flat["price_currency"])
    lines.amount("total_minor", flat["total"], flat["currency"])
    unknown = pa.array(~proceeds.has_any())
    for name, types in (("items_minor", ("ITEM",)), ("shipping_minor", SHIPPING_TYPES), ("tax_minor", ("TAX",))):
        lines.put(name, pc.if_else(unknown, pa.scalar(None, pa.int64()), proceeds.total(types)))
    lines.put("discount_minor", pc.if_else(unknown, pa.scalar(None, pa.int64()), pc.abs(proceeds.total(("DISCOUNT",)))))
