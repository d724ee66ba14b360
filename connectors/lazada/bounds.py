"""How Lazada writes an instant that bounds a call."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connectors.lazada.sites import SITES


def local_iso(moment: datetime, site: str) -> str:
    """``2026-11-15T11:00:00+08:00``: whole seconds at the site, as the orders guide shows."""
    return moment.astimezone(ZoneInfo(SITES[site].zone)).replace(microsecond=0).isoformat()


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def from_milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1000, UTC)
