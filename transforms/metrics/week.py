"""``weekly``: one client, one period, from canonical frames to the figures a report shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from transforms.metrics.facts import (
    FIGURES_NEED,
    UNSETTLED,
    Converter,
    DayCount,
    DaySum,
    converted_sums,
    dated_orders,
    dated_refunds,
    day_counts,
    day_sums,
    own_frames,
    sold_lines,
)
from transforms.metrics.goods import VELOCITY_DAYS, stock_to_watch, top_products
from transforms.metrics.shapes import ClientFacts, Day, Figures, Money, Period, ShopFacts, ShopWeek, WeeklyMetrics
from transforms.sites import zone_dates


def weekly(client: ClientFacts, frames: Mapping[str, pd.DataFrame], period: Period) -> WeeklyMetrics:
    """Compute a client's metrics (definitions: ``transforms.metrics``).

    Args:
        frames: rows of ``orders``, ``order_lines``, ``returns``, ``inventory``, ``listings`` of this client and of
            ``fx_rates``; other frames are ignored. Orders must reach back two periods and 28 days before the period's
            end, counted in the client's zone; older rows may be there.
    Raises:
        SchemaError: a frame is missing or holds another client's rows.
    """
    own = own_frames(client, frames)
    before = Period(period.start - (period.end - period.start), period.start)
    orders = dated_orders(own["orders"], client.zone)
    lines = sold_lines(orders, own["order_lines"])
    both = Period(before.start, period.end)
    in_both, lines_in_both = _within(orders, both), _within(lines, both)
    sums = day_sums(in_both, lines_in_both, _within(dated_refunds(own["returns"], client.zone), both))
    convert = Converter(own["fx_rates"], client.currency, {(currency, day) for _, day, currency in sums})
    money, counts = converted_sums(sums, convert), day_counts(in_both, lines_in_both)
    scope = Scope(money, counts, client.currency, convert.unconverted, period, before)
    recent = lines[lines["day"] >= period.end - timedelta(days=VELOCITY_DAYS)]
    top = top_products(_within(lines, period), convert)
    return WeeklyMetrics(
        client=client.client, currency=client.currency, zone=client.zone, period_start=period.start.isoformat(),
        period_end=period.end.isoformat(), last_day=(period.end - timedelta(days=1)).isoformat(),
        total=scope.figures(period), total_before=scope.figures(before), days=scope.days(),
        shops=tuple(_shop_week(shop, scope) for shop in (*client.shops, *_left(client, scope))), top_products=top,
        stock_to_watch=stock_to_watch(own["inventory"], own["listings"], recent, period), rates=convert.used(),
        data_until=_newest(own["orders"]), unsettled_returns=_unsettled(own["returns"], client.zone, period),
    )


def shop_figures(client: ClientFacts, frames: Mapping[str, pd.DataFrame], period: Period) -> dict[str, Figures]:
    """One period's figures by shop, as ``weekly`` gives them: the client's shops, and any other that has rows.

    A currency that lacks a rate is left out of this period's converted sums only; ``weekly`` leaves it out of both its weeks.

    Args:
        frames: rows of ``orders``, ``order_lines``, ``returns`` that cover the period, and ``fx_rates``.
    Raises:
        SchemaError: a frame is missing or holds another client's rows.
    """
    own = own_frames(client, frames, FIGURES_NEED)
    orders = _within(dated_orders(own["orders"], client.zone), period)
    lines = sold_lines(orders, own["order_lines"])
    sums = day_sums(orders, lines, _within(dated_refunds(own["returns"], client.zone), period))
    convert = Converter(own["fx_rates"], client.currency, {(currency, day) for _, day, currency in sums})
    scope = Scope(converted_sums(sums, convert), day_counts(orders, lines), client.currency, convert.unconverted, period, period)
    names = [shop.name for shop in (*client.shops, *_left(client, scope))]
    return {name: scope.of_shop(name).figures(period) for name in names}


def _left(client: ClientFacts, scope: Scope) -> list[ShopFacts]:
    """Shops with rows that the client's file no longer names: left out, the shops would not add up to the total."""
    names = {one.shop for one in (*scope.money, *scope.counts)} - {shop.name for shop in client.shops}
    return [ShopFacts(name, "", ()) for name in sorted(names)]


def _unsettled(returns: pd.DataFrame, zone: str, period: Period) -> int:
    is_asked = returns["status"].isin(UNSETTLED) & (returns["kind"] != "cancel").fillna(False)
    asked = returns.loc[is_asked, ["return_id", "requested_at"]]
    return len(_within(asked.assign(day=zone_dates(asked["requested_at"], zone)), period)["return_id"].unique())


class Scope:
    """Day sums and counts of one shop or of all, and the figures over them."""

    def __init__(
        self, money: Sequence[DaySum], counts: Sequence[DayCount], currency: str, unconverted: frozenset[str], this: Period, before: Period,
    ) -> None:
        self.money, self.counts, self.currency, self.unconverted = money, counts, currency, unconverted
        self.this, self.before = this, before

    def of_shop(self, name: str) -> Scope:
        money, counts = ([one for one in rows if one.shop == name] for rows in (self.money, self.counts))
        return Scope(money, counts, self.currency, self.unconverted, self.this, self.before)

    def figures(self, period: Period) -> Figures:
        money = [one for one in self.money if period.start <= one.day < period.end]
        counts = [one for one in self.counts if period.start <= one.day < period.end]
        codes = sorted({one.currency for one in money})
        return Figures(
            orders=sum(one.orders for one in counts), cancelled=sum(one.cancelled for one in counts),
            units=sum(one.units for one in counts), orders_without_money=sum(one.without_money for one in counts),
            own=tuple(_money(code, [one for one in money if one.currency == code], "") for code in codes),
            converted=_money(self.currency, [one for one in money if one.currency not in self.unconverted], "_converted"),
            unconverted=tuple(code for code in codes if code in self.unconverted),
        )

    def days(self) -> tuple[Day, ...]:
        length = (self.this.end - self.this.start).days
        return tuple(self._day(self.this.start + timedelta(days=n)) for n in range(length))

    def _day(self, day: date) -> Day:
        figures = self.figures(Period(day, day + timedelta(days=1)))
        return Day(day.isoformat(), figures.orders, figures.units, figures.converted.net_sales_minor)


def _money(currency: str, rows: list[DaySum], suffix: str) -> Money:
    gross, discounts, refunds = (sum(getattr(one, name + suffix) for one in rows) for name in ("gross", "discounts", "refunds"))
    orders = sum(one.paying_orders for one in rows)
    average = round(Fraction(gross - discounts, orders)) if orders else None  # Fraction rounds half to even, exactly
    return Money(currency, gross, discounts, refunds, gross - discounts - refunds, average)


def _shop_week(shop, scope: Scope) -> ShopWeek:
    own = scope.of_shop(shop.name)
    return ShopWeek(
        shop=shop.name, marketplace=shop.marketplace, sites=shop.sites, this=own.figures(scope.this), before=own.figures(scope.before),
        days=own.days(),
    )


def _within(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    if not len(frame):
        return frame
    return frame[((frame["day"] >= period.start) & (frame["day"] < period.end)).fillna(False).astype(bool)]


def _newest(orders: pd.DataFrame) -> str | None:
    newest = orders["source_updated_at"].max() if len(orders) else None
    return None if newest is None or pd.isna(newest) else newest.isoformat()
