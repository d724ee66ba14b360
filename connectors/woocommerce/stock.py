"""Stock of a store: absolute, by batch. There is no compare-and-set: an order placed in the same moment is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.woocommerce import articles
from connectors.woocommerce.articles import Article
from connectors.woocommerce.store import Store
from connectors.writes import Answer, StockChange

FIELDS = "manage_stock,stock_quantity"


def push_stock(store: Store, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
    refusals = {change.job_id: why for change in changes if (why := _refused_here(change))}
    good = [change for change in changes if change.job_id not in refusals]
    refused = [Answer(job_id, False, why) for job_id, why in refusals.items()]
    if dry_run:
        return refused + _judged_here(store, good)
    # manage_stock with it: for an article whose stock is not managed the store takes a quantity, says 200 and forgets it
    return refused + articles.write(store, good, lambda change: {"manage_stock": True, "stock_quantity": change.quantity}, _why_not)


def observe_stock(store: Store, changes: Sequence[StockChange]) -> dict[str, int | None]:
    good = [change for change in changes if not articles.refused_here(change)]
    shown = articles.show(store, good, FIELDS)
    return {change.job_id: quantity(shown.get(change.listing_id)) for change in changes}


def quantity(article: Article | None) -> int | None:
    """Units for sale; None where the article's own stock is not managed. Below zero (backorders) there are none for sale."""
    units: Any = article.get("stock_quantity") if article and article.get("manage_stock") is True else None
    return max(units, 0) if isinstance(units, int) else None


def _refused_here(change: StockChange) -> str | None:
    return f"{change.quantity} is no stock; nothing was sent" if change.quantity < 0 else articles.refused_here(change)


def _why_not(change: StockChange, shown: Article) -> str | None:
    units = quantity(shown)
    return None if units == change.quantity else f"the store answered with {units} instead"


def _judged_here(store: Store, changes: Sequence[StockChange]) -> list[Answer]:
    shown = articles.show(store, changes, FIELDS)
    note = "judged here, because WooCommerce has no trial run"
    return [
        Answer(change.job_id, True, f"would be sent ({note}; it shows {quantity(shown[change.listing_id])} now)")
        if change.listing_id in shown
        else Answer(change.job_id, False, f"the store shows no such article ({note})")
        for change in changes
    ]
