"""An order as AliExpress sees it: one status for the whole, one a line, and parcels without their contents.

A pure function of the world's facts at the horizon and of the parcels declared from outside. Where AliExpress has several
words for one thing, the order's number picks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox.aliexpress.written import Told, Written
from sandbox.market import House
from sandbox.world.fold import LineState, OrderState, order_at
from sandbox.world.model import Order, Return

CARRIERS = {"UPS": ("UPS_US", "UPS"), "USPS": ("USPS", "USPS")}  # the world's name → service key, service name
NAMES = dict(CARRIERS.values())
ACCEPTED, REFUNDED = ("buyer_accept_goods", "buyer_accept_goods_timeout"), (
    "seller_accept_issue_no_goods_return", "seller_response_issue_timeout",
)
UNPAID_ENDS, PAID_ENDS = ("buyer_pay_timeout", "buyer_cancel_notpay_order"), (
    "cancel_order_close_trade", "risk_reject_closed", "buyer_cancel_order_in_risk",
)
LOGISTICS = {
    "PLACE_ORDER_SUCCESS": "NO_LOGISTICS", "WAIT_SELLER_SEND_GOODS": "WAIT_SELLER_SEND_GOODS",
    "SELLER_PART_SEND_GOODS": "SELLER_SEND_PART_GOODS", "WAIT_BUYER_ACCEPT_GOODS": "SELLER_SEND_GOODS",
    "FUND_PROCESSING": "BUYER_ACCEPT_GOODS",
}


@dataclass(frozen=True)
class LineView:
    """``sent_at``: when the last of it left; ``is_whole``: whether all of it has."""

    state: LineState
    status: str
    sent_at: datetime | None
    is_whole: bool
    requests: tuple[tuple[Return, str, datetime], ...]  # with their latest step


@dataclass(frozen=True)
class ParcelView:
    number: str
    carrier_key: str
    sent_at: datetime
    received_at: datetime | None
    status: str

    @property
    def carrier(self) -> str:
        return NAMES.get(self.carrier_key, self.carrier_key)


@dataclass(frozen=True)
class OrderView:
    """``stands``: the status it would have were it not held up; ``reason``: why it is finished, else empty."""

    state: OrderState
    status: str
    stands: str
    reason: str
    updated_at: datetime
    lines: tuple[LineView, ...]
    parcels: tuple[ParcelView, ...]

    @property
    def order(self) -> Order:
        return self.state.order

    @property
    def logistics(self) -> str:
        if self.stands == "FINISH":
            return "BUYER_ACCEPT_GOODS" if self.reason in (*ACCEPTED, *REFUNDED) else "NO_LOGISTICS"
        return LOGISTICS[self.stands]


def view(house: House, written: Written, state: OrderState) -> OrderView:
    order, horizon = state.order, house.snapshot.at
    told = written.parcels(order.shop, order.number)
    requests = [_request(each, horizon, house.snapshot.first_at) for each in order.returns]
    known = [each for each in requests if each]
    lines = [_line(state, line, told, tuple(each for each in known if each[0].line == line.line.index)) for line in state.lines]
    stands, reason = _stands(order, state, lines, bool(told))
    status = _status(order, stands, reason, lines, bool(state.parcels))
    moments = [state.updated_at, *(at for _, _, at in known), *(each.applies_at for each in told)]
    shown = [_shown(line, status, stands) for line in lines]
    return OrderView(state, status, stands, reason, max(moments), tuple(shown), tuple(_parcels(state, told)))


def views(house: House, written: Written, shop: str) -> list[OrderView]:
    """Every visible order, newest first."""
    found = [view(house, written, state) for state in states(house, shop).values()]
    return sorted(found, key=lambda each: (each.state.placed_at, each.order.number), reverse=True)


def states(house: House, shop: str) -> dict[int, OrderState]:
    """Number → order: those of the world's history, and older ones that a dispute has changed since it began."""
    found = {state.order.number: state for state in house.snapshot.orders(shop)}
    for seen in house.snapshot.returns[shop]:
        if seen.order.number not in found:
            found[seen.order.number] = order_at(seen.order, house.snapshot.at)
    return found


def _request(request: Return, horizon: datetime, first_at: datetime) -> tuple[Return, str, datetime] | None:
    steps = [step for step in request.steps if step[0] < horizon]
    return (request, steps[-1][1], steps[-1][0]) if steps and steps[0][0] >= first_at else None


def _line(state: OrderState, line: LineState, told: Sequence[Told], requests) -> LineView:
    mine = (seen for seen in state.parcels if any(line.line.index == index for index, _ in seen.parcel.contents))
    left = [seen.shipped_at for seen in mine if seen.shipped_at]
    is_whole, closing = line.shipped_quantity == line.line.quantity, [each.applies_at for each in told if each.kind == "all"]
    if closing and not is_whole and line.status in ("paid", "packed"):
        left, is_whole = [*left, closing[0]], True
    return LineView(line, line.status, max(left, default=None), is_whole, requests)


def _stands(order: Order, state: OrderState, lines: Sequence[LineView], is_told: bool) -> tuple[str, str]:
    pick = order.number // 7
    alive = [line for line in lines if line.status != "cancelled"]
    if not alive:
        ends = PAID_ENDS if state.paid_at else UNPAID_ENDS
        return "FINISH", ends[pick % len(ends)]
    if any(line.status == "pending" for line in alive):
        return "PLACE_ORDER_SUCCESS", ""
    if all(line.status == "returned" for line in alive):
        return "FINISH", REFUNDED[pick % 2]
    if all(line.status in ("delivered", "returned") for line in alive):
        return ("FINISH", ACCEPTED[pick % 4 // 2]) if pick % 2 else ("FUND_PROCESSING", "")
    if all(line.is_whole for line in alive):
        return "WAIT_BUYER_ACCEPT_GOODS", ""
    has_begun = is_told or any(line.sent_at for line in alive)
    return ("SELLER_PART_SEND_GOODS", "") if has_begun else ("WAIT_SELLER_SEND_GOODS", "")


def _status(order: Order, stands: str, reason: str, lines: Sequence[LineView], is_packed: bool) -> str:
    """What is shown in its stead while the order is held up."""
    pick = order.number // 7
    if (stands == "FUND_PROCESSING" or reason in ACCEPTED) and any(_is_open(line) for line in lines):
        return "IN_ISSUE"
    if stands == "WAIT_SELLER_SEND_GOODS" and not is_packed and pick % 5 < 2:
        return ("RISK_CONTROL", "IN_CANCEL")[pick % 5]
    return "IN_FROZEN" if stands == "WAIT_BUYER_ACCEPT_GOODS" and pick % 7 == 0 else stands


def _is_open(line: LineView) -> bool:
    return any(word in ("requested", "approved") for _, word, _ in line.requests)


def _shown(line: LineView, status: str, stands: str) -> LineView:
    """The line with AliExpress's own word."""
    if line.status in ("cancelled", "returned"):
        word = "FINISH"
    elif status == "IN_ISSUE":
        word = "IN_ISSUE" if _is_open(line) else stands
    elif stands in ("PLACE_ORDER_SUCCESS", "WAIT_BUYER_ACCEPT_GOODS", "FUND_PROCESSING", "FINISH") or status != stands:
        word = status
    elif line.is_whole:
        word = "WAIT_BUYER_ACCEPT_GOODS"
    else:
        word = "SELLER_PART_SEND_GOODS" if line.sent_at else "WAIT_SELLER_SEND_GOODS"
    return LineView(line.state, word, line.sent_at, line.is_whole, line.requests)


def _parcels(state: OrderState, told: Sequence[Told]):
    """Parcels are known once they are declared: when they left."""
    for seen in state.parcels:
        if seen.shipped_at:
            status = {"shipped": "default", "delivered": "received", "lost": "not_received"}[seen.status]
            yield ParcelView(seen.parcel.tracking, CARRIERS[seen.parcel.carrier][0], seen.shipped_at, seen.delivered_at, status)
    for each in told:
        yield ParcelView(each.number, each.carrier_key, each.applies_at, None, "default")
