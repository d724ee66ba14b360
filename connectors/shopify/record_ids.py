"""The vendor's records in landed pages, read from the raw JSON alone: what the mapping is checked against."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.contract import Page


def _field(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tail(gid: Any) -> str | None:
    return gid.split("?")[0].split("/")[-1] if isinstance(gid, str) else None


def _number(record: Any) -> Iterator[Any]:
    yield _field(record, "legacyResourceId") or _tail(_field(record, "id"))


def _plain(record: Any) -> Iterator[Any]:
    yield _tail(_field(record, "id"))


def _after_sales(order: Any) -> Iterator[Any]:
    """Returns, and the refunds that name none of them."""
    returns = [_field(each, "id") for each in _list(_field(order, "returns", "nodes"))]
    refunds = [each for each in _list(_field(order, "refunds")) if _field(each, "return", "id") not in returns]
    for gid in (*returns, *(_field(each, "id") for each in refunds)):
        yield "/".join(gid.split("?")[0].split("/")[-2:]) if isinstance(gid, str) else None


def _entries(transaction: Any) -> Iterator[Any]:
    number, fee = _tail(_field(transaction, "id")), _field(transaction, "fee", "amount")
    if number is None:
        return
    yield f"{number}/amount"
    try:
        has_fee = Decimal(str(fee)) != 0
    except InvalidOperation:  # what nobody can read is something, and so is a fee that is not told
        has_fee = True
    if has_fee:
        yield f"{number}/fee"


def _domain(shop: Any) -> Iterator[Any]:
    yield _field(shop, "myshopifyDomain")


# Entity → part → where its records lie; and what a record's id is.
_PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "orders": {"orders": ("data", "orders", "nodes"), "order": ("data", "order")},
    "listings": {"variants": ("data", "productVariants", "nodes"), "variant": ("data", "productVariant")},
    "returns": {"orders": ("data", "nodes"), "order": ("data", "order")},
    "ledger": {"entries": ("data", "shopifyPaymentsAccount", "balanceTransactions", "nodes")},
    "payouts": {"payouts": ("data", "shopifyPaymentsAccount", "payouts", "nodes")},
    "payments": {"tenders": ("data", "tenderTransactions", "nodes")},
    "disputes": {"disputes": ("data", "disputes", "nodes")},
    "account": {"shop": ("data", "shop")},
}
_IDS: dict[str, Callable[[Any], Iterator[Any]]] = {
    "orders": _number, "listings": _number, "returns": _after_sales, "ledger": _entries, "payouts": _number, "payments": _plain,
    "disputes": _number, "account": _domain,
}


def record_ids(entity: str, pages: Sequence[Page]) -> list[str]:
    """Ids in order of appearance, each once; test orders are none. A record without its id has none to compare."""
    found: dict[str, None] = {}
    for page in pages:
        for record in _records(entity, page):
            if _field(record, "test") is not True:
                found.update(dict.fromkeys(str(each) for each in _IDS[entity](record) if each is not None))
    return list(found)


def _records(entity: str, page: Page) -> list[Any]:
    if page.part == "file":
        lines = [json.loads(line) for line in page.body.split(b"\n") if line.strip()]
        return [line for line in lines if "__parentId" not in line]
    place = _PLACES[entity].get(page.part)
    if place is None:
        return []
    told = _field(json.loads(page.body), *place)
    return told if isinstance(told, list) else [] if told is None else [told]
