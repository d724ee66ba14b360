"""Make and change products, and read them back.

Shopify lets any number of variants carry one SKU and documents no idempotency key for products. So an article is looked for
first, by its SKU (through the search index, which follows by seconds) and by a handle made of the SKU (at once), and a new
product is made by ``productSet`` under that handle: asked for again it finds the product instead of making another. It is
used for that alone, because it deletes the variants it is not told of; what is there is changed by ``productUpdate``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.columns import amounts
from connectors.flatten import Faults
from connectors.loose import at
from connectors.shopify import queries
from connectors.shopify.documents import number_of
from connectors.shopify.graph import Graph
from connectors.shopify.prices import push_prices, wording
from connectors.shopify.stock import reason
from connectors.shopify.words import PRODUCT_STATUS
from connectors.writes import Answer, PriceChange, ProductChange

WRITTEN_STATUS = {"active": "ACTIVE", "inactive": "DRAFT"}
LONGEST_TITLE = 255
_ONLY = {"name": "Title", "values": [{"name": "Default Title"}]}  # how Shopify itself names the one sort of a product without sorts


@dataclass(frozen=True)
class Found:
    """What the shop shows of a SKU.

    ``articles``: the variants that carry it; ``currency``: what the shop prices in; ``is_taken``: whether a product stands at
    the handle made of it.
    """

    articles: tuple[Mapping[str, Any], ...]
    currency: str
    is_taken: bool


def push_products(graph: Graph, changes: Sequence[ProductChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in their order. Passing trouble is raised: what was done by then is found the next time."""
    return [_pushed(graph, change, dry_run=dry_run) for change in changes]


def observe_products(graph: Graph, changes: Sequence[ProductChange]) -> dict[str, Mapping[str, Any] | None]:
    """Job id → the asked fields as they are shown now; None where no article, or more than one, has the SKU."""
    found = {change.job_id: _find(graph, change) for change in changes}
    return {change.job_id: _shown(change, found[change.job_id]) for change in changes}


def handle_of(sku: str) -> str:
    """The address of a product that is made for a SKU: the same for the same SKU, another for every other."""
    word = re.sub(r"[^a-z0-9]+", "-", sku.lower()).strip("-")
    return f"{word[:40]}-{hashlib.sha256(sku.encode()).hexdigest()[:8]}".strip("-")


def _pushed(graph: Graph, change: ProductChange, *, dry_run: bool) -> Answer:
    why = _refused_here(change)
    found = None if why else _find(graph, change)
    why = why or _refused_there(change, found)
    if why or found is None:
        return Answer(change.job_id, False, f"{why}; nothing was sent")
    shown = _shown(change, found)
    if shown == change.asked:
        return Answer(change.job_id, True, "the shop shows it so already; nothing was sent")
    if dry_run:
        what = "would be changed" if shown else "would be made"
        return Answer(change.job_id, True, f"{what} (judged here, because Shopify has no trial run)")
    return _changed(graph, change, found.articles[0]) if found.articles else _made(graph, change)


def _refused_here(change: ProductChange) -> str | None:
    if not change.sku.strip():
        return "a product needs a SKU"
    if "'" in change.sku and '"' in change.sku:
        return "a SKU with both kinds of quotation marks cannot be searched for at Shopify"
    if not change.asked:
        return "nothing is asked for"
    if change.title is not None and not 0 < len(change.title.strip()) <= LONGEST_TITLE:
        return f"a title has 1 to {LONGEST_TITLE} characters"
    if change.status is not None and change.status not in WRITTEN_STATUS:
        return f"'{change.status}' is no status; {' and '.join(WRITTEN_STATUS)} are"
    if change.price_minor is not None and (change.price_minor < 0 or not change.currency):
        return f"{change.price_minor} {change.currency or '(no currency)'} is no price"
    return None


def _refused_there(change: ProductChange, found: Found | None) -> str | None:
    if found is None:
        return None
    if len(found.articles) > 1:
        return f"{len(found.articles)} variants of the shop carry this SKU, so nobody can tell which is meant"
    if change.price_minor is not None and change.currency != found.currency:
        return f"the shop prices in {found.currency}, not in {change.currency}"
    if not found.articles and found.is_taken:
        return f"a product stands at '{handle_of(change.sku)}' already, but none of its variants carries this SKU: give it one there"
    if not found.articles and change.title is None:
        return "the shop has no article of this SKU, and a new product needs a title"
    return None


def _find(graph: Graph, change: ProductChange) -> Found:
    quote = '"' if "'" in change.sku else "'"
    asked = {"search": f"sku:{quote}{change.sku}{quote}", "handle": handle_of(change.sku)}
    data = graph.ask(queries.PRODUCT_FIND, asked, note=f"SKU {change.sku}").json["data"]
    variants = [*data["productVariants"]["nodes"], *(at("productByIdentifier", "variants", "nodes")(data) or ())]
    mine = {each["id"]: each for each in variants if each.get("sku") == change.sku}  # the search also finds what only begins so
    return Found(tuple(mine.values()), data["shop"]["currencyCode"], bool(data["productByIdentifier"]))


def _shown(change: ProductChange, found: Found) -> dict[str, Any] | None:
    if len(found.articles) != 1:
        return None
    article, currency = found.articles[0], found.currency
    product = article["product"]
    minor = amounts([article["price"]], [currency], "price", Faults(1))[0].as_py() if change.currency == currency else None
    told = {
        "title": product["title"], "description": product["descriptionHtml"], "status": PRODUCT_STATUS.get(product["status"]),
        "price_minor": minor,
    }
    return {name: told[name] for name in change.asked}


def _fields(change: ProductChange) -> dict[str, Any]:
    words = {
        "title": change.title, "descriptionHtml": change.description,
        "status": WRITTEN_STATUS[change.status] if change.status else None,
    }
    return {name: value for name, value in words.items() if value is not None}


def _made(graph: Graph, change: ProductChange) -> Answer:
    """A product with one variant. Without a wanted status it is a draft: nothing goes on sale that nobody asked to sell."""
    variant = {"optionValues": [{"optionName": _ONLY["name"], "name": _ONLY["values"][0]["name"]}], "sku": change.sku}
    if change.price_minor is not None:
        variant["price"] = wording(change.price_minor, str(change.currency))
    asked = {"status": "DRAFT", **_fields(change), "handle": handle_of(change.sku), "productOptions": [_ONLY], "variants": [variant]}
    told = graph.ask(queries.PRODUCT_MAKE, {"handle": asked["handle"], "input": asked}, note=f"new product of SKU {change.sku}")
    return _judged(change, told.json["data"]["productSet"], "made")


def _changed(graph: Graph, change: ProductChange, article: Mapping[str, Any]) -> Answer:
    """The product first, then the article's price: a refused product leaves its price alone."""
    product, fields = article["product"]["id"], _fields(change)
    if fields:
        asked = {"product": {"id": product, **fields}}
        told = graph.ask(queries.PRODUCT_CHANGE, asked, note=f"product of SKU {change.sku}").json["data"]["productUpdate"]
        answer = _judged(change, told, "changed")
        if not answer.is_accepted or change.price_minor is None:
            return answer
    price = PriceChange(
        change.job_id, change.site, change.sku, number_of(article["id"]), number_of(product), str(change.currency), change.price_minor or 0
    )
    return push_prices(graph, [price], dry_run=False)[0]


def _judged(change: ProductChange, told: Mapping[str, Any], done: str) -> Answer:
    """The third plane of errors: what Shopify refuses for the shop's own reasons stands in the answer."""
    if told["userErrors"]:
        return Answer(change.job_id, False, "; ".join(reason(error) for error in told["userErrors"]))
    return Answer(change.job_id, True, done, number_of(at("product", "id")(told)))
