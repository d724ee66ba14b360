"""Ids of the vendor's records in landed pages, read straight from the documents: the mapping's independent witness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from connectors.contract import Page
from connectors.ebay.reports import listings_of
from connectors.exact import NotJson, read_json


def record_ids(entity: str, pages: Sequence[Page]) -> list[str]:
    """Distinct ids in order of appearance."""
    return list(dict.fromkeys(_IDS[entity](pages)))


def _documents(pages: Sequence[Page], *parts: str) -> Iterable[dict[str, Any]]:
    for page in pages:
        if page.part.partition("/")[0] in parts and page.body:
            try:
                document = read_json(page.body)
            except NotJson:
                continue
            if isinstance(document, dict):
                yield document


def _each(document: dict[str, Any], place: str) -> Iterable[dict[str, Any]]:
    found = document.get(place)
    return [record for record in found if isinstance(record, dict)] if isinstance(found, list) else []


def _orders(pages: Sequence[Page]) -> Iterable[str]:
    for document in _documents(pages, "orders", "order"):
        for order in (*_each(document, "orders"), document):
            if isinstance(order.get("orderId"), str):
                yield order["orderId"]


def _listings(pages: Sequence[Page]) -> Iterable[str]:
    grouped = {
        item.get("sku") for document in _documents(pages, "items") for item in _each(document, "inventoryItems")
        if item.get("inventoryItemGroupKeys") or item.get("groupIds")
    }
    shown = set()
    for document in _documents(pages, "offers"):
        for offer in _each(document, "offers"):
            listing = offer.get("listing")
            number = listing.get("listingId") if isinstance(listing, dict) else None
            shown.add(number)
            if number:
                yield f"{number}/{offer.get('sku')}" if offer.get("sku") in grouped else number
            elif offer.get("offerId"):
                yield f"offer-{offer['offerId']}"
    for page in pages:
        if page.part.startswith("report/"):
            yield from _reported(page, shown)


def _reported(page: Page, shown: set[Any]) -> Iterable[str]:
    for row in listings_of(page.body):
        number = row["item_id"] if isinstance(row, dict) else None
        if number and number not in shown:
            yield f"{number}/{row['sku'] or number}" if row["is_variation"] else number


def _returns(pages: Sequence[Page]) -> Iterable[str]:
    for document in _documents(pages, "returns"):
        yield from (str(each["returnId"]) for each in _each(document, "members") if each.get("returnId"))
    for document in _documents(pages, "cancellations"):
        yield from (f"cancel/{each['cancelId']}" for each in _each(document, "cancellations") if each.get("cancelId"))


def _ledger(pages: Sequence[Page]) -> Iterable[str]:
    for document in _documents(pages, "transactions"):
        for each in _each(document, "transactions"):
            if each.get("transactionId"):
                yield f"{each.get('transactionType')}/{each['transactionId']}"


def _by_key(part: str, place: str, key: str) -> Callable[[Sequence[Page]], Iterable[str]]:
    def found(pages: Sequence[Page]) -> Iterable[str]:
        return [str(each[key]) for document in _documents(pages, part) for each in _each(document, place) if each.get(key)]

    return found


def _account(pages: Sequence[Page]) -> Iterable[str]:
    return [str(document["userId"]) for document in _documents(pages, "user") if document.get("userId")]


_IDS: dict[str, Callable[[Sequence[Page]], Iterable[str]]] = {
    "orders": _orders, "listings": _listings, "returns": _returns, "ledger": _ledger, "account": _account,
    "payouts": _by_key("payouts", "payouts", "payoutId"), "reviews": _by_key("feedback", "feedbackEntries", "feedbackId"),
}
