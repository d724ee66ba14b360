"""The sentences of the weekly report: what happened, and what to do. Each is said in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from reports.language import Language, round_up
from transforms.metrics import Day, ShopWeek, StockWatch, WeeklyMetrics, change

STEADY = 0.01  # a change a boss would call none
COVER_DAYS = 30  # stock advice brings an article back to this many days


def headline(metrics: WeeklyMetrics, speak: Language, *, comparable: bool) -> str:
    """One short sentence: net sales, and how they moved against the week before."""
    now, before = metrics.total.converted.net_sales_minor, metrics.total_before.converted.net_sales_minor
    amount = speak.money(now, metrics.currency)
    if now < 0:
        return speak.say("Refunds were higher than sales: net sales came to %(amount)s", amount=amount)
    if not metrics.total.orders:
        return speak.say("No orders this week")
    moved = change(now, before) if comparable and before > 0 else None
    if moved is None:
        return speak.say("Net sales were %(amount)s", amount=amount)
    if abs(moved) < STEADY:
        return speak.say("Net sales held steady at %(amount)s", amount=amount)
    share = speak.percent(abs(moved))
    if moved > 0:
        return speak.say("Net sales rose %(share)s to %(amount)s", share=share, amount=amount)
    return speak.say("Net sales fell %(share)s to %(amount)s", share=share, amount=amount)


def story(metrics: WeeklyMetrics, speak: Language, labels: Mapping[str, str], *, comparable: bool) -> list[str]:
    """Two to four sentences under the headline."""
    return [
        sentence
        for sentence in (
            _counts(metrics, speak, comparable=comparable),
            _mover(metrics, speak, labels) if comparable else None,
            _best_day(metrics.days, metrics.currency, speak),
        )
        if sentence
    ]


def _counts(metrics: WeeklyMetrics, speak: Language, *, comparable: bool) -> str:
    now, before = metrics.total, metrics.total_before
    orders = speak.say_n("%(n)s order", "%(n)s orders", now.orders)
    units = speak.say_n("%(n)s unit", "%(n)s units", now.units)
    if not comparable:
        return speak.say("%(orders)s with %(units)s; there is no full week before to compare with.", orders=orders, units=units)
    if not before.orders:
        return speak.say("%(orders)s with %(units)s; the week before had no orders.", orders=orders, units=units)
    return speak.say(
        "%(orders)s with %(units)s, after %(orders_before)s with %(units_before)s the week before.",
        orders=orders, units=units, orders_before=speak.say_n("%(n)s order", "%(n)s orders", before.orders),
        units_before=speak.say_n("%(n)s unit", "%(n)s units", before.units),
    )


def _mover(metrics: WeeklyMetrics, speak: Language, labels: Mapping[str, str]) -> str | None:
    """The shop that moved the total most, if it moved it the way it went."""
    total = metrics.total.converted.net_sales_minor - metrics.total_before.converted.net_sales_minor
    if len(metrics.shops) < 2 or not total or not metrics.total_before.orders:
        return None
    shop = max(metrics.shops, key=lambda one: _moved(one) * (1 if total > 0 else -1))
    if _moved(shop) * total <= 0:
        return None
    amount = speak.money(abs(_moved(shop)), metrics.currency)
    if total > 0:
        return speak.say("The largest gain came from %(shop)s: %(amount)s more.", shop=labels[shop.shop], amount=amount)
    return speak.say("The largest drop came from %(shop)s: %(amount)s less.", shop=labels[shop.shop], amount=amount)


def _moved(shop: ShopWeek) -> int:
    return shop.this.converted.net_sales_minor - shop.before.converted.net_sales_minor


def _best_day(days: tuple[Day, ...], currency: str, speak: Language) -> str | None:
    best = max(days, key=lambda day: day.net_sales_minor, default=None)
    if best is None or best.net_sales_minor <= 0:
        return None
    return speak.say("Best day: %(day)s with %(amount)s.", day=speak.day(best.day), amount=speak.money(best.net_sales_minor, currency))


def advice(watch: StockWatch, speak: Language) -> str:
    """What to do about one stock, with a quantity where the pace of sales gives one."""
    if not watch.units_28d:
        return speak.say("Nothing sold in 28 days: restock it or take the listing down.")
    wanted = round_up(max(watch.units_28d * COVER_DAYS / 28 - watch.sellable_quantity, 1))
    units = speak.say_n("%(n)s unit", "%(n)s units", wanted)
    if watch.fulfilled_by == "marketplace":
        return speak.say("Send about %(units)s to the marketplace's warehouse (for %(days)s days).", units=units, days=COVER_DAYS)
    return speak.say("Reorder about %(units)s (for %(days)s days).", units=units, days=COVER_DAYS)


def standing(watch: StockWatch, speak: Language) -> str:
    """How the stock stands: sold out, or for how long it lasts."""
    if watch.reason == "out_of_stock" or watch.sellable_quantity <= 0:
        return speak.say("Sold out")
    left = speak.say_n("%(n)s unit left", "%(n)s units left", watch.sellable_quantity)
    if watch.days_of_cover is None:
        return left
    days = max(int(watch.days_of_cover), 0)
    if not days:
        return speak.say("%(left)s, for less than a day", left=left)
    return speak.say_n("%(left)s, for about %(n)s day", "%(left)s, for about %(n)s days", days, left=left)
