"""One order as a Shopify shop sees it: parcels, removed and returned units, refunds, returns, a dispute. Facts, no wire.

Everything is a pure function of the world's order, the instant, and the parcels this sandbox was told from outside.
What the world does not know (a refund for a paid line that was cancelled, a goodwill refund, a dispute) is derived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.shopify import ids
from sandbox.world import SITES
from sandbox.world.fold import LineState, OrderState, order_at
from sandbox.world.model import Order
from sandbox.world.snapshot import ReturnState

GOODWILL_MINOR = 150
RETURN_STATUS = {"requested": "REQUESTED", "approved": "OPEN", "refunded": "CLOSED", "rejected": "DECLINED", "cancelled": "CANCELED"}
DISPUTE_REASONS = ("PRODUCT_NOT_RECEIVED", "FRAUDULENT", "PRODUCT_UNACCEPTABLE", "CREDIT_NOT_PROCESSED", "GENERAL")


@dataclass(frozen=True)
class ParcelView:
    """A fulfillment. ``word`` is its display status."""

    number: int
    carrier: str
    tracking: str
    word: str
    created_at: datetime
    contents: tuple[tuple[int, int], ...]
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None

    @property
    def has_left(self) -> bool:
        return self.word != "LABEL_PRINTED"


@dataclass(frozen=True)
class RefundLine:
    index: int
    units: int
    restock: str
    subtotal_minor: int
    tax_minor: int


@dataclass(frozen=True)
class RefundView:
    """Money given back. ``request``: the return it belongs to, if any. ``total_minor`` may hold more than its lines."""

    number: int
    at: datetime
    request: int | None
    lines: tuple[RefundLine, ...]
    total_minor: int


@dataclass(frozen=True)
class ReturnView:
    number: int
    status: str
    at: datetime
    closed_at: datetime | None
    lines: tuple[tuple[int, int, int, str], ...]  # own number, line, units, reason


@dataclass(frozen=True)
class DisputeView:
    number: int
    at: datetime
    reason: str
    kind: str
    status: str
    due_at: datetime
    amount_minor: int


@dataclass
class OrderView:
    """An order now. Units by line index: ``removed`` before they left, ``returned`` after."""

    state: OrderState
    parcels: list[ParcelView]
    cancelled_at: datetime | None = None
    removed: dict[int, int] = field(default_factory=dict)
    returned: dict[int, int] = field(default_factory=dict)
    refunds: list[RefundView] = field(default_factory=list)
    returns: list[ReturnView] = field(default_factory=list)
    dispute: DisputeView | None = None
    updated_at: datetime | None = None

    @property
    def order(self) -> Order:
        return self.state.order

    @property
    def lines(self) -> list[LineState]:
        return self.state.lines

    @property
    def currency(self) -> str:
        return SITES[self.order.site].currency

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @property
    def refunded_minor(self) -> int:
        return sum(refund.total_minor for refund in self.refunds)

    def units(self, index: int, among: Sequence[str] | None = None) -> int:
        """Units of a line in parcels (of these display words, where given)."""
        chosen = [parcel for parcel in self.parcels if among is None or parcel.word in among]
        return sum(units for parcel in chosen for place, units in parcel.contents if place == index)

    def left(self, index: int) -> int:
        return sum(units for parcel in self.parcels if parcel.has_left for place, units in parcel.contents if place == index)

    def current(self, index: int) -> int:
        return self.order.lines[index].quantity - self.removed.get(index, 0) - self.returned.get(index, 0)

    def unfulfilled(self, index: int) -> int:
        return max(self.order.lines[index].quantity - self.removed.get(index, 0) - self.units(index), 0)

    @property
    def financial(self) -> str:
        if self.state.paid_at is None:
            return "VOIDED" if self.cancelled_at else "PENDING"
        if self.refunded_minor >= self.total_minor:
            return "REFUNDED"
        return "PARTIALLY_REFUNDED" if self.refunded_minor else "PAID"

    @property
    def fulfillment(self) -> str:
        sent = sum(self.units(line.index) for line in self.order.lines)
        if not sent:
            return "UNFULFILLED"
        return "PARTIALLY_FULFILLED" if any(self.unfulfilled(line.index) for line in self.order.lines) else "FULFILLED"

    @property
    def return_word(self) -> str:
        words = {request.status for request in self.returns}
        for theirs, shown in (("REQUESTED", "RETURN_REQUESTED"), ("OPEN", "IN_PROGRESS"), ("CLOSED", "RETURNED")):
            if theirs in words:
                return shown
        return "NO_RETURN"


def view(state: OrderState, requests: Sequence[ReturnState], told: Sequence[ParcelView], until: datetime) -> OrderView:
    """The order just before ``until``.

    Args:
        requests: its return requests, as visible then.
        told: parcels booked from outside; what the world packs after the first of them is not packed again.
    """
    seen = OrderView(state, [*_world_parcels(state, told), *told])
    _cancel(seen, until)
    _return(seen, requests)
    _goodwill(seen, until)
    seen.dispute = _dispute(seen, until)
    moments = [state.updated_at, *(request.updated_at for request in requests), *(refund.at for refund in seen.refunds)]
    moments += [parcel.created_at for parcel in told] + ([seen.dispute.at] if seen.dispute else [])
    seen.updated_at = max(moment for moment in moments if moment)
    return seen


def _world_parcels(state: OrderState, told: Sequence[ParcelView]) -> list[ParcelView]:
    first = min((parcel.created_at for parcel in told), default=None)
    found = []
    for seen in state.parcels:
        if first and seen.packed_at >= first:
            continue
        word = {"packed": "LABEL_PRINTED", "shipped": "IN_TRANSIT", "delivered": "DELIVERED", "lost": "NOT_DELIVERED"}[seen.status]
        found.append(
            ParcelView(
                ids.fulfillment_id(state.order, seen.parcel.index), seen.parcel.carrier, seen.parcel.tracking, word, seen.packed_at,
                seen.parcel.contents, seen.shipped_at, seen.delivered_at,
            )
        )
    return found


def _cancel(seen: OrderView, until: datetime) -> None:
    """Lines called off; a paid one's money goes back in the same moment, shipping too where the whole order goes."""
    for event in seen.order.events:
        if event.kind != "cancelled" or event.at >= until:
            continue
        before = order_at(seen.order, event.at)
        chosen = range(len(before.lines)) if event.lines is None else event.lines
        for index in chosen:
            seen.removed[index] = seen.order.lines[index].quantity
        if event.lines is None:
            seen.cancelled_at = event.at
        if before.paid_at:
            lines = tuple(_called_off(before.lines[index]) for index in chosen)
            shipping = sum(line.shipping_minor for line in before.lines) if event.lines is None else 0
            total = sum(line.subtotal_minor + line.tax_minor for line in lines) + shipping
            seen.refunds.append(RefundView(8_000_000_000_000 + seen.order.number * 10, event.at, None, lines, total))


def _called_off(line: LineState) -> RefundLine:
    return RefundLine(line.line.index, line.line.quantity, "CANCEL", line.items_minor - line.discount_minor, line.tax_minor)


def _return(seen: OrderView, requests: Sequence[ReturnState]) -> None:
    for number in sorted({each.request.request for each in requests}):
        mine = sorted((each for each in requests if each.request.request == number), key=lambda each: each.request.line)
        lines = tuple((each.request.number, each.request.line, each.request.quantity, each.request.reason) for each in mine)
        is_over = mine[0].status in ("refunded", "rejected", "cancelled")
        closed_at = mine[0].updated_at if is_over else None
        seen.returns.append(ReturnView(number, RETURN_STATUS[mine[0].status], mine[0].requested_at, closed_at, lines))
        if mine[0].status == "refunded":
            back = tuple(RefundLine(each.request.line, each.request.quantity, "RETURN", each.request.refund_minor, 0) for each in mine)
            total = sum(line.subtotal_minor for line in back) + _shipping_back(seen.order)
            seen.refunds.append(RefundView(8_000_000_000_000 + seen.order.number * 10 + 1, mine[0].updated_at, number, back, total))
            for line in back:
                seen.returned[line.index] = seen.returned.get(line.index, 0) + line.units


def _shipping_back(order: Order) -> int:
    """Now and then a part of the shipping goes back with the goods."""
    return min(sum(line.shipping_minor for line in order.lines), 100) if order.number % 3 == 0 else 0


def _goodwill(seen: OrderView, until: datetime) -> None:
    """A refund of a little money and no goods, without any return."""
    at = _arrived(seen, until)
    if at and seen.order.number % 13 == 5 and at + timedelta(hours=26) < until:
        refund = RefundView(8_000_000_000_000 + seen.order.number * 10 + 2, at + timedelta(hours=26), None, (), GOODWILL_MINOR)
        seen.refunds.append(refund)


def _dispute(seen: OrderView, until: datetime) -> DisputeView | None:
    arrived, order = _arrived(seen, until), seen.order
    at = arrived + timedelta(hours=50) if arrived else None
    if at is None or at >= until or order.number % 11 != 3 or order.payment_method != "card":
        return None
    age = until - at
    ended = "WON" if order.number % 2 else "LOST"
    status = "NEEDS_RESPONSE" if age < timedelta(days=3) else "UNDER_REVIEW" if age < timedelta(days=8) else ended
    kind = "CHARGEBACK" if order.number % 3 else "INQUIRY"
    reason = DISPUTE_REASONS[order.number % len(DISPUTE_REASONS)]
    return DisputeView(9_000_000_000 + order.number % 1_000_000_000, at, reason, kind, status, at + timedelta(days=7), seen.total_minor)


def _arrived(seen: OrderView, until: datetime) -> datetime | None:
    """When the last of all parcels of the order's life came; None while one is still to come, or was lost or told from outside."""
    order = seen.order
    came = [event.at for event in order.events if event.kind == "delivered" and event.at < until]
    whole = order.parcels and len(came) == len(order.parcels) == len(seen.parcels)
    return max(came) if whole else None
