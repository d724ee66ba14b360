"""Prices of a store: what a buyer pays is the sale price while there is one, else the regular one; only that one is written.

The store takes nearly anything: text that is no number blanks a price, more decimals than the currency has are kept, and a sale price
that is not below the regular one is dropped without a word. So a price is judged before it is sent, and its echo after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from connectors.woocommerce import articles
from connectors.woocommerce.articles import Article
from connectors.woocommerce.store import Store
from connectors.writes import Answer, PriceChange
from transforms.money import exponents

FIELDS = "price,regular_price,sale_price,on_sale"
NOTE = "judged here, because WooCommerce has no trial run"


def push_prices(store: Store, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
    """Each article's prices are read first: an article on sale keeps its regular price, another gets no sale."""
    addressed = [change for change in changes if not articles.refused_here(change)]
    shown = articles.show(store, addressed, FIELDS) if addressed else {}
    currency = _currency(store) if addressed else ""
    refusals = {change.job_id: why for change in changes if (why := _refused_here(change, shown, currency))}
    good = [change for change in changes if change.job_id not in refusals]
    refused = [Answer(job_id, False, why) for job_id, why in refusals.items()]
    if dry_run:
        now = {each.job_id: shown[each.listing_id].get("price") for each in good}
        return refused + [Answer(job_id, True, f"would be sent ({NOTE}; it shows {price} now)") for job_id, price in now.items()]
    return refused + articles.write(store, good, partial(_item, shown), _why_not)


def observe_prices(store: Store, changes: Sequence[PriceChange]) -> dict[str, int | None]:
    good = [change for change in changes if not articles.refused_here(change)]
    shown = articles.show(store, good, FIELDS)
    currency = _currency(store) if good else ""
    return {
        change.job_id: _minor(shown.get(change.listing_id, {}).get("price"), change.currency) if change.currency == currency else None
        for change in changes
    }


def price_text(change: PriceChange) -> str:
    """``12.50``: a text, for a JSON number is refused, with the currency's own decimals."""
    decimals = exponents()[change.currency]
    return f"{Decimal(change.price_minor).scaleb(-decimals):.{decimals}f}"


def _item(shown: Mapping[str, Article], change: PriceChange) -> dict[str, str]:
    field = "sale_price" if _is_on_sale(shown[change.listing_id]) else "regular_price"
    return {field: price_text(change)}


def _is_on_sale(article: Article) -> bool:
    return article.get("on_sale") is True and article.get("sale_price") not in (None, "")


def _refused_here(change: PriceChange, shown: Mapping[str, Article], currency: str) -> str | None:
    if why := articles.refused_here(change):
        return why
    if change.price_minor < 0 or change.currency not in exponents():
        return f"{change.price_minor} {change.currency} is no price; nothing was sent"
    if change.currency != currency:
        return f"the store sells in {currency or 'an untold currency'}, not in {change.currency}; nothing was sent"
    article = shown.get(change.listing_id)
    if article is None:
        return "the store shows no such article; nothing was sent"
    regular = _minor(article.get("regular_price"), currency)
    if _is_on_sale(article) and (regular is None or change.price_minor >= regular):
        return "the article is on sale, and a sale price must stay below the regular one: end the sale first; nothing was sent"
    return None


def _why_not(change: PriceChange, shown: Article) -> str | None:
    return None if _minor(shown.get("price"), change.currency) == change.price_minor else f"the store shows {shown.get('price')!r} instead"


def _minor(text: Any, currency: str) -> int | None:
    """A price in minor units; None where there is none, or it is no whole number of them."""
    try:
        scaled = Decimal(text).scaleb(exponents()[currency]) if isinstance(text, str) and text else None
    except (InvalidOperation, KeyError):
        return None
    return int(scaled) if scaled is not None and scaled.is_finite() and scaled == scaled.to_integral_value() else None


def _currency(store: Store) -> str:
    told = store.get("currency", "/data/currencies/current", note="the store's currency").json
    return str(told.get("code") or "") if isinstance(told, Mapping) else ""
