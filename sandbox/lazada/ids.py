"""Lazada's numbers, words and ways of writing, over the world's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sandbox.world import SHOPS, SITES, ZONES
from sandbox.world.fold import LineState
from sandbox.world.model import Line, Listing, Order, Parcel, Return, Review

COUNTRY_NAMES = {"SG": "Singapore", "MY": "Malaysia", "PH": "Philippines", "VN": "Vietnam", "TH": "Thailand", "ID": "Indonesia"}
_LOST = ("lost_by_3pl", "failed_delivery", "damaged_by_3pl", "lost")
_BACK = ("returned", "shipped_back_success")
_PACKED = ("ready_to_ship", "packed", "ready_to_ship", "repacked")
FIRST_SELLER = 100_200_300  # and from here by the shops' numbers
ONE_VARIANT_STATUSES = ("suppressed", "pending", "deleted")


def seller_id(shop: str) -> int:
    return FIRST_SELLER + SHOPS[shop].number


def order_id(order: Order) -> int:
    return 400_000_000_000_000 + order.number * 100 + SHOPS[order.shop].number


def order_number(wanted: int, shop: str) -> int | None:
    """The world's number behind an order id; None where the id is not of this shop's kind."""
    number, tail = divmod(wanted - 400_000_000_000_000, 100)
    return number if number > 0 and tail == SHOPS[shop].number else None


def item_line_id(order: Order, index: int) -> int:
    return 500_000_000_000_000 + order.number * 100 + index


def package_id(order: Order, parcel: Parcel) -> str:
    return f"FP{100_000_000_000_000 + order.number * 10 + parcel.index}"


def request_id_of(request: Return) -> int:
    return 710_000_000_000_000 + request.request


def request_line_id(request: Return) -> int:
    return 700_000_000_000_000 + request.number


def review_id(review: Review) -> int:
    return 80_000_000_000_000 + review.number


def sku_id(listing: Listing) -> int:
    return 9_000_000_000 + listing.number


def item_id(listing: Listing) -> int:
    """Variants of one noun share an item; what is suspended, under review or deleted stands alone."""
    if listing.status in ONE_VARIANT_STATUSES:
        return 2_000_000_000 + listing.number
    return 2_100_000_000 + SHOPS[listing.shop].number * 1000 + listing.product.number % 1000 // 4


def shop_sku(listing: Listing) -> str:
    return f"{item_id(listing)}_{listing.site}-{sku_id(listing)}"


def status(order: Order, state: LineState) -> str:
    """Lazada's word for an item; where it has several for one thing, the order's number picks."""
    pick = order.number // 7
    words = {
        "pending": "unpaid", "paid": "pending", "packed": _PACKED[pick % 4], "shipped": "shipped", "delivered": "delivered",
        "cancelled": "canceled", "returned": _BACK[pick % 2], "lost": _LOST[pick % 4],
    }
    return words[state.status]


def is_fbl(line: Line) -> bool:
    return line.fulfilled_by == "marketplace"


def amount(minor: int, site: str) -> str:
    """A decimal text with two places, whatever the currency: Lazada writes dong like that too."""
    return f"{Decimal(minor).scaleb(-SITES[site].decimals):.2f}"


def number(minor: int, site: str) -> int | float:
    """A JSON number; whole where the currency is."""
    return minor if SITES[site].decimals == 0 else float(Decimal(minor).scaleb(-SITES[site].decimals))


def local(at: datetime, site: str) -> datetime:
    return at.astimezone(ZONES[site])


def header_time(at: datetime, site: str) -> str:
    """``2018-02-09T22:44:30+08:00``: order headers."""
    return local(at, site).isoformat(timespec="seconds")


def item_time(at: datetime, site: str) -> str:
    """``2014-10-15 19:12:15 +0800``: order items."""
    return local(at, site).strftime("%Y-%m-%d %H:%M:%S %z")


def day_text(at: datetime, site: str) -> str:
    """``17 May 2016``: finance."""
    there = local(at, site)
    return f"{there.day} {_MONTHS[there.month - 1]} {there.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def title(listing: Listing) -> str:
    """The item's name in the site's language."""
    return listing.product.titles[SITES[listing.site].language]
