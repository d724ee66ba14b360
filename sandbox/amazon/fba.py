"""FBA Inventory v1: getInventorySummaries. https://developer-docs.amazon.com/sp-api/docs/fba-inventory-api-v1-reference"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, instant, invalid
from sandbox.amazon.gate import Call, Operation, same_question
from sandbox.amazon.places import Place
from sandbox.market import House
from sandbox.world.cast import SITES
from sandbox.world.model import Listing

PAGE = 5  # small on purpose: this world's shops keep a dozen articles with Amazon, and paging is what is to be tried
TOKEN_LIFE = timedelta(seconds=30)
OLDEST = timedelta(days=548)
FIXED = ("granularityType", "granularityId", "marketplaceIds", "details", "startDateTime", "sellerSkus", "sellerSku")


def summaries(call: Call) -> Answer:
    query = call.query
    place, start_at = _place(call), query.instant("startDateTime")
    if start_at and start_at < call.now - OLDEST:
        raise invalid("startDateTime must not be more than 18 months ago.")
    found = [listing for listing in stored(call.house, call.shop.name, place) if _takes(call, listing, start_at)]
    start = _start(call)
    body: dict[str, Any] = {
        "payload": {
            "granularity": {"granularityType": "Marketplace", "granularityId": place.marketplace_id},
            "inventorySummaries": [_summary(call.house, listing, query.flag("details")) for listing in found[start:start + PAGE]],
        },
    }
    if start + PAGE < len(found):
        facts = {"asked": query.fixed(FIXED), "start": start + PAGE, "at": call.now.timestamp()}
        body["pagination"] = {"nextToken": call.seals.close(f"fba:{call.shop.name}", facts)}
    return Answer(body)


def _place(call: Call) -> Place:
    query = call.query
    if query.text("granularityType", allowed=("Marketplace",)) is None or query.text("granularityId") is None:
        raise invalid("granularityType and granularityId are required.")
    ids = query.many("marketplaceIds", most=1)
    if not ids:
        raise invalid("Exactly one marketplaceIds value is required.")
    if query.text("granularityId") != ids[0]:
        raise invalid("granularityId must be the marketplace of marketplaceIds.")
    found = call.marketplaces(ids)
    if not found:
        raise invalid("The seller does not participate in this marketplace.")
    return found[0]


def _start(call: Call) -> int:
    token = call.query.text("nextToken")
    if token is None:
        return 0
    sealed = same_question(call.seals.open(f"fba:{call.shop.name}", token), call.query.fixed(FIXED), "nextToken")
    if call.now >= datetime.fromtimestamp(sealed["at"], UTC) + TOKEN_LIFE:
        raise invalid("The nextToken has expired.", "A nextToken is valid for 30 seconds.")
    return sealed["start"]


def _takes(call: Call, listing: Listing, start_at: datetime | None) -> bool:
    """With a start, the SKU filters count for nothing."""
    skus = call.query.many("sellerSkus", most=50) + ([call.query.text("sellerSku")] if "sellerSku" in call.query else [])
    if start_at:
        return changed_at(call.house, listing) >= start_at
    return not skus or listing.sku in skus


def stored(house: House, shop: str, place: Place) -> list[Listing]:
    """What lies with Amazon for a marketplace, by SKU."""
    return sorted(
        (listing for listing in house.world.listings_of(shop, place.site) if listing.fulfilled_by == "marketplace"),
        key=lambda listing: listing.sku,
    )


def changed_at(house: House, listing: Listing) -> datetime:
    """When a quantity last changed: at the latest order that took some since the world's origin, else with the listing."""
    orders = house.snapshot.placed(listing.shop, house.world.origin)
    sold = [state.placed_at for state in orders if any(line.listing is listing for line in state.order.lines)]
    return max([listing.changed_at, *sold])


def tells_time(listing: Listing) -> bool:
    """Some summaries come without a time."""
    return listing.number % 4 != 0


def inbound_parts(listing: Listing) -> tuple[int, int, int]:
    """Announced, on the way, being received."""
    working, shipped = listing.inbound // 3, listing.inbound // 2
    return working, shipped, listing.inbound - working - shipped


def _summary(house: House, listing: Listing, has_details: bool) -> dict[str, Any]:
    sellable = house.stock.quantity(listing.shop, listing.site, listing.sku)
    body: dict[str, Any] = {
        "asin": numbers.asin(listing.product), "fnSku": numbers.fnsku(listing), "sellerSku": listing.sku, "condition": "NewItem",
        "productName": listing.product.titles[SITES[listing.site].language],
        "totalQuantity": sellable + listing.reserved + listing.inbound, "stores": [],
    }
    if tells_time(listing):
        body["lastUpdatedTime"] = instant(changed_at(house, listing))
    if has_details:
        body["inventoryDetails"] = _details(listing, sellable)
    return body


def _details(listing: Listing, sellable: int) -> dict[str, Any]:
    working, shipped, receiving = inbound_parts(listing)
    return {
        "fulfillableQuantity": sellable, "inboundWorkingQuantity": working, "inboundShippedQuantity": shipped,
        "inboundReceivingQuantity": receiving,
        "reservedQuantity": {
            "totalReservedQuantity": listing.reserved, "pendingCustomerOrderQuantity": listing.reserved,
            "pendingTransshipmentQuantity": 0, "fcProcessingQuantity": 0,
        },
        "researchingQuantity": {"totalResearchingQuantity": 0, "researchingQuantityBreakdown": []},
        "unfulfillableQuantity": {"totalUnfulfillableQuantity": 0},
    }


OPERATIONS = (Operation("getInventorySummaries", "GET", "/fba/inventory/v1/summaries", 0, 2, 2, summaries),)
