"""The vendor's records in landed pages, read from the raw JSON alone: what the mapping is checked against."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.contract import Page


def _records(document: Any, holder: str) -> Iterator[dict[str, Any]]:
    """The objects of the list that is called ``holder``, wherever the wrappers have put it."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name == holder:
                lists = [each for each in value.values() if isinstance(each, list)] if isinstance(value, dict) else [value]
                held = lists[0] if len(lists) == 1 else None
                yield from (each for each in held if isinstance(each, dict)) if isinstance(held, list) else ()
            elif name.endswith("_response") or name == "result":
                yield from _records(value, holder)


def _orders(document: Any) -> Iterator[Any]:
    return (order.get("order_id") for order in _records(document, "target_list"))


def _skus(document: Any) -> Iterator[Any]:
    """``product:sku`` for each SKU of a product page."""
    for value in _results(document):
        for sku in _records(value, "aeop_ae_product_s_k_us"):
            yield None if sku.get("id") in (None, "") else f"{value.get('product_id')}:{sku['id']}"


def _results(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        inner = next((value for name, value in document.items() if name.endswith("_response") and isinstance(value, dict)), document)
        yield inner["result"] if isinstance(inner.get("result"), dict) else inner


def _issues(document: Any) -> Iterator[Any]:
    return (issue.get("issue_id") for issue in _records(document, "data_list"))


def _evaluations(document: Any) -> Iterator[Any]:
    return (each.get("order_id") for each in _records(document, "target_list"))


def _account(document: Any) -> Iterator[Any]:
    return (value.get("shop_id") for value in _results(document))


READERS: dict[str, tuple[str, Callable[[Any], Iterator[Any]]]] = {
    "orders": ("orders", _orders), "listings": ("product", _skus), "disputes": ("issues", _issues), "reviews": ("reviews", _evaluations),
    "account": ("profile", _account),
}


def record_ids(entity: str, pages: Sequence[Page]) -> list[str]:
    """Ids in order of appearance, each once. A record without its id has none to compare; the mapping quarantines it."""
    part, read = READERS[entity]
    found: dict[str, None] = {}
    for page in pages:
        if page.part.partition("/")[0] == part:
            found.update(dict.fromkeys(str(each) for each in read(json.loads(page.body, parse_float=str)) if each not in (None, "")))
    return list(found)
