"""AliExpress's numbers and ways of writing, over the world's."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.world import SHOPS, SITES
from sandbox.world.model import Buyer, Listing, Order, Return

PACIFIC = ZoneInfo("America/Los_Angeles")  # every date, in and out
FIRST_SELLER = 2_670_000_000  # and from here by the shops' numbers
ONE_SKU_STATUSES = ("suppressed", "pending", "deleted")


def seller_id(shop: str) -> int:
    return FIRST_SELLER + SHOPS[shop].number


def shop_id(shop: str) -> int:
    return 1_100_000_000 + SHOPS[shop].number


def order_id(order: Order) -> int:
    """More digits than a float holds exactly."""
    return 30_000_000_000_000_000 + order.number * 10_000 + SHOPS[order.shop].number * 100


def order_number(wanted: int, shop: str) -> int | None:
    """The world's number behind an order's or a child's id; None where the id is not of this shop's kind."""
    number, tail = divmod(wanted - 30_000_000_000_000_000, 10_000)
    return number if number > 0 and tail // 100 == SHOPS[shop].number else None


def child_id(order: Order, index: int) -> int:
    """A single line's number is its order's own."""
    return order_id(order) + (index + 1 if len(order.lines) > 1 else 0)


def product_id(listing: Listing) -> int:
    """SKUs of one noun share a product; what is suspended, under review or deleted stands alone."""
    if listing.status in ONE_SKU_STATUSES:
        return 1_005_007_000_000_000 + listing.number
    return 1_005_003_000_000_000 + SHOPS[listing.shop].number * 1000 + listing.product.number % 1000 // 4


def sku_id(listing: Listing) -> str:
    """Unique in its product only: the sort's number, and where it is sent from."""
    return f"14:{100 + listing.product.number % 4};200007763:201336100"


def issue_id(request: Return) -> int:
    return 6_000_000_000_000_000 + request.number


def login_id(buyer: Buyer) -> str:
    return f"{buyer.country.lower()}{buyer.number}wjba"


def wall(at: datetime | None) -> str | None:
    """``2026-11-15 19:12:15`` in California, whatever the season; no offset."""
    return None if at is None else at.astimezone(PACIFIC).strftime("%Y-%m-%d %H:%M:%S")


def told(at: datetime | None) -> datetime | None:
    """What is left of an instant once it was written so: in November's doubled hour, the first of the two."""
    return None if at is None else at.astimezone(PACIFIC).replace(fold=0).astimezone(UTC)


def told_version(at: datetime, now: datetime) -> datetime:
    """The same of a version: the second of the two, once that has come."""
    later = at.astimezone(PACIFIC).replace(fold=1).astimezone(UTC)
    return later if later <= now else told(at)


def day(at: datetime) -> str:
    return told(at).astimezone(PACIFIC).date().isoformat()


def amount(minor: int, site: str) -> str:
    return f"{Decimal(minor).scaleb(-SITES[site].decimals):.2f}"


def simple_money(minor: int, site: str) -> dict[str, str]:
    return {"amount": amount(minor, site), "currency_code": SITES[site].currency}


def money(minor: int, site: str, name: str = "amount") -> dict[str, object]:
    """The details' way; some nodes call the amount ``amount_str``."""
    code = SITES[site].currency
    unit = {"currency_code": code, "default_fraction_digits": 2, "display_name": code, "numeric_code": 840, "symbol": code}
    return {name: amount(minor, site), "cent": minor, "cent_factor": 100, "currency": unit, "currency_code": code}
