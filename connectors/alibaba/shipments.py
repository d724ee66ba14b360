"""Tell Alibaba.com that goods left, once, and read it back.

Told twice, the marketplace makes two vouchers: so an order's vouchers are read first, and a number they show is not told again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.alibaba.endpoints import CHANNELS, LOGISTICS, ORDER, SHIP, SHIP_PARTS
from connectors.alibaba.envelope import business_error, error_of, field, is_ungranted, listed, payload, value_of
from connectors.alibaba.gateway import Gateway
from connectors.alibaba.read_contracts import ask_about, is_plain
from connectors.loose import entries, text
from connectors.writes import Answer, ShipmentNotice

SHOWN = 12  # carriers named to a person whose own word fits none


def push_shipments(gateway: Gateway, notices: Sequence[ShipmentNotice]) -> list[Answer]:
    """One answer a notice, in their order. A kill between telling and booking is harmless: the next try finds it told."""
    carriers: list[tuple[str, str]] | None = None
    answers, told = [], set()
    for notice in notices:
        known = _numbers(gateway, notice.order_id)
        if known is None:
            answers.append(Answer(notice.job_id, False, "Alibaba.com shows no such order, or not its vouchers; nothing was sent"))
        elif notice.tracking_number in known or (notice.order_id, notice.tracking_number) in told:
            answers.append(Answer(notice.job_id, True, "the order shows this voucher already; nothing was sent"))
        else:
            carriers = list(_carriers(gateway)) if carriers is None else carriers
            answers.append(_tell(gateway, notice, carriers))
            if answers[-1].is_accepted:
                told.add((notice.order_id, notice.tracking_number))
    return answers


def observe_shipments(gateway: Gateway, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
    seen = {number: _numbers(gateway, number) or set() for number in {notice.order_id for notice in notices}}
    return {notice.job_id: notice.tracking_number in seen[notice.order_id] for notice in notices}


def _asked(gateway: Gateway, operation: str, trade_id: str) -> Any:
    ask = ask_about(operation, trade_id)
    answer = gateway.call(ask.operation, ask.parameters, note=ask.note, kind=ask.kind).json
    return None if is_ungranted(answer) or error_of(answer) or business_error(answer) else value_of(answer)


def _numbers(gateway: Gateway, trade_id: str) -> set[str] | None:
    """Tracking numbers the order's vouchers show; None where the order is not shown at all."""
    value = _asked(gateway, LOGISTICS, trade_id) if is_plain(trade_id) else None
    if not isinstance(value, Mapping):
        return None
    return {text(field(each.get("voucher"), "tracking_number")) for each in entries(listed(value.get("shipping_order_list")))}


def _carriers(gateway: Gateway) -> Iterator[tuple[str, str]]:
    """(code, name) of every carrier the marketplace lists, wherever the answer keeps them."""
    waiting = [payload(gateway.call(CHANNELS, {}, note="the carriers").json)]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            if text(each.get("code")) and text(each.get("name")):
                yield text(each["code"]), text(each["name"])
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _tell(gateway: Gateway, notice: ShipmentNotice, carriers: Sequence[tuple[str, str]]) -> Answer:
    wanted = notice.carrier.strip().casefold()
    carrier = next((code for code, name in carriers if wanted in (code.casefold(), name.strip().casefold())), None)
    if carrier is None:
        names = ", ".join(sorted(name for _, name in carriers)[:SHOWN])
        return Answer(notice.job_id, False, f"Alibaba.com knows no carrier '{notice.carrier}' (it knows {names} …); nothing was sent")
    request = {
        "trade_id": notice.order_id, "service_provider": carrier, "logistics_type": "POST" if "POST" in carrier.upper() else "EXPRESS",
        "tracking_number": notice.tracking_number,
    }
    goods = _part(gateway, notice)
    if isinstance(goods, str):
        return Answer(notice.job_id, False, f"{goods}; nothing was sent")
    if goods:
        said: Mapping[str, Any] = {"requests": [{"shipping_request": {**request, "goods": goods}}]}
        reply = gateway.call(SHIP_PARTS, said, note=f"order {notice.order_id}, a part", kind="write", once=True)
    else:
        reply = gateway.call(SHIP, request, note=f"order {notice.order_id}", kind="write", once=True)
    refusal = error_of(reply.json) or business_error(reply.json)
    voucher = text(field(payload(reply.json), "voucher_id")) or ",".join(map(text, listed(field(payload(reply.json), "voucher_ids")) or ()))
    message = f'Alibaba.com says "{": ".join(part for part in refusal if part)}"' if refusal else "taken"
    return Answer(notice.job_id, refusal is None, message, voucher or gateway.number(reply))


def _part(gateway: Gateway, notice: ShipmentNotice) -> list[dict[str, Any]] | str | None:
    """The goods of a partial shipment; None where it is all of the order; or why that cannot be told."""
    order = _asked(gateway, ORDER, notice.order_id)
    lines = {text(line.get("id")): line for line in entries(listed(field(order, "order_products")))}
    if not notice.units or not lines:
        return None if not notice.units else "the app may not read the order's lines, so that a part cannot be told from the whole"
    unknown = sorted(set(notice.units) - set(lines))
    if unknown:
        return f"the order has no line {', '.join(unknown)}"
    if all(_decimal(line.get("quantity")) == notice.units.get(number, 0) for number, line in lines.items()):
        return None
    # this call's `product_id` is the SKU's number
    skus = {number: text(line.get("sku_id")) or text(line.get("product_id")) for number, line in lines.items()}
    parts = ((number, units) for number, units in notice.units.items() if units)
    return [{"trade_id": notice.order_id, "product_id": skus[number], "quantity": units} for number, units in parts]


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(text(value))
    except InvalidOperation:
        return None
