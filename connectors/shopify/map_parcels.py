"""Fulfillments and their contents → ``shipments`` and ``shipment_lines``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft, Records
from connectors.loose import at
from connectors.shopify.documents import Documents, gather, key_of, numbers
from connectors.shopify.standing import Units
from connectors.shopify.ways import WAYS
from connectors.shopify.words import FULFILLMENT_FAILED, FULFILLMENT_PLAIN, HAS_LEFT, PARCEL_STATUS
from transforms.tables import SHIPMENT_LINES, SHIPMENTS

PARCEL = Flattener(
    {
        "id": "id", "number": "legacyResourceId", "status": "status", "display": "displayStatus", "created": "createdAt",
        "left": "inTransitAt", "came": "deliveredAt", "tracking": "trackingInfo",
    }
)
INSIDE = Flattener({"quantity": "quantity", "line": "lineItem.id"})


@dataclass
class Parcels:
    """Parcels of some orders, their contents beside them. ``parent``: row of the order; ``owner``: row of the parcel."""

    columns: dict[str, list[Any]]
    parent: np.ndarray
    faults: Faults
    words: list[str | None]
    inside: dict[str, list[Any]]
    owner: np.ndarray
    inside_faults: Faults
    records: Records

    @classmethod
    def gather(cls, pages: Sequence[Page], orders: Documents, header: dict[str, list[Any]], above: Faults) -> Parcels:
        items, parent = explode(header["fulfillments"], "fulfillments", above)
        faults = Faults(len(items))
        columns = PARCEL(items, faults)
        words = [_word(faults, row, *pair) for row, pair in enumerate(zip(columns["status"], columns["display"], strict=True))]
        contents, owner = _contents(pages, orders, columns["id"], parent, faults)
        inner = Faults(len(contents))
        return cls(columns, parent, faults, words, INSIDE(contents, inner), owner, inner, orders.records)

    def units_by_line(self, line_ids: Sequence[Any]) -> Units:
        """For each line its units in parcels that were not called off, by how far those are."""
        counts: dict[str, dict[Any, int]] = {name: {} for name in ("packed", "left", "came", "lost")}
        for row, line, units in zip(self.owner.tolist(), self.inside["line"], self.inside["quantity"], strict=True):
            word = self.words[row]
            if type(units) is not int or word in (None, "cancelled"):
                continue
            kinds = ["packed", *(["left"] if word in HAS_LEFT else [])]
            kinds += {"delivered": ["came"], "undeliverable": ["lost"]}.get(word, [])
            for kind in kinds:
                counts[kind][line] = counts[kind].get(line, 0) + units
        return Units(**{name: [found.get(line, 0) for line in line_ids] for name, found in counts.items()})


def _word(faults: Faults, row: int, status: Any, display: Any) -> str | None:
    """A fulfilment that failed or was called off is over, whatever the carrier said; unknown words are faults."""
    if status in FULFILLMENT_FAILED:
        return FULFILLMENT_FAILED[status]
    word = PARCEL_STATUS.get(display) if display is not None else FULFILLMENT_PLAIN.get(status)
    for value, known in ((status, FULFILLMENT_PLAIN), (display, PARCEL_STATUS)):
        if value is not None and value not in known:
            faults.add_value(row, "status", value, "is not a known word")
            return None
    if word is None:
        faults.add(row, "status", "is missing")
    return word


def _contents(
    pages: Sequence[Page], orders: Documents, gids: Sequence[Any], parent: np.ndarray, faults: Faults
) -> tuple[list[Any], np.ndarray]:
    """What is in each parcel, over all pages that tell it; a parcel nobody told anything of is a fault."""
    groups = [orders.groups[row] for row in parent.tolist()]
    rows = {pair: row for row, pair in enumerate(zip(groups, gids, strict=True))}
    told = gather(pages, {"parcels": WAYS["orders"].select["parcels"]})
    contents: list[Any] = []
    owner: list[int] = []
    met: set[int] = set()
    for group, record in zip(told.groups, told.records.values, strict=True):
        row = rows.get((group, key_of(record)))
        if row is None:
            continue
        met.add(row)
        inside = at("fulfillmentLineItems", "nodes")(record)
        contents += inside if isinstance(inside, list) else []
        owner += [row] * (len(contents) - len(owner))
    for row in set(range(len(gids))) - met:
        faults.add(row, "shipment_lines", "Shopify did not tell what is in this parcel")
    return contents, np.array(owner, dtype=np.int64)


def map_parcels(shop: Shop, parcels: Parcels, orders: Draft, lines: Draft, updated: pa.Array) -> dict[str, pd.DataFrame]:
    """One row a parcel, one a line in it; a parcel's faults are its order's too, and the other way round."""
    parent, owner = parcels.parent, parcels.owner
    shipments = Draft(SHIPMENTS, shop, parcels.records.take(parent), parcels.faults)
    inside = Draft(SHIPMENT_LINES, shop, parcels.records.take(parent[owner]), parcels.inside_faults)
    columns = parcels.columns
    names = [number or gid for number, gid in zip(columns["number"], numbers(columns["id"]), strict=True)]
    ids = shipments.text("shipment_id", names)
    shipments.text("status", parcels.words)
    pairs = zip(columns["status"], columns["display"], strict=True)
    shipments.text("status_raw", [",".join(sorted({str(word) for word in pair if word is not None})) or None for pair in pairs])
    _map_tracking(shipments, columns["tracking"])
    has_left = [word in HAS_LEFT for word in parcels.words]
    times = zip(columns["left"], columns["created"], has_left, strict=True)
    shipments.instant("shipped_at", [(left or created) if gone else None for left, created, gone in times])
    shipments.instant("delivered_at", columns["came"])
    inside.put("shipment_id", ids.take(pa.array(owner)))
    inside.text("line_id", numbers(parcels.inside["line"]))
    inside.integer("quantity", parcels.inside["quantity"])
    shipments.faults.lift(inside.faults, owner, "content")
    orders.faults.lift(shipments.faults, parent, "parcel")
    for draft, above in ((shipments, parent), (inside, parent[owner])):
        draft.put("order_id", orders["order_id"].take(pa.array(above, pa.int64())))
        draft.put("source_updated_at", updated.take(pa.array(above, pa.int64())))
        draft.faults.spread(orders.faults, above, "order")
    return {"shipments": shipments.frame(), "shipment_lines": inside.frame()}


def _map_tracking(shipments: Draft, lists: Sequence[Any]) -> None:
    """The first tracking number is the parcel's; a fulfilment of several has the others beside it, joined by a comma."""
    found = [[each for each in told if isinstance(each, dict)] if isinstance(told, list) else [] for told in lists]
    shipments.text("carrier", [next((each.get("company") for each in told if each.get("company")), None) for told in found])
    numbered = [[str(each["number"]) for each in told if each.get("number")] for told in found]
    shipments.text("tracking_number", [",".join(told) or None for told in numbered])
