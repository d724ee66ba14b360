"""Whether goods came by the day their marketplace promised the buyer: orders whose promise ended in a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import pyarrow as pa

from transforms.metrics.shapes import Period
from transforms.sites import local_dates, zone_dates

_TEXT = pd.ArrowDtype(pa.string())
_KEY = ["client", "shop", "order_id"]


@dataclass(frozen=True)
class PromisedWeek:
    """Orders the seller ships whose promise ended in the period and that were not cancelled.

    Attributes:
        due: of these, those of which it is known whether they came in time. ``on_time``: of ``due``, those that did.
        untold: those of which nobody tells whether or when they arrived.
    """

    due: int
    on_time: int
    untold: int


def promised_week(
    orders: pd.DataFrame, followed: pd.DataFrame, telling: set[str], period: Period, zone: str, now: datetime
) -> PromisedWeek | None:
    """What became of the promises that ended in a period; None where no order of it was promised for a day.

    An order came in time when its last parcel did. One that has not arrived is late, if anybody would tell of it; so is one of which
    no parcel left. Where only the day of arrival is known, the promise's day at the site counts.

    Args:
        orders: rows of one client with the promises of the period, others may be there.
        followed: ``FOLLOWED_SHIPMENTS`` of these orders.
        telling: shops that tell arrivals themselves.
        now: until when the tables are known to hold everything; a promise that ends later is not due.
    """
    day = zone_dates(orders["deliver_by_at"], zone)
    in_period = (day >= period.start) & (day < period.end) & (orders["deliver_by_at"] <= now)
    is_sellers = (orders["fulfilled_by"] != "marketplace").fillna(True) & (orders["status"] != "cancelled").fillna(False)
    due = orders[in_period.fillna(False).astype(bool) & is_sellers.astype(bool)]
    if not len(due):
        return None
    alive = followed[(followed["status"] != "cancelled").fillna(False)].merge(due[[*_KEY, "site", "deliver_by_at"]], on=_KEY)
    outcomes = _outcomes(alive, telling)
    told = due[_KEY].merge(outcomes, on=_KEY, how="left")["outcome"].fillna("late")  # nothing left: late, whoever tells
    return PromisedWeek(int((told != "untold").sum()), int((told == "on_time").sum()), int((told == "untold").sum()))


def _outcomes(parcels: pd.DataFrame, telling: set[str]) -> pd.DataFrame:
    """One row an order that has parcels: ``on_time``, ``late`` or ``untold``; the worst of its parcels decides."""
    promised = local_dates(parcels["deliver_by_at"], parcels["site"])
    by_instant = (parcels["delivered_at"] <= parcels["deliver_by_at"]).fillna(False)
    by_day = parcels["delivered_at"].isna() & (parcels["delivered_date"] <= promised).fillna(False)
    is_known = parcels["delivered_at"].notna() | parcels["delivered_date"].notna()
    is_followed = parcels["shop"].isin(list(telling)) | parcels["service"].notna()
    is_late = (is_known & ~by_instant & ~by_day) | (~is_known & is_followed & (parcels["status"] != "delivered"))
    is_untold = ~is_known & ~is_late
    worst = parcels[_KEY].assign(is_late=is_late.astype(bool), is_untold=is_untold.astype(bool)).groupby(_KEY, as_index=False).max()
    pairs = zip(worst["is_late"], worst["is_untold"], strict=True)
    told = ["late" if late else "untold" if untold else "on_time" for late, untold in pairs]
    return worst[_KEY].assign(outcome=pd.Series(told, index=worst.index, dtype=_TEXT))
