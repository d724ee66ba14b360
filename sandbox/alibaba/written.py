"""What was written from outside beside stock: prices, on and off sale, vouchers, quotations. In effect after a while, journalled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sandbox.clock import instant, iso
from sandbox.market import House

KIND = "alibaba_written"


class Written:
    """Rows ``{what, shop, key, value, number, applies_at}``; ``what``: ladder, sku_price, status, voucher, quotation."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rows: list[Mapping[str, Any]] = list(house.journal.rows(KIND))

    def write(self, what: str, shop: str, key: str, value: Any) -> int:
        """Take it; returns its number."""
        number, now = len(self._rows) + 1, self._house.clock.now()
        rng = Random(f"{self._house.seed}:alibaba:{shop}:{key}:{number}")
        due = (now + timedelta(seconds=rng.uniform(20, 90))).replace(microsecond=0)
        row = {"what": what, "shop": shop, "key": key, "value": value, "number": number, "applies_at": iso(due)}
        self._rows.append(row)
        self._house.journal.add(KIND, row, now)
        return number

    def value(self, what: str, shop: str, key: str) -> Any:
        """The last one in effect now; None where there is none."""
        found = self._in_effect(what, shop, key)
        return found[-1]["value"] if found else None

    def vouchers(self, shop: str, key: str) -> list[tuple[datetime, Mapping[str, Any]]]:
        """(since when, request) of every voucher of an order in effect now."""
        return [(instant(row["applies_at"]), row["value"]) for row in self._in_effect("voucher", shop, key)]

    def changed_at(self, shop: str, keys: set[str]) -> datetime | None:
        """When one of these last changed."""
        found = [row for row in self._rows if row["shop"] == shop and row["key"] in keys and self._is_due(row)]
        return max((instant(row["applies_at"]) for row in found), default=None)

    def _in_effect(self, what: str, shop: str, key: str) -> list[Mapping[str, Any]]:
        return [row for row in self._rows if (row["what"], row["shop"], row["key"]) == (what, shop, key) and self._is_due(row)]

    def _is_due(self, row: Mapping[str, Any]) -> bool:
        return instant(row["applies_at"]) <= self._house.clock.now()
