"""One brand's store as it stands now: its orders, its goods with stock and prices, its reviews. Facts; no wire format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from sandbox.market import House
from sandbox.woocommerce import ids
from sandbox.woocommerce.life import OPEN, Refund, Seen, seen
from sandbox.woocommerce.written import Written
from sandbox.world import SHOPS
from sandbox.world.model import Listing
from sandbox.world.snapshot import ReviewState

TRACKING_ITEMS = "_wc_shipment_tracking_items"


@dataclass(frozen=True)
class Tracked:
    """A parcel as the store's staff or plugin noted it."""

    number: str
    carrier: str
    shipped_at: datetime


class Stores:
    """Every store's facts over the house; what takes long is remembered per horizon."""

    def __init__(self, house: House) -> None:
        self.house, self.written = house, Written(house)
        self._life = lru_cache(maxsize=16)(self._orders_at)
        self._sold = lru_cache(maxsize=16)(self._last_sales)

    def orders(self, shop: str) -> list[Seen]:
        """All orders, by number; what was written from outside is in them."""
        return [self._with_writes(each) for each in self._life(shop, self.house.clock.horizon)]

    def order(self, shop: str, number: int) -> Seen | None:
        return next((each for each in self.orders(shop) if ids.order_id(each.order) == number), None)

    def remembered(self, found: Seen) -> list[Refund]:
        """An order's refunds inside the world's history; older ones are forgotten, as all that is older."""
        return [refund for refund in found.refunds if refund.at >= self.house.world.first_at]

    def tracked(self, found: Seen) -> list[Tracked]:
        """Parcels by the order's own data: the staff's, then those told from outside."""
        mine = [Tracked(parcel.tracking, parcel.carrier, at) for parcel, at in found.parcels]
        told = self.written.order(found.order.shop, ids.order_id(found.order)).meta.get(TRACKING_ITEMS) or ()
        known = {each.number for each in mine}
        return mine + [_tracked(item) for item in told if item["tracking_number"] not in known]

    def listings(self, shop: str) -> list[Listing]:
        """What is not in the trash."""
        return [each for each in self.house.world.listings_of(shop) if each.status != "deleted"]

    def variations(self, shop: str, parent: int) -> list[Listing]:
        return [each for each in self.listings(shop) if ids.is_variation(each) and ids.parent_id(each) == parent]

    def quantity(self, listing: Listing) -> int | None:
        """None where stock is not managed: one article a store, until somebody writes its stock."""
        is_managed = listing.product.number % 1000 != 9 or self._last_write(listing) is not None
        return self.house.stock.quantity(listing.shop, listing.site, listing.sku) if is_managed else None

    def prices(self, listing: Listing) -> tuple[str, str]:
        """Regular and sale price; every fifth article is on sale, at the price the world sells it for."""
        told = self.written.prices.get((listing.shop, ids.listing_id(listing)))
        if told:
            return told[0], told[1]
        now = ids.money(listing.price_minor, listing.shop)
        is_on_sale = listing.product.number % 5 == 0
        return (ids.money(listing.price_minor * 5 // 4, listing.shop), now) if is_on_sale else (now, "")

    def price(self, listing: Listing) -> str:
        regular, sale = self.prices(listing)
        return sale if sale and regular and Decimal(sale) < Decimal(regular) else regular

    def modified_at(self, listing: Listing) -> datetime:
        """An edit, a sale or a write: each moves an article's ``date_modified``."""
        written = self.written.prices.get((listing.shop, ids.listing_id(listing)))
        times = [listing.changed_at, self._sold(listing.shop, self.house.clock.horizon).get(listing.sku), self._last_write(listing)]
        return max(at for at in (*times, written[2] if written else None) if at)

    def reviews(self, shop: str) -> Sequence[ReviewState]:
        return self.house.snapshot.reviews[shop]

    def _orders_at(self, shop: str, horizon: datetime) -> list[Seen]:
        """Nothing that the store changed last before the world's history: an arrival, of which it hears nothing, brings none back."""
        told = (seen(state, horizon) for state in self.house.world.at(horizon).orders(shop))
        return sorted((each for each in told if each.modified_at >= self.house.world.first_at), key=lambda each: each.order.number)

    def _with_writes(self, found: Seen) -> Seen:
        at = self.written.order(found.order.shop, ids.order_id(found.order)).completed_at
        if at is None or found.status not in (*OPEN, ids.setup(found.order.shop).making):
            return found
        return Seen(found.state, "completed", at, found.paid_at, at, found.refunds, found.parcels)

    def _last_sales(self, shop: str, horizon: datetime) -> dict[str, datetime]:
        return {
            line.listing.sku: state.placed_at
            for state in self.house.world.at(horizon).placed(shop) for line in state.order.lines
        }

    def _last_write(self, listing: Listing) -> datetime | None:
        now = self.house.clock.now()
        key = (listing.shop, listing.site, listing.sku)
        return max((w.applies_at for w in self.house.stock.writes() if w.key == key and w.applies_at and w.applies_at <= now), default=None)


def _tracked(item) -> Tracked:
    return Tracked(item["tracking_number"], item["tracking_provider"] or item["custom_tracking_provider"],
                   datetime.fromtimestamp(int(item["date_shipped"]), UTC))


def shops() -> list[str]:
    return [shop.name for shop in SHOPS.values() if shop.marketplace == "woocommerce"]
