"""What was written from outside beside stock: prices and parcels. Taken at once, in effect after a while, kept in the journal."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sandbox.clock import instant, iso
from sandbox.market import House


@dataclass(frozen=True)
class Price:
    """One SKU's list price and discount price (None: no discount) from an instant on."""

    price_minor: int
    discount_minor: int | None
    applies_at: datetime


@dataclass(frozen=True)
class Told:
    """One parcel that was declared, in effect from an instant on. ``kind``: ``all`` or ``part``."""

    number: str
    carrier_key: str
    kind: str
    applies_at: datetime


class Written:
    """Prices by (shop, sku), parcels by (shop, order's number)."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._prices: dict[tuple[str, str], list[Price]] = defaultdict(list)
        self._parcels: dict[tuple[str, int], list[Told]] = defaultdict(list)
        self._count = 0
        for row in house.journal.rows("aliexpress_price"):
            self._keep_price(row)
        for row in house.journal.rows("aliexpress_parcel"):
            self._keep_parcel(row)

    def set_price(self, shop: str, sku: str, price_minor: int, discount_minor: int | None) -> None:
        row = {"shop": shop, "sku": sku, "price_minor": price_minor, "discount_minor": discount_minor, "applies_at": self._due(shop, sku)}
        self._keep_price(row)
        self._house.journal.add("aliexpress_price", row, self._house.clock.now())

    def tell_parcel(self, shop: str, order: int, number: str, carrier_key: str, kind: str) -> None:
        due = self._due(shop, number)
        row = {"shop": shop, "order": order, "number": number, "carrier_key": carrier_key, "kind_told": kind, "applies_at": due}
        self._keep_parcel(row)
        self._house.journal.add("aliexpress_parcel", row, self._house.clock.now())

    def price(self, shop: str, sku: str) -> Price | None:
        """The last price in effect now."""
        found = [each for each in self._prices[shop, sku] if each.applies_at <= self._house.clock.now()]
        return found[-1] if found else None

    def parcels(self, shop: str, order: int) -> list[Told]:
        """Parcels in effect now."""
        return [each for each in self._parcels[shop, order] if each.applies_at <= self._house.clock.now()]

    def is_told(self, shop: str, order: int, number: str) -> bool:
        """Whether the number was declared, in effect or not yet."""
        return any(each.number == number for each in self._parcels[shop, order])

    def _due(self, shop: str, key: str) -> str | None:
        self._count += 1
        rng = Random(f"{self._house.seed}:aliexpress:{shop}:{key}:{self._count}")
        return iso((self._house.clock.now() + timedelta(seconds=rng.uniform(20, 90))).replace(microsecond=0))

    def _keep_price(self, row: dict[str, object]) -> None:
        price = Price(row["price_minor"], row["discount_minor"], instant(row["applies_at"]))
        self._prices[row["shop"], row["sku"]].append(price)

    def _keep_parcel(self, row: dict[str, object]) -> None:
        told = Told(row["number"], row["carrier_key"], row["kind_told"], instant(row["applies_at"]))
        self._parcels[row["shop"], row["order"]].append(told)
