"""Listings Items 2021-08-01: search, get and patch. https://developer-docs.amazon.com/sp-api/docs/listings-items-api-v2021-08-01-reference"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, absent, invalid
from sandbox.amazon.gate import Call, Operation, same_question
from sandbox.amazon.listing_body import Item, item_body, statuses
from sandbox.amazon.patches import patch_item
from sandbox.amazon.places import Place

INCLUDED = ("summaries", "attributes", "issues", "offers", "fulfillmentAvailability", "procurement", "relationships", "productTypes")
IDENTIFIER_TYPES = ("ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")
STATUS_WORDS = ("BUYABLE", "DISCOVERABLE")
MOST_PAGED = 1000  # however many there are, nobody may page further
FIXED = (
    "marketplaceIds", "identifiers", "identifiersType", "createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore",
    "withStatus", "withoutStatus", "withIssueSeverity", "sortBy", "sortOrder", "pageSize", "variationParentSku", "packageHierarchySku",
)


def search_items(call: Call) -> Answer:
    call.is_own(call.segments[0])
    query = call.query
    places = _wanted_places(call)
    included = query.many("includedData", allowed=INCLUDED) or ["summaries"]
    size = query.integer("pageSize", 1, 20, 10)
    asked = query.fixed(FIXED)
    token = query.text("pageToken")
    start = same_question(call.seals.open(f"listings:{call.shop.name}", token), asked, "pageToken")["start"] if token else 0
    found = _sorted(call, [item for item in _items(call, places) if _takes(call, item)])
    body: dict[str, Any] = {
        "numberOfResults": min(len(found), MOST_PAGED), "items": [item_body(item, included) for item in found[start:start + size]],
    }
    pagination = {
        name: call.seals.close(f"listings:{call.shop.name}", {"asked": asked, "start": at})
        for name, at in neighbours(start, size, len(found)).items()
    }
    return Answer({**body, **({"pagination": pagination} if pagination else {})})


def neighbours(start: int, size: int, count: int) -> dict[str, int]:
    """Where the next and the previous page begin, as far as there are any within the first thousand."""
    found = {"nextToken": start + size} if start + size < min(count, MOST_PAGED) else {}
    return found | ({"previousToken": max(start - size, 0)} if start else {})


def _wanted_places(call: Call) -> list[Place]:
    ids = call.query.many("marketplaceIds")
    if not ids:
        raise invalid("Missing required parameter marketplaceIds.")
    return call.marketplaces(ids)


def _items(call: Call, places: list[Place]) -> list[Item]:
    """One an SKU, over the marketplaces asked for."""
    by_sku: dict[str, Item] = {}
    for place in places:
        for listing in call.house.world.listings_of(call.shop.name, place.site):
            by_sku.setdefault(listing.sku, Item(call.house, listing.sku, [])).listings.append(listing)
    return list(by_sku.values())


def _takes(call: Call, item: Item) -> bool:
    query = call.query
    kind, wanted = query.text("identifiersType", allowed=IDENTIFIER_TYPES), query.many("identifiers", most=20)
    if bool(kind) != bool(wanted):
        raise invalid("identifiers and identifiersType must be provided together.")
    if wanted and ("variationParentSku" in query or "packageHierarchySku" in query):
        raise invalid("identifiers cannot be combined with variationParentSku or packageHierarchySku.")
    shown = {status for listing in item.listings for status in statuses(listing)}
    return (
        (not wanted or _identifier(item, kind) in wanted)
        and "variationParentSku" not in query and "packageHierarchySku" not in query  # nothing here has a parent or a pack
        and all(_in_range(query.instant(f"{name}After"), at, query.instant(f"{name}Before")) for name, at in _times(item).items())
        and (not query.many("withStatus", allowed=STATUS_WORDS) or bool(shown & set(query.many("withStatus"))))
        and not shown & set(query.many("withoutStatus", allowed=STATUS_WORDS))
        and (not (severities := query.many("withIssueSeverity", allowed=("WARNING", "ERROR"))) or item.severities() & set(severities))
    )


def _identifier(item: Item, kind: str | None) -> str | None:
    first = item.listings[0]
    return {"SKU": item.sku, "ASIN": numbers.asin(first.product), "FNSKU": numbers.fnsku(first)}.get(kind)


def _times(item: Item) -> Mapping[str, datetime]:
    return {"created": item.created_at(), "lastUpdated": item.updated_at()}


def _in_range(after: datetime | None, at: datetime, before: datetime | None) -> bool:
    return (after is None or at >= after) and (before is None or at <= before)


def _sorted(call: Call, items: list[Item]) -> list[Item]:
    by = call.query.text("sortBy", allowed=("sku", "createdDate", "lastUpdatedDate"), default="lastUpdatedDate")
    order = call.query.text("sortOrder", allowed=("ASC", "DESC"), default="DESC")
    keys = {"sku": lambda item: item.sku, "createdDate": Item.created_at, "lastUpdatedDate": Item.updated_at}
    return sorted(sorted(items, key=lambda item: item.sku), key=keys[by], reverse=order == "DESC")


def get_item(call: Call) -> Answer:
    item = _one(call)
    if item is None:
        raise absent(f"SKU '{call.segments[1]}' not found in the requested marketplaces.", "NOT_FOUND")
    return Answer(item_body(item, call.query.many("includedData", allowed=INCLUDED) or ["summaries"]))


def _one(call: Call) -> Item | None:
    seller, sku = call.segments
    call.is_own(seller)
    return next((item for item in _items(call, _wanted_places(call)) if item.sku == sku), None)


def patch_listing(call: Call) -> Answer:
    item = _one(call)
    if item is None:
        raise invalid(f"SKU '{call.segments[1]}' does not exist in the requested marketplaces.")
    return patch_item(call, item)


OPERATIONS = (
    Operation("searchListingsItems", "GET", "/listings/2021-08-01/items", 1, 5, 5, search_items),
    Operation("getListingsItem", "GET", "/listings/2021-08-01/items", 2, 5, 10, get_item),
    Operation("patchListingsItem", "PATCH", "/listings/2021-08-01/items", 2, 5, 5, patch_listing),
)
