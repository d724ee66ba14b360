"""What outsiders wrote: parcels, prices and products, kept in the journal as stock is. Stock itself is the house's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from sandbox.clock import instant, iso
from sandbox.market import House
from sandbox.shopify import ids
from sandbox.shopify.view import ParcelView
from sandbox.world import SHOPS, SITES
from sandbox.world.model import Listing, Order, Product

PRICE_DELAY = timedelta(seconds=5)
_FIRST_PLACE = 5  # the world's own parcels are numbered below


class Told:
    """Parcels by order number, prices by variant number, words by product number, each with the instant it counts from."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._parcels: dict[int, list[ParcelView]] = defaultdict(list)
        self._prices: dict[int, list[dict[str, object]]] = defaultdict(list)
        self._made: dict[str, list[Listing]] = defaultdict(list)
        self._handles: dict[tuple[str, str], Listing] = {}
        self._words: dict[int, list[dict[str, object]]] = defaultdict(list)
        for row in house.journal.rows("shopify_product"):
            self._keep_made(row)
        for row in house.journal.rows("shopify_words"):
            self._words[row["product"]].append(row)
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


    def made(self, shop: str) -> list[Listing]:
        """Articles that were not the world's: each a product of its own, shown at once."""
        return self._made[shop]

    def at_handle(self, shop: str, handle: str) -> Listing | None:
        return self._handles.get((shop, handle))

    def make(self, shop: str, handle: str, sku: str, title: str, minor: int) -> Listing:
        at = self._house.clock.now().replace(microsecond=0)
        row = {"shop": shop, "handle": handle, "sku": sku, "title": title, "minor": minor, "made_at": iso(at)}
        self._house.journal.add("shopify_product", row, at)
        return self._keep_made(row)

    def _keep_made(self, row: Mapping[str, object]) -> Listing:
        shop, at = SHOPS[row["shop"]], instant(row["made_at"])
        number, site = 9_000_000 + shop.number * 10_000 + len(self._made[shop.name]), shop.sites[0]
        titles = {SITES[site].language: f"{row['title']}, Default Title"}
        product = Product(shop.client, row["sku"], number, titles, row["minor"], 0, "")
        listing = Listing(shop.name, site, product, number, row["minor"], "seller", "inactive", at, at, opening_stock=0)
        self._made[shop.name].append(listing)
        self._handles[shop.name, row["handle"]] = listing
        return listing

    def say(self, product: int, **words: str) -> None:
        """Title, description or status of a product from now on."""
        now = self._house.clock.now().replace(microsecond=0)
        row = {"product": product, "at": iso(now), **words}
        self._house.journal.add("shopify_words", {"product": product, **words}, now)
        self._words[product].append(row)

    def words(self, product: int) -> dict[str, str]:
        """What was said of a product last, and ``at`` when."""
        return {name: value for row in self._words.get(product, ()) for name, value in row.items() if name not in ("kind", "product")}


def _parcel(row: Mapping[str, object]) -> ParcelView:
    at = instant(row["created_at"])
    contents = tuple((index, units) for index, units in row["contents"])
    return ParcelView(row["number"], row["carrier"], row["tracking"], "FULFILLED", at, contents, shipped_at=at)
