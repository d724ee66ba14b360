"""Fields that live beside a quantity in ``fulfillment_availability`` and are wiped by a careless replace."""

from __future__ import annotations

from datetime import timedelta

from sandbox.clock import instant
from sandbox.market import House
from sandbox.world.model import Listing

OPENING_LEAD_DAYS = 3
_DELAY = timedelta(seconds=60)


def keep_lead_time(house: House, listing: Listing, days: int | None) -> None:
    """Remember a new lead time (None: wiped); it shows a minute later, as everything written here does."""
    now = house.clock.now()
    row = {"shop": listing.shop, "site": listing.site, "sku": listing.sku, "days": days, "from": (now + _DELAY).isoformat()}
    house.journal.add("amazon_lead_time", row, now)


def lead_time(house: House, listing: Listing) -> int | None:
    """Days to ship as shown now; None where it was wiped."""
    key, now, days = (listing.shop, listing.site, listing.sku), house.clock.now(), OPENING_LEAD_DAYS
    for row in house.journal.rows("amazon_lead_time"):
        if (row["shop"], row["site"], row["sku"]) == key and instant(row["from"]) <= now:
            days = row["days"]
    return days
