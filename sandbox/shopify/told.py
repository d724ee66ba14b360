"""What outsiders wrote: parcels and prices, kept in the journal as stock is. Stock itself is the house's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from sandbox.clock import instant, iso
from sandbox.market import House
from sandbox.shopify import ids
from sandbox.shopify.view import ParcelView
from sandbox.world.model import Listing, Order

PRICE_DELAY = timedelta(seconds=5)
_FIRST_PLACE = 5  # the world's own parcels are numbered below


class Told:
    """Parcels by order number, prices by variant number, each with the instant it counts from."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._parcels: dict[int, list[ParcelView]] = defaultdict(list)
        self._prices: dict[int, list[dict[str, object]]] = defaultdict(list)
        for row in house.journal.rows("shopify_parcel"):
            self._parcels[row["order"]].append(_parcel(row))
        for row in house.journal.rows("shopify_price"):
            self._prices[row["variant"]].append(row)

    def parcels(self, order: Order) -> list[ParcelView]:
        return self._parcels.get(order.number, [])

    def add_parcel(self, order: Order, carrier: str, tracking: str, contents: Mapping[int, int]) -> ParcelView:
        """A parcel that has left now."""
        at = self._house.clock.now().replace(microsecond=0)
        number = ids.fulfillment_id(order, _FIRST_PLACE + len(self.parcels(order)))
        row = {
            "order": order.number, "number": number, "carrier": carrier, "tracking": tracking, "created_at": iso(at),
            "contents": sorted(contents.items()),
        }
        self._house.journal.add("shopify_parcel", row, at)
        self._parcels[order.number].append(_parcel(row))
        return self._parcels[order.number][-1]

    def price(self, listing: Listing) -> int:
        """What the variant costs now."""
        now, found = self._house.clock.now(), listing.price_minor
        for row in self._prices.get(ids.variant_id(listing), ()):
            if instant(row["applies_at"]) <= now:
                found = row["minor"]
        return found

    def set_price(self, listing: Listing, minor: int) -> None:
        now = self._house.clock.now()
        row = {"variant": ids.variant_id(listing), "minor": minor, "applies_at": iso(now + PRICE_DELAY)}
        self._house.journal.add("shopify_price", row, now)
        self._prices[row["variant"]].append(row)


def _parcel(row: Mapping[str, object]) -> ParcelView:
    at = instant(row["created_at"])
    contents = tuple((index, units) for index, units in row["contents"])
    return ParcelView(row["number"], row["carrier"], row["tracking"], "FULFILLED", at, contents, shipped_at=at)
