"""An order as eBay's sellers see it: which are shown at all, how the money stands, what has left; over the world's facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sandbox.ebay import ids
from sandbox.ebay.written import Written
from sandbox.market import House
from sandbox.world.fold import LineState, OrderState


@dataclass(frozen=True)
class Sent:
    """A parcel that left. ``number`` is the fulfilment's, 999 where the seller gave no tracking."""

    number: str
    tracking: str | None
    carrier: str | None
    shipped_at: datetime
    contents: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Refund:
    number: str
    minor: int
    at: datetime


class Seen:
    """One order."""

    def __init__(self, house: House, written: Written, state: OrderState) -> None:
        self.state, self.order, self._house = state, state.order, house
        self._told = written.parcels(state.order.shop, state.order.number)
        self.parcels = [*self._of_world(), *(Sent(each.tracking, each.tracking, each.carrier, each.shipped_at, each.contents)
                                             for each in self._told)]
        self._units: Counter[int] = Counter()
        for parcel in self.parcels:
            self._units.update(dict(parcel.contents))

    @property
    def updated_at(self) -> datetime:
        return max([self.state.updated_at, *(each.told_at for each in self._told)])

    def _of_world(self) -> Iterator[Sent]:
        for seen in self.state.parcels:
            if seen.shipped_at:
                is_numbered = (self.order.number // 7 + seen.parcel.index) % 11 != 0
                number, carrier = (seen.parcel.tracking, _carrier(seen.parcel.carrier)) if is_numbered else (None, None)
                yield Sent(number or "999", number, carrier, seen.shipped_at, seen.parcel.contents)

    def units(self, index: int) -> int:
        """Units of a line that left."""
        return min(self._units[index], self.order.lines[index].quantity)

    def line_fulfilment(self, line: LineState) -> str:
        units = self.units(line.line.index)
        return "FULFILLED" if units == line.line.quantity else "IN_PROGRESS" if units else "NOT_STARTED"

    @property
    def fulfilment(self) -> str:
        """Over the lines that are to be sent."""
        words = {self.line_fulfilment(line) for line in self.state.lines if line.status != "cancelled"} or {"NOT_STARTED"}
        return words.pop() if len(words) == 1 else "IN_PROGRESS"

    def refunds(self, line: LineState) -> list[Refund]:
        """What went back for a line: all of a cancelled one, what was agreed for a returned one."""
        index = line.line.index
        if line.status == "cancelled":
            at = next(event.at for event in self.order.events if event.kind == "cancelled" and event.lines in (None, (index,)))
            number = str(5_100_000_000 + self.order.number % 100_000_000 * 10 + index)
            return [Refund(number, line.total_minor, at)] if self.state.paid_at else []
        horizon = self._house.clock.horizon
        return [
            Refund(ids.return_id(request), request.refund_minor, at)
            for request in self.order.returns if request.line == index and request.kind == "return"
            for at, word in request.steps if word == "refunded" and at < horizon
        ]

    @property
    def payment(self) -> str:
        if self.state.paid_at is None:
            return "PENDING"
        back = sum(refund.minor for line in self.state.lines for refund in self.refunds(line))
        total = sum(line.total_minor for line in self.state.lines)
        return "FULLY_REFUNDED" if back >= total else "PARTIALLY_REFUNDED" if back else "PAID"

    @property
    def cancel(self) -> str:
        return "CANCELED" if self.state.is_cancelled else "NONE_REQUESTED"


def _carrier(name: str) -> str:
    return {"Royal Mail": "RoyalMail", "Evri": "Hermes"}.get(name, name)


def orders(house: House, written: Written, shop: str) -> list[Seen]:
    """Orders that passed checkout: paid, or to be paid by a slow way. Unpaid commitments of other ways are not shown."""
    states = house.snapshot.orders(shop)
    return [Seen(house, written, state) for state in states if state.paid_at or state.order.payment_method == "cod"]


def order(house: House, written: Written, shop: str, order_id: str) -> Seen | None:
    digits = order_id.replace("-", "")
    state = house.snapshot.order(shop, int(digits)) if digits.isdecimal() else None
    is_shown = state is not None and ids.order_id(state.order) == order_id and (state.paid_at or state.order.payment_method == "cod")
    return Seen(house, written, state) if is_shown else None
