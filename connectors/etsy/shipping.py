"""Tell a parcel, once: every success mails the buyer, and Etsy knows no idempotency key. So the receipt is read first.

Etsy ships a whole receipt, whatever units a parcel holds. A carrier it does not know goes as ``other``, or the number
would be dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import ConnectorError
from connectors.etsy.gateway import Gateway
from connectors.etsy.verdict import said
from connectors.loose import entries, text
from connectors.redaction import shorten
from connectors.writes import Answer, ShipmentNotice

OTHER = "other"


def push_shipments(gateway: Gateway, notices: Sequence[ShipmentNotice]) -> list[Answer]:
    """One answer a notice, in the order of ``notices``.

    Raises:
        RetryableError: Etsy's answer was lost and the receipt does not show the parcel (yet): run it again later.
    """
    carriers = _carriers(gateway) if any(notice.site in gateway.shop.sites for notice in notices) else {}
    return [_told(gateway, notice, carriers) for notice in notices]


def observe_shipments(gateway: Gateway, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
    return {notice.job_id: _shows(_receipt(gateway, notice.order_id), notice) for notice in notices}


def _told(gateway: Gateway, notice: ShipmentNotice, carriers: Mapping[str, str]) -> Answer:
    if notice.site not in gateway.shop.sites or not notice.tracking_number.strip():
        return Answer(notice.job_id, False, "Etsy needs a tracking number, and the shop's own site; nothing was sent")
    receipt = _receipt(gateway, notice.order_id)
    if receipt is None:
        return Answer(notice.job_id, False, f"Etsy knows no receipt {notice.order_id}; nothing was sent")
    if _shows(receipt, notice):
        return Answer(notice.job_id, True, "told before")
    return _tell(gateway, notice, carriers.get(_plain(notice.carrier), OTHER))


def _tell(gateway: Gateway, notice: ShipmentNotice, carrier: str) -> Answer:
    path = f"/shops/{gateway.shop_id}/receipts/{notice.order_id}/tracking"
    form = {"tracking_code": notice.tracking_number, "carrier_name": carrier}
    try:
        reply = gateway.form(
            "createReceiptShipment", "POST", path, form, note=f"receipt {notice.order_id}", is_repeatable=False, tolerates=(400, 404, 409)
        )
    except ConnectorError:
        if _shows(_receipt(gateway, notice.order_id), notice):  # done, only its answer was lost
            return Answer(notice.job_id, True, "told; its answer was lost")
        raise
    if reply.status != 200:
        return Answer(notice.job_id, False, shorten(f'Etsy says "{said(reply)}"'))
    return Answer(notice.job_id, True, "told" if carrier != OTHER else f"told; Etsy does not know the carrier '{notice.carrier}'")


def _receipt(gateway: Gateway, number: str) -> Mapping[str, Any] | None:
    path = f"/shops/{gateway.shop_id}/receipts/{number}"
    reply = gateway.get("getShopReceipt", path, note=f"receipt {number}", tolerates=(404,))
    return reply.json if reply.status == 200 and isinstance(reply.json, Mapping) else None


def _shows(receipt: Mapping[str, Any] | None, notice: ShipmentNotice) -> bool:
    shown = entries((receipt or {}).get("shipments"))
    return any(_plain(text(each.get("tracking_code"))) == _plain(notice.tracking_number) for each in shown)


def _carriers(gateway: Gateway) -> dict[str, str]:
    """Carrier names without case and spaces → as Etsy writes them, for parcels from the shop's country."""
    asked = {"origin_country_iso": gateway.shop.sites[0]}
    reply = gateway.get("getShippingCarriers", "/shipping-carriers", asked, note=f"from {gateway.shop.sites[0]}")
    results = reply.json.get("results") if isinstance(reply.json, Mapping) else None
    return {_plain(text(carrier.get("name"))): text(carrier.get("name")) for carrier in entries(results)}


def _plain(word: str) -> str:
    return "".join(word.split()).lower()
