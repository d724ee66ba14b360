"""The way through a shop's orders: a page of orders, then one by one those that a list shows in part only, and their parcels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contract import Window
from connectors.ebay.endpoints import ENDPOINTS
from connectors.ebay.gateway import Ask
from connectors.ebay.walk import Step, Todo, after_rows, pieces, rows_of
from connectors.verdicts import Reply

ORDERS = "/sell/fulfillment/v1/order"
PAGE = 200  # more is refused, not cut down
WITH_TAXES = {"fieldGroups": "TAX_BREAKDOWN"}  # always: totals differ with and without it


class OrdersWay:
    """Orders by ``lastmodifieddate`` alone: sent beside a creation date, eBay would ignore it.

    A list leaves ``cancelRequests`` empty, so that orders somebody wants to cancel are read once more by themselves; parcels
    are shown by their own call only, which orders of nothing shipped are spared.
    """

    def start(self, window: Window, now: datetime) -> list[Todo]:
        return pieces("orders", window, ENDPOINTS["orders"].max_window)

    def ask(self, todo: Todo, window: Window) -> Ask:
        if todo["part"] == "orders":
            span = f"[{todo['from']}..{todo['to']}]"
            params = {"filter": f"lastmodifieddate:{span}", "limit": str(PAGE), "offset": str(todo["offset"]), **WITH_TAXES}
            return Ask("getOrders", ORDERS, params, note=f"modified {span}, from {todo['offset']}")
        if todo["part"] == "order":
            return Ask("getOrder", f"{ORDERS}/{todo['id']}", WITH_TAXES, note=f"order {todo['id']}", tolerates=(404,))
        return fulfilments(todo["id"])

    def after(self, todo: Todo, reply: Reply) -> Step:
        if todo["part"] != "orders":
            return Step()
        rows = rows_of(reply, "orders", "orderId")
        step = after_rows(todo, rows, "ebay getOrders")
        details = [detail for order in rows.records if order.get("orderId") for detail in _details(order)] if step.is_kept else []
        return Step([*details, *step.then], step.is_kept, announced=step.announced)


def fulfilments(order_id: str) -> Ask:
    """All parcels of an order."""
    return Ask("getShippingFulfillments", f"{ORDERS}/{order_id}/shipping_fulfillment", note=f"order {order_id}", tolerates=(404,))


def _details(order: Mapping[str, Any]) -> list[Todo]:
    order_id, cancel = order["orderId"], order.get("cancelStatus")
    is_asked = isinstance(cancel, Mapping) and cancel.get("cancelState") not in (None, "NONE_REQUESTED")
    has_parcels = order.get("orderFulfillmentStatus") != "NOT_STARTED" or bool(order.get("fulfillmentHrefs"))
    found = [{"part": "order", "id": order_id, "joins": True}] if is_asked else []
    return [*found, *([{"part": f"fulfilments/{order_id}", "id": order_id, "joins": True}] if has_parcels else [])]
