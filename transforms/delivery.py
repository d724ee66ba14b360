"""How long parcels take: the marketplaces' shipments with what the tracking services know, and figures per client and week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pandas as pd

from transforms.schema import SchemaError

LATE_AFTER = timedelta(days=7)  # no marketplace's promise is in the tables, so one measure for all
_TOLD = {"status": "tracking_status", "shipped_at": "scanned_at", "delivered_at": "told_at", "delivered_date": "told_date"}
_KEY = ["client", "tracking_number"]


@dataclass(frozen=True)
class DeliveryWeek:
    """Parcels of one client that left in one week (Monday to Sunday of the client's zone).

    Attributes:
        median_days, p90_days: from leaving to arriving, of those that arrived: the shortest time within which half, nine tenths
            of them did. None where none has.
        late: parcels that took longer than ``late_after``, or are on their way for longer.
        undelivered_since: when the oldest of those still on their way left.
    """

    client: str
    week_start: date
    parcels: int
    delivered: int
    returned: int
    undelivered: int
    median_days: Fraction | None
    p90_days: Fraction | None
    late: int
    undelivered_since: datetime | None

    @property
    def late_share(self) -> Fraction:
        return Fraction(self.late, self.parcels)


def with_tracking(shipments: pd.DataFrame, tracked_parcels: pd.DataFrame) -> pd.DataFrame:
    """Shipments with what is known of each parcel beside them.

    ``delivered_at`` and ``shipped_at`` are the marketplace's where it tells them, else the carrier's; ``delivered_date`` is the
    carrier's own day, also where its instant is unknown; ``tracking_status`` is null for a parcel nobody follows. Of two services
    that know a number the one heard last counts.

    Args:
        shipments, tracked_parcels: rows of those tables, in any order.
    Returns:
        One row a shipment, in the given order.
    Raises:
        SchemaError: two shipments share a key.
    """
    if shipments.duplicated(["client", "shop", "order_id", "shipment_id"]).any():
        raise SchemaError("shipments: two rows share client, shop, order_id and shipment_id")
    newest = tracked_parcels.sort_values("source_updated_at", kind="stable").drop_duplicates(_KEY, keep="last")
    found = shipments.merge(newest[[*_KEY, *_TOLD]].rename(columns=_TOLD), on=_KEY, how="left")
    found["delivered_at"] = found["delivered_at"].fillna(found["told_at"])
    found["shipped_at"] = found["shipped_at"].fillna(found["scanned_at"])
    return found.rename(columns={"told_date": "delivered_date"}).drop(columns=["told_at", "scanned_at"])


def delivery_weeks(
    shipments: pd.DataFrame, tracked_parcels: pd.DataFrame, zones: dict[str, str], now: datetime, late_after: timedelta = LATE_AFTER,
) -> list[DeliveryWeek]:
    """Figures of every client and week in which a parcel left, by client and week.

    A parcel that was cancelled or whose leaving nobody knows counts nowhere. Where only the day of delivery is known, whole days
    are counted.

    Args:
        zones: client → IANA zone, which decides the week.
        now: until when the tables are known to hold everything.
    Raises:
        SchemaError: two shipments share a key; KeyError: a client without a zone.
    """
    known = with_tracking(shipments, tracked_parcels)
    sent = known[(known["status"] != "cancelled").fillna(False) & known["shipped_at"].notna()]
    weeks: dict[tuple[str, date], list[_Way]] = {}
    columns = ("client", "status", "shipped_at", "delivered_at", "delivered_date", "tracking_status")
    for client, *facts in zip(*(sent[name] for name in columns), strict=True):
        way = _way(*(None if pd.isna(fact) else fact for fact in facts), ZoneInfo(zones[client]))
        weeks.setdefault((client, way.left_on - timedelta(days=way.left_on.weekday())), []).append(way)
    return [_week(client, start, weeks[client, start], now, late_after) for client, start in sorted(weeks)]


@dataclass(frozen=True)
class _Way:
    """One parcel: when it left, and how long it took (None: not arrived)."""

    left_at: datetime
    left_on: date
    took: timedelta | None
    is_returned: bool
    is_delivered: bool


def _way(status, shipped_at, delivered_at, delivered_date, tracking_status, zone: ZoneInfo) -> _Way:
    left_on = shipped_at.astimezone(zone).date()
    took = delivered_at - shipped_at if delivered_at is not None else None
    if took is None and delivered_date is not None:
        took = timedelta(days=(delivered_date - left_on).days)
    is_returned = "returned" in (status, tracking_status)
    is_delivered = took is not None or "delivered" in (status, tracking_status)
    return _Way(shipped_at, left_on, max(took, timedelta(0)) if took is not None else None, is_returned, is_delivered)


def _week(client: str, start: date, ways: list[_Way], now: datetime, late_after: timedelta) -> DeliveryWeek:
    times = sorted(way.took for way in ways if way.took is not None)
    waiting = [way for way in ways if not way.is_delivered and not way.is_returned]
    overdue = sum(now - way.left_at > late_after for way in waiting)
    return DeliveryWeek(
        client, start, len(ways), sum(way.is_delivered for way in ways), sum(way.is_returned for way in ways), len(waiting),
        _within(times, Fraction(1, 2)), _within(times, Fraction(9, 10)), sum(took > late_after for took in times) + overdue,
        min((way.left_at for way in waiting), default=None),
    )


def _within(times: list[timedelta], share: Fraction) -> Fraction | None:
    """The shortest time within which ``share`` of them lie, in days."""
    if not times:
        return None
    place = -(-len(times) * share.numerator // share.denominator)
    return Fraction(times[place - 1] // timedelta(seconds=1), 86_400)
