"""Parcels told to a store: by a tracking plugin's own route where it has one, else in the order's meta data and a note to the buyer.

Each is told once. What marks a parcel as told is in the order itself, so a kill between two calls is made good by the next run:
tracking number, then units and status (the same twice is harmless), then the note (looked for before it is written).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.woocommerce import lists
from connectors.woocommerce.map_parcels import parcels_of
from connectors.woocommerce.store import Store
from connectors.woocommerce.words import REFUNDED_ITEM, TRACKING_ITEMS, TRACKING_NUMBER, TRACKING_PROVIDER
from connectors.writes import Answer, ShipmentNotice

TOLD = "_daiyun_parcels"  # ours: tracking number → order line → units; from it follows whether the whole order has left
FIELDS = "id,status,meta_data,line_items,refunds"
OVER = ("cancelled", "refunded", "failed", "trash")
_ROUTE = re.compile(r"/wc/v3/orders/\(\?P<\w+>\[\\d\]\+\)/shipment-trackings")


@dataclass(frozen=True)
class Plugin:
    """A tracking plugin's carriers, lower case → as it writes them; what it does not know goes in as a custom one."""

    carriers: Mapping[str, str]


def push_shipments(store: Store, notices: Sequence[ShipmentNotice]) -> list[Answer]:
    plugin = _plugin(store, notices) if notices else None
    return [_told(store, notice, plugin) for notice in notices]


def observe_shipments(store: Store, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
    wanted = sorted({int(notice.order_id) for notice in notices if notice.order_id.isdecimal()})
    shown: dict[str, set[str]] = {}
    for start in range(0, len(wanted), lists.PAGE):
        some, meta = ",".join(map(str, wanted[start : start + lists.PAGE])), ",".join((TRACKING_ITEMS, TRACKING_NUMBER, TRACKING_PROVIDER))
        params = {"include": some, "per_page": lists.PAGE, "status": "any", "_fields": "id,meta_data", "include_meta": meta}
        rows = lists.rows(store.get("shipment", "/orders", params, note="trackings").json)
        shown |= {str(each["id"]): _numbers(each) for each in rows if lists.number(each) is not None}
    return {notice.job_id: notice.tracking_number in shown.get(notice.order_id, ()) for notice in notices}


def _plugin(store: Store, notices: Sequence[ShipmentNotice]) -> Plugin | None:
    """Which way this store has, by its route index."""
    routes = store.get("index", "", note="routes").json.get("routes") or {}
    if not any(_ROUTE.fullmatch(path) for path in routes):
        return None
    order = next((notice.order_id for notice in notices if notice.order_id.isdecimal()), "0")
    told = store.get("shipment", f"/orders/{order}/shipment-trackings/providers", note="carriers", lacks=True).json
    countries = [each for each in told.values() if isinstance(each, Mapping)] if isinstance(told, Mapping) else []
    return Plugin({str(name).lower(): str(name) for each in countries for name in each})


def _told(store: Store, notice: ShipmentNotice, plugin: Plugin | None) -> Answer:
    if not notice.order_id.isdecimal() or not notice.tracking_number.strip():
        return Answer(notice.job_id, False, "WooCommerce needs the order's own number and a tracking number; nothing was sent")
    place = f"/orders/{notice.order_id}"
    reply = store.get("shipment", place, {"_fields": FIELDS}, note=f"order {notice.order_id}", lacks=True)
    order = reply.json
    if reply.status == 404 or lists.number(order) is None:
        return Answer(notice.job_id, False, "the store knows no such order; nothing was sent")
    if order.get("status") in OVER:
        return Answer(notice.job_id, False, f"the order is {order['status']}; nothing was sent")
    was_known = notice.tracking_number in _numbers(order)
    if plugin and not was_known:
        store.post("shipment", f"{place}/shipment-trackings", _for_plugin(notice, plugin), note="tracking", is_repeatable=False)
    change = _change(store, order, notice, writes_item=not plugin and not was_known)
    if change:
        store.post("shipment", place, change, note=f"order {notice.order_id}", method="PUT")
    if not plugin:
        _note(store, place, notice)
    return Answer(notice.job_id, True, "known already" if was_known else "told", notice.tracking_number)


def _for_plugin(notice: ShipmentNotice, plugin: Plugin) -> dict[str, str]:
    known = plugin.carriers.get(notice.carrier.lower())
    carrier = {"tracking_provider": known} if known else {"custom_tracking_provider": notice.carrier}
    return {"tracking_number": notice.tracking_number, "date_shipped": notice.shipped_at.strftime("%Y-%m-%d"), **carrier}


def _change(store: Store, order: Mapping[str, Any], notice: ShipmentNotice, *, writes_item: bool) -> dict[str, Any]:
    """What is still to be written into the order: its parcel, its units, and "completed" once every unit has left. Empty: nothing."""
    meta = _meta(order)
    told = meta.get(TOLD) if isinstance(meta.get(TOLD), Mapping) else {}
    whole = {**told, notice.tracking_number: dict(notice.units)}  # type: ignore[dict-item]
    pairs: dict[str, Any] = {} if whole == told else {TOLD: whole}
    if writes_item:
        items = meta.get(TRACKING_ITEMS) if isinstance(meta.get(TRACKING_ITEMS), list) else []
        pairs[TRACKING_ITEMS] = [*items, _item(notice)]  # type: ignore[misc]
    change: dict[str, Any] = {"meta_data": [{"key": name, "value": value} for name, value in pairs.items()]} if pairs else {}
    if order.get("status") != "completed" and _is_whole(store, order, whole):
        change["status"] = "completed"
    return change


def _item(notice: ShipmentNotice) -> dict[str, str]:
    """As both tracking plugins keep it: one that is installed later finds it."""
    return {"tracking_provider": notice.carrier, "custom_tracking_provider": "", "custom_tracking_link": "",
            "tracking_number": notice.tracking_number, "date_shipped": str(int(notice.shipped_at.timestamp())),
            "tracking_id": notice.tracking_number}


def _is_whole(store: Store, order: Mapping[str, Any], parcels: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether the parcels told so far hold every unit that was not refunded."""
    left: Counter[str] = Counter()
    for units in parcels.values():
        left.update({str(line): int(count) for line, count in units.items()})
    back = _refunded(store, str(order["id"])) if order.get("refunds") else Counter()
    lines = [line for line in order.get("line_items") or () if isinstance(line, Mapping)]
    return bool(lines) and all(left[str(line.get("id"))] + back[str(line.get("id"))] >= int(line.get("quantity") or 0) for line in lines)


def _refunded(store: Store, order_id: str) -> Counter[str]:
    back: Counter[str] = Counter()
    refunds = lists.rows(store.get("shipment", f"/orders/{order_id}/refunds", {"per_page": lists.PAGE}, note=f"order {order_id}").json)
    for line in (line for refund in refunds if isinstance(refund, Mapping) for line in refund.get("line_items") or ()):
        about = [str(each.get("value")) for each in line.get("meta_data") or () if each.get("key") == REFUNDED_ITEM]
        back.update({each: abs(int(line.get("quantity") or 0)) for each in about})
    return back


def _note(store: Store, place: str, notice: ShipmentNotice) -> None:
    """A note to the customer is mailed to them, and a repeated one again: it is looked for first."""
    notes = lists.rows(store.get("shipment", f"{place}/notes", {"type": "customer"}, note="notes").json)
    if any(notice.tracking_number in str(each.get("note")) for each in notes if isinstance(each, Mapping)):
        return
    text = f"{notice.carrier}: {notice.tracking_number}"
    store.post("shipment", f"{place}/notes", {"note": text, "customer_note": True}, note="note", is_repeatable=False)


def _numbers(order: Mapping[str, Any]) -> set[str]:
    return {str(parcel["tracking_number"]) for parcel in parcels_of(order.get("meta_data"))}


def _meta(order: Mapping[str, Any]) -> dict[str, Any]:
    return {each["key"]: each.get("value") for each in order.get("meta_data") or () if isinstance(each, Mapping) and "key" in each}


