"""Tell parcels that left, each at most once, and read them back.

``fulfillmentCreate`` is not idempotent: a second one would be a second parcel. So what the order shows is read first, a
lost answer is not repeated here, and the next run finds the number already there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.loose import at
from connectors.shopify import queries
from connectors.shopify.graph import Graph
from connectors.shopify.stock import gid, reason
from connectors.writes import Answer, ShipmentNotice

OPEN = ("OPEN", "IN_PROGRESS")


def push_shipments(graph: Graph, notices: Sequence[ShipmentNotice]) -> list[Answer]:
    """One answer a notice, in their order."""
    return [_told(graph, notice) for notice in notices]


def observe_shipments(graph: Graph, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
    """Job id → whether the order shows this tracking number."""
    orders = {number: _order(graph, number) for number in dict.fromkeys(notice.order_id for notice in notices)}
    return {notice.job_id: _shows(orders[notice.order_id], notice) for notice in notices}


def _order(graph: Graph, number: str) -> Mapping[str, Any] | None:
    return graph.ask(queries.WORK, {"id": gid("Order", number)}, note=f"work of order {number}").json["data"]["order"]


def _shows(order: Mapping[str, Any] | None, notice: ShipmentNotice) -> bool:
    alive = [each for each in (order or {}).get("fulfillments", ()) if each.get("status") not in ("CANCELLED", "ERROR", "FAILURE")]
    return any(told.get("number") == notice.tracking_number for each in alive for told in each.get("trackingInfo") or ())


def _told(graph: Graph, notice: ShipmentNotice) -> Answer:
    if not notice.tracking_number or not notice.units or min(notice.units.values()) < 1:
        return Answer(notice.job_id, False, "a parcel needs a tracking number and at least one unit; nothing was sent")
    order = _order(graph, notice.order_id)
    if order is None:
        return Answer(notice.job_id, False, "the shop has no such order; nothing was sent")
    if _shows(order, notice):
        return Answer(notice.job_id, True, "the order shows this parcel already; nothing was sent")
    asked, why = _work(order, notice)
    if why:
        return Answer(notice.job_id, False, f"{why}; nothing was sent")
    parcel = {
        "lineItemsByFulfillmentOrder": asked, "notifyCustomer": True,
        "trackingInfo": {"company": notice.carrier, "number": notice.tracking_number},
    }
    note = f"parcel of order {notice.order_id}"
    told = graph.ask(queries.PARCEL_TELL, {"fulfillment": parcel}, note=note, is_repeatable=False).json["data"]["fulfillmentCreate"]
    if told["userErrors"]:
        return Answer(notice.job_id, False, reason(told["userErrors"][0]))
    return Answer(notice.job_id, True, "taken", str(at("fulfillment", "id")(told) or "") or None)


def _work(order: Mapping[str, Any], notice: ShipmentNotice) -> tuple[list[dict[str, Any]], str]:
    """The notice's units spread over the order's open fulfilment orders, or why that cannot be.

    One call must keep to one location; a parcel is in one place anyway.
    """
    left = {gid("LineItem", line): units for line, units in notice.units.items()}
    asked: list[dict[str, Any]] = []
    places = set()
    for work in at("fulfillmentOrders", "nodes")(order) or ():
        if work["status"] not in OPEN:
            continue
        rows = []
        for row in work["lineItems"]["nodes"]:
            units = min(left.get(row["lineItem"]["id"], 0), row["remainingQuantity"])
            if units:
                rows.append({"id": row["id"], "quantity": units})
                left[row["lineItem"]["id"]] -= units
        if rows:
            asked.append({"fulfillmentOrderId": work["id"], "fulfillmentOrderLineItems": rows})
            places.add(at("assignedLocation", "location", "id")(work))
    if any(left.values()):
        return [], "more units than the order still waits for"
    return (asked, "") if len(places) == 1 else ([], "these units are to leave from several places, which takes a notice each")
