"""The vendor's records in landed pages, read from the raw JSON alone: what the mapping is checked against."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.contract import Page


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _orders(document: Any) -> Iterator[Any]:
    return (_field(order, "order_id") for order in _list(_field(_field(document, "data"), "orders")))


def _variants(document: Any) -> Iterator[Any]:
    products = _list(_field(_field(document, "data"), "products"))
    return (_field(sku, "SkuId") for product in products for sku in _list(_field(product, "skus")))


def _returns(document: Any) -> Iterator[Any]:
    holder = _field(document, "result") or _field(document, "data")
    return (_field(item, "reverse_order_id") for item in _list(_field(holder, "items")))


def _entries(document: Any) -> Iterator[Any]:
    for row in _list(_field(document, "data")):
        number = _field(row, "transaction_number")
        yield None if number is None else f"{number}/{_field(row, 'fee_type') or ''}/{_field(row, 'orderItem_no') or ''}"


def _statements(document: Any) -> Iterator[Any]:
    return (_field(statement, "statement_number") for statement in _list(_field(document, "data")))


def _history(document: Any) -> Iterator[Any]:
    return iter(_list(_field(_field(document, "data"), "id_list")))


def _outdated(document: Any) -> Iterator[Any]:
    return iter(_list(_field(_field(document, "data"), "outdated_reviews")))


READERS: dict[str, tuple[str, Callable[[Any], Iterator[Any]]]] = {
    "orders": ("orders", _orders),
    "listings": ("products", _variants),
    "returns": ("returns", _returns),
    "ledger": ("entries", _entries),
    "payouts": ("payouts", _statements),
    "reviews": ("history", _history),
}


def record_ids(entity: str, pages: Sequence[Page]) -> list[str]:
    """Ids in order of appearance, each once. Reviews count as their product's history names them, less the outdated.

    A record without its id has none to compare; the mapping quarantines it.
    """
    part, read = READERS[entity]
    found = _collected(pages, part, read)
    gone = _collected(pages, "reviews", _outdated) if entity == "reviews" else {}
    return [each for each in found if each not in gone]


def _collected(pages: Sequence[Page], part: str, read: Callable[[Any], Iterator[Any]]) -> dict[str, None]:
    found: dict[str, None] = {}
    for page in pages:
        if page.part.partition("/")[0] == part:
            found.update(dict.fromkeys(str(each) for each in read(json.loads(page.body, parse_float=str)) if each is not None))
    return found
