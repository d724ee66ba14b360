"""The account as a perfect reader would store it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.clock import iso
from sandbox.etsy import ids
from sandbox.etsy.ledger import entries, fee_back, payment_of
from sandbox.etsy.truth_words import day
from sandbox.etsy.written import Written
from sandbox.market import House

Row = Mapping[str, object]
_KINDS = {
    "PAYMENT_GROSS": "sale", "REFUND_GROSS": "refund", "PAYMENT_PROCESSING_FEE": "fee", "REFUND_PROCESSING_FEE": "fee",
    "transaction": "fee", "transaction_refund": "fee", "shipping_transaction": "fee", "sales_tax": "tax", "offsite_ads_fee": "advertising",
    "vat_seller_services": "fee",
}


def ledger_entries(house: House, written: Written, shop: str) -> Iterator[Row]:
    for entry in entries(house, shop):
        yield {
            "entry_id": str(entry.number), "transaction_id": str(entry.number),
            "order_id": str(ids.receipt_id(entry.order)) if entry.order else None,
            "line_id": entry.reference if entry.about == "transaction" else None, "sku": None, "kind": _KINDS.get(entry.kind, "other"),
            "kind_raw": entry.kind, "status": "released", "currency": ids.currency(shop), "amount_minor": entry.amount_minor,
            "posted_at": iso(entry.at), "posted_date": day(entry.at, shop), "payout_id": None, "source_updated_at": iso(entry.at),
        }


def payouts(house: House, written: Written, shop: str) -> Iterator[Row]:
    for entry in entries(house, shop):
        if entry.kind == "DISBURSE2":
            yield {
                "payout_id": str(entry.number), "status": "paid", "status_raw": entry.kind, "currency": ids.currency(shop),
                "amount_minor": -entry.amount_minor, "initiated_at": iso(entry.at), "initiated_date": day(entry.at, shop),
                "source_updated_at": iso(entry.at),
            }


def payments(house: House, written: Written, shop: str) -> Iterator[Row]:
    """Those an entry of the visible account speaks of, and all that was given back of them."""
    orders = {entry.order.number: entry.order for entry in entries(house, shop) if entry.order}
    for order in orders.values():
        payment = payment_of(order, house.snapshot.at)
        number = str(ids.payment_id(order))
        common = {
            "transaction_id": number, "order_id": str(ids.receipt_id(order)), "provider": "etsy_payments", "status": "completed",
            "currency": ids.currency(shop), "payer_key": str(order.buyer.number),
        }
        yield {
            **common, "payment_id": number, "parent_id": None, "kind": "payment", "kind_raw": "payment", "status_raw": "settled",
            "amount_minor": payment.gross_minor, "fee_minor": -payment.fee_minor, "paid_at": iso(payment.paid_at),
            "paid_date": day(payment.paid_at, shop), "source_updated_at": iso(payment.updated_at),
        }
        for refund in payment.refunds:
            yield {
                **common, "payment_id": f"{number}/{ids.adjustment_id(order, refund.place)}", "parent_id": number, "kind": "refund",
                "kind_raw": refund.reason, "status_raw": "SETTLED", "amount_minor": -refund.amount_minor, "fee_minor": fee_back(refund),
                "paid_at": iso(refund.at), "paid_date": day(refund.at, shop), "source_updated_at": iso(refund.at),
            }


MONEY_TRUTH: Mapping[str, Callable[[House, Written, str], Iterator[Row]]] = {
    "ledger_entries": ledger_entries, "payouts": payouts, "payments": payments,
}
