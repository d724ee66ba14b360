"""One seeded world: the same seed, origin, days and orders a day give the same world on every machine, whatever the time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from sandbox.world import fx, goods, money
from sandbox.world.cast import CLIENTS, SHOPS, SITES, TRADER_CLIENT, ZONES
from sandbox.world.deal_state import DealState, deal_at
from sandbox.world.deals import DEAL_PRELUDE, deals_of_day
from sandbox.world.demand import days_between, orders_of_day
from sandbox.world.model import Listing, Order, Posting
from sandbox.world.snapshot import Snapshot
from sandbox.world.trade import Deal

# Orders placed this long before the first instant are made too: some of them still change inside the window.
PRELUDE = timedelta(days=26)

__all__ = ["CLIENTS", "SHOPS", "SITES", "ZONES", "World"]


class World:
    """Facts, grown day by day as the horizon moves.

    Attributes:
        origin: the first horizon; stock levels and listing dates are told relative to it.
        first_at: where the history begins, ``days`` before the origin.
    """

    def __init__(self, seed: int = 1, days: int = 30, orders_per_day: int = 40, *, origin: datetime) -> None:
        self.seed, self.days, self.orders_per_day, self.origin = seed, days, orders_per_day, origin
        self.first_at = origin - timedelta(days=days)
        self.products = goods.products(seed)
        self.listings = goods.listings(seed, self.products, origin)
        self.listing = {(each.shop, each.site, each.sku): each for each in self.listings}
        self._offers: dict[tuple[str, str], list[Listing]] = {}
        for each in self.listings:
            if each.status == "active":
                self._offers.setdefault((each.shop, each.site), []).append(each)
        self._days: dict[date, list[Order]] = {}
        self._postings: dict[date, list[Posting]] = {}
        self._deals: dict[tuple[str, date], list[Deal]] = {}
        self.at = lru_cache(maxsize=4)(self._at)
        self.deals_at = lru_cache(maxsize=64)(self._deals_at)  # a shop, and an evening of its exports, each

    def orders(self, until: datetime) -> list[Order]:
        """Every order that could be placed before ``until``, in order of number; grows the world as far as needed."""
        found: list[Order] = []
        for day in days_between(self.first_at - PRELUDE, until):
            if day not in self._days:
                self._days[day] = orders_of_day(self.seed, day, self.orders_per_day, self._offers)
                self._postings[day] = [posting for order in self._days[day] for posting in money.postings_of(order)]
            found += self._days[day]
        return found

    def deals(self, shop: str, until: datetime) -> list[Deal]:
        """Every deal of a B2B shop (``TRADERS``) that could begin before ``until``, in order of number."""
        found: list[Deal] = []
        for day in days_between(self.first_at - DEAL_PRELUDE, until):
            if (shop, day) not in self._deals:
                self._deals[shop, day] = deals_of_day(self.seed, day, shop, self.products[TRADER_CLIENT])
            found += self._deals[shop, day]
        return found

    def _deals_at(self, shop: str, instant: datetime) -> list[DealState]:
        """A shop's deals as visible just before ``instant``, in order of number; those long over are among them."""
        states = (deal_at(deal, instant) for deal in self.deals(shop, instant))
        return [state for state in states if state is not None]

    def _at(self, instant: datetime) -> Snapshot:
        """What is visible just before ``instant`` (the last few are remembered)."""
        orders = self.orders(instant)
        postings = [posting for day in days_between(self.first_at - PRELUDE, instant) for posting in self._postings[day]]
        postings += money.standing_charges(self.seed, self.first_at - PRELUDE, instant)
        booked = [posting for posting in postings if posting.at < instant]
        return Snapshot(instant, self.first_at, orders, booked, money.payouts(booked, self.seed, instant))

    def fx_rates(self, horizon: datetime) -> list[dict[str, str]]:
        """Published rates up to the horizon, from six weeks before the history begins."""
        return fx.rates(self.seed, (self.first_at - timedelta(days=42)).date(), horizon)

    def listings_of(self, shop: str, site: str | None = None) -> list[Listing]:
        return [each for each in self.listings if each.shop == shop and site in (None, each.site)]
