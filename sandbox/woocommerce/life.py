"""What a store knows of an order: the world's events told by WooCommerce's own words and clock.

A store hears of payments, parcels that leave, refunds and what its staff change; of arrivals and losses it hears nothing.
``date_modified`` moves as the real one does: with a status or a refund, and with an edit in the admin of a closed order;
not with a line changed by REST while the order is open, nor with tracking data or a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.woocommerce import ids
from sandbox.world.fold import OrderState, order_at
from sandbox.world.model import Order, Parcel

OPEN = ("pending", "on-hold", "processing")
CALLED_OFF, SENT_BACK, VOID = 1, 2, 3  # places of an order's refunds


@dataclass(frozen=True)
class Refund:
    """Money given back. ``lines``: (line index, units, gross minor units); without lines only the amount was told."""

    order: Order
    place: int
    at: datetime
    amount_minor: int
    reason: str
    lines: tuple[tuple[int, int, int], ...] = ()

    @property
    def id(self) -> int:
        return ids.refund_id(self.order, self.place)


@dataclass
class Seen:
    """One order now. ``parcels``: those that left, with the instant."""

    state: OrderState
    status: str
    modified_at: datetime
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    parcels: list[tuple[Parcel, datetime]] = field(default_factory=list)

    @property
    def order(self) -> Order:
        return self.state.order


def seen(state: OrderState, until: datetime) -> Seen:
    """The order as its store shows it at ``until``, of which ``state`` is the world's view."""
    order = state.order
    found = Seen(state, "on-hold" if order.payment_method == "cod" else "pending", order.placed_at)
    for at, what, about in sorted(_happenings(order), key=lambda each: each[0]):
        if at >= until:
            break
        _TELL[what](found, at, about)
    return found


def total_minor(state: OrderState) -> int:
    return sum(line.total_minor for line in state.lines)


def _happenings(order: Order) -> Iterator[tuple[datetime, str, object]]:
    for event in order.events:
        if event.kind in _TELL:
            yield event.at, event.kind, event
    ended = [(at, request) for request in order.returns for at, word in request.steps if word == "refunded"]
    if ended:
        yield ended[0][0], "sent back", [request for _, request in ended]


def _paid(found: Seen, at: datetime, event) -> None:
    found.status, found.paid_at, found.modified_at = "processing", at, at


def _packed(found: Seen, at: datetime, event) -> None:
    making = ids.setup(found.order.shop).making
    if making and found.status == "processing":
        found.status, found.modified_at = making, at


def _shipped(found: Seen, at: datetime, event) -> None:
    found.parcels.append((found.order.parcels[event.parcel], at))
    if len(found.parcels) == len(found.order.parcels):
        found.status, found.completed_at, found.modified_at = "completed", at, at


def _cancelled(found: Seen, at: datetime, event) -> None:
    then = order_at(found.order, at)
    if event.lines is not None:
        gone = [(index, then.lines[index].line.quantity, _goods(then, index)) for index in event.lines]
        _refund(found, Refund(found.order, CALLED_OFF, at, sum(gross for *_, gross in gone), "out of stock", tuple(gone)))
        return
    if found.paid_at:
        _refund(found, Refund(found.order, VOID, at, total_minor(then), ""))
    found.status = "failed" if not found.paid_at and found.order.number // 7 % 2 else "cancelled"
    found.modified_at = at


def _sent_back(found: Seen, at: datetime, requests) -> None:
    lines = tuple((request.line, request.quantity, request.refund_minor) for request in requests)
    _refund(found, Refund(found.order, SENT_BACK, at, sum(gross for *_, gross in lines), requests[0].reason, lines))


def _refund(found: Seen, refund: Refund) -> None:
    found.refunds.append(refund)
    found.modified_at = refund.at
    whole = total_minor(order_at(found.order, refund.at + timedelta(seconds=1)))
    if sum(each.amount_minor for each in found.refunds) >= whole:
        found.status = "refunded"


def _goods(then: OrderState, index: int) -> int:
    return then.lines[index].items_minor - then.lines[index].discount_minor


def _repriced(found: Seen, at: datetime, event) -> None:
    if found.status not in (*OPEN, ids.setup(found.order.shop).making):
        found.modified_at = at


_TELL = {
    "paid": _paid, "packed": _packed, "shipped": _shipped, "cancelled": _cancelled, "repriced": _repriced, "sent back": _sent_back,
}
