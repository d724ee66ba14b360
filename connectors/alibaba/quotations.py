"""Make an offer to a request for quotation. Nothing can be read back: a person looks whether it stands there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connectors.alibaba.endpoints import QUOTE
from connectors.alibaba.envelope import business_error, error_of, field, payload
from connectors.alibaba.gateway import Gateway
from connectors.loose import text
from connectors.writes import Answer, QuotationOffer


def push_quotations(gateway: Gateway, offers: Sequence[QuotationOffer], due_at: datetime, *, dry_run: bool) -> list[Answer]:
    """One answer an offer, in their order; one request is offered to once a call. ``due_at``: by when somebody should have looked."""
    answers, offered = [], set()
    for offer in offers:
        wrong = _wrong(offer) or ("this request was offered to above" if offer.rfq_id in offered else None)
        offered.add(offer.rfq_id)
        if wrong:
            answers.append(Answer(offer.job_id, False, f"{wrong}; nothing was sent"))
        elif dry_run:
            answers.append(Answer(offer.job_id, True, "would be sent (judged here, because Alibaba.com has no trial run)"))
        else:
            answers.append(_send(gateway, offer, due_at))
    return answers


def _wrong(offer: QuotationOffer) -> str | None:
    """Every field but the model number is required there."""
    if not offer.rfq_id:
        return "Alibaba.com takes offers to requests for quotation; an inquiry is answered in the message centre"
    if not offer.items or not offer.message or not offer.payment_terms:
        return "an offer needs a message, payment terms and an item"
    for item in offer.items:
        if not (item.name and item.unit and item.incoterm and item.port and item.remark) or item.quantity <= 0 or item.unit_price <= 0:
            return "an item needs name, quantity, unit, price, delivery term, port and a remark"
    return None


def _send(gateway: Gateway, offer: QuotationOffer, due_at: datetime) -> Answer:
    items = [
        {
            "item_name": item.name, "quantity": f"{item.quantity:f}", "quantity_unit": item.unit, "fob_price": f"{item.unit_price:f}",
            "fob_price_unit": item.currency, "shipping_terms": item.incoterm, "port": item.port, "remark": item.remark,
            **({"model_num": item.sku} if item.sku else {}),
        }
        for item in offer.items
    ]
    said = {
        "rfq_id": offer.rfq_id, "details": offer.message, "payment_terms": offer.payment_terms, "price_list": items,
        "expiry_date": f"{offer.valid_until.isoformat()} 00:00:00",
    }
    reply = gateway.call(QUOTE, said, note=f"request {offer.rfq_id}, {len(items)} items", kind="write", once=True)
    refusal = error_of(reply.json) or business_error(reply.json)
    if refusal:
        return Answer(offer.job_id, False, f'Alibaba.com says "{": ".join(part for part in refusal if part)}"', gateway.number(reply))
    found = payload(reply.json)
    number = text(field(field(found, "result"), "id") or field(found, "id"))
    message = f"made; see in Alibaba.com's own pages by {due_at:%Y-%m-%d %H:%M} UTC that it stands there, then `daiyun jobs done`"
    return Answer(offer.job_id, True, message, f"quotation {number or gateway.number(reply)}", due_at)
