"""WooCommerce's numbers, words and ways of writing, over the world's; and how the two stores are set up."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.world import SHOPS, SITES
from sandbox.world.model import Line, Listing, Order, Review

STORES_BEGAN = 73_000_000_000  # the world's order numbers are larger; what is left fits a database's integer


@dataclass(frozen=True)
class Setup:
    """How a store is run.

    Attributes:
        zone: the clock WordPress shows; not the site's, as happens to shops run from elsewhere.
        vat_percent: tax inside its prices (``prices_include_tax``); 0: taxes are switched off.
        has_tracking_plugin: whether Shipment Tracking adds its routes; else parcels stand in the order's own meta data.
        making: a plugin's own order status for orders being packed, or None.
    """

    zone: ZoneInfo
    vat_percent: int
    has_tracking_plugin: bool
    making: str | None


SETUPS = {
    "DE": Setup(ZoneInfo("Asia/Shanghai"), 19, True, None),
    "GB": Setup(ZoneInfo("America/New_York"), 0, False, "in-production"),
}


def setup(shop: str) -> Setup:
    return SETUPS[SHOPS[shop].sites[0]]


def currency(shop: str) -> str:
    return SITES[SHOPS[shop].sites[0]].currency


def key(seed: int, shop: str, prefix: str) -> str:
    """``ck_`` or ``cs_`` and 40 hexadecimal digits."""
    return prefix + hashlib.sha256(f"woocommerce:{seed}:{shop}:{prefix}".encode()).hexdigest()[:40]


def order_id(order: Order) -> int:
    return order.number - STORES_BEGAN


def line_id(order: Order, index: int) -> int:
    return order_id(order) * 100 + index + 1


def shipping_line_id(order: Order) -> int:
    return order_id(order) * 100 + 90


def refund_id(order: Order, place: int) -> int:
    return order_id(order) * 10 + place


def refund_line_id(refund: int, index: int) -> int:
    return refund * 100 + index + 1


def is_variation(listing: Listing) -> bool:
    """Two of three nouns are one product with variations; what waits for its release or lies in the trash stands alone."""
    return listing.product.number % 1000 // 4 % 3 != 2 and listing.status not in ("pending", "deleted")


def parent_id(listing: Listing) -> int:
    """The product buyers see: a variable one for variations, else the article itself."""
    return 100 + listing.product.number % 1000 // 4 if is_variation(listing) else listing_id(listing)


def listing_id(listing: Listing) -> int:
    return 1000 + listing.product.number % 1000


def product_and_variation(line: Line) -> tuple[int, int]:
    """``product_id`` and ``variation_id`` of an order's line; 0 where it has no variation."""
    listing = line.listing
    return parent_id(listing), listing_id(listing) if is_variation(listing) else 0


def noun_and_sort(listing: Listing) -> tuple[str, str]:
    """``Northpeak Trekkingstock`` and ``grün``: the product's name and the variation's."""
    noun, _, sort = listing.product.titles[SITES[listing.site].language].rpartition(", ")
    return noun, sort


def title(listing: Listing) -> str:
    return " - ".join(noun_and_sort(listing)) if is_variation(listing) else listing.product.titles[SITES[listing.site].language]


def review_id(review: Review) -> int:
    return review.number - STORES_BEGAN * 100


def is_held(review: Review) -> bool:
    """Every fourth review still waits for somebody to approve it."""
    return review.number // 7 % 4 == 0


def money(minor: int, shop: str) -> str:
    decimals = SITES[SHOPS[shop].sites[0]].decimals
    return f"{Decimal(minor).scaleb(-decimals):.{decimals}f}"


def net_and_tax(gross_minor: int, shop: str) -> tuple[int, int]:
    """A price with its tax inside, taken apart: half a unit is rounded up, the tax is the rest."""
    percent = setup(shop).vat_percent
    net = (gross_minor * 200 + 100 + percent) // (2 * (100 + percent)) if gross_minor >= 0 else -net_and_tax(-gross_minor, shop)[0]
    return net, gross_minor - net


def local_text(at: datetime | None, shop: str) -> str | None:
    """``2026-11-23T12:24:38``: the store's own clock, without saying which."""
    return at.astimezone(setup(shop).zone).strftime("%Y-%m-%dT%H:%M:%S") if at else None


def gmt_text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if at else None
