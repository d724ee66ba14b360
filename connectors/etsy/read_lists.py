"""The ways through lists without errands: listings by state, and reviews; and the shop's own page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contract import Window
from connectors.etsy.values import first_second, last_second
from connectors.etsy.walk import Lists, Sweep
from connectors.loose import entries

# Active ones twice: first, because they sell out, expire or are taken off sale into a state still to come, and last for those
# that came back on sale out of a state not read yet.
STATES = ("active", "inactive", "sold_out", "draft", "expired", "active")


class ListingsWay(Lists):
    """The list shows active listings alone unless told otherwise: one sweep a state, with stock and prices in it."""

    def __init__(self, shop_id: str) -> None:
        self._path = f"/shops/{shop_id}/listings"

    def units(self, record: Mapping[str, Any]) -> int:
        """Etsy counts listings, we count their living variants; a listing without an inventory is its own only one."""
        return len(living_products(record)) or 1

    def sweeps(self, window: Window, now: datetime) -> list[Sweep]:
        asked = {"includes": "Inventory", "legacy": "false"}
        return [
            Sweep("getListingsByShop", self._path, {"state": state, **asked}, "listings", "listing_id", f"{state} listings")
            for state in STATES
        ]


def living_products(listing: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    inventory = listing.get("inventory")
    products = entries(inventory.get("products")) if isinstance(inventory, Mapping) else []
    return [product for product in products if product.get("is_deleted") is not True]


class ReviewsWay(Lists):
    """The shop's list: that of a listing lacks the transaction, which is all that names a review."""

    def __init__(self, shop_id: str) -> None:
        self._path = f"/shops/{shop_id}/reviews"

    def sweeps(self, window: Window, now: datetime) -> list[Sweep]:
        first, last = first_second(window.start), last_second(window.end)
        bounds = {"min_created": str(first), "max_created": str(last)}
        return [Sweep("getReviewsByShop", self._path, bounds, "reviews", "transaction_id", f"reviews created {first} to {last}")]


class AccountWay(Lists):
    """One record, in an answer without a list."""

    def __init__(self, shop_id: str) -> None:
        self._path = f"/shops/{shop_id}"

    def sweeps(self, window: Window, now: datetime) -> list[Sweep]:
        return [Sweep("getShop", self._path, {}, "shop", "shop_id", "the shop itself", is_paged=False)]
