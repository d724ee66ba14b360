"""Etsy's numbers and ways of writing, over the world's."""

from __future__ import annotations

from datetime import datetime

from sandbox.world import SHOPS, SITES
from sandbox.world.model import Listing, Order

GLAZE = 513  # a property the seller named
ALONE = ("suppressed", "pending", "deleted")  # such a variant is a listing of its own
EARLIEST = 946_684_800


def shops() -> list[str]:
    return [shop.name for shop in SHOPS.values() if shop.marketplace == "etsy"]


def shop_id(shop: str) -> int:
    return 41_000_000 + SHOPS[shop].number


def user_id(shop: str) -> int:
    return 510_000_000 + SHOPS[shop].number


def site(shop: str) -> str:
    return SHOPS[shop].sites[0]


def currency(shop: str) -> str:
    return SITES[site(shop)].currency


def receipt_id(order: Order) -> int:
    return 1_000_000_000_000 + order.number


def order_number(receipt: int) -> int:
    return receipt - 1_000_000_000_000


def transaction_id(order: Order, index: int) -> int:
    return order.number * 100 + index


def shipping_id(order: Order, index: int) -> int:
    return 3_000_000_000_000 + order.number * 10 + index


def payment_id(order: Order) -> int:
    return 5_000_000_000_000 + order.number


def adjustment_id(order: Order, place: int) -> int:
    return 6_000_000_000_000 + order.number * 10 + place


def product_id(listing: Listing) -> int:
    return 17_000_000_000 + listing.number


def offering_id(listing: Listing) -> int:
    return 18_000_000_000 + listing.number


def listing_id(listing: Listing) -> int:
    """Variants of one noun share a listing."""
    if listing.status in ALONE:
        return 1_600_000_000 + listing.number
    return 1_700_000_000 + SHOPS[listing.shop].number * 1000 + listing.product.number % 1000 // 4


def sort_word(listing: Listing) -> str:
    return listing.product.titles["en"].rpartition(", ")[2]


def noun(listing: Listing) -> str:
    return listing.product.titles["en"].rpartition(", ")[0]


def money(minor: int, shop: str) -> dict[str, object]:
    return {"amount": minor, "divisor": 10 ** SITES[site(shop)].decimals, "currency_code": currency(shop)}


def seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def twins(name: str, at: datetime) -> dict[str, int]:
    """A time under its old and its new name."""
    return {f"{name}_timestamp": seconds(at), f"{name}d_timestamp": seconds(at)}
