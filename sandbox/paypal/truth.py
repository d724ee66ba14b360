"""What a perfect reader of PayPal would store, stated from the movements and cases (never from the answers)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from sandbox.clock import iso
from sandbox.market import House
from sandbox.paypal import ids
from sandbox.paypal.books import Books
from sandbox.paypal.cases import Step
from sandbox.paypal.movements import Movement
from sandbox.paypal.sales import PREFIXES
from sandbox.world import ZONES

Row = Mapping[str, object]
_KIND = {
    "T0000": "payment", "T0006": "payment", "T0200": "conversion", "T0400": "payout", "T1106": "reversal", "T1107": "refund",
    "T1110": "hold", "T1111": "hold", "T1300": "authorisation",
}
_STATUS = {"S": "completed", "P": "pending", "D": "failed", "V": "reversed"}
_PAYOUT = {"S": "paid", "P": "pending", "D": "failed"}
_CLAIM = {
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED": "not_received", "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": "not_as_described",
    "UNAUTHORISED": "unauthorised", "CREDIT_NOT_PROCESSED": "credit_not_processed", "DUPLICATE_TRANSACTION": "duplicate",
    "INCORRECT_AMOUNT": "wrong_amount", "OTHER": "other",
}
_CASE = {
    "OPEN": "open", "WAITING_FOR_SELLER_RESPONSE": "waiting_for_seller", "WAITING_FOR_BUYER_RESPONSE": "waiting_for_buyer",
    "UNDER_REVIEW": "under_review",
}
_ENDED = {
    "RESOLVED_BUYER_FAVOUR": "lost", "RESOLVED_SELLER_FAVOUR": "won", "CANCELED_BY_BUYER": "withdrawn", "ACCEPTED": "lost", "DENIED": "won",
    "RESOLVED_WITH_PAYOUT": "closed",
}


def payments(house: House, books: Books, account: str) -> Iterator[Row]:
    for entry in books.entries(account):
        each = entry.movement
        status = each.status_at(books.loaded_until)
        yield {
            "payment_id": payment_id(each), "transaction_id": each.transaction_id, "parent_id": each.reference,
            "order_id": order_id(account, each.invoice_id, each.custom), "kind": _KIND[each.code], "kind_raw": each.code,
            "status": _STATUS[status], "status_raw": status, "provider": "paypal", "currency": each.currency,
            "amount_minor": each.amount_minor, "fee_minor": each.fee_minor or None, "paid_at": iso(each.at),
            "paid_date": day(each.at, account), "payer_key": str(each.payer) if each.payer else None,
            "source_updated_at": iso(each.updated_at(books.loaded_until)),
        }


def payouts(house: House, books: Books, account: str) -> Iterator[Row]:
    for each in (entry.movement for entry in books.entries(account) if entry.movement.code == "T0400"):
        status = each.status_at(books.loaded_until)
        yield {
            "payout_id": each.transaction_id, "status": _PAYOUT[status], "status_raw": status, "currency": each.currency,
            "amount_minor": -each.amount_minor, "initiated_at": iso(each.at), "initiated_date": day(each.at, account),
            "source_updated_at": iso(each.updated_at(books.loaded_until)),
        }


def disputes(house: House, books: Books, account: str) -> Iterator[Row]:
    for case in books.cases(account):
        step, sale = case.now(house.clock.horizon), case.sale
        yield {
            "dispute_id": case.dispute_id, "order_id": order_id(account, sale.invoice_id, sale.custom), "payment_id": sale.transaction_id,
            "kind": _CLAIM[case.reason], "kind_raw": case.reason, "status": _word(step), "currency": sale.currency,
            "status_raw": ",".join(filter(None, (step.status, step.state, step.outcome))), "amount_minor": case.amount_minor,
            "opened_at": iso(case.opened_at), "opened_date": day(case.opened_at, account),
            "respond_by_at": iso(case.due_at) if step.status == "WAITING_FOR_SELLER_RESPONSE" else None, "source_updated_at": iso(step.at),
        }


def _word(step: Step) -> str:
    return _ENDED[step.outcome] if step.outcome else _CASE[step.status]


def payment_id(each: Movement) -> str:
    """Number, code, second, currency and amount: no fewer tell two rows of a conversion apart."""
    decimals = 0 if each.currency in ids.WHOLE_UNITS else 2
    amount = f"{each.currency}{Decimal(each.amount_minor).scaleb(-decimals):.{decimals}f}"
    return "/".join((each.transaction_id, each.code, each.at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), amount))


def order_id(account: str, invoice: str | None, custom: str | None) -> str | None:
    if invoice:
        return invoice.removeprefix(PREFIXES.get(ids.ACCOUNTS[account].client, ""))
    return json.loads(custom)["order_id"] if custom else None


def day(at: datetime, account: str) -> str:
    return at.astimezone(ZONES[ids.ACCOUNTS[account].sites[0]]).date().isoformat()


TRUTH: Mapping[str, Callable[[House, Books, str], Iterator[Row]]] = {"payments": payments, "payouts": payouts, "disputes": disputes}
