"""Tell parcels, each once.

``createShippingFulfillment`` is not idempotent: told twice, an order shows two parcels. So the order's parcels are read first and
a number that is there is not told again, also after a kill between telling and booking; the call itself is never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.ebay.gateway import Ask, Gateway
from connectors.ebay.read_orders import ORDERS, fulfilments
from connectors.ebay.walk import stamp
from connectors.ebay.words import CARRIERS
from connectors.errors import FatalError
from connectors.loose import entries
from connectors.writes import Answer, ShipmentNotice


def push_shipments(gateway: Gateway, notices: Sequence[ShipmentNotice]) -> list[Answer]:
    """One answer a notice, in their order. Passing trouble is raised: whether it was told is read the next time."""
    return [_push_one(gateway, notice) for notice in notices]


def observe_shipments(gateway: Gateway, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
    return {notice.job_id: bare(notice.tracking_number) in _numbers(gateway, notice.order_id) for notice in notices}


def bare(number: str) -> str:
    """Letters and digits only, as eBay wants tracking numbers."""
    return re.sub(r"[^A-Za-z0-9]", "", number)


def carrier_code(name: str) -> str | None:
    return CARRIERS.get(re.sub(r"[^a-z0-9]", "", name.lower()))


def _push_one(gateway: Gateway, notice: ShipmentNotice) -> Answer:
    number, carrier = bare(notice.tracking_number), carrier_code(notice.carrier)
    if not number or not notice.units or any(units < 1 for units in notice.units.values()):
        return Answer(notice.job_id, False, "a parcel needs a tracking number of letters and digits, and units; nothing was sent")
    if carrier is None:
        return Answer(notice.job_id, False, f"eBay's code of the carrier '{notice.carrier}' is not known here; nothing was sent")
    if number in _numbers(gateway, notice.order_id):
        return Answer(notice.job_id, True, "eBay shows this parcel already; it was not told again", number)
    body = {
        "lineItems": [{"lineItemId": line_id, "quantity": units} for line_id, units in notice.units.items()],
        "shippedDate": stamp(notice.shipped_at), "shippingCarrierCode": carrier, "trackingNumber": number,
    }
    ask = Ask(
        "createShippingFulfillment", f"{ORDERS}/{notice.order_id}/shipping_fulfillment", method="POST", json=body,
        note=f"order {notice.order_id}", is_json=False, is_repeatable=False,
    )
    try:
        reply = gateway.send(ask)
    except FatalError as error:
        return Answer(notice.job_id, False, str(error))
    return Answer(notice.job_id, True, "taken", reply.headers.get("Location", "").rpartition("/")[2] or number)


def _numbers(gateway: Gateway, order_id: str) -> set[str]:
    """The tracking numbers an order shows."""
    document: Any = gateway.send(fulfilments(order_id)).json_or_none()
    found = entries(document.get("fulfillments") if isinstance(document, Mapping) else None)
    return {bare(str(each.get("shipmentTrackingNumber") or each.get("fulfillmentId") or "")) for each in found}
