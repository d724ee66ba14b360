"""Tracking data in orders' meta data → ``shipments``; WooCommerce itself knows no parcels.

Two ways are read: the list both tracking plugins keep, and one number written by hand. Neither says which lines lie in a parcel,
nor what became of it: it left, and that is all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.columns import INSTANT
from connectors.contract import Shop
from connectors.exact import read_json
from connectors.frames import Draft, Records
from connectors.woocommerce.records import blanked, zoned
from connectors.woocommerce.words import TRACKING_ITEMS, TRACKING_NUMBER, TRACKING_PROVIDER
from transforms.tables import SHIPMENT_LINES, SHIPMENTS

LATEST_SECOND = 253_402_300_799
Parcel = Mapping[str, Any]


def map_parcels(shop: Shop, records: Records, header: dict[str, list[Any]], orders: Draft) -> dict[str, pd.DataFrame]:
    found = [parcels_of(meta, done) for meta, done in zip(header["meta_data"], zoned(header["date_completed_gmt"]), strict=True)]
    parent = np.repeat(np.arange(orders.size), [len(parcels) for parcels in found]).astype(np.int64)
    parcels = [parcel for each in found for parcel in each]
    shipments = Draft(SHIPMENTS, shop, records.take(parent))
    for name in ("order_id", "source_updated_at"):
        shipments.put(name, orders[name].take(pa.array(parent)))
    for name in ("shipment_id", "carrier", "tracking_number"):
        shipments.text(name, blanked([parcel.get(name) for parcel in parcels]))
    shipments.constant("status", "in_transit")
    _map_shipped(shipments, [parcel.get("date_shipped") for parcel in parcels], [parcel.get("date_completed") for parcel in parcels])
    orders.faults.lift(shipments.faults, parent, "parcel")
    shipments.faults.spread(orders.faults, parent, "order")
    nothing = Draft(SHIPMENT_LINES, shop, records.take(np.array([], dtype=np.int64)))
    return {"shipments": shipments.frame(), "shipment_lines": nothing.frame()}


def parcels_of(meta: Any, completed_at: Any = None) -> list[Parcel]:
    """The parcels in an order's meta data; one told both ways, or twice, is one."""
    pairs = {each["key"]: each.get("value") for each in meta or () if isinstance(each, Mapping) and isinstance(each.get("key"), str)}
    found: dict[Any, Parcel] = {}
    for item in _items(pairs.get(TRACKING_ITEMS)):
        number = item.get("tracking_number")
        carrier = item.get("tracking_provider") or item.get("custom_tracking_provider")
        found.setdefault(str(number), {"shipment_id": item.get("tracking_id") or number, "carrier": carrier, "tracking_number": number,
                                       "date_shipped": item.get("date_shipped")})
    number = pairs.get(TRACKING_NUMBER)
    if number not in (None, ""):
        found.setdefault(str(number), {"shipment_id": number, "carrier": pairs.get(TRACKING_PROVIDER), "tracking_number": number,
                                       "date_completed": completed_at})
    return list(found.values())


def _items(value: Any) -> list[Mapping[str, Any]]:
    """A list, or (some PHP arrays) an object numbered by its keys, or either as JSON text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            value = read_json(value.encode())
        except ValueError:
            return []
    rows = list(value.values()) if isinstance(value, Mapping) else value
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _map_shipped(shipments: Draft, told: Sequence[Any], completed: Sequence[Any]) -> None:
    """The plugins write seconds since 1970; a number written by hand has no time but that the order was completed with it."""
    instants = shipments.instant("shipped_at", completed)
    seconds = [None if value in (None, "") else str(value) for value in told]
    for row, value in enumerate(seconds):
        if value is not None and not (value.isdecimal() and int(value) <= LATEST_SECOND):
            shipments.faults.add_value(row, "shipped_at", value, "is not a time in seconds")
            seconds[row] = None
    known = pa.array([None if value is None else int(value) * 1_000_000 for value in seconds], pa.int64()).cast(INSTANT)
    shipments.put("shipped_at", pc.coalesce(known, instants))
