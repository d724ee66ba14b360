"""What the weekly metrics hand to a report: plain frozen dataclasses, JSON-able with ``as_plain``.

Every amount is an integer in minor units of the currency that stands beside it; days are ISO texts
(``2026-11-09``) in the client's zone. Definitions of the figures: ``transforms/metrics/__init__.py``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Period:
    """Calendar days [start, end) in the client's zone."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a period needs start < end, not [{self.start}, {self.end})")


@dataclass(frozen=True)
class ShopFacts:
    """A shop that must appear in the metrics even if it sold nothing."""

    name: str
    marketplace: str
    sites: tuple[str, ...]


@dataclass(frozen=True)
class ClientFacts:
    """Whose metrics they are: ``currency`` (ISO 4217) and ``zone`` (IANA) are the client's own."""

    client: str
    currency: str
    zone: str
    shops: tuple[ShopFacts, ...]


@dataclass(frozen=True)
class Money:
    """The money of one scope in one currency; currencies are never added together.

    Attributes:
        average_order_minor: (gross - discounts) over the orders that show money; None when there are none.
    """

    currency: str
    gross_minor: int
    discounts_minor: int
    refunds_minor: int
    net_sales_minor: int
    average_order_minor: int | None


@dataclass(frozen=True)
class Figures:
    """One scope (a shop, or all shops) over one period.

    Attributes:
        orders: placed in the period and not cancelled.
        cancelled: placed in the period and cancelled since.
        orders_without_money: of ``orders``, those the marketplace shows no money of yet.
        own: the money in the currencies it was sold in, one entry a currency, by code.
        converted: the same in the client's currency; it leaves out ``unconverted``.
        unconverted: currencies for which no rate was published near a day they were needed.
    """

    orders: int
    cancelled: int
    units: int
    orders_without_money: int
    own: tuple[Money, ...]
    converted: Money
    unconverted: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """One calendar day of one scope; ``net_sales_minor`` in the client's currency (without what has no rate)."""

    day: str
    orders: int
    units: int
    net_sales_minor: int


@dataclass(frozen=True)
class ShopWeek:
    """One shop: the period, the period of the same length before it, and day by day (every day has an entry)."""

    shop: str
    marketplace: str
    sites: tuple[str, ...]
    this: Figures
    before: Figures
    days: tuple[Day, ...]


@dataclass(frozen=True)
class TopProduct:
    """One SKU over all shops: units and goods after discounts, in the client's currency (None: no rate at all)."""

    sku: str
    title: str | None
    units: int
    sales_minor: int | None
    shops: tuple[str, ...]


@dataclass(frozen=True)
class StockWatch:
    """A stock that is or soon will be gone.

    Attributes:
        sites: the sites this stock serves (one, except for a marketplace's own network).
        units_28d: units ordered from it in the 28 days up to the period's end.
        days_of_cover: sellable over daily velocity; None when nothing was sold in 28 days.
        reason: ``out_of_stock`` or ``low_cover``.
    """

    shop: str
    sites: tuple[str, ...]
    sku: str
    title: str | None
    fulfilled_by: str
    sellable_quantity: int
    units_28d: int
    days_of_cover: float | None
    reason: str


@dataclass(frozen=True)
class RateUsed:
    """A rate that stands behind converted amounts: ``rate`` as decimal text, units of ``target`` for one ``currency``."""

    currency: str
    target: str
    rate_date: str
    source: str
    rate: str


@dataclass(frozen=True)
class WeeklyMetrics:
    """All a weekly report says about one client.

    Attributes:
        last_day: the period's last day (``period_end`` is the day after it).
        total, total_before: over all shops; ``own`` has one entry a currency.
        days: day by day over all shops.
        rates: every rate used for the period and the one before, by currency and date.
        data_until: newest ``source_updated_at`` among the orders, ISO instant, UTC; None without orders.
        unsettled_returns: returns requested in the period of which it is not decided yet whether they are refunded.
    """

    client: str
    currency: str
    zone: str
    period_start: str
    period_end: str
    last_day: str
    total: Figures
    total_before: Figures
    days: tuple[Day, ...]
    shops: tuple[ShopWeek, ...]
    top_products: tuple[TopProduct, ...]
    stock_to_watch: tuple[StockWatch, ...]
    rates: tuple[RateUsed, ...]
    data_until: str | None
    unsettled_returns: int = 0

    def as_plain(self) -> dict[str, Any]:
        """Dicts, tuples, texts and numbers only: ready for ``json.dumps``."""
        return asdict(self)


def change(now: int | None, before: int | None) -> float | None:
    """Relative change (0.25 is a quarter more); None where there is nothing to compare with."""
    return None if now is None or not before else (now - before) / abs(before)
