"""What was written from outside besides stock: prices, parcels and offers. Taken at once, in effect a little later, kept in the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sandbox.clock import instant, iso
from sandbox.market import House

PRICE, PARCEL, OFFER = "ebay_price", "ebay_parcel", "ebay_offer"


@dataclass(frozen=True)
class WrittenParcel:
    """A parcel the seller told; ``contents`` as (line index, units)."""

    tracking: str
    carrier: str
    shipped_at: datetime
    told_at: datetime
    contents: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class WrittenOffer:
    """An offer as it was written last. ``body``: its own fields; ``rounds``: how often it was published anew."""

    body: Mapping[str, object]
    is_published: bool
    rounds: int


class Written:
    """Prices by (shop, site, sku) and parcels by (shop, order number)."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._prices: dict[tuple[str, str, str], list[tuple[datetime, int]]] = defaultdict(list)
        self._parcels: dict[tuple[str, int], list[WrittenParcel]] = defaultdict(list)
        self._offers: dict[tuple[str, str, str], WrittenOffer] = {}
        self._count = 0
        for row in house.journal.rows(PRICE):
            self._keep_price(row)
        for row in house.journal.rows(OFFER):
            self._keep_offer(row)
        for row in house.journal.rows(PARCEL):
            self._keep_parcel(row)

    def set_price(self, shop: str, site: str, sku: str, minor: int) -> None:
        self._count += 1
        now = self._house.clock.now()
        delay = Random(f"{self._house.seed}:price:{shop}:{site}:{sku}:{self._count}").uniform(10, 60)
        applies = now + timedelta(seconds=delay)
        row = {"shop": shop, "site": site, "sku": sku, "minor": minor, "applies_at": iso(applies)}
        self._house.journal.add(PRICE, row, now)
        self._keep_price(row)

    def price(self, shop: str, site: str, sku: str, otherwise: int) -> int:
        now = self._house.clock.now()
        return next((minor for at, minor in reversed(self._prices[shop, site, sku]) if at <= now), otherwise)

    def tell_parcel(self, shop: str, order: int, parcel: WrittenParcel) -> None:
        row = {
            "shop": shop, "order": order, "tracking": parcel.tracking, "carrier": parcel.carrier, "shipped_at": iso(parcel.shipped_at),
            "told_at": iso(parcel.told_at), "contents": [list(pair) for pair in parcel.contents],
        }
        self._house.journal.add(PARCEL, row, self._house.clock.now())
        self._keep_parcel(row)

    def parcels(self, shop: str, order: int) -> list[WrittenParcel]:
        return self._parcels[shop, order]

    def offer(self, shop: str, site: str, sku: str) -> WrittenOffer | None:
        return self._offers.get((shop, site, sku))

    def write_offer(self, shop: str, site: str, sku: str, offer: WrittenOffer) -> None:
        """In effect at once: an offer that was made can be published in the next call."""
        row = {"shop": shop, "site": site, "sku": sku, "body": dict(offer.body), "published": offer.is_published, "rounds": offer.rounds}
        self._house.journal.add(OFFER, row, self._house.clock.now())
        self._keep_offer(row)

    def _keep_offer(self, row: Mapping[str, object]) -> None:
        self._offers[row["shop"], row["site"], row["sku"]] = WrittenOffer(row["body"], row["published"], row["rounds"])

    def _keep_price(self, row: Mapping[str, object]) -> None:
        self._prices[row["shop"], row["site"], row["sku"]].append((instant(row["applies_at"]), row["minor"]))

    def _keep_parcel(self, row: Mapping[str, object]) -> None:
        contents = tuple((index, units) for index, units in row["contents"])
        parcel = WrittenParcel(row["tracking"], row["carrier"], instant(row["shipped_at"]), instant(row["told_at"]), contents)
        self._parcels[row["shop"], row["order"]].append(parcel)
