"""Shipping fulfilments → ``shipments`` and ``shipment_lines``: what was sent, in which parcel; eBay follows none of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.exact import read_json
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft, Records
from transforms.tables import SHIPMENT_LINES, SHIPMENTS

FULFILMENT = Flattener({
    "id": "fulfillmentId", "tracking": "shipmentTrackingNumber", "carrier": "shippingCarrierCode", "shipped": "shippedDate",
    "items": "lineItems",
})
CONTENT = Flattener({"line_id": "lineItemId", "quantity": "quantity"})
PART = "fulfilments/"  # the pages' part: the answer itself does not say whose parcels it shows


@dataclass
class Parcels:
    """All parcels of some orders, laid flat: each with the row of its order, their contents with the row of their parcel."""

    records: Records
    order: np.ndarray
    flat: dict[str, list[Any]]
    content: dict[str, list[Any]]
    parcel: np.ndarray
    faults: Faults
    content_faults: Faults

    @classmethod
    def of(cls, pages: Sequence[Page], order_ids: Sequence[Any]) -> Parcels:
        """Those of the pages that belong to the orders; of an order that was asked twice the last answer."""
        latest = {page.part.removeprefix(PART): (at, page) for at, page in enumerate(pages) if page.part.startswith(PART)}
        row_of = {order_id: row for row, order_id in enumerate(order_ids)}
        chosen = {order_id: place for order_id, place in latest.items() if order_id in row_of}
        records = Records.of([(at, _fulfilments(page.body)) for at, page in chosen.values()])
        of_page = {at: row_of[order_id] for order_id, (at, _) in chosen.items()}
        order = np.array([of_page[at] for at in records.page.tolist()], dtype=np.int64)
        faults = Faults(len(records))
        flat = FULFILMENT(records.values, faults)
        items, parcel = explode(flat["items"], "lineItems", faults)
        inner = Faults(len(items))
        return cls(records, order, flat, CONTENT(items, inner), parcel, faults, inner)

    @property
    def order_of_contents(self) -> np.ndarray:
        return self.order[self.parcel]

    def units_sent(self, parent: np.ndarray, line_ids: Sequence[Any], ordered: Sequence[int | None]) -> list[int]:
        """Units of each line in any parcel; a parcel that names no number holds the whole line. ``parent``: the lines' order rows."""
        keys = list(zip(parent.tolist(), map(str, line_ids), strict=True))
        whole = dict(zip(keys, ordered, strict=True))
        sent: Counter[tuple[int, str]] = Counter()
        contents = zip(self.order_of_contents.tolist(), map(str, self.content["line_id"]), self.content["quantity"], strict=True)
        for order, line_id, quantity in contents:
            sent[order, line_id] += quantity if type(quantity) is int else whole.get((order, line_id)) or 0
        return [sent[key] for key in keys]


def _fulfilments(body: bytes) -> Any:
    document = read_json(body)
    return document.get("fulfillments") if isinstance(document, dict) else document


def map_parcels(shop: Shop, parcels: Parcels, orders: Draft, lines: Draft, parent: np.ndarray) -> tuple[Draft, Draft]:
    """Both drafts; rows follow the parcels' and their contents'."""
    flat, owner = parcels.flat, parcels.order
    shipments = Draft(SHIPMENTS, shop, parcels.records, parcels.faults)
    for name in ("order_id", "source_updated_at"):
        shipments.put(name, orders[name].take(pa.array(owner)))
    shipments.text("shipment_id", numbered(owner.tolist(), flat["id"]))
    shipments.text("carrier", [value or None for value in flat["carrier"]])
    shipments.text("tracking_number", [value or None for value in flat["tracking"]])
    shipments.text("status", ["in_transit" if shipped else "pending" for shipped in flat["shipped"]])
    shipments.instant("shipped_at", flat["shipped"])
    contents = Draft(SHIPMENT_LINES, shop, parcels.records.take(parcels.parcel), parcels.content_faults)
    for name in ("order_id", "shipment_id", "source_updated_at"):
        contents.put(name, shipments[name].take(pa.array(parcels.parcel)))
    contents.text("line_id", parcels.content["line_id"])
    ordered = dict(zip(zip(parent.tolist(), lines["line_id"].to_pylist(), strict=True), lines["quantity"].to_pylist(), strict=True))
    keys = zip(parcels.order_of_contents.tolist(), contents["line_id"].to_pylist(), parcels.content["quantity"], strict=True)
    contents.integer("quantity", [ordered.get((order, line)) if units is None else units for order, line, units in keys])
    return shipments, contents


def numbered(owners: Sequence[int], ids: Sequence[Any]) -> list[Any]:
    """Ids that are unique within their order: every parcel without a number is called 999."""
    seen: Counter[Any] = Counter()
    found = []
    for key in zip(owners, ids, strict=True):
        seen[str(key)] += 1
        nth = seen[str(key)]
        found.append(key[1] if nth == 1 or not isinstance(key[1], str) else f"{key[1]}/{nth}")
    return found
