"""What the marketplace shows of single products now: for writes that need it, and to read writes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from connectors.alibaba.endpoints import PRODUCT_SEARCH
from connectors.alibaba.envelope import business_error, field, listed, payload
from connectors.alibaba.gateway import Gateway
from connectors.alibaba.read_listings import ask_product, product_of
from connectors.loose import entries, text
from connectors.writes import Answer

Product = Mapping[str, Any]
ON_TRIAL = "judged here, because Alibaba.com has no trial run"


class OfArticle(Protocol):
    """A change to one article: its listing is a SKU, or the product itself where that has none."""

    job_id: str
    listing_id: str
    product_id: str | None


def products(gateway: Gateway, numbers: Iterable[str | None]) -> dict[str, Product]:
    """Product id → the product as shown; those that are gone or refused have none."""
    found: dict[str, Product] = {}
    for number in sorted({each for each in numbers if each and each.isdecimal()}):
        ask = ask_product(number)
        product = product_of(gateway.call(ask.operation, ask.parameters, note=ask.note, kind=ask.kind).json)
        if product is not None:
            found[number] = product
    return found


def product_with(gateway: Gateway, sku: str) -> tuple[str, Product] | None:
    """The product that holds an article, looked up by the seller's own number."""
    for name in ("sku_code", "model_number"):
        reply = gateway.call(PRODUCT_SEARCH, {name: sku, "page_index": 1, "page_size": 20}, note="an article by its number", kind="record")
        if business_error(reply.json):
            continue
        for each in entries(listed(field(payload(reply.json), "product_info"))):
            codes = {text(one.get("sku_code")) for one in skus(each)} | {text(field(each.get("basic_info"), "model_number"))}
            if sku in codes:
                return text(field(each.get("basic_info"), "product_id")), each
    return None


def skus(product: Product | None) -> list[Mapping[str, Any]]:
    return entries(listed(field(field(product, "trade_info"), "sku_info")))


def sku_of(product: Product | None, listing_id: str) -> Mapping[str, Any] | None:
    return next((each for each in skus(product) if text(each.get("sku_id")) == listing_id), None)


def is_whole_product(change: OfArticle) -> bool:
    return change.listing_id == change.product_id


def refused_here(change: OfArticle) -> Answer | None:
    if not (change.product_id or "").isdecimal() or not change.listing_id.isdecimal():
        return Answer(change.job_id, False, "Alibaba.com needs the product's and the SKU's plain numbers; nothing was sent")
    return None


def by_product(changes: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for change in changes:
        found.setdefault(change.product_id, []).append(change)
    return found


def verdict_of(answer: Any) -> tuple[bool, str]:
    """Whether a write was taken, and what the marketplace said."""
    refused = business_error(answer)
    return (False, f'Alibaba.com says "{refused[0]}: {refused[1]}"') if refused else (True, "taken")
