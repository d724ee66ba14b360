"""A shop's facts as this marketplace counts them: orders with their returns, goods with their stock, money."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sandbox.market import House
from sandbox.paypal_ids import capture_id
from sandbox.shopify import ids
from sandbox.shopify.told import Told
from sandbox.shopify.view import OrderView, view
from sandbox.world import SHOPS
from sandbox.world.fold import order_at
from sandbox.world.model import Listing, Payout, Posting

WITHOUT_PAYMENTS = ("teahaus_shopify",)  # settles through a gateway of its own
SHOWROOM_UNITS = 2


@dataclass(frozen=True)
class Tender:
    """Money that moved between a buyer and the shop, whatever the gateway."""

    number: int
    seen: OrderView
    at: datetime
    amount_minor: int
    method: str
    reference: str | None


class Shelf:
    """One shop at the house's horizon, counted anew when the horizon moves or something is written."""

    def __init__(self, house: House, told: Told, shop: str) -> None:
        self.house, self.told, self.shop = house, told, shop
        self._orders: dict[int, OrderView] = {}
        self._counted_at: tuple[datetime, int] | None = None
        self.changes = 0

    @property
    def site(self) -> str:
        return SHOPS[self.shop].sites[0]

    @property
    def currency(self) -> str:
        return ids.currency(self.site)

    @property
    def has_payments(self) -> bool:
        return self.shop not in WITHOUT_PAYMENTS

    def orders(self) -> dict[int, OrderView]:
        """Order number → view, of every order that changed inside the history (a return counts as a change)."""
        snapshot = self.house.snapshot
        if self._counted_at != (snapshot.at, self.changes):
            requests = defaultdict(list)
            for seen in snapshot.returns[self.shop]:
                requests[seen.order.number].append(seen)
            states = {state.order.number: state for state in snapshot.orders(self.shop)}
            for number, seen in requests.items():
                if number not in states:
                    states[number] = order_at(seen[0].order, snapshot.at)
            views = (view(state, requests[number], self.told.parcels(state.order), snapshot.at) for number, state in states.items())
            self._orders = {seen.order.number: seen for seen in views}
            self._counted_at = (snapshot.at, self.changes)
        return self._orders

    def listings(self) -> list[Listing]:
        """What the catalogue holds; a deleted product is nowhere."""
        known = [listing for listing in self.house.world.listings_of(self.shop) if listing.status != "deleted"]
        return [*known, *self.told.made(self.shop)]

    def committed(self) -> Counter[str]:
        """Units by SKU that are ordered and not gone."""
        found: Counter[str] = Counter()
        for seen in self.orders().values():
            if not seen.cancelled_at:
                for line in seen.order.lines:
                    waiting = line.quantity - seen.removed.get(line.index, 0) - seen.left(line.index)
                    found[line.listing.sku] += max(waiting, 0)
        return found

    def levels(self, listing: Listing) -> dict[str, int]:
        """Sellable units by place; a few articles have some in the showroom."""
        total = self.house.stock.quantity(self.shop, listing.site, listing.sku)
        if listing.product.number % 6:
            return {"Warehouse": total}
        shown = min(total, SHOWROOM_UNITS)
        return {"Warehouse": total - shown, "Showroom": shown}

    def tenders(self) -> list[Tender]:
        """Payments and refunds inside the history, oldest first."""
        first, found = self.house.snapshot.first_at, []
        for seen in self.orders().values():
            order = seen.order
            method = {"card": "credit_card", "wallet": "paypal", "cod": "cash"}[order.payment_method]
            if seen.state.paid_at:
                reference = capture_id(self.house.seed, order) if method == "paypal" else _reference(method, order.number)
                found.append(Tender(order.number * 10, seen, seen.state.paid_at, seen.total_minor, method, reference))
            for place, refund in enumerate(seen.refunds, 1):
                reference = _reference(method, order.number * 10 + place)
                found.append(Tender(refund.number - 8_000_000_000_000 + 3, seen, refund.at, -refund.total_minor, method, reference))
        return sorted((each for each in found if each.at >= first and each.amount_minor), key=lambda each: (each.at, each.number))

    def postings(self) -> list[Posting]:
        return self.house.snapshot.postings[self.shop] if self.has_payments else []

    def payouts(self) -> list[Payout]:
        return [each for each in self.house.snapshot.payouts[self.shop] if each.amount_minor > 0] if self.has_payments else []

    def payout_status(self, payout: Payout) -> str:
        horizon = self.house.clock.horizon
        if payout.paid_at < horizon:
            return "FAILED" if payout.fails else "PAID"
        return "IN_TRANSIT" if (payout.paid_at - horizon).total_seconds() < 86400 else "SCHEDULED"

    def disputes(self) -> list[OrderView]:
        found = [seen for seen in self.orders().values() if seen.dispute] if self.has_payments else []
        return sorted(found, key=lambda seen: (seen.dispute.at, seen.dispute.number))


def _reference(method: str, number: int) -> str | None:
    """The gateway's own number of it; cash has none."""
    return None if method == "cash" else f"{'PP' if method == 'paypal' else 'ch'}_{number:x}"


def fee_of(posting: Posting) -> int:
    """What Shopify kept of a booking, positive; a refund gives some of it back."""
    return -sum(value for name, value in posting.amounts if name == "commission")


def gross_of(posting: Posting) -> int:
    return sum(value for name, value in posting.amounts if name != "commission")
