"""Weekly metrics as the template shows them: every value already a text of the reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context
from pathlib import Path
from typing import Any

from reports import by_hand, completeness, wording
from reports import restated as changes
from reports.by_hand import HandFed
from reports.chart import chart
from reports.completeness import Completeness
from reports.facts import Brand
from reports.language import Language, shortened
from transforms.metrics import Figures, RateUsed, Restated, ShopFacts, ShopWeek, TradeWeek, WeeklyMetrics, change

TEMPLATES = Path(__file__).parent / "templates"
TITLE_COLUMNS = 60
MOST_PRODUCTS = MOST_STOCKS = 10
MARKETPLACES = {
    "amazon": "Amazon", "lazada": "Lazada", "ebay": "eBay", "etsy": "Etsy", "aliexpress": "AliExpress", "shopify": "Shopify",
    "woocommerce": "WooCommerce", "paypal": "PayPal", "alibaba": "Alibaba.com", "globalsources": "Global Sources",
}  # fmt: skip


def view(
    metrics: WeeklyMetrics, brand: Brand, complete: Completeness, labels: Mapping[str, str], speak: Language, restated: Restated,
    hand_fed: Sequence[HandFed] = (), trade: TradeWeek | None = None,
) -> dict[str, Any]:
    """All but the trade's own lines, which ``reports.trade.lead`` puts at the head; ``labels``: of every shop and account."""
    fed = {shop.shop: f"{_label(shop.marketplace, shop.sites, speak)} · {shop.shop}" for shop in hand_fed}
    comparable, changed = complete.is_comparable, [said for said in [changes.story(restated, speak)] if said]
    story = [*wording.story(metrics, speak, labels, comparable=comparable), *changed]
    return {
        "brand": brand.name,
        "logo": brand.logo_text or brand.name,
        "period": speak.days(metrics.period_start, metrics.last_day),
        "zone": speak.zone(metrics.zone),
        "currency": speak.currency(metrics.currency),
        "headline": wording.headline(metrics, speak, comparable=comparable),
        "story": story,
        "paragraphs": [story],
        "restatement": changed,
        "trade": None,
        "is_retail": bool(metrics.shops) or trade is None,
        "warning": completeness.warning(complete, labels, speak),
        "figures": key_figures(metrics, speak, comparable=comparable),
        "chart": chart(metrics.days, metrics.currency, speak) if any(day.net_sales_minor for day in metrics.days) else None,
        "shops": [shop_row(shop, metrics.currency, labels, speak, comparable=comparable) for shop in metrics.shops],
        "total": total_row(metrics, speak, comparable=comparable),
        "products": products(metrics, labels, speak),
        "stocks": stocks(metrics, labels, speak, trade.accounts if trade else ()),
        "stocks_left_out": max(len(metrics.stock_to_watch) - MOST_STOCKS, 0),
        "refunds": refunds(metrics, speak, restated, comparable=comparable),
        "restated": changes.view(restated, labels, speak),
        "notes": money_notes(metrics, speak, trade.unconverted if trade else ()),
        "completeness": [*completeness.rows(complete, labels, metrics.zone, speak), *by_hand.rows(hand_fed, fed, metrics.zone, speak)],
        "is_complete": complete.is_complete,
        "rates": rates([*metrics.rates, *(trade.rates if trade else ())], speak),
    }


def shop_labels(shops: tuple[ShopWeek, ...], speak: Language) -> dict[str, str]:
    """What the owner calls a shop, ``Amazon (Germany, France)``; its own name follows where two would look alike.

    A shop that the client's file no longer names has nothing but its name.
    """
    return _told_apart({shop.shop: _label(shop.marketplace, shop.sites, speak) if shop.sites else shop.shop for shop in shops})


def shop_names(shops: Iterable[ShopFacts], speak: Language) -> dict[str, str]:
    """The same for shops that need not have sold anything."""
    return _told_apart({shop.name: _label(shop.marketplace, shop.sites, speak) for shop in shops})


def _told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    counts = Counter(labels.values())
    return {name: label if counts[label] == 1 else f"{label} · {name}" for name, label in labels.items()}


def _label(marketplace: str, sites: tuple[str, ...], speak: Language) -> str:
    places = speak.say(", ").join(speak.country(site) for site in sites)
    return speak.say("%(marketplace)s (%(places)s)", marketplace=MARKETPLACES.get(marketplace, marketplace.title()), places=places)


def key_figures(metrics: WeeklyMetrics, speak: Language, *, comparable: bool) -> list[dict[str, Any]]:
    """Net sales first; each with the change against the week before. More refunds are no good news."""
    now, before, currency = metrics.total, metrics.total_before, metrics.currency

    def money(minor: int | None) -> str:
        return "–" if minor is None else speak.money(minor, currency)

    def exact(minor: int | None) -> str:
        return "–" if minor is None else speak.money(minor, currency, exact=True)

    figures = [
        (speak.say("Net sales"), now.converted.net_sales_minor, before.converted.net_sales_minor, money, 1),
        (speak.say("Orders"), now.orders, before.orders, speak.number, 1),
        (speak.say("Units sold"), now.units, before.units, speak.number, 1),
        (speak.say("Average order"), now.converted.average_order_minor, before.converted.average_order_minor, exact, 1),
        (speak.say("Refunds"), now.converted.refunds_minor, before.converted.refunds_minor, money, -1),
    ]
    return [
        {"label": label, "value": write(value), **compared(value, then, good, speak, comparable=comparable),
         "before": write(then) if comparable and then is not None else None, "note": ""}
        for label, value, then, write, good in figures
    ]


def compared(now: int | None, before: int | None, good: int, speak: Language, *, comparable: bool) -> dict[str, str | None]:
    """``change`` as text with its arrow (None: nothing to compare with) and ``tone``: up, down or flat, as the owner feels it."""
    moved = change(now, before) if comparable and (before or 0) > 0 else None
    if moved is None:
        return {"change": None, "tone": "flat"}
    if round(abs(moved), 3) == 0:
        return {"change": speak.say("unchanged"), "tone": "flat"}
    arrow = "▲" if moved > 0 else "▼"
    return {"change": f"{arrow}\xa0{speak.percent(abs(moved))}", "tone": "up" if moved * good > 0 else "down"}


def shop_row(shop: ShopWeek, currency: str, labels: Mapping[str, str], speak: Language, *, comparable: bool) -> dict[str, Any]:
    """Net sales once in each currency it sold in, and converted; the currencies stand apart."""
    converted, before = shop.this.converted.net_sales_minor, shop.before.converted.net_sales_minor
    has_sales = bool(shop.this.orders or shop.this.own)
    return {
        "label": labels[shop.shop],
        "counts": _counts(shop.this, speak) if has_sales else speak.say("no orders this week"),
        "own": [_breakable(speak.money(one.net_sales_minor, one.currency, exact=True)) for one in shop.this.own] if has_sales else [],
        "converted": speak.money(converted, currency) if has_sales else "–",
        **compared(converted, before, 1, speak, comparable=comparable),
    }


def _breakable(amount: str) -> str:
    """May go on the next line after its currency's code, so that billions of rupiah fit a telephone."""
    return amount.replace("\xa0", " ")


def total_row(metrics: WeeklyMetrics, speak: Language, *, comparable: bool) -> dict[str, Any]:
    now, before = metrics.total.converted.net_sales_minor, metrics.total_before.converted.net_sales_minor
    return {
        "counts": _counts(metrics.total, speak),
        "converted": speak.money(now, metrics.currency),
        **compared(now, before, 1, speak, comparable=comparable),
    }


def _counts(figures: Figures, speak: Language) -> str:
    orders = speak.say_n("%(n)s order", "%(n)s orders", figures.orders)
    return f"{orders} · {speak.say_n('%(n)s unit', '%(n)s units', figures.units)}"


def products(metrics: WeeklyMetrics, labels: Mapping[str, str], speak: Language) -> list[dict[str, Any]]:
    return [
        {
            "title": shortened(product.title or product.sku, TITLE_COLUMNS),
            "sku": product.sku,
            "shops": speak.listing([labels.get(shop, shop) for shop in product.shops]),
            "units": speak.number(product.units),
            "sold": speak.say_n("%(n)s unit", "%(n)s units", product.units),
            "sales": "–" if product.sales_minor is None else speak.money(product.sales_minor, metrics.currency),
        }
        for product in metrics.top_products[:MOST_PRODUCTS]
    ]


def stocks(
    metrics: WeeklyMetrics, labels: Mapping[str, str], speak: Language, traded: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """``traded``: accounts that sell by contracts; orders say nothing of the pace there."""
    return [
        {
            "title": shortened(watch.title or watch.sku, TITLE_COLUMNS),
            "sku": watch.sku,
            "shop": labels.get(watch.shop, watch.shop),
            "standing": wording.standing(watch, speak),
            "is_out": watch.sellable_quantity <= 0,
            "sold": "" if watch.shop in traded else speak.say_n("%(n)s sold in 28 days", "%(n)s sold in 28 days", watch.units_28d),
            "advice": speak.say("Restock it or take the listing down.") if watch.shop in traded else wording.advice(watch, speak),
        }
        for watch in metrics.stock_to_watch[:MOST_STOCKS]
    ]


def refunds(metrics: WeeklyMetrics, speak: Language, restated: Restated, *, comparable: bool) -> str:
    """Refunds, their share of sales, the week before, what is still open, and what was given back since for earlier weeks."""
    now, before = metrics.total.converted, metrics.total_before.converted
    if not now.refunds_minor:
        said = speak.say("Nothing was refunded for returns requested this week.")
    else:
        amount, sold = speak.money(now.refunds_minor, metrics.currency), now.gross_minor - now.discounts_minor
        if sold > 0:
            share = speak.percent(now.refunds_minor / sold)
            said = speak.say("Refunds on returns requested this week: %(amount)s, %(share)s of sales.", amount=amount, share=share)
        else:
            said = speak.say("Refunds on returns requested this week: %(amount)s.", amount=amount)
    sentences = [said]
    if comparable:
        sentences.append(speak.say("The week before: %(amount)s.", amount=speak.money(before.refunds_minor, metrics.currency)))
    if metrics.unsettled_returns:
        sentences.append(speak.say_n(
            "%(n)s return of this week is not settled yet; a refund would show in a later report as a change to this week.",
            "%(n)s returns of this week are not settled yet; refunds would show in a later report as changes to this week.",
            metrics.unsettled_returns,
        ))
    since = changes.refunded_since(restated)
    if since:
        amounts = speak.listing([speak.money(minor, code, exact=True) for code, minor in since.items()])
        sentences.append(speak.say(
            "Besides, refunds of %(amounts)s were completed since for returns of earlier weeks; see “Changes to earlier weeks”.",
            amounts=amounts,
        ))
    if metrics.total.cancelled:
        sentences.append(speak.say_n(
            "%(n)s order of this week was cancelled and is in none of the figures.",
            "%(n)s orders of this week were cancelled and are in none of the figures.",
            metrics.total.cancelled,
        ))
    return speak.gap.join(sentences)


def money_notes(metrics: WeeklyMetrics, speak: Language, of_trade: Sequence[str] = ()) -> list[str]:
    """What the sums leave out, said plainly; ``of_trade``: currencies its sums leave out."""
    notes, waiting = [], metrics.total.orders_without_money
    if waiting:
        notes.append(speak.say_n(
            "%(n)s order shows no amount yet (payment not secured): it counts as an order, not in sales.",
            "%(n)s orders show no amount yet (payment not secured): they count as orders, not in sales.", waiting,
        ))
    if unconverted := sorted({*metrics.total.unconverted, *of_trade}):
        currencies = speak.listing([speak.currency(code) for code in unconverted])
        said = speak.say("No exchange rate was published for %(currencies)s: it is left out of converted sums.", currencies=currencies)
        notes.append(said)
    return notes


def rates(told: Iterable[RateUsed], speak: Language) -> dict[str, Any] | None:
    """The footnote: newest rate of each currency, all days used, and who published them; None when nothing was converted."""
    used = [rate for rate in told if rate.currency != rate.target]
    if not used:
        return None
    newest: dict[str, RateUsed] = {}
    for rate in sorted(used, key=lambda one: (one.currency, one.rate_date)):
        newest[rate.currency] = rate
    days = sorted({rate.rate_date for rate in used})
    return {
        "sources": speak.listing([_publisher(name, speak) for name in sorted({one for rate in used for one in rate.source.split("+")})]),
        "days": speak.days(days[0], days[-1]) if len(days) > 1 else speak.day_long(days[0]),
        "newest_day": speak.day_short_in_words(max(rate.rate_date for rate in newest.values())),
        "newest": [_rate(rate, days[-1], speak) for rate in newest.values()],
    }


def _publisher(source: str, speak: Language) -> str:
    return speak.say("European Central Bank") if source == "ECB" else source


def _rate(rate: RateUsed, newest_day: str, speak: Language) -> str:
    """With its own day where that is not the newest of all."""
    said = f"1 {rate.currency} = {_short(rate.rate)} {rate.target}"
    day = "" if rate.rate_date == newest_day else speak.say(" (%(day)s)", day=speak.day_short_in_words(rate.rate_date))
    return said + day


def _short(rate: str) -> str:
    """Six digits that count; the data beside the report keeps them all."""
    return format(Context(prec=6).create_decimal(rate).normalize(), "f")
