"""The payment account, as Etsy books it: when an order is paid, when money goes back, weekly to the bank.

Entries lie in time; what is booked later never comes before what is there, so sequence and balance stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sandbox.etsy import ids
from sandbox.etsy.facts import Refund, refunds_of
from sandbox.market import House
from sandbox.world.fold import order_at
from sandbox.world.model import Order

DISBURSED_AT_HOUR = 17


@dataclass(frozen=True)
class Entry:
    """One booking. ``refund``: what it gives back; ``order``: whose payment it belongs to, where it belongs to one."""

    number: int
    at: datetime
    kind: str
    amount_minor: int
    about: str
    reference: str
    order: Order | None = None
    refund: Refund | None = None
    parent: int = 0
    sequence: int = 0
    balance_minor: int = 0


@dataclass(frozen=True)
class Payment:
    order: Order
    paid_at: datetime
    gross_minor: int
    fee_minor: int
    refunds: tuple[Refund, ...]

    @property
    def updated_at(self) -> datetime:
        return max([self.paid_at, *(refund.at for refund in self.refunds)])


def entries(house: House, shop: str) -> list[Entry]:
    """Everything booked in the world's history up to the horizon, oldest first."""
    first, before = house.world.first_at, house.snapshot.at
    booked = [entry for state in house.snapshot.orders(shop) for entry in _of_order(state.order, before)]
    booked += list(_standing(house, shop))
    booked = sorted((entry for entry in booked if first <= entry.at < before), key=lambda entry: (entry.at, entry.number))
    return list(_settled(booked, first, before, shop))


def _settled(booked: list[Entry], first: datetime, before: datetime, shop: str) -> Iterator[Entry]:
    """The entries with their sequence and balance, and between them what is sent to the bank."""
    balance, sequence, waiting = 0, 0, list(booked)
    monday = (first - timedelta(days=first.weekday())).date()
    while True:
        leaves = datetime(monday.year, monday.month, monday.day, DISBURSED_AT_HOUR, tzinfo=UTC)
        while waiting and waiting[0].at <= min(leaves, before):
            entry = waiting.pop(0)
            balance, sequence = balance + entry.amount_minor, sequence + 1
            yield replace(entry, sequence=sequence, balance_minor=balance)
        if leaves >= before:
            return
        if first <= leaves and balance > 0:
            sequence += 1
            number = monday.toordinal() * 1000 + ids.shop_id(shop) % 1000
            yield Entry(number, leaves, "DISBURSE2", -balance, "disbursement", str(number), sequence=sequence)
            balance = 0
        monday += timedelta(days=7)


def payment_of(order: Order, before: datetime) -> Payment | None:
    """What the buyer paid, with all that was given back since; None while nothing was paid."""
    paid_at = next((event.at for event in order.events if event.kind == "paid"), None)
    if paid_at is None or paid_at >= before:
        return None
    seen = order_at(order, paid_at + timedelta(seconds=1))
    gross = sum(line.total_minor for line in seen.lines)
    return Payment(order, paid_at, gross, gross * 3 // 100 + 25, tuple(refunds_of(order, before)))


def _of_order(order: Order, before: datetime) -> Iterator[Entry]:
    payment = payment_of(order, before)
    if payment is None:
        return
    reference, lines = str(ids.payment_id(order)), order_at(order, payment.paid_at + timedelta(seconds=1)).lines

    def at_payment(slot: int, kind: str, amount: int, about: str, number: str) -> Entry:
        return Entry(order.number * 1000 + slot, payment.paid_at, kind, amount, about, number, order if about == "shop_payment" else None)

    yield at_payment(1, "PAYMENT_GROSS", payment.gross_minor, "shop_payment", reference)
    yield at_payment(2, "PAYMENT_PROCESSING_FEE", -payment.fee_minor, "shop_payment", reference)
    tax, shipping = sum(line.tax_minor for line in lines), sum(line.shipping_minor for line in lines)
    if tax:
        yield at_payment(3, "sales_tax", -tax, "receipt", str(ids.receipt_id(order)))
    if shipping:
        yield at_payment(4, "shipping_transaction", -(shipping * 65 // 1000), "receipt", str(ids.receipt_id(order)))
    for line in lines:
        number = str(ids.transaction_id(order, line.line.index))
        fee = (line.items_minor - line.discount_minor) * 65 // 1000
        yield at_payment(10 + line.line.index, "transaction", -fee, "transaction", number)
    for refund in payment.refunds:
        yield from _of_refund(refund)


def _of_refund(refund: Refund) -> Iterator[Entry]:
    order, slot = refund.order, refund.order.number * 1000 + 100 + refund.place * 10
    adjustment = str(ids.adjustment_id(order, refund.place))
    yield Entry(slot, refund.at, "REFUND_GROSS", -refund.amount_minor, "payment_adjustment", adjustment, order, refund)
    yield Entry(slot + 1, refund.at, "REFUND_PROCESSING_FEE", fee_back(refund), "payment_adjustment", adjustment, order, refund)
    line = str(ids.transaction_id(order, refund.line))
    yield Entry(slot + 2, refund.at, "transaction_refund", refund.amount_minor * 65 // 1000, "transaction", line)


def fee_back(refund: Refund) -> int:
    return refund.amount_minor * 3 // 100


def _standing(house: House, shop: str) -> Iterator[Entry]:
    """Weekly advertising with its VAT line, which refers to nothing but its parent; and now and then something else."""
    for posting in house.snapshot.postings[shop]:
        if posting.kind not in ("service_fee", "adjustment"):
            continue
        amount, number = sum(value for _, value in posting.amounts), posting.number * 1000 + 900
        if posting.kind == "adjustment":
            yield Entry(number, posting.at, "misc_credit_2", amount, "misc", str(posting.number))
            continue
        vat = amount // 10
        yield Entry(number, posting.at, "offsite_ads_fee", amount - vat, "offsite_ads", str(posting.number))
        yield Entry(number + 1, posting.at, "vat_seller_services", vat, "vat_seller_services", "0", parent=number)
