"""Tell AliExpress that a parcel left, once, and read it back.

Declaring a parcel twice fails there, so the order's details are read first: a number they show is not told again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.aliexpress.endpoints import CARRIERS, FULFIL
from connectors.aliexpress.envelope import business_error, field, listed, result
from connectors.aliexpress.gateway import Gateway
from connectors.aliexpress.map_orders import details_of
from connectors.aliexpress.read_orders import LOGISTICS, ask_order
from connectors.aliexpress.words import PARTLY_SENT
from connectors.loose import count, entries, text
from connectors.writes import Answer, ShipmentNotice

TO_BE_SENT = frozenset(("WAIT_SELLER_SEND_GOODS", PARTLY_SENT))
SHOWN = 12  # carriers named to a person whose own word fits none


def push_shipments(gateway: Gateway, notices: Sequence[ShipmentNotice]) -> list[Answer]:
    """One answer a notice, in their order. A kill between telling and booking is harmless: the next try finds it told."""
    carriers: list[Mapping[str, Any]] | None = None
    answers = []
    for notice in notices:
        order = _order(gateway, notice)
        if order is None:
            answers.append(Answer(notice.job_id, False, "AliExpress shows no such order; nothing was sent"))
        elif notice.tracking_number in _numbers(order):
            answers.append(Answer(notice.job_id, True, "the order shows this parcel already; nothing was sent"))
        else:
            carriers = _carriers(gateway) if carriers is None else carriers
            answers.append(_tell(gateway, notice, order, carriers))
    return answers


def observe_shipments(gateway: Gateway, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
    seen = {number: _numbers(_order(gateway, notice)) for number, notice in {notice.order_id: notice for notice in notices}.items()}
    return {notice.job_id: notice.tracking_number in seen[notice.order_id] for notice in notices}


def _order(gateway: Gateway, notice: ShipmentNotice) -> Mapping[str, Any] | None:
    if not notice.order_id.isdecimal():
        return None
    ask = ask_order(notice.order_id, LOGISTICS, "detail")
    found = details_of(gateway.call(ask.operation, ask.parameters, note=ask.note, kind=ask.kind).json)
    return found[0] if found and isinstance(found[0], Mapping) else None


def _numbers(order: Mapping[str, Any] | None) -> set[str]:
    return {text(parcel.get("logistics_no")) for parcel in entries(listed(field(order, "logistic_info_list")))}


def _carriers(gateway: Gateway) -> list[Mapping[str, Any]]:
    answer = gateway.call(CARRIERS, {}, note="the carriers").json
    found = field(result(answer), "result_list")
    return entries(listed(found))


def _tell(gateway: Gateway, notice: ShipmentNotice, order: Mapping[str, Any], carriers: Sequence[Mapping[str, Any]]) -> Answer:
    carrier = _carrier(notice.carrier, carriers)
    if carrier is None:
        names = ", ".join(sorted(text(each.get("display_name")) for each in carriers)[:SHOWN])
        return Answer(notice.job_id, False, f"AliExpress knows no carrier '{notice.carrier}' (it knows {names} …); nothing was sent")
    if not _fits(notice.tracking_number, text(carrier.get("tracking_no_regex"))):
        reason = f"is no number of {text(carrier.get('display_name'))}, by AliExpress's own pattern"
        return Answer(notice.job_id, False, f"'{notice.tracking_number}' {reason}; nothing was sent")
    said = {
        "out_ref": notice.order_id, "logistics_no": notice.tracking_number, "service_name": text(carrier.get("service_name")),
        "send_type": send_type(notice, order),
    }
    reply = gateway.call(FULFIL, said, note=f"order {notice.order_id}, {said['send_type']}", kind="write", once=True)
    refused = business_error(reply.json)
    message = f'AliExpress says "{refused[0]}: {refused[1]}"' if refused else "taken"
    return Answer(notice.job_id, refused is None, message, gateway.number(reply))


def _carrier(name: str, carriers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The carrier of that key or name; ``other`` needs a tracking page beside it, which a notice does not have."""
    wanted = name.strip().casefold()
    for key in ("service_name", "display_name", "logistics_company"):
        for each in carriers:
            if text(each.get(key)).strip().casefold() == wanted and text(each.get("service_name")).lower() != "other":
                return each
    return None


def _fits(number: str, pattern: str) -> bool:
    """Whether a number is of the carrier's pattern; one that is no pattern here forbids nothing, for AliExpress judges itself."""
    try:
        return not pattern or re.search(pattern, number) is not None
    except re.error:
        return True


def send_type(notice: ShipmentNotice, order: Mapping[str, Any]) -> str:
    """``all`` where this parcel holds all that was still to be sent, else ``part``.

    Of a line of which a part has left AliExpress does not tell how many remain: a parcel with any of it counts as its rest.
    """
    for child in entries(listed(order.get("child_order_list"))):
        status, units = text(child.get("order_status")), count(child.get("product_count")) or 0
        inside = notice.units.get(text(child.get("child_order_id")) or text(child.get("id")), 0)
        if status in TO_BE_SENT and (inside == 0 or (status != PARTLY_SENT and inside < units)):
            return "part"
    return "all"
