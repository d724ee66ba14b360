"""The vendor's records in landed pages, read from the raw JSON alone: what the mapping is checked against."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.contract import Page


def _held(document: Any, holder: str) -> Iterator[dict[str, Any]]:
    """The objects of the list that is called ``holder``, wherever the wrappers have put it."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name == holder:
                held = next((each for each in value.values() if isinstance(each, list)), None) if isinstance(value, dict) else value
                yield from (each for each in held if isinstance(each, dict)) if isinstance(held, list) else ()
            elif name.endswith("_response") or name in ("result", "value"):
                yield from _held(value, holder)


def _orders(document: Any) -> Iterator[Any]:
    return (order.get("trade_id") for order in _held(document, "order_list"))


def _listings(document: Any) -> Iterator[Any]:
    """Each SKU of a product's detail; the product itself where it has none."""
    found = document.get("product_info") if isinstance(document, dict) else None
    if isinstance(found, dict):
        skus = found.get("trade_info", {}).get("sku_info") if isinstance(found.get("trade_info"), dict) else None
        basic = found.get("basic_info") if isinstance(found.get("basic_info"), dict) else {}
        yield from [sku.get("sku_id") for sku in skus if isinstance(sku, dict)] if skus else [basic.get("product_id")]
    elif isinstance(document, dict) and isinstance(document.get("result"), dict):
        yield from _listings(document["result"])


def _rfqs(document: Any) -> Iterator[Any]:
    return (each.get("rfq_id") for each in _held(document, "request_list"))


READERS: dict[str, tuple[str, Callable[[Any], Iterator[Any]]]] = {
    "contracts": ("orders", _orders), "listings": ("product", _listings), "rfqs": ("rfqs", _rfqs),
}


def record_ids(entity: str, pages: Sequence[Page]) -> list[str]:
    """Ids in order of appearance, each once. A record without its id has none to compare; the mapping quarantines it."""
    part, read = READERS[entity]
    found: dict[str, None] = {}
    for page in pages:
        if page.part.partition("/")[0] == part:
            ids = read(json.loads(page.body, parse_float=str))
            found.update(dict.fromkeys(str(each) for each in ids if each not in (None, "", "null")))
    return list(found)
