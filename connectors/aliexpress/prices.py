"""Write what a buyer pays for one unit, without ever ending a discount by mistake.

The method takes a list price and a discount price, and erases the discount where none is sent. So the product is read
first: an article with a discount keeps its list price and gets the wanted price as its discount price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.aliexpress.batches import refused_here, send
from connectors.aliexpress.catalogue import Sku, place_of, skus_of
from connectors.aliexpress.endpoints import SET_PRICES
from connectors.aliexpress.gateway import Gateway
from connectors.loose import text
from connectors.writes import Answer, PriceChange
from transforms.money import minor_exponent
from transforms.schema import SchemaError


def push_prices(gateway: Gateway, changes: Sequence[PriceChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in the order of ``changes``."""
    shown = _shown(gateway, changes)
    answers: dict[str, Answer] = {}
    wishes: list[tuple[PriceChange, Mapping[str, Any]]] = []
    for change in changes:
        wish = refused_here(change) or _wish(change, shown.get(place_of(change.product_id, change.listing_id)))
        if isinstance(wish, Answer):
            answers[change.job_id] = wish
        else:
            wishes.append((change, wish))
    told = [_would_be(*wish) for wish in wishes] if dry_run else send(gateway, SET_PRICES, wishes)
    answers |= {answer.job_id: answer for answer in told}
    return [answers[change.job_id] for change in changes]


def observe_prices(gateway: Gateway, changes: Sequence[PriceChange]) -> dict[str, int | None]:
    """Job id → what a buyer pays now, in minor units of the change's currency; None where it is not shown in that currency."""
    shown = _shown(gateway, changes)
    found: dict[str, int | None] = {}
    for change in changes:
        sku = shown.get(place_of(change.product_id, change.listing_id), {})
        price = _amount(sku, "sku_discount_price") or _amount(sku, "sku_price")
        minor = price.scaleb(_digits(change.currency)) if price is not None and text(sku.get("currency_code")) == change.currency else None
        found[change.job_id] = int(minor) if minor is not None and minor == int(minor) else None
    return found


def _shown(gateway: Gateway, changes: Sequence[PriceChange]) -> dict[tuple[str, str], Sku]:
    return skus_of(gateway, (place_of(change.product_id, change.listing_id)[0] for change in changes))


def _wish(change: PriceChange, sku: Sku | None) -> Mapping[str, Any] | Answer:
    """What is to be sent, or why nothing is."""
    if sku is None:
        return Answer(change.job_id, False, "the product shows no such article; nothing was sent")
    currency = text(sku.get("currency_code"))
    if currency != change.currency:
        shown = currency or "no currency"
        return Answer(change.job_id, False, f"the article is priced in {shown}, not in {change.currency}; nothing was sent")
    digits, wanted = _digits(change.currency), Decimal(change.price_minor)
    if wanted <= 0:
        return Answer(change.job_id, False, f"{change.price_minor} is no price; nothing was sent")
    price = f"{wanted.scaleb(-digits):.{digits}f}"
    if _amount(sku, "sku_discount_price") is None:
        return {"price": price}
    before = _amount(sku, "sku_price")
    if before is None or wanted.scaleb(-digits) > before:
        return Answer(
            change.job_id, False,
            f"a discount is running, and the wanted price lies above the list price {text(sku.get('sku_price'))}: sending it would end the "
            "discount. End it at AliExpress, or raise the list price there first; nothing was sent",
        )
    return {"price": text(sku.get("sku_price")), "discount_price": price}


def _would_be(change: PriceChange, wish: Mapping[str, Any]) -> Answer:
    kept = " as the discount price" if "discount_price" in wish else ""
    return Answer(change.job_id, True, f"would be sent{kept} (judged here, because AliExpress has no trial run)")


def _digits(currency: str) -> int:
    try:
        return minor_exponent(currency)
    except SchemaError:
        return 2  # no article is priced in it, so nothing is sent


def _amount(sku: Sku, name: str) -> Decimal | None:
    """A price above zero; anything else says that there is none."""
    try:
        found = Decimal(text(sku.get(name)))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found > 0 else None
