"""The ``packages`` of orders → shipments and shipment_lines (only orders the seller ships have any)."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from connectors.amazon.mapping.words import ON_THE_WAY_BACK, PACKAGE_STATUS
from connectors.contract import Shop
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from connectors.trees import Level
from transforms.tables import SHIPMENT_LINES, SHIPMENTS

PACKAGE = Flattener({
    "shipment_id": "packageReferenceId", "status": "packageStatus.status", "detail": "packageStatus.detailedStatus",
    "carrier": "carrier", "tracking": "trackingNumber", "shipped": "shipTime", "items": "packageItems",
})
PACKAGE_ITEM = Flattener({"line_id": "orderItemId", "quantity": "quantity"})


def parcels(packages: Level, items: Level, orders: Draft, records: Records, shop: Shop) -> tuple[Draft, Draft]:
    """Both drafts; rows follow the levels'."""
    order_of, flat = packages.parent, packages.columns
    shipments = Draft(SHIPMENTS, shop, records.take(order_of), packages.faults)
    for name in ("order_id", "source_updated_at"):
        shipments.put(name, orders[name].take(pa.array(order_of)))
    shipments.text("shipment_id", flat["shipment_id"])
    shipments.text("carrier", flat["carrier"])
    shipments.text("tracking_number", flat["tracking"])
    shipments.word("status", flat["status"], PACKAGE_STATUS)
    _let_the_way_back_win(shipments, flat["detail"])
    shipments.text("status_raw", [_raw(*pair) for pair in zip(flat["status"], flat["detail"], strict=True)])
    shipments.instant("shipped_at", [value or None for value in flat["shipped"]])
    contents = Draft(SHIPMENT_LINES, shop, records.take(order_of[items.parent]), items.faults)
    for name in ("order_id", "shipment_id", "source_updated_at"):
        contents.put(name, shipments[name].take(pa.array(items.parent)))
    contents.text("line_id", items.columns["line_id"])
    contents.integer("quantity", items.columns["quantity"])
    return shipments, contents


def _let_the_way_back_win(shipments: Draft, details: list[Any]) -> None:
    plain = shipments["status"].to_pylist()
    comes_back = ["returned" if detail in ON_THE_WAY_BACK else status for status, detail in zip(plain, details, strict=True)]
    shipments.put("status", pa.array(comes_back, pa.string()))


def _raw(status: Any, detail: Any) -> Any:
    return f"{status}/{detail}" if isinstance(status, str) and isinstance(detail, str) and detail else status
