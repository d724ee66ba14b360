"""The vendor's records in landed pages, read from the raw JSON alone: what the mapping is checked against."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from connectors.contract import Page

FIELDS = {
    "orders": ("receipts", "receipt_id"), "reviews": ("reviews", "transaction_id"), "ledger": ("entries", "entry_id"),
    "account": ("shop", "shop_id"),
}


def record_ids(entity: str, pages: Sequence[Page]) -> list[str]:
    """Ids in order of appearance, each once; of listings their living variants, or the listing itself where it shows none."""
    part = FIELDS[entity][0] if entity in FIELDS else "listings"
    documents = (json.loads(page.body, parse_float=str) for page in pages if page.part == part)
    found = (each for document in documents for each in _ids(entity, document))
    return list(dict.fromkeys(str(each) for each in found if each is not None))


def _ids(entity: str, document: Any) -> Iterator[Any]:
    results = document.get("results", [document]) if isinstance(document, dict) else []
    for record in results if isinstance(results, list) else []:
        if isinstance(record, dict):
            yield from [record.get(FIELDS[entity][1])] if entity in FIELDS else _variants(record)


def _variants(listing: dict[str, Any]) -> list[Any]:
    inventory = listing.get("inventory")
    products = inventory.get("products") if isinstance(inventory, dict) else None
    shown = [each for each in products if isinstance(each, dict)] if isinstance(products, list) else []
    return [each.get("product_id") for each in shown if each.get("is_deleted") is not True] or [listing.get("listing_id")]
