"""Write prices: a product's whole ladder, or the own price of single SKUs. The two cannot go in one call, and neither touches the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from connectors.alibaba.catalogue import ON_TRIAL, Product, by_product, products, refused_here, sku_of, verdict_of
from connectors.alibaba.endpoints import SET_PRICES
from connectors.alibaba.envelope import field, listed
from connectors.alibaba.gateway import Gateway
from connectors.loose import entries, text
from connectors.writes import Answer, LadderChange, LadderStep, PriceChange

CURRENCY = "USD"  # the only one this call takes
_CENT = Decimal("0.01")


def push_price_tiers(gateway: Gateway, changes: Sequence[LadderChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in their order. What the marketplace would refuse is refused here, with what is wrong."""
    shown = products(gateway, (change.product_id for change in changes))
    return [_push_ladder(gateway, change, shown.get(change.product_id), dry_run) for change in changes]


def observe_price_tiers(gateway: Gateway, changes: Sequence[LadderChange]) -> dict[str, tuple[LadderStep, ...] | None]:
    shown = products(gateway, (change.product_id for change in changes))
    return {change.job_id: _ladder(shown.get(change.product_id), change.currency) for change in changes}


def _push_ladder(gateway: Gateway, change: LadderChange, product: Product | None, dry_run: bool) -> Answer:
    wrong = why_not(change) or _does_not_fit(product)
    if wrong:
        return Answer(change.job_id, False, f"{wrong}; nothing was sent")
    if dry_run:
        return Answer(change.job_id, True, f"would be sent ({ON_TRIAL})")
    steps = [{"quantity": step.minimum_quantity, "price": f"{step.unit_price.quantize(_CENT)}"} for step in change.steps]
    price = {"price_type": "TIERED", "currency": CURRENCY, "tiered_price": steps}
    reply = gateway.call(SET_PRICES, {"product_id": change.product_id, "price": price}, note=f"product {change.product_id}", kind="write")
    return Answer(change.job_id, *verdict_of(reply.json), gateway.number(reply))


def why_not(change: LadderChange) -> str | None:
    """What is wrong with a ladder; None where nothing is."""
    if change.currency != CURRENCY:
        return f"Alibaba.com takes prices in {CURRENCY} only, not in {change.currency}"
    if not change.steps:
        return "a ladder needs a step"
    if any(step.unit_price <= 0 or step.minimum_quantity < 1 for step in change.steps):
        return "a step needs a quantity of at least one and a price above zero"
    fine = next((step for step in change.steps if step.unit_price != step.unit_price.quantize(_CENT)), None)
    if fine:
        return f"{fine.unit_price} has more than two decimals (B_PRICE_SCALE_INVALID)"
    is_falling = all(a.minimum_quantity < b.minimum_quantity and a.unit_price > b.unit_price for a, b in pairwise(change.steps))
    return None if is_falling else "prices must fall as quantities rise (B_PRICE_SEQUENCE_INVALID)"


def _does_not_fit(product: Product | None) -> str | None:
    if product is None:
        return "the marketplace shows no such product"
    if text(field(_price(product), "price_type")) == "RANGE":
        return "the product is shown with a price range, at which nobody can order: change that at Alibaba.com first"
    return None


def _price(product: Product | None) -> Mapping[str, Any] | None:
    return field(field(product, "trade_info"), "price")


def _ladder(product: Product | None, currency: str) -> tuple[LadderStep, ...] | None:
    price = _price(product)
    if text(field(price, "currency")) != currency:
        return None
    steps = [(text(each.get("quantity")), _exact(each.get("price"))) for each in entries(listed(field(price, "tiered_price")))]
    if not steps or any(not quantity.isdecimal() or amount is None for quantity, amount in steps):
        return None
    return tuple(sorted((LadderStep(int(quantity), amount) for quantity, amount in steps), key=lambda step: step.minimum_quantity))


def push_prices(gateway: Gateway, changes: Sequence[PriceChange], *, dry_run: bool) -> list[Answer]:
    """Prices of SKUs that have one of their own; an article on a ladder has no single price to write."""
    shown = products(gateway, (change.product_id for change in changes))
    answers = {change.job_id: wrong for change in changes if (wrong := _refused(change, shown.get(change.product_id or "")))}
    some = [change for change in changes if change.job_id not in answers]
    if dry_run:
        told = [Answer(change.job_id, True, f"would be sent ({ON_TRIAL})") for change in some]
    else:
        told = [each for mine in by_product(some).values() for each in _send(gateway, mine)]
    answers |= {answer.job_id: answer for answer in told}
    return [answers[change.job_id] for change in changes]


def observe_prices(gateway: Gateway, changes: Sequence[PriceChange]) -> dict[str, int | None]:
    """Job id → the SKU's own price in cents; None where it shows none in that currency."""
    shown = products(gateway, (change.product_id for change in changes))
    found: dict[str, int | None] = {}
    for change in changes:
        product = shown.get(change.product_id or "")
        price = _exact(field(sku_of(product, change.listing_id), "sku_price"))
        is_same = text(field(_price(product), "currency")) == change.currency
        found[change.job_id] = int(price * 100) if price is not None and is_same and price == price.quantize(_CENT) else None
    return found


def _refused(change: PriceChange, product: Product | None) -> Answer | None:
    sku = sku_of(product, change.listing_id)
    if refused_here(change):
        return refused_here(change)
    if change.currency != CURRENCY or change.price_minor <= 0:
        return Answer(change.job_id, False, f"Alibaba.com takes prices above zero, in {CURRENCY} only; nothing was sent")
    if sku is None:
        return Answer(change.job_id, False, "the marketplace shows no such SKU; nothing was sent")
    if _exact(sku.get("sku_price")) is None:
        why = "the SKU is sold at its product's ladder and has no price of its own: write the ladder"
        return Answer(change.job_id, False, f"{why}; nothing was sent")
    return None


def _send(gateway: Gateway, mine: Sequence[PriceChange]) -> list[Answer]:
    said = [{"sku_id": change.listing_id, "price": f"{Decimal(change.price_minor).scaleb(-2):.2f}"} for change in mine]
    note = f"product {mine[0].product_id}, {len(mine)} SKUs"
    reply = gateway.call(SET_PRICES, {"product_id": mine[0].product_id, "sku_price": said}, note=note, kind="write")
    is_taken, message = verdict_of(reply.json)
    return [Answer(change.job_id, is_taken, message, gateway.number(reply)) for change in mine]


def _exact(value: Any) -> Decimal | None:
    try:
        found = Decimal(text(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found > 0 else None
