"""Write absolute stock, and read it back. AliExpress has no trial run: a dry run is judged against what the product shows."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.aliexpress.batches import refused_here, send
from connectors.aliexpress.catalogue import Sku, place_of, skus_of
from connectors.aliexpress.endpoints import SET_STOCK
from connectors.aliexpress.gateway import Gateway
from connectors.loose import count
from connectors.writes import Answer, StockChange

MOST = 999_999


def push_stock(gateway: Gateway, changes: Sequence[StockChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in the order of ``changes``."""
    answers = {change.job_id: refusal for change in changes if (refusal := _refused(change))}
    some = [change for change in changes if change.job_id not in answers]
    told = _judged(gateway, some) if dry_run else send(gateway, SET_STOCK, [(change, {"inventory": change.quantity}) for change in some])
    answers |= {answer.job_id: answer for answer in told}
    return [answers[change.job_id] for change in changes]


def observe_stock(gateway: Gateway, changes: Sequence[StockChange]) -> dict[str, int | None]:
    """Job id → units the product shows now; None for an article it does not show."""
    places = {change.job_id: place_of(change.product_id, change.listing_id) for change in changes}
    shown = skus_of(gateway, (product for product, _ in places.values()))
    return {job_id: _units(shown.get(place)) for job_id, place in places.items()}


def _refused(change: StockChange) -> Answer | None:
    if not 0 <= change.quantity <= MOST:
        return Answer(change.job_id, False, f"{change.quantity} is no stock at AliExpress (0 to {MOST}); nothing was sent")
    return refused_here(change)


def _units(sku: Sku | None) -> int | None:
    if sku is None:
        return None
    return 0 if sku.get("ipm_sku_stock") is None and sku.get("sku_stock") is False else count(sku.get("ipm_sku_stock"))


def _judged(gateway: Gateway, changes: Sequence[StockChange]) -> list[Answer]:
    note = "judged here, because AliExpress has no trial run"
    seen = observe_stock(gateway, changes)
    return [
        Answer(change.job_id, False, f"the product shows no such article ({note})")
        if seen[change.job_id] is None
        else Answer(change.job_id, True, f"would be sent ({note}; it shows {seen[change.job_id]} now)")
        for change in changes
    ]
