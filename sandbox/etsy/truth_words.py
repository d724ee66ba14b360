"""How the truth writes."""

from __future__ import annotations

from datetime import datetime

from sandbox.etsy import ids
from sandbox.world import ZONES


def day(at: datetime, shop: str) -> str:
    """The calendar day at the shop's site."""
    return at.astimezone(ZONES[ids.site(shop)]).date().isoformat()
