"""The ids of the records in landed pages, read without the mapping, so that a certificate can check the mapping."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from connectors.amazon.flatfile import site_of, text_of
from connectors.contract import Page

# entity → (where the records lie in a document, the field that names one)
_PLACES = {
    "orders": (("orders",), "orderId"),
    "listings": (("items",), "sku"),
    "fba_inventory": (("payload", "inventorySummaries"), "sellerSku"),
    "ledger": (("payload", "transactions"), "transactionId"),
    "payouts": (("payouts",), "id"),
}


def ids_of(entity: str, pages: Sequence[Page]) -> list[str]:
    """Every id in the pages, in order, repeated where a record is; records that have none are left out."""
    read = {"returns": _of_returns, "traffic": _of_traffic}.get(entity, _of_documents)
    return [found for page in pages for found in read(entity, page)]


def _of_documents(entity: str, page: Page) -> Iterator[str]:
    is_single = page.part.startswith("item@")
    if entity == "listings" and not is_single and not page.part.startswith("items"):
        return  # the report only tells which SKUs to ask for
    place, name = _PLACES[entity]
    document: Any = json.loads(page.body)
    document = {"items": [document]} if is_single else document
    for step in place:
        document = document.get(step) or {}
    for record in document or ():
        value = record.get(name) if isinstance(record, dict) else None
        if value is not None:
            yield str(value)


def _of_returns(entity: str, page: Page) -> Iterator[str]:
    if not page.part.startswith("rows"):
        return
    header, *lines = re.split("\r?\n", text_of(page))
    names = [name.strip().lower() for name in header.split("\t")]
    column = names.index("amazon rma id") if "amazon rma id" in names else None
    for line in lines:
        fields = line.split("\t")
        if column is not None and column < len(fields) and fields[column].strip():
            yield fields[column].strip()


def _of_traffic(entity: str, page: Page) -> Iterator[str]:
    """Site, product and day of what the report tells: the days of the whole shop, the products of its one day."""
    document: Any = json.loads(page.body) if page.part.startswith("rows") else {}
    if not isinstance(document, dict):
        return  # of another form: the mapping keeps it as one fault
    site, day = site_of(page), (document.get("reportSpecification") or {}).get("dataStartTime")
    told = [("*", each.get("date")) for each in document.get("salesAndTrafficByDate") or ()]
    told += [(each.get("childAsin"), day) for each in document.get("salesAndTrafficByAsin") or ()]
    yield from (f"{site}|{product}|{at}" for product, at in told if product and at)
