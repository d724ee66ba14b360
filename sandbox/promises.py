"""Until when a marketplace promised a buyer the goods: the end of a day at the site, four to seven days after the order."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sandbox.world import ZONES
from sandbox.world.model import Order


def deliver_by(order: Order) -> datetime:
    zone = ZONES[order.site]
    day = order.placed_at.astimezone(zone).date() + timedelta(days=4 + order.number % 4)
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
