"""How parcels went in one week: what left, what arrived and how long it took, and what nobody has heard of for too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from transforms.metrics.shapes import Period
from transforms.schema import SchemaError
from transforms.sites import zone_dates

SILENT_AFTER = timedelta(days=7)
LOOKED_BACK = timedelta(days=60)  # carriers forget a parcel after about 90 days, and what has not arrived by then is lost
MOST_NAMED = 20
_UNDER_WAY = ("pending", "in_transit")


def telling_shops(followed: pd.DataFrame) -> set[str]:
    """Shops that tell arrivals themselves: they told one among these rows."""
    return set(followed.loc[(followed["delivered_evidence"] == "shipments.delivered_at").fillna(False), "shop"])


@dataclass(frozen=True)
class SilentParcel:
    """A parcel that left and of which nothing was heard since ``silent_since`` (ISO day in the client's zone)."""

    shop: str
    order_id: str
    tracking_number: str | None
    silent_since: str


@dataclass(frozen=True)
class DeliveryWeek:
    """One client's parcels in one period, as known at ``as_of``.

    Attributes:
        sent: parcels that left in the period and were not cancelled.
        delivered: parcels that arrived in it, whenever they left.
        timed: of ``delivered``, those of which it is known when they left.
        median_seconds, p90_seconds: from leaving to arriving, of ``timed``: the shortest time within which half, nine tenths of
            them arrived (whole days where only the day of arrival is known); None where ``timed`` is 0.
        under_way: left within 60 days and not known to have ended, ``silent`` and ``untold`` not counted.
        silent: under way for at least ``silent_days``, and nothing heard for as long, though somebody would tell.
        silent_since: the day since which the longest of them is silent.
        named: the longest silent, at most 20.
        untold: under way for as long, and nobody tells: their shops do not say what arrives, and no service follows them.
        undated: arrived at some time by their shop's word, which names no day; left within 60 days.
    """

    as_of: str
    sent: int
    delivered: int
    timed: int
    median_seconds: int | None
    p90_seconds: int | None
    under_way: int
    silent: int
    silent_since: str | None
    silent_days: int
    named: tuple[SilentParcel, ...]
    untold: int
    undated: int


def delivery_week(
    followed: pd.DataFrame, period: Period, zone: str, now: datetime, silent_after: timedelta = SILENT_AFTER
) -> DeliveryWeek:
    """Figures of one client's parcels.

    A parcel that was cancelled, or of which nobody knows when it left, counts as sent nowhere. A shop tells arrivals when it told one
    among these rows.

    Args:
        followed: ``FOLLOWED_SHIPMENTS`` of one client that left within 60 days before the period, or later; and those of which nobody
            knows when they left, if they arrived in it.
        zone: IANA, decides the days.
        now: until when the tables are known to hold everything.
    Raises:
        SchemaError: rows of several clients.
    """
    if followed["client"].nunique() > 1:
        raise SchemaError("delivery: rows of several clients; read them in the client's own session")
    known = followed[(followed["status"] != "cancelled").fillna(False)].copy()
    known["left_on"] = zone_dates(known["shipped_at"], zone)
    known["arrived_on"] = zone_dates(known["delivered_at"], zone).fillna(known["delivered_date"])
    arrived = known[_within(known["arrived_on"], period)]
    is_undated = (known["status"] == "delivered").fillna(False).astype(bool) & known["arrived_on"].isna()
    times = _times(arrived)
    under_way = _under_way(known, now)
    is_old = (under_way["heard_at"] <= now - silent_after).astype(bool)
    silent = under_way[is_old & under_way["is_told"]].sort_values(["heard_at", "shop", "order_id", "shipment_id"])
    untold = int((is_old & ~under_way["is_told"]).sum())
    named = tuple(_silent(row, zone) for row in silent.head(MOST_NAMED).itertuples())
    return DeliveryWeek(
        as_of=now.isoformat(), sent=int(_within(known["left_on"], period).sum()), delivered=len(arrived), timed=len(times),
        median_seconds=_share(times, 1, 2), p90_seconds=_share(times, 9, 10), under_way=len(under_way) - len(silent) - untold,
        silent=len(silent), silent_since=named[0].silent_since if named else None, silent_days=silent_after.days, named=named,
        untold=untold, undated=int((is_undated & _left_lately(known, now)).sum()),
    )


def _within(days: pd.Series, period: Period) -> pd.Series:
    return ((days >= period.start) & (days < period.end)).fillna(False).astype(bool)


def _times(arrived: pd.DataFrame) -> list[int]:
    """Seconds from leaving to arriving, shortest first; never less than nothing, for clocks differ."""
    found = []
    dated = arrived.loc[arrived["shipped_at"].notna(), ["shipped_at", "delivered_at", "left_on", "arrived_on"]]
    for shipped_at, delivered_at, left_on, arrived_on in dated.itertuples(index=False):
        took = (arrived_on - left_on) if pd.isna(delivered_at) else (delivered_at - shipped_at)
        found.append(max(int(took.total_seconds()), 0))
    return sorted(found)


def _share(times: list[int], numerator: int, denominator: int) -> int | None:
    """The shortest time within which this share of them lies."""
    return times[-(-len(times) * numerator // denominator) - 1] if times else None


def _under_way(known: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Parcels not known to have ended, with ``heard_at`` and whether anybody would tell."""
    found = known[known["status"].isin(_UNDER_WAY) & _left_lately(known, now)].copy()
    later = (found["last_event_at"] > found["shipped_at"]).fillna(False).astype(bool)
    found["heard_at"] = found["shipped_at"].mask(later, found["last_event_at"])
    found["is_told"] = found["shop"].isin(telling_shops(known)) | found["service"].notna()
    return found


def _left_lately(known: pd.DataFrame, now: datetime) -> pd.Series:
    return ((known["shipped_at"] > now - LOOKED_BACK) & (known["shipped_at"] <= now)).fillna(False).astype(bool)


def _silent(row, zone: str) -> SilentParcel:
    day: date = row.heard_at.tz_convert(zone).date()
    number = None if pd.isna(row.tracking_number) else row.tracking_number
    return SilentParcel(row.shop, row.order_id, number, day.isoformat())
