"""What Etsy knows of an order: less than the world does. Neither a cancellation nor a refund moves its clock, a parcel's contents and
arrival are not told, and what a buyer gets back is an amount without lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sandbox.etsy import ids
from sandbox.etsy.written import Shipment, Written
from sandbox.market import House
from sandbox.world.fold import LineState, OrderState, order_at
from sandbox.world.model import Event, Order

SILENT = ("cancelled", "returned")
LONGEST_WRAP = 299


@dataclass(frozen=True)
class Refund:
    """``place``: which of the order's it is; ``line``: the first line it is about."""

    order: Order
    place: int
    at: datetime
    amount_minor: int
    reason: str
    line: int


@dataclass(frozen=True)
class Receipt:
    """An order as Etsy has it now."""

    state: OrderState
    updated_at: datetime
    refunds: tuple[Refund, ...]
    shipments: tuple[Shipment, ...]

    @property
    def order(self) -> Order:
        return self.state.order

    @property
    def is_paid(self) -> bool:
        return self.state.paid_at is not None

    @property
    def is_shipped(self) -> bool:
        return bool(self.shipments)

    @property
    def shipped_at(self) -> datetime | None:
        return min((each.at for each in self.shipments), default=None)

    @property
    def is_delivered(self) -> bool:
        parcels = self.state.parcels
        return bool(parcels) and all(parcel.delivered_at for parcel in parcels)

    def total(self, name: str) -> int:
        return sum(getattr(line, name) for line in self.state.lines)

    @property
    def word(self) -> str:
        refunded = sum(refund.amount_minor for refund in self.refunds)
        if self.state.is_cancelled:
            return "canceled"
        if refunded:
            return "fully refunded" if refunded >= self.total("total_minor") else "partially refunded"
        if not self.is_paid:
            return "payment processing" if self.order.number // 7 % 2 else "open"
        return "completed" if self.is_shipped else "paid"

    def is_line_shipped(self, line: LineState) -> bool:
        """A shipment ships the receipt: every line that was not called off."""
        return self.is_shipped and line.status != "cancelled"


def receipts(house: House, written: Written, shop: str) -> list[Receipt]:
    """Every visible one, by the world's order."""
    return [receipt(house, written, state) for state in house.snapshot.orders(shop)]


def receipt(house: House, written: Written, state: OrderState) -> Receipt:
    order = state.order
    loud = [event.at for event in order.events if event.at < house.snapshot.at and event.kind not in SILENT]
    own = [
        Shipment(ids.shipping_id(order, seen.parcel.index), seen.shipped_at, seen.parcel.carrier, seen.parcel.tracking)
        for seen in state.parcels if seen.shipped_at
    ]
    told = written.shipments(ids.receipt_id(order))
    updated = max([*loud, *(each.at for each in told)])
    return Receipt(state, updated, tuple(refunds_of(order, house.snapshot.at)), tuple(sorted([*own, *told], key=lambda each: each.at)))


def refunds_of(order: Order, before: datetime) -> Iterator[Refund]:
    """Of lines called off after they were paid, and of what came back; one a change of the order."""
    place = 0
    paid_at = next((event.at for event in order.events if event.kind == "paid"), None)
    for event in order.events:
        if event.kind in SILENT and paid_at is not None and paid_at < event.at < before:
            lines = range(len(order.lines)) if event.lines is None else event.lines
            seen = order_at(order, event.at)
            amount, reason = _given_back(order, seen, event, lines)
            yield Refund(order, place, event.at, amount, reason, next(iter(lines)))
            place += 1


def _given_back(order: Order, seen: OrderState, event: Event, lines) -> tuple[int, str]:
    if event.kind == "cancelled":
        return sum(seen.lines[index].total_minor for index in lines), "Order canceled"
    amount, reason = 0, ""
    for request in order.returns:
        if request.line in lines and request.steps[-1] == (event.at, "refunded"):
            line = seen.lines[request.line]
            amount += line.total_minor if request.quantity == line.line.quantity else request.refund_minor
            reason = request.reason
    return amount, reason


def wrap_minor(state: OrderState) -> int:
    """What of the shipping is gift wrap: some orders have it, on their first line with shipping."""
    line = wrapped_line(state)
    return min(line.shipping_minor, LONGEST_WRAP) if line else 0


def wrapped_line(state: OrderState) -> LineState | None:
    if state.order.number // 7 % 9:
        return None
    return next((line for line in state.lines if line.shipping_minor), None)
