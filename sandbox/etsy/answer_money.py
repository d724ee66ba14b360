"""Ledger entries of at most 31 days, and the payments that entries or receipts refer to."""

from __future__ import annotations

from typing import Any

from sandbox.etsy import ids
from sandbox.etsy.answer_receipts import find
from sandbox.etsy.asked import Asked
from sandbox.etsy.errors import wrong
from sandbox.etsy.facts import Refund
from sandbox.etsy.ledger import Entry, Payment, entries, fee_back, payment_of
from sandbox.etsy.written import Written
from sandbox.market import House

LONGEST_SECONDS = 2_678_400


def get_entries(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    start, end = asked.moment("min_created"), asked.moment("max_created")
    if start is None or end is None:
        raise wrong(f"Missing input parameter: [{'min_created' if start is None else 'max_created'}]")
    if not 0 <= end - start <= LONGEST_SECONDS:
        raise wrong("min_created and max_created must be at most 31 days apart")
    found = [entry for entry in entries(house, asked.shop) if start <= ids.seconds(entry.at) <= end]
    return asked.page([_entry(entry, asked.shop) for entry in found])


def get_payments_of_entries(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    wanted = set(asked.numbers("ledger_entry_ids"))
    orders = {entry.order.number: entry.order for entry in entries(house, asked.shop) if entry.number in wanted and entry.order}
    return _payments(house, asked, [payment_of(order, house.snapshot.at) for order in orders.values()])


def get_payments(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    wanted = set(asked.numbers("payment_ids"))
    orders = [state.order for state in house.snapshot.orders(asked.shop) if ids.payment_id(state.order) in wanted]
    return _payments(house, asked, [payment_of(order, house.snapshot.at) for order in orders])


def get_payments_of_receipt(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    return _payments(house, asked, [payment_of(find(house, written, asked).order, house.snapshot.at)])


def _payments(house: House, asked: Asked, found: list[Payment | None]) -> dict[str, Any]:
    results = [_payment(payment, asked.shop) for payment in found if payment]
    return {"count": len(results), "results": results}


def _entry(entry: Entry, shop: str) -> dict[str, Any]:
    return {
        "entry_id": entry.number, "ledger_id": ids.shop_id(shop), "sequence_number": entry.sequence, "amount": entry.amount_minor,
        "currency": ids.currency(shop), "description": entry.kind, "balance": entry.balance_minor, "create_date": ids.seconds(entry.at),
        "created_timestamp": ids.seconds(entry.at), "ledger_type": entry.kind, "reference_type": entry.about,
        "reference_id": entry.reference, "parent_entry_id": entry.parent,
        "payment_adjustments": [_adjustment(entry.refund, shop)] if entry.refund else [],
    }


def _adjustment(refund: Refund, shop: str) -> dict[str, Any]:
    """Bare numbers in the payment's currency."""
    amounts = ("total_adjustment_amount", "shop_total_adjustment_amount", "buyer_total_adjustment_amount")
    return {
        "payment_adjustment_id": ids.adjustment_id(refund.order, refund.place), "payment_id": ids.payment_id(refund.order),
        "status": "SETTLED", "is_success": True, "user_id": ids.user_id(shop), "reason_code": refund.reason,
        **dict.fromkeys(amounts, refund.amount_minor), "total_fee_adjustment_amount": fee_back(refund),
        **ids.twins("create", refund.at), **ids.twins("update", refund.at), "payment_adjustment_items": [],
    }


def _payment(payment: Payment, shop: str) -> dict[str, Any]:
    order, refunded = payment.order, sum(refund.amount_minor for refund in payment.refunds)
    gross, fee = payment.gross_minor, payment.fee_minor
    amounts = {
        "amount_gross": gross, "amount_fees": fee, "amount_net": gross - fee, "posted_gross": gross, "posted_fees": fee,
        "posted_net": gross - fee,
    }
    adjusted = {"adjusted_gross": gross - refunded, "adjusted_fees": fee, "adjusted_net": gross - refunded - fee} if refunded else {}
    currency = ids.currency(shop)
    return {
        "payment_id": ids.payment_id(order), "buyer_user_id": order.buyer.number, "shop_id": ids.shop_id(shop),
        "receipt_id": ids.receipt_id(order), **{name: ids.money(value, shop) for name, value in (amounts | adjusted).items()},
        "currency": currency, "shop_currency": currency, "buyer_currency": currency, "shipping_user_id": order.buyer.number,
        "shipping_address_id": 1 + order.buyer.number, "billing_address_id": 1 + order.buyer.number, "status": "settled",
        "shipped_timestamp": None, **ids.twins("create", payment.paid_at), **ids.twins("update", payment.updated_at),
        "payment_adjustments": [_adjustment(refund, shop) for refund in payment.refunds],
    }
