"""Write absolute sellable stock, and read it back.

``POST /product/stock/sellable/update`` sets quantities, so that asking twice does no harm; its sister ``adjust`` adds
and is never used. Lazada has no trial run: a dry run is judged here, against what the shop's catalogue shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from connectors.lazada.gateway import Gateway
from connectors.lazada.read_listings import PAGE, products_of
from connectors.loose import entries, text
from connectors.writes import Answer, StockChange

SKUS_A_CALL = 20  # advised; 50 are allowed
UPDATE = "product/stock/sellable/update"
LOCKED = {
    "4170": "the article is in a campaign, where its stock may only rise",
    "4225": "Lazada manages this article's stock itself (semi-managed)",
}


def push_stock(gateway: Gateway, changes: Sequence[StockChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in the order of ``changes``."""
    answers = {change.job_id: refusal for change in changes if (refusal := _refused_here(change))}
    for site, some in _calls([change for change in changes if change.job_id not in answers], SKUS_A_CALL):
        for answer in _judged_here(gateway, site, some) if dry_run else _sent(gateway, site, some):
            answers[answer.job_id] = answer
    return [answers[change.job_id] for change in changes]


def observe_stock(gateway: Gateway, changes: Sequence[StockChange]) -> dict[str, int | None]:
    """Job id → sellable quantity the catalogue shows now (over all warehouses); None for an unknown article."""
    seen: dict[str, int | None] = {}
    for site, some in _calls(changes, PAGE):
        shown = _shown(gateway, site, some)
        seen |= {change.job_id: shown.get(change.sku) for change in some}
    return seen


def payload(changes: Sequence[StockChange]) -> str:
    """The XML Lazada wants in the parameter ``payload``; seller's article numbers may hold any character."""
    request = Element("Request")
    skus = SubElement(SubElement(request, "Product"), "Skus")
    for change in changes:
        sku = SubElement(skus, "Sku")
        ids = {"ItemId": change.product_id, "SkuId": change.listing_id, "SellerSku": change.sku}
        for name, value in {**ids, "SellableQuantity": str(change.quantity)}.items():
            if value:
                SubElement(sku, name).text = value
    return tostring(request, encoding="unicode")


def _calls(changes: Sequence[StockChange], size: int) -> Iterator[tuple[str, list[StockChange]]]:
    """The changes by site, in calls of at most ``size``."""
    for site, group in groupby(sorted(changes, key=lambda change: change.site), key=lambda change: change.site):
        rows = list(group)
        yield from ((site, rows[start : start + size]) for start in range(0, len(rows), size))


def _refused_here(change: StockChange) -> Answer | None:
    if change.quantity < 0:
        return Answer(change.job_id, False, f"{change.quantity} is no stock; nothing was sent")
    if not change.sku or not change.listing_id:
        return Answer(change.job_id, False, "Lazada needs SkuId and SellerSku to find the article; nothing was sent")
    return None


def _sent(gateway: Gateway, site: str, changes: Sequence[StockChange]) -> list[Answer]:
    reply = gateway.post(site, UPDATE, {"payload": payload(changes)}, note=f"{site}, {len(changes)} SKUs")
    answer, reference = reply.json, text(reply.json.get("request_id")) or None
    if text(answer.get("code")) == "0":
        return [Answer(change.job_id, True, "taken", reference) for change in changes]
    return _refused_there(answer, changes, reference)


def _refused_there(answer: Mapping[str, Any], changes: Sequence[StockChange], reference: str | None) -> list[Answer]:
    """A refusal names its articles in ``detail``; the others were taken. Without any detail, none was."""
    whole = _reason(text(answer.get("code")), text(answer.get("message")))
    named: dict[str, str] = {}
    for each in entries(answer.get("detail")):
        reason = _reason(text(each.get("code") or each.get("error_code")), text(each.get("message")))
        for key in ("seller_sku", "SellerSku", "sku_id", "SkuId"):
            if each.get(key):
                named[text(each[key])] = reason
    found = {change.job_id: named.get(change.sku) or named.get(change.listing_id) for change in changes}
    if not any(found.values()):
        return [Answer(change.job_id, False, whole, reference) for change in changes]
    return [Answer(job_id, reason is None, reason or "taken", reference) for job_id, reason in found.items()]


def _reason(code: str, message: str) -> str:
    said = f'Lazada says {code}: "{message}"' if message else f"Lazada says {code}"
    return f"{LOCKED[code]}; {said}" if code in LOCKED else said


def _judged_here(gateway: Gateway, site: str, changes: Sequence[StockChange]) -> list[Answer]:
    shown = _shown(gateway, site, changes)
    note = "judged here, because Lazada has no trial run"
    return [
        Answer(change.job_id, True, f"would be sent ({note}; it shows {shown[change.sku]} now)")
        if change.sku in shown
        else Answer(change.job_id, False, f"the shop's catalogue knows no such article ({note})")
        for change in changes
    ]


def _shown(gateway: Gateway, site: str, changes: Sequence[StockChange]) -> dict[str, int | None]:
    wanted = sorted({change.sku for change in changes})
    parameters = {"filter": "all", "limit": PAGE, "offset": 0, "options": 1, "sku_seller_list": json.dumps(wanted, ensure_ascii=False)}
    reply = gateway.get(site, "products/get", parameters, note=f"{site}, stock of {len(wanted)} SKUs")
    skus = [sku for product in products_of(reply.json)[0] for sku in entries(product.get("skus"))]
    return {text(sku.get("SellerSku")): _quantity(sku) for sku in skus if text(sku.get("SellerSku")) in wanted}


def _quantity(sku: Mapping[str, Any]) -> int | None:
    """Sellable units over the article's warehouses, or its plain ``Available`` where it names none."""
    warehouses = [text(each.get("sellableQuantity")) for each in entries(sku.get("multiWarehouseInventories"))]
    shown = warehouses or [text(sku.get("Available") if sku.get("Available") is not None else sku.get("quantity"))]
    return sum(map(int, shown)) if all(each.isdecimal() for each in shown) else None
