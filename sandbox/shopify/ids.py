"""Shopify's numbers, words and ways of writing, over the world's."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sandbox.world import SHOPS, SITES, ZONES
from sandbox.world.model import Listing, Order

LOCATIONS = {"Warehouse": 71_000_001, "Showroom": 71_000_002}
SHOWN_ALONE = ("inactive", "suppressed", "pending")
PRODUCT_STATUS = {"active": "ACTIVE", "inactive": "DRAFT", "suppressed": "ARCHIVED", "pending": "UNLISTED"}


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def order_id(order: Order, *, is_test: bool = False) -> int:
    return 6_000_000_000_000 + order.number * 10 + is_test


def line_id(order: Order, index: int, *, is_test: bool = False) -> int:
    return 14_000_000_000_000 + order.number * 100 + index + (50 if is_test else 0)


def fulfillment_id(order: Order, place: int) -> int:
    return 5_000_000_000_000 + order.number * 10 + place


def fulfillment_order_id(order: Order) -> int:
    return 7_000_000_000_000 + order.number * 10


def customer_id(number: int) -> int:
    return 7_700_000_000_000 + number


def variant_id(listing: Listing) -> int:
    return 45_000_000_000_000 + listing.number


def item_id(listing: Listing) -> int:
    return 47_000_000_000_000 + listing.number


def product_id(listing: Listing) -> int:
    """The sorts of one noun are variants of one product; what is not for sale stands alone."""
    if listing.status in SHOWN_ALONE:
        return 8_500_000_000_000 + listing.number
    return 8_000_000_000_000 + SHOPS[listing.shop].number * 1000 + listing.product.number % 1000 // 4


def level_id(listing: Listing, place: str) -> str:
    return f"gid://shopify/InventoryLevel/{LOCATIONS[place]}?inventory_item_id={item_id(listing)}"


def titles(text: str) -> tuple[str, str]:
    """Product and variant of a full title: what stands before and behind the last comma."""
    noun, _, sort = text.rpartition(", ")
    return noun, sort


def currency(site: str) -> str:
    return SITES[site].currency


def amount(minor: int, code: str) -> str:
    """A decimal text; as the vendor writes it, trailing zeros come and go ("19.9", "1200.0")."""
    decimals = next(site.decimals for site in SITES.values() if site.currency == code)
    shown = f"{Decimal(minor).scaleb(-decimals):f}"
    if "." not in shown:
        return f"{shown}.0"
    return shown.rstrip("0") + "0" if shown.endswith("00") else shown.rstrip("0")


def stamp(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(at: datetime, site: str) -> str:
    return at.astimezone(ZONES[site]).date().isoformat()


def domain(shop: str) -> str:
    return shop.replace("_", "-")
