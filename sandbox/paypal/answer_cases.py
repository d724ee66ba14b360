"""Disputes: the list, newest first, and one whole case."""

from __future__ import annotations

import base64
from binascii import Error as NotBase64
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sandbox.market import House
from sandbox.paypal import ids
from sandbox.paypal.answer_money import payer_name
from sandbox.paypal.asked import Asked
from sandbox.paypal.books import Books
from sandbox.paypal.cases import Case
from sandbox.paypal.errors import Refused, invalid

OLDEST = timedelta(days=180)
PATH = "/v1/customer/disputes"
Body = dict[str, object]


def disputes(house: House, books: Books, asked: Asked) -> Body:
    if asked.query.get("start_time") and asked.query.get("disputed_transaction_id"):
        raise invalid("start_time", asked.query["start_time"], "INVALID_PARAMETER_COMBINATION", "start_time or disputed_transaction_id.")
    horizon, size = house.clock.horizon, asked.whole("page_size", 10, 1, 50)
    found = [case for case in reversed(books.cases(asked.account)) if _is_wanted(house, asked, case)]
    first = _offset(asked.query.get("next_page_token"))
    links = [_link(f"{asked.base}{PATH}?{urlencode(asked.query)}", "self")]
    if first + size < len(found):
        token = base64.b64encode(f"from {first + size}".encode()).decode()
        links.append(_link(f"{asked.base}{PATH}?{urlencode({**asked.query, 'next_page_token': token})}", "next"))
    return {"items": [{**_summary(asked, case, horizon), **_state(case, horizon)} for case in found[first: first + size]], "links": links}


def _is_wanted(house: House, asked: Asked, case: Case) -> bool:
    oldest, now = house.clock.now() - OLDEST, house.clock.now()
    bounds = {name: asked.moment(name) for name in ("start_time", "update_time_after", "update_time_before")}
    for name, bound in bounds.items():
        if bound and not oldest <= bound <= now:
            raise invalid(name, asked.query[name], "INVALID_DATE_RANGE", f"{name} must be within the last 180 days.")
    step = case.now(house.clock.horizon)
    states, transaction = asked.query.get("dispute_state"), asked.query.get("disputed_transaction_id")
    return (
        (not bounds["start_time"] or case.opened_at >= bounds["start_time"])
        and (bounds["update_time_after"] or oldest) <= step.at <= (bounds["update_time_before"] or now)
        and (not states or step.state in states.split(","))
        and (not transaction or case.sale.transaction_id == transaction)
    )


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("from "))
    except (NotBase64, ValueError):
        raise invalid("next_page_token", token, "INVALID_PARAMETER_VALUE", "The page token is not valid.") from None


def _link(href: str, rel: str) -> Body:
    return {"href": href, "rel": rel, "method": "GET"}


def _summary(asked: Asked, case: Case, seen_at: datetime) -> Body:
    step = case.now(seen_at)
    due = {"seller_response_due_date": ids.plain(case.due_at)} if case.due_at and step.status == "WAITING_FOR_SELLER_RESPONSE" else {}
    return {
        "dispute_id": case.dispute_id, "create_time": ids.plain(case.opened_at), "update_time": ids.plain(step.at), "reason": case.reason,
        "status": step.status, "dispute_amount": ids.money(case.amount_minor, case.sale.currency), "dispute_life_cycle_stage": step.stage,
        "dispute_channel": "INTERNAL", **due, "links": [_link(f"{asked.base}{PATH}/{case.dispute_id}", "self")],
    }


def _state(case: Case, seen_at: datetime) -> Body:
    return {"dispute_state": case.now(seen_at).state}


def dispute(house: House, books: Books, asked: Asked, dispute_id: str) -> Body:
    """One case; of the seller's state only the list speaks."""
    case = next((each for each in books.cases(asked.account) if each.dispute_id == dispute_id), None)
    if case is None:
        raise Refused("RESOURCE_NOT_FOUND", ("dispute_id", dispute_id, "path", "INVALID_DISPUTE_ID", "No such dispute."))
    sale, step = case.sale, case.now(house.clock.horizon)
    transaction = {
        "seller_transaction_id": sale.transaction_id, "buyer_transaction_id": sale.transaction_id[::-1], "create_time": ids.plain(sale.at),
        "transaction_status": "COMPLETED", "gross_amount": ids.money(sale.amount_minor, sale.currency),
        **({"invoice_number": sale.invoice_id} if sale.invoice_id else {}), **({"custom": sale.custom} if sale.custom else {}),
        "buyer": {"name": payer_name(house, sale.payer)},
        "seller": {"merchant_id": ids.merchant_id(asked.account), "name": ids.ACCOUNTS[asked.account].client.capitalize()},
    }
    outcome: Body = {}
    if step.outcome:
        back = {"amount_refunded": ids.money(case.returned_minor, sale.currency)} if case.returned_minor else {}
        outcome = {"dispute_outcome": {"outcome_code": step.outcome, **back}}
    return {**_summary(asked, case, house.clock.horizon), "disputed_transactions": [transaction], **outcome}
