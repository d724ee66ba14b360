"""Everything visible at one instant, indexed the ways marketplaces are asked for it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sandbox.world.fold import OrderState, order_at
from sandbox.world.model import Order, Payout, Posting, Return, Review


@dataclass(frozen=True)
class ReturnState:
    """One requested line now: its latest step before the instant."""

    order: Order
    request: Return
    status: str
    updated_at: datetime

    @property
    def requested_at(self) -> datetime:
        return self.request.steps[0][0]


@dataclass(frozen=True)
class ReviewState:
    order: Order
    review: Review
    reply: str | None


class Snapshot:
    """The world just before ``at``.

    Orders whose last change lies before the world's first instant are forgotten (a marketplace keeps no older history),
    and so are older requests, reviews, bookings and payouts.
    """

    def __init__(
        self, at: datetime, first_at: datetime, orders: Iterable[Order], postings: Iterable[Posting], payouts: Iterable[Payout],
    ) -> None:
        self.at, self.first_at = at, first_at
        self._orders: dict[str, dict[int, OrderState]] = defaultdict(dict)
        self.returns: dict[str, list[ReturnState]] = defaultdict(list)
        self.reviews: dict[str, list[ReviewState]] = defaultdict(list)
        for order in orders:
            self._see(order)
        self._by_updated = {shop: _index(found.values(), lambda state: state.updated_at) for shop, found in self._orders.items()}
        self._by_placed = {shop: _index(found.values(), lambda state: state.placed_at) for shop, found in self._orders.items()}
        self.postings: dict[str, list[Posting]] = defaultdict(list)
        for posting in sorted((p for p in postings if first_at <= p.at < at), key=lambda p: (p.at, p.number)):
            self.postings[posting.shop].append(posting)
        self.payouts: dict[str, list[Payout]] = defaultdict(list)
        for payout in sorted((p for p in payouts if first_at <= p.ends_at < at), key=lambda p: (p.ends_at, p.number)):
            self.payouts[payout.shop].append(payout)
        for rows in self.returns.values():
            rows.sort(key=lambda seen: (seen.updated_at, seen.request.number))
        for rows in self.reviews.values():
            rows.sort(key=lambda seen: (seen.review.at, seen.review.number))

    def _see(self, order: Order) -> None:
        state = order_at(order, self.at)
        if state is None:
            return
        if state.updated_at >= self.first_at:
            self._orders[order.shop][order.number] = state
        for request in order.returns:
            steps = [step for step in request.steps if step[0] < self.at]
            if steps and request.steps[0][0] >= self.first_at:
                self.returns[order.shop].append(ReturnState(order, request, steps[-1][1], steps[-1][0]))
        for review in order.reviews:
            if self.first_at <= review.at < self.at:
                reply = review.reply if review.reply_at and review.reply_at < self.at else None
                self.reviews[order.shop].append(ReviewState(order, review, reply))

    def order(self, shop: str, number: int) -> OrderState | None:
        return self._orders[shop].get(number)

    def orders(self, shop: str) -> list[OrderState]:
        """All visible orders of a shop, by update time, then number."""
        return self._by_updated.get(shop, ([], []))[1]

    def updated(self, shop: str, start: datetime | None = None, end: datetime | None = None) -> list[OrderState]:
        """Orders last updated in [start, end), oldest first, ties by number."""
        return _cut(self._by_updated.get(shop), start, end)

    def placed(self, shop: str, start: datetime | None = None, end: datetime | None = None) -> list[OrderState]:
        """Orders placed in [start, end), oldest first, ties by number."""
        return _cut(self._by_placed.get(shop), start, end)


def _index(states: Iterable[OrderState], instant) -> tuple[list[datetime], list[OrderState]]:
    ordered = sorted(states, key=lambda state: (instant(state), state.order.number))
    return [instant(state) for state in ordered], ordered


def _cut(index, start: datetime | None, end: datetime | None) -> list[OrderState]:
    if index is None:
        return []
    times, states = index
    return states[bisect_left(times, start) if start else 0: bisect_left(times, end) if end else len(states)]
