"""What was written from outside into the stores: prices, orders' status and meta data, notes. Kept in the journal, in force at once.

Stock is the house's (``house.stock``), where a write takes effect after a while.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.clock import instant, iso
from sandbox.market import House


@dataclass
class OrderWrites:
    """``completed_at``: when it was called completed from outside, None where it was not."""

    completed_at: datetime | None = None
    meta: dict[str, object] = field(default_factory=dict)
    notes: list[tuple[datetime, str, bool]] = field(default_factory=list)


class Written:
    def __init__(self, house: House) -> None:
        self._house = house
        self.orders: dict[tuple[str, int], OrderWrites] = defaultdict(OrderWrites)
        self.prices: dict[tuple[str, int], tuple[str, str, datetime]] = {}
        for kind, keep in (("woo_order", self._keep_order), ("woo_note", self._keep_note), ("woo_price", self._keep_price)):
            for row in house.journal.rows(kind):
                keep(row, instant(row["at"]))

    def order(self, shop: str, number: int) -> OrderWrites:
        return self.orders.get((shop, number)) or OrderWrites()

    def write_order(self, shop: str, number: int, completes: bool, meta: Mapping[str, object]) -> None:
        self._write("woo_order", {"shop": shop, "number": number, "completes": completes, "meta": dict(meta)}, self._keep_order)

    def write_note(self, shop: str, number: int, note: str, to_customer: bool) -> int:
        self._write("woo_note", {"shop": shop, "number": number, "note": note, "to_customer": to_customer}, self._keep_note)
        return len(self.orders[shop, number].notes)

    def write_price(self, shop: str, listing: int, regular: str, sale: str) -> None:
        self._write("woo_price", {"shop": shop, "listing": listing, "regular": regular, "sale": sale}, self._keep_price)

    def _write(self, kind: str, row: dict[str, object], keep) -> None:
        now = self._house.clock.now().replace(microsecond=0)
        self._house.journal.add(kind, row, now)
        keep({**row, "at": iso(now)}, now)

    def _keep_order(self, row, at: datetime) -> None:
        mine = self.orders[row["shop"], row["number"]]
        mine.meta |= row["meta"]
        if row["completes"]:
            mine.completed_at = at

    def _keep_note(self, row, at: datetime) -> None:
        self.orders[row["shop"], row["number"]].notes.append((at, row["note"], row["to_customer"]))

    def _keep_price(self, row, at: datetime) -> None:
        self.prices[row["shop"], row["listing"]] = (row["regular"], row["sale"], at)
