"""Shipments as far as anybody knows: the shop's own word first, and what a tracking service knows beyond it.

``shipments`` stays what the marketplace showed; this derivation stands beside it, row for row, and names whose word each fact is.
A shop's final word (delivered, undeliverable, returned, cancelled) is never overruled.
"""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pyarrow as pa

from transforms.schema import SchemaError
from transforms.sites import local_dates, zone_dates
from transforms.tables import FOLLOWED_SHIPMENTS

_KEY = ["client", "shop", "order_id"]
_NUMBER = ["client", "tracking_number"]
_TEXT = pd.ArrowDtype(pa.string())
_TOLD = {
    "service": "service", "status": "tracking_status", "shipped_at": "scanned_at", "delivered_at": "arrived_at",
    "delivered_date": "arrived_date", "last_event_at": "last_event_at",
}
ENDED = ("delivered", "returned", "undeliverable")
_IN_HAND = ("in_transit", "out_for_delivery", "available_for_pickup", "attempt_failed", "exception")
BEFORE = timedelta(days=1)  # clocks of a shop and a carrier differ by less


def follow(orders: pd.DataFrame, shipments: pd.DataFrame, tracked_parcels: pd.DataFrame) -> pd.DataFrame:
    """Derive the followed shipments.

    A service's word counts where the shop says ``pending`` or ``in_transit``: an arrival, a return or a loss ends the parcel, a scan
    in the carrier's hands sets a pending one on its way. Instants are the shop's where it tells them, else the carrier's. Of two
    services that know a number the one that knows its end counts, then the one heard last. A history that ended before the order
    was placed belongs to an earlier parcel with the same number, and counts nowhere.

    Args:
        orders, shipments, tracked_parcels: rows of those tables, in any order; parcels of orders that are not there have no row.
    Returns:
        ``FOLLOWED_SHIPMENTS``, sorted by key.
    Raises:
        SchemaError: two shipments share a key, or a site is unknown.
    """
    if shipments.duplicated([*_KEY, "shipment_id"]).any():
        raise SchemaError("shipments: two rows share client, shop, order_id and shipment_id")
    known = shipments.merge(orders[[*_KEY, "site", "placed_at"]], on=_KEY, how="inner")
    known = _with_services_word(known, tracked_parcels)
    return FOLLOWED_SHIPMENTS.conform(_settled(known).sort_values([*_KEY, "shipment_id"], ignore_index=True))


def _with_services_word(known: pd.DataFrame, tracked_parcels: pd.DataFrame) -> pd.DataFrame:
    if not len(tracked_parcels):
        nothing = {name: pd.Series(None, index=known.index, dtype=tracked_parcels[theirs].dtype) for theirs, name in _TOLD.items()}
        return known.assign(**nothing)
    ranked = tracked_parcels.assign(is_ended=tracked_parcels["status"].isin(ENDED))
    ranked = ranked.sort_values([*_NUMBER, "is_ended", "source_updated_at", "shop", "service"], kind="stable")
    best = ranked.drop_duplicates(_NUMBER, keep="last")
    known = known.merge(best[[*_NUMBER, *_TOLD]].rename(columns=_TOLD), on=_NUMBER, how="left")
    is_earlier = _ended_before(known)
    for name in _TOLD.values():
        known[name] = known[name].mask(is_earlier)
    return known


def _ended_before(known: pd.DataFrame) -> pd.Series:
    """Whether the history ended before its order was placed; where an arrival has a day and no instant, by that day."""
    since = known["placed_at"] - BEFORE
    by_day = known["arrived_at"].isna() & known["arrived_date"].notna()
    is_earlier_day = by_day & (known["arrived_date"] < zone_dates(since, "UTC"))
    is_earlier = ~by_day & (known["arrived_at"].fillna(known["last_event_at"]) < since)
    return (is_earlier | is_earlier_day).fillna(False).astype(bool)


def _settled(known: pd.DataFrame) -> pd.DataFrame:
    told = known["tracking_status"]
    is_open = known["status"].isin(["pending", "in_transit"])
    is_ended, is_moving = is_open & _is_in(told, ENDED), (known["status"] == "pending") & _is_in(told, _IN_HAND)
    status = known["status"].mask(is_ended, told).mask(is_moving, "in_transit")
    by_service = is_ended | is_moving
    has_own, has_instant, has_day = (known[name].notna() for name in ("delivered_at", "arrived_at", "arrived_date"))
    evidence = _words(known, "tracked_parcels.delivered_date", has_day)
    evidence = evidence.mask(has_instant, "tracked_parcels.delivered_at").mask(has_own, "shipments.delivered_at")
    scanned = _words(known, "tracked_parcels.shipped_at", known["scanned_at"].notna())
    settled = known.assign(
        status=status, status_evidence=_words(known, "tracked_parcels.status", by_service).fillna("shipments.status"),
        shipped_at=known["shipped_at"].fillna(known["scanned_at"]),
        shipped_evidence=scanned.mask(known["shipped_at"].notna(), "shipments.shipped_at"),
        delivered_at=known["delivered_at"].fillna(known["arrived_at"]), delivered_evidence=evidence,
        delivered_date=local_dates(known["delivered_at"], known["site"]).fillna(known["arrived_date"]),
    )
    return settled[list(FOLLOWED_SHIPMENTS.names)]


def _is_in(words: pd.Series, wanted: tuple[str, ...]) -> pd.Series:
    return words.isin(list(wanted)).fillna(False)


def _words(frame: pd.DataFrame, word: str, where: pd.Series) -> pd.Series:
    """``word`` on the rows ``where`` says so, null elsewhere."""
    return pd.Series([word] * len(frame), index=frame.index, dtype=_TEXT).where(where.astype(bool))
