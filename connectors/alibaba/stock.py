"""Write absolute stock, and read it back. One call a product: its SKUs together, or the product itself where it has none."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.alibaba.catalogue import ON_TRIAL, Product, by_product, is_whole_product, products, refused_here, sku_of, verdict_of
from connectors.alibaba.endpoints import SET_STOCK
from connectors.alibaba.envelope import field
from connectors.alibaba.gateway import Gateway
from connectors.loose import count
from connectors.writes import Answer, StockChange


def push_stock(gateway: Gateway, changes: Sequence[StockChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in the order of ``changes``. The call that adds to stock is never used: told twice, it adds twice."""
    answers = {change.job_id: refusal for change in changes if (refusal := _refused(change))}
    some = [change for change in changes if change.job_id not in answers]
    told = _judged(gateway, some) if dry_run else [each for mine in by_product(some).values() for each in _send(gateway, mine)]
    answers |= {answer.job_id: answer for answer in told}
    return [answers[change.job_id] for change in changes]


def observe_stock(gateway: Gateway, changes: Sequence[StockChange]) -> dict[str, int | None]:
    """Job id → units the product shows now; None for an article it does not show."""
    shown = products(gateway, (change.product_id for change in changes))
    return {change.job_id: _units(change, shown.get(change.product_id or "")) for change in changes}


def _units(change: StockChange, product: Product | None) -> int | None:
    held = field(product, "trade_info") if is_whole_product(change) else sku_of(product, change.listing_id)
    return count(field(held, "inventory"))


def _refused(change: StockChange) -> Answer | None:
    if change.quantity < 0:
        return Answer(change.job_id, False, f"{change.quantity} is no stock; nothing was sent")
    return refused_here(change)


def _send(gateway: Gateway, mine: Sequence[StockChange]) -> list[Answer]:
    """SKUs of one product; the product's own number cannot go together with its SKUs'."""
    whole = [change for change in mine if is_whole_product(change)]
    if whole:
        said: dict[str, object] = {"product_id": whole[-1].product_id, "inventory": whole[-1].quantity}
    else:
        said = {"product_id": mine[0].product_id, "sku_inventory": {change.listing_id: change.quantity for change in mine}}
    reply = gateway.call(SET_STOCK, said, note=f"product {mine[0].product_id}, {len(mine)} SKUs", kind="write")
    is_taken, message = verdict_of(reply.json)
    return [Answer(change.job_id, is_taken, message, gateway.number(reply)) for change in mine]


def _judged(gateway: Gateway, changes: Sequence[StockChange]) -> list[Answer]:
    seen = observe_stock(gateway, changes)
    return [
        Answer(change.job_id, False, f"the product shows no such article ({ON_TRIAL})")
        if seen[change.job_id] is None
        else Answer(change.job_id, True, f"would be sent ({ON_TRIAL}; it shows {seen[change.job_id]} now)")
        for change in changes
    ]
