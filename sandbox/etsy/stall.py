"""The shop's listings as Etsy arranges them: variants of one noun are products of one listing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sandbox.etsy import ids
from sandbox.etsy.written import Written
from sandbox.market import House
from sandbox.world.model import Listing

LONE_STATES = {"suppressed": "expired", "pending": "draft"}


@dataclass(frozen=True)
class Product:
    listing: Listing
    quantity: int
    price_minor: int

    @property
    def is_enabled(self) -> bool:
        return self.listing.status != "inactive"


@dataclass(frozen=True)
class Stalled:
    """One listing at Etsy now."""

    number: int
    state: str
    products: tuple[Product, ...]

    @property
    def quantity(self) -> int:
        return sum(product.quantity for product in self.products)

    @property
    def listed_at(self) -> datetime:
        return min(product.listing.listed_at for product in self.products)

    @property
    def changed_at(self) -> datetime:
        return max(product.listing.changed_at for product in self.products)

    @property
    def title(self) -> str:
        return ids.noun(self.products[0].listing)


def stall(house: House, written: Written, shop: str) -> dict[int, Stalled]:
    """Listing id → listing; what was deleted is not there at all."""
    groups: dict[int, list[Listing]] = {}
    for listing in house.world.listings_of(shop):
        if listing.status != "deleted":
            groups.setdefault(ids.listing_id(listing), []).append(listing)
    return {number: _stalled(house, written, number, groups[number]) for number in sorted(groups)}


def _stalled(house: House, written: Written, number: int, group: list[Listing]) -> Stalled:
    products = tuple(
        Product(each, house.stock.quantity(each.shop, each.site, each.sku), written.price(ids.product_id(each)) or each.price_minor)
        for each in group
    )
    return Stalled(number, written.state(number) or _state(group, products), products)


def _state(group: list[Listing], products: tuple[Product, ...]) -> str:
    if group[0].status in LONE_STATES:
        return LONE_STATES[group[0].status]
    on_sale = [product for product in products if product.is_enabled]
    if not on_sale:
        return "inactive"
    return "active" if any(product.quantity for product in on_sale) else "sold_out"
