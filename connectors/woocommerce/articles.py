"""Articles to be changed or looked at: found as products or variations, written in batches of which every item has its own answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import unescape
from itertools import groupby
from typing import Any, TypeVar

from connectors.redaction import shorten
from connectors.woocommerce import lists
from connectors.woocommerce.store import Store
from connectors.writes import Answer, PriceChange, StockChange

Change = TypeVar("Change", StockChange, PriceChange)
Article = Mapping[str, Any]
Taken = Callable[[Any, Article], str | None]  # why the store's own echo says that a change was not taken; None: it was


def show(store: Store, changes: Sequence[StockChange | PriceChange], fields: str) -> dict[str, Article]:
    """Listing id → what the store shows of it now; what it does not show is missing."""
    found: dict[str, Article] = {}
    for path, rows in _calls(changes):
        wanted = sorted({int(change.listing_id) for change in rows})
        params = {"include": ",".join(map(str, wanted)), "per_page": lists.PAGE, "orderby": "id", "order": "asc", "status": "any",
                  "_fields": f"id,{fields}"}
        reply = store.get("products", path, params, note=f"{len(wanted)} articles", lacks=True)
        found |= {str(each["id"]): each for each in lists.rows(reply.json) if lists.number(each) is not None}
    return found


def write(store: Store, changes: Sequence[Change], item: Callable[[Change], Article], why_not: Taken) -> list[Answer]:
    """Send the changes in batches; a batch is answered with 200 whatever became of its items, so each is looked at."""
    answers: list[Answer] = []
    for path, rows in _calls(changes):
        body = {"update": [{"id": int(change.listing_id), **item(change)} for change in rows]}
        reply = store.post("write", f"{path}/batch", body, note=f"{len(rows)} articles")
        told = reply.json.get("update") if isinstance(reply.json, Mapping) else None
        by_id = {str(each.get("id")): each for each in told or () if isinstance(each, Mapping)}
        answers += [_answer(change, by_id.get(change.listing_id), why_not) for change in rows]
    return answers


def _answer(change: Change, shown: Article | None, why_not: Taken) -> Answer:
    if shown is None:
        return Answer(change.job_id, False, "the store's answer does not speak of this article")
    error = shown.get("error")
    if isinstance(error, Mapping):
        return Answer(change.job_id, False, said(error))
    reason = why_not(change, shown)
    return Answer(change.job_id, reason is None, reason or "taken", change.listing_id)


def said(error: Mapping[str, Any]) -> str:
    """An error by its code; the message is in the site's language, escaped for web pages, and there for people only."""
    return shorten(f"the store says {error.get('code')}: {unescape(str(error.get('message') or ''))}")


def refused_here(change: StockChange | PriceChange) -> str | None:
    """Why a change cannot even be addressed."""
    numbers = [change.listing_id, *([change.product_id] if change.product_id is not None else [])]
    return None if all(each.isdecimal() for each in numbers) else "WooCommerce needs the article's own number; nothing was sent"


def _calls(changes: Sequence[Change]) -> Iterator[tuple[str, list[Change]]]:
    """The changes by where they are written: simple products together, variations product by product; 100 a call."""
    ordered = sorted(changes, key=_path)
    for path, group in groupby(ordered, key=_path):
        rows = list(group)
        yield from ((path, rows[start : start + lists.PAGE]) for start in range(0, len(rows), lists.PAGE))


def _path(change: StockChange | PriceChange) -> str:
    is_variation = change.product_id is not None and change.product_id != change.listing_id
    return f"/products/{change.product_id}/variations" if is_variation else "/products"
