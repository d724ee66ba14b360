"""The ``packages`` of orders → shipments and shipment_lines (only orders the seller ships have any)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from connectors.amazon.mapping.words import ON_THE_WAY_BACK, PACKAGE_STATUS
from connectors.contract import Shop
from connectors.flatten import Flattener, explode
from connectors.frames import Draft, Records
from transforms.tables import SHIPMENT_LINES, SHIPMENTS

_PACKAGE = Flattener({
    "shipment_id": "packageReferenceId", "status": "packageStatus.status", "detail": "packageStatus.detailedStatus",
    "carrier": "carrier", "tracking": "trackingNumber", "shipped": "shipTime", "items": "packageItems",
})
_ITEM = Flattener({"line_id": "orderItemId", "quantity": "quantity"})


def parcels(packages: list[Any], orders: Draft, records: Records, shop: Shop) -> tuple[Draft, Draft, np.ndarray, np.ndarray]:
    """Both drafts, and for each of their rows the row of its order."""
    found, order_of = explode(packages, "packages", orders.faults)
    shipments = Draft(SHIPMENTS, shop, records.take(order_of))
    flat = _PACKAGE(found, shipments.faults)
    shipments.put("order_id", orders["order_id"].take(pa.array(order_of)))
    shipments.text("shipment_id", flat["shipment_id"])
    shipments.text("carrier", flat["carrier"])
    shipments.text("tracking_number", flat["tracking"])
    shipments.word("status", flat["status"], PACKAGE_STATUS)
    _let_the_way_back_win(shipments, flat["detail"])
    shipments.text("status_raw", [_raw(*pair) for pair in zip(flat["status"], flat["detail"], strict=True)])
    shipments.instant("shipped_at", [value or None for value in flat["shipped"]])
    lines, item_of = _parcel_lines(flat["items"], shipments, order_of, records, shop)
    return shipments, lines, order_of, item_of


def _let_the_way_back_win(shipments: Draft, details: list[Any]) -> None:
    plain = shipments["status"].to_pylist()
    comes_back = ["returned" if detail in ON_THE_WAY_BACK else status for status, detail in zip(plain, details, strict=True)]
    shipments.put("status", pa.array(comes_back, pa.string()))


def _raw(status: Any, detail: Any) -> Any:
    return f"{status}/{detail}" if isinstance(status, str) and isinstance(detail, str) and detail else status


def _parcel_lines(
    items: list[Any], shipments: Draft, order_of: np.ndarray, records: Records, shop: Shop
) -> tuple[Draft, np.ndarray]:
    found, parcel_of = explode(items, "packageItems", shipments.faults)
    owner = order_of[parcel_of]
    lines = Draft(SHIPMENT_LINES, shop, records.take(owner))
    flat = _ITEM(found, lines.faults)
    for name in ("order_id", "shipment_id"):
        lines.put(name, shipments[name].take(pa.array(parcel_of)))
    lines.text("line_id", flat["line_id"])
    lines.integer("quantity", flat["quantity"])
    return lines, owner
