"""Put products on sale and take them off. A product is one for all its SKUs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from connectors.alibaba.catalogue import ON_TRIAL, Product, product_with
from connectors.alibaba.endpoints import SET_STATUS
from connectors.alibaba.envelope import business_error, field, listed, payload
from connectors.alibaba.gateway import Gateway
from connectors.alibaba.words import PRODUCT_STATUS
from connectors.loose import entries, text
from connectors.writes import Answer

ACTIONS = {"active": "online", "inactive": "offline"}


class ProductWish(Protocol):
    """One wanted product, named by one of its SKUs; only its ``status`` can be written here (``active``, ``inactive``)."""

    job_id: str
    sku: str
    title: str | None
    description: str | None
    status: str | None
    price_minor: int | None


def push_products(gateway: Gateway, changes: Sequence[ProductWish], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in their order; one call for all that go on, one for all that go off. Absolute: twice does no harm."""
    found = {change.job_id: product_with(gateway, change.sku) for change in changes}
    answers = {change.job_id: wrong for change in changes if (wrong := _refused(change, found[change.job_id]))}
    for word, action in ACTIONS.items():
        mine = {change.job_id: found[change.job_id][0] for change in changes if change.job_id not in answers and change.status == word}
        if mine:
            answers |= _trial(mine) if dry_run else _send(gateway, action, mine)
    return [answers[change.job_id] for change in changes]


def observe_products(gateway: Gateway, changes: Sequence[ProductWish]) -> dict[str, Mapping[str, Any] | None]:
    """Job id → ``status`` as shown now; None where no product holds such an article."""
    found = {change.job_id: product_with(gateway, change.sku) for change in changes}
    return {job_id: None if each is None else {"status": _shown(each[1])} for job_id, each in found.items()}


def _shown(product: Product) -> str | None:
    return PRODUCT_STATUS.get(text(field(field(product, "basic_info"), "status")))


def _refused(change: ProductWish, found: tuple[str, Product] | None) -> Answer | None:
    others = [name for name in ("title", "description", "price_minor") if getattr(change, name) is not None]
    if others or change.status not in ACTIONS:
        return Answer(change.job_id, False, "only whether a product is on sale can be written here; nothing was sent")
    if found is None:
        return Answer(change.job_id, False, "the marketplace shows no such article; nothing was sent")
    return None


def _trial(mine: Mapping[str, str]) -> dict[str, Answer]:
    return {job_id: Answer(job_id, True, f"would be sent ({ON_TRIAL})") for job_id in mine}


def _send(gateway: Gateway, action: str, mine: Mapping[str, str]) -> dict[str, Answer]:
    """Success of the whole says nothing beside a list that names a product as failed, and the other way round."""
    numbers = sorted(set(mine.values()))
    said = {"product_id_list": [int(each) for each in numbers], "action": action}
    reply = gateway.call(SET_STATUS, said, note=f"{len(numbers)} products {action}", kind="write")
    place = payload(reply.json)
    failed = {text(each.get("product_id")): f"{text(each.get('msg_code'))}: {text(each.get('message'))}" for each in
              entries(listed(field(place, "errors")))}
    updated = {text(each) for each in listed(field(place, "updated_product_ids")) or ()}
    whole = business_error(reply.json)
    found = {}
    for job_id, number in mine.items():
        why = failed.get(number) or (": ".join(whole) if whole and number not in updated else None)
        found[job_id] = Answer(job_id, why is None, f'Alibaba.com says "{why}"' if why else "taken", gateway.number(reply))
    return found
