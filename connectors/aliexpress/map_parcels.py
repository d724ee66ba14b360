"""The parcels in an order's details → ``shipments``; the lines of an order's only parcel → ``shipment_lines``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.aliexpress.envelope import listed
from connectors.aliexpress.times import read_wall
from connectors.aliexpress.words import PARCEL_STATUS
from connectors.columns import instants_by
from connectors.contract import Shop
from connectors.documents import Documents
from connectors.flatten import Flattener, explode
from connectors.frames import Draft
from connectors.loose import blanked, either, key_of, last_of_each
from transforms.tables import SHIPMENT_LINES, SHIPMENTS

PARCEL = Flattener(
    {
        "number": "logistics_no", "carrier": "logistics_service_name", "carrier_key": "logistics_type_code", "status": "receive_status",
        "sent": "gmt_send", "received": "gmt_received",
    }
)

Drafts = dict[str, tuple[Draft, np.ndarray]]  # table → its draft, and for each row the row of its order


def map_parcels(
    shop: Shop, newest: Documents, parcels: Sequence[Any], orders: Draft, lines: Draft, line_parent: np.ndarray
) -> Drafts:
    """One row a parcel (a number told twice is one), and its lines where the order has only one.

    ``parcels``: each order's list, as its details show it. A parcel's fault is its order's too.
    """
    found, parent = explode([listed(value) for value in parcels], "logistic_info_list", orders.faults)
    numbers = [key_of(parcel, "logistics_no") for parcel in found]
    pairs = zip(parent.tolist(), numbers, strict=True)
    kept = last_of_each([None if number is None else (row, number) for row, number in pairs])
    found, parent = [found[row] for row in kept], parent[kept].astype(np.int64)
    shipments = Draft(SHIPMENTS, shop, newest.within(found, parent).records)
    _map_parcel(shipments, PARCEL(found, shipments.faults))
    _of_order(shipments, orders, parent)
    orders.faults.lift(shipments.faults, parent, "parcel")
    inside, leader = _contents(parent, lines, line_parent, orders.size)
    contents = Draft(SHIPMENT_LINES, shop, newest.within([None] * len(inside), line_parent[inside]).records)
    contents.put("shipment_id", shipments["shipment_id"].take(pa.array(leader, pa.int64())))
    contents.put("line_id", lines["line_id"].take(pa.array(inside, pa.int64())))
    contents.put("quantity", lines["shipped_quantity"].take(pa.array(inside, pa.int64())))
    _of_order(contents, orders, line_parent[inside])
    return {"shipments": (shipments, parent), "shipment_lines": (contents, line_parent[inside])}


def _map_parcel(shipments: Draft, parcel: dict[str, list[Any]]) -> None:
    numbers = blanked(parcel["number"])
    shipments.text("shipment_id", numbers)
    shipments.text("tracking_number", numbers)
    shipments.text("carrier", either(parcel["carrier"], parcel["carrier_key"]))
    words = ["default" if word is None else word for word in blanked(parcel["status"])]
    shipments.word("status", words, PARCEL_STATUS)
    shipments.text("status_raw", words)
    shipments.put("shipped_at", instants_by(blanked(parcel["sent"]), read_wall, "shipped_at", shipments.faults))
    arrived = [at if word == "received" else None for at, word in zip(blanked(parcel["received"]), words, strict=True)]
    shipments.put("delivered_at", instants_by(arrived, read_wall, "delivered_at", shipments.faults))


def _of_order(draft: Draft, orders: Draft, parent: np.ndarray) -> None:
    for name in ("order_id", "source_updated_at"):
        draft.put(name, orders[name].take(pa.array(parent, pa.int64())))


def _contents(parent: np.ndarray, lines: Draft, line_parent: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Lines that have wholly left in their order's only parcel, and that parcel of each: nothing else can be known."""
    counts = np.bincount(parent, minlength=size)
    first = np.zeros(size, dtype=np.int64)
    first[parent[::-1]] = np.arange(len(parent))[::-1]
    has_left = np.array([bool(units) for units in lines["shipped_quantity"].to_pylist()], dtype=bool)
    inside = np.flatnonzero(has_left & (counts[line_parent] == 1)) if len(line_parent) else np.array([], dtype=np.int64)
    return inside, first[line_parent[inside]]
