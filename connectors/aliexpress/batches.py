"""Batch writes of products: many SKUs a product, many products a call, and which of them were taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from connectors.aliexpress.catalogue import place_of
from connectors.aliexpress.envelope import business_error, field, inner, listed
from connectors.aliexpress.gateway import Gateway
from connectors.aliexpress.read_orders import compact
from connectors.loose import entries, text
from connectors.writes import Answer

PRODUCTS_A_CALL, SKUS_A_PRODUCT = 20, 200


class Change(Protocol):
    job_id: str
    sku: str
    listing_id: str
    product_id: str | None


def send(gateway: Gateway, method: str, wishes: Sequence[tuple[Change, Mapping[str, Any]]]) -> list[Answer]:
    """Send each change with what is to be said of its SKU; one answer a change. Absolute values: twice does no harm."""
    answers: list[Answer] = []
    for products in _calls(wishes):
        said = [
            {"product_id": int(number), "multiple_sku_update_list": [{"sku_code": change.sku, **values} for change, values in group]}
            for number, group in products
        ]
        note = f"{len(products)} products, {sum(len(group) for _, group in products)} SKUs"
        reply = gateway.call(method, {"mutiple_product_update_list": compact(said)}, note=note, kind="write")  # spelt so by the vendor
        for number, group in products:
            reason = _refusal(reply.json, number)
            ref = gateway.number(reply)
            answers += [Answer(change.job_id, reason is None, reason or "taken", ref) for change, _ in group]
    return answers


def refused_here(change: Change) -> Answer | None:
    """A change the method has no words for: it names articles by the seller's own code, inside a product."""
    product, key = place_of(change.product_id, change.listing_id)
    if not product.isdecimal():
        return Answer(change.job_id, False, "AliExpress needs the product's number to find the article; nothing was sent")
    if not change.sku or change.sku == f"{product}:{key}":
        return Answer(change.job_id, False, "the article has no seller's code, the only name batch writes know: give it one there")
    return None


def _calls(wishes: Sequence[tuple[Change, Mapping[str, Any]]]) -> Iterator[list[tuple[str, list[tuple[Change, Mapping[str, Any]]]]]]:
    """Calls of at most 20 products with at most 200 SKUs; a product with more is in several calls."""
    by_product: dict[str, list[tuple[Change, Mapping[str, Any]]]] = {}
    for wish in wishes:
        by_product.setdefault(place_of(wish[0].product_id, wish[0].listing_id)[0], []).append(wish)
    depth = max((len(group) for group in by_product.values()), default=0)
    for start in range(0, depth, SKUS_A_PRODUCT):
        layer = [(number, group[start : start + SKUS_A_PRODUCT]) for number, group in by_product.items() if group[start:]]
        yield from (layer[at : at + PRODUCTS_A_CALL] for at in range(0, len(layer), PRODUCTS_A_CALL))


def _refusal(answer: Any, product_id: str) -> str | None:
    """Why a product was not taken; success of the whole says nothing beside a list that names it as failed."""
    body = inner(answer)
    for each in entries(listed(field(body, "update_failed_list"))):
        if text(each.get("product_id")) == product_id:
            return _said(text(each.get("error_code")), text(each.get("error_message")))
    taken = {text(each.get("product_id")) for each in entries(listed(field(body, "update_successful_list")))}
    if product_id in taken or text(field(body, "update_success")).lower() == "true":
        return None
    whole = business_error(answer) or (text(field(body, "update_error_code")), text(field(body, "update_error_message")))
    return _said(*whole)


def _said(code: str, message: str) -> str:
    told = ": ".join(part for part in (code, message) if part)
    return f'AliExpress says "{told}"' if told else "AliExpress did not say whether it took the product"
