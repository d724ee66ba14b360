"""What can be seen of an order at an instant: the fold of its events before then (an event at the instant itself is the next night's)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.world.model import Event, Line, Order, Parcel


@dataclass
class LineState:
    """One line now. ``status``: pending, paid, packed, shipped, delivered, cancelled, returned or lost.

    ``status`` is the least advanced of its units'; ``shipped_quantity`` counts units that ever left.
    """

    line: Line
    unit_price_minor: int
    discount_minor: int
    shipping_minor: int
    gift_wrap_minor: int
    tax_minor: int
    status: str = "pending"
    shipped_quantity: int = 0
    delivered_quantity: int = 0
    updated_at: datetime | None = None

    @property
    def items_minor(self) -> int:
        return self.unit_price_minor * self.line.quantity

    @property
    def total_minor(self) -> int:
        return self.items_minor - self.discount_minor + self.shipping_minor + self.tax_minor


@dataclass
class ParcelState:
    """One parcel now. ``status``: packed, shipped, delivered, lost or returned."""

    parcel: Parcel
    packed_at: datetime
    status: str = "packed"
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass
class OrderState:
    """One order at an instant. Parcels appear when they are packed."""

    order: Order
    lines: list[LineState]
    parcels: list[ParcelState] = field(default_factory=list)
    paid_at: datetime | None = None
    is_cancelled: bool = False
    updated_at: datetime | None = None

    @property
    def placed_at(self) -> datetime:
        return self.order.placed_at


def order_at(order: Order, at: datetime) -> OrderState | None:
    """The order as seen at ``at``: what happened strictly before it; None where it was not yet placed."""
    if order.placed_at >= at:
        return None
    state = OrderState(order, [_fresh(line) for line in order.lines])
    for event in order.events:
        if event.at >= at:
            break
        _APPLY[event.kind](state, event)
        state.updated_at = event.at
    return state


def _fresh(line: Line) -> LineState:
    return LineState(
        line, line.unit_price_minor, line.discount_minor, line.shipping_minor, line.gift_wrap_minor, line.tax_minor,
    )


def _placed(state: OrderState, event: Event) -> None:
    for line in state.lines:
        line.updated_at = event.at


def _paid(state: OrderState, event: Event) -> None:
    state.paid_at = event.at
    for line in state.lines:
        line.status, line.updated_at = "paid", event.at


def _packed(state: OrderState, event: Event) -> None:
    parcel = state.order.parcels[event.parcel]
    state.parcels.append(ParcelState(parcel, event.at, updated_at=event.at))
    for index, _ in parcel.contents:
        if state.lines[index].status == "paid":
            state.lines[index].status, state.lines[index].updated_at = "packed", event.at


def _parcel(state: OrderState, event: Event, status: str) -> ParcelState:
    parcel = next(seen for seen in state.parcels if seen.parcel.index == event.parcel)
    parcel.status, parcel.updated_at = status, event.at
    return parcel


def _shipped(state: OrderState, event: Event) -> None:
    parcel = _parcel(state, event, "shipped")
    parcel.shipped_at = event.at
    for index, units in parcel.parcel.contents:
        line = state.lines[index]
        line.shipped_quantity += units
        line.updated_at = event.at
        if line.shipped_quantity == line.line.quantity:
            line.status = "shipped"


def _delivered(state: OrderState, event: Event) -> None:
    parcel = _parcel(state, event, "delivered")
    parcel.delivered_at = event.at
    for index, units in parcel.parcel.contents:
        line = state.lines[index]
        line.delivered_quantity += units
        line.updated_at = event.at
        if line.delivered_quantity == line.line.quantity:
            line.status = "delivered"


def _lost(state: OrderState, event: Event) -> None:
    parcel = _parcel(state, event, "lost")
    for index, _ in parcel.parcel.contents:
        state.lines[index].status, state.lines[index].updated_at = "lost", event.at


def _cancelled(state: OrderState, event: Event) -> None:
    chosen = range(len(state.lines)) if event.lines is None else event.lines
    for index in chosen:
        state.lines[index].status, state.lines[index].updated_at = "cancelled", event.at
    state.is_cancelled = all(line.status == "cancelled" for line in state.lines)


def _repriced(state: OrderState, event: Event) -> None:
    for index in event.lines or ():
        line = state.lines[index]
        line.updated_at = event.at
        for name, value in event.amounts.items():
            setattr(line, name, value)


def _touched(state: OrderState, event: Event) -> None:
    """A change in something nobody reads here: only the updated time moves."""


def _returned(state: OrderState, event: Event) -> None:
    for index in event.lines or ():
        state.lines[index].status, state.lines[index].updated_at = "returned", event.at


_APPLY = {
    "placed": _placed, "paid": _paid, "packed": _packed, "shipped": _shipped, "delivered": _delivered, "lost": _lost,
    "cancelled": _cancelled, "repriced": _repriced, "touched": _touched, "returned": _returned,
}
