"""eBay's numbers, words and ways of writing, over the world's."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from sandbox.world import SHOPS, SITES
from sandbox.world.model import Buyer, Listing, Order, Return, Review

TRADING_SITES = {"US": "0", "GB": "3", "DE": "77"}
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,50}")
# What eBay charges for turning one currency into another's; a figure of this world, fixed so that answers can be repeated.
_CONVERTED = {("EUR", "GBP"): Decimal("0.86")}


def marketplace(site: str) -> str:
    return f"EBAY_{site}"


def home(shop: str) -> str:
    return SHOPS[shop].sites[0]


def username(shop: str) -> str:
    return {"northpeak_ebay": "northpeak-outdoor", "kiln_ebay": "kiln_and_ash"}.get(shop, shop)


def user_id(shop: str) -> str:
    """Immutable, unlike the name."""
    return f"Ux{SHOPS[shop].number:03d}kQzE7"


def buyer_name(buyer: Buyer) -> str:
    """US buyers come as opaque ids, others by their user name."""
    return f"immutable{buyer.number:x}" if buyer.country == "US" else f"{buyer.city.lower()[:4]}_{buyer.number}"


def order_id(order: Order) -> str:
    digits = f"{order.number:012d}"
    return f"{digits[:2]}-{digits[2:7]}-{digits[7:]}"


def line_id(order: Order, index: int) -> str:
    return str(10_000_000_000_000 + order.number * 10 + index)


def is_made_elsewhere(listing: Listing) -> bool:
    """Made on the site's pages, not through the Inventory API: other sites' (an SKU is offered on one site only), SKUs that
    Inventory does not take, and some of the rest."""
    return listing.site != home(listing.shop) or not _PLAIN.fullmatch(listing.sku) or _index(listing) % 7 == 3 or is_nameless(listing)


def is_nameless(listing: Listing) -> bool:
    """A few of northpeak's old listings carry no SKU."""
    return listing.shop == "northpeak_ebay" and listing.site == home(listing.shop) and _index(listing) % 16 == 9


def is_variation(listing: Listing) -> bool:
    """The sorts of some nouns share one listing, at home through Inventory, abroad on the site's pages."""
    if listing.status != "active":
        return False
    at_home = listing.site == home(listing.shop)
    return _index(listing) // 4 % 3 == 0 and not is_made_elsewhere(listing) if at_home else _index(listing) // 4 % 3 == 1


def item_id(listing: Listing) -> str:
    if is_variation(listing):
        return str(120_000_000_000 + SHOPS[listing.shop].number * 10_000 + int(TRADING_SITES[listing.site]) * 50 + _index(listing) // 4)
    return str(110_000_000_000 + listing.number)


def variation_id(listing: Listing) -> str:
    return str(500_000_000_000 + listing.number)


def offer_id(listing: Listing) -> str:
    return str(6_000_000_000 + listing.number)


def sku(listing: Listing) -> str | None:
    return None if is_nameless(listing) else listing.sku


def _index(listing: Listing) -> int:
    return listing.product.number % 1000


def return_id(request: Return) -> str:
    return str(5_000_000_000 + request.number % 1_000_000_000)


def cancel_id(order: Order, place: int) -> str:
    return str(5_000_000_000 + order.number * 10 % 1_000_000_000 + place)


def feedback_id(review: Review) -> str:
    return f"F{review.number}"


def decimal(minor: int, site: str) -> str:
    return f"{Decimal(minor).scaleb(-SITES[site].decimals):.{SITES[site].decimals}f}"


def amount(minor: int, site: str) -> dict[str, str]:
    return {"value": decimal(minor, site), "currency": SITES[site].currency}


def converted(minor: int, site: str, shop: str) -> dict[str, str]:
    """In the seller's own currency, with what the buyer was asked for beside it where that is another."""
    theirs, own = SITES[site], SITES[home(shop)]
    rate = _CONVERTED.get((theirs.currency, own.currency))
    if rate is None:
        return amount(minor, site)
    value = (Decimal(minor).scaleb(-theirs.decimals) * rate).quantize(Decimal(1).scaleb(-own.decimals))
    return {
        "value": str(value), "currency": own.currency, "convertedFromValue": decimal(minor, site), "convertedFromCurrency": theirs.currency,
    }


def number(minor: int, site: str) -> dict[str, object]:
    """Post-Order writes amounts as JSON numbers."""
    return {"value": float(decimal(minor, site)), "currency": SITES[site].currency}


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def dated(at: datetime) -> dict[str, str]:
    """Post-Order writes instants as objects."""
    return {"value": stamp(at), "formattedValue": at.strftime("%b %d, %Y")}
