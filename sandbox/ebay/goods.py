"""What a shop offers, by the way it was made: through the Inventory API, or on the site's pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sandbox.ebay import ids
from sandbox.ebay.written import Written, WrittenOffer
from sandbox.market import House
from sandbox.world import ZONES
from sandbox.world.model import Listing

OPENING_OFFER = {
    "categoryId": "30120", "listingDuration": "GTC", "merchantLocationKey": "warehouse", "listingDescription": "<p>As described.</p>",
    "listingPolicies": {"fulfillmentPolicyId": "1", "paymentPolicyId": "2", "returnPolicyId": "3"},
}
MOST_REVISIONS = 250  # a listing and calendar day


class Goods:
    """Listings of one house, with what was written since."""

    def __init__(self, house: House, written: Written) -> None:
        self._house, self._written = house, written
        self._revisions: Counter[tuple[str, str, str]] = Counter()

    def in_inventory(self, shop: str) -> list[Listing]:
        """Inventory items, by SKU; one whose listing was deleted stays as an item without an offer."""
        found = [listing for listing in self._house.world.listings_of(shop) if not ids.is_made_elsewhere(listing)]
        return sorted(found, key=lambda listing: listing.sku)

    def offered(self, shop: str, sku: str) -> list[Listing]:
        return [listing for listing in self.in_inventory(shop) if listing.sku == sku and self.status(listing) != "deleted"]

    def live(self, shop: str, site: str | None = None) -> list[Listing]:
        """What the active inventory report shows: all live listings, however they were made."""
        return [listing for listing in self._house.world.listings_of(shop, site) if self.status(listing) == "active"]

    def elsewhere(self, shop: str) -> list[Listing]:
        return [listing for listing in self.live(shop) if ids.is_made_elsewhere(listing)]

    def status(self, listing: Listing) -> str:
        """The world's word, overruled by what was done with its offer."""
        told = self._written.offer(listing.shop, listing.site, listing.sku)
        return listing.status if told is None else "active" if told.is_published else "pending"

    def item_id(self, listing: Listing) -> str:
        """A listing that was ended and published again is another one."""
        told = self._written.offer(listing.shop, listing.site, listing.sku)
        return ids.item_id(listing) if told is None or not told.rounds else str(130_000_000_000 + listing.number * 100 + told.rounds)

    def fields(self, listing: Listing) -> Mapping[str, object]:
        """An offer's own fields, besides its price and quantity."""
        told = self.offer(listing)
        return OPENING_OFFER if told is None else told.body

    def offer(self, listing: Listing) -> WrittenOffer | None:
        return self._written.offer(listing.shop, listing.site, listing.sku)

    def write_offer(self, listing: Listing, offer: WrittenOffer) -> None:
        self._written.write_offer(listing.shop, listing.site, listing.sku, offer)

    def quantity(self, listing: Listing) -> int:
        return self._house.stock.quantity(listing.shop, listing.site, listing.sku)

    def price(self, listing: Listing) -> int:
        return self._written.price(listing.shop, listing.site, listing.sku, listing.price_minor)

    def is_revisable(self, listing: Listing) -> bool:
        """Count one more revision; False where the listing has had its day's."""
        day = self._house.clock.now().astimezone(ZONES["US"]).date().isoformat()
        key = (listing.shop, ids.item_id(listing), day)
        self._revisions[key] += 1
        return self._revisions[key] <= MOST_REVISIONS

    def set_quantity(self, listing: Listing, quantity: int) -> None:
        self._house.stock.write(listing.shop, listing.site, listing.sku, quantity)

    def set_price(self, listing: Listing, minor: int) -> None:
        self._written.set_price(listing.shop, listing.site, listing.sku, minor)
