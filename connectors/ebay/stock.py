"""Write stock and prices, and read them back.

Listings made through Inventory are revised with ``bulk_update_price_quantity`` (item and offer together: the item's quantity is
the ceiling), those made elsewhere with Trading's ``ReviseInventoryStatus``. Both change nothing else of the listing. eBay blocks a
listing for the day after 250 revisions, so that an SKU goes out once a push. eBay has no trial run: a dry run is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.ebay import listed_elsewhere
from connectors.ebay.gateway import Ask, Gateway
from connectors.ebay.read_listings import INVENTORY, offers
from connectors.ebay.sites import marketplace
from connectors.ebay.verdict import said_of
from connectors.errors import FatalError
from connectors.loose import entries
from connectors.redaction import shorten
from connectors.writes import Answer, PriceChange, StockChange
from transforms.money import minor_exponent

SKUS_A_CALL = 25
Change = StockChange | PriceChange


@dataclass(frozen=True)
class Offer:
    """An offer that shows the listing a change is about."""

    offer_id: str
    sku: str
    record: Mapping[str, Any]


def push(gateway: Gateway, changes: Sequence[Change], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in the order of ``changes``. Passing trouble is raised: sending the same again does no harm."""
    answers = {change.job_id: Answer(change.job_id, False, why) for change in changes if (why := _refused_here(gateway, change))}
    found = {change.job_id: offer_of(gateway, change) for change in changes if change.job_id not in answers}
    offered = [change for change in changes if found.get(change.job_id)]
    others = [change for change in changes if change.job_id in found and not found[change.job_id]]
    if dry_run:
        return [answers.get(change.job_id) or _judged_here(gateway, change, found[change.job_id]) for change in changes]
    for some in _calls(offered):
        answers |= _sent(gateway, some, {change.job_id: found[change.job_id] for change in some})
    answers |= listed_elsewhere.revise(gateway, others)
    return [answers[change.job_id] for change in changes]


def observe(gateway: Gateway, changes: Sequence[Change]) -> dict[str, int | None]:
    """Job id → what eBay shows now; None for a listing it does not show."""
    return {change.job_id: _shown(gateway, change) for change in changes}


def offer_of(gateway: Gateway, change: Change) -> Offer | None:
    """The offer behind a listing; None where the listing was not made through Inventory. The list is read: an SKU may have several."""
    document = gateway.send(offers(change.sku)).json_or_none()
    for record in entries(document.get("offers") if isinstance(document, dict) else None):
        listing = record.get("listing")
        number = listing.get("listingId") if isinstance(listing, dict) else f"offer-{record.get('offerId')}"
        if record.get("marketplaceId") == marketplace(change.site) and str(number) == change.listing_id.partition("/")[0]:
            return Offer(str(record.get("offerId")), change.sku, record)
    return None


def decimal(minor: int, currency: str) -> str:
    """Minor units as eBay writes amounts: ``"12.30"``."""
    digits = minor_exponent(currency)
    text = str(minor).zfill(digits + 1)
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


def _refused_here(gateway: Gateway, change: Change) -> str | None:
    if change.site not in gateway.shop.sites:
        return f"the shop does not sell on site {change.site}; nothing was sent"
    wanted = change.quantity if isinstance(change, StockChange) else change.price_minor
    if wanted < (0 if isinstance(change, StockChange) else 1):
        return f"{wanted} is no {'stock' if isinstance(change, StockChange) else 'price'}; nothing was sent"
    return None


def _calls(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Calls of at most 25 SKUs, each SKU once a call."""
    waiting = list(changes)
    while waiting:
        chosen: dict[str, Change] = {}
        for change in waiting:
            if len(chosen) < SKUS_A_CALL:
                chosen.setdefault(change.sku, change)
        some = list(chosen.values())
        yield some
        waiting = [change for change in waiting if all(change is not each for each in some)]


def _sent(gateway: Gateway, changes: Sequence[Change], found: Mapping[str, Offer | None]) -> dict[str, Answer]:
    body = {"requests": [_request(change, found[change.job_id].offer_id) for change in changes]}
    ask = Ask("bulkUpdatePriceQuantity", f"{INVENTORY}/bulk_update_price_quantity", method="POST", json=body, note=f"{len(changes)} SKUs")
    try:
        reply = gateway.send(ask)
    except FatalError as error:
        return {change.job_id: Answer(change.job_id, False, str(error)) for change in changes}
    rows = entries(reply.json.get("responses") if isinstance(reply.json, dict) else None)
    return {change.job_id: _judged(change, [row for row in rows if row.get("sku") == change.sku], reply.request_id) for change in changes}


def _request(change: Change, offer_id: str) -> dict[str, Any]:
    if isinstance(change, StockChange):
        return {
            "sku": change.sku, "shipToLocationAvailability": {"quantity": change.quantity},
            "offers": [{"offerId": offer_id, "availableQuantity": change.quantity}],
        }
    price = {"value": decimal(change.price_minor, change.currency), "currency": change.currency}
    return {"sku": change.sku, "offers": [{"offerId": offer_id, "price": price}]}


def _judged(change: Change, rows: Sequence[Mapping[str, Any]], reference: str | None) -> Answer:
    """A call that eBay took (200 or 207) says row by row what it did; a row that is not there was not done."""
    faults = [shorten(f"{error.get('errorId')}: {said_of(error)}") for row in rows for error in entries(row.get("errors"))]
    is_done = bool(rows) and all(row.get("statusCode") == 200 for row in rows) and not faults
    message = "taken" if is_done else "; ".join(faults) or "eBay's answer does not speak of it"
    return Answer(change.job_id, is_done, message, reference)


def _judged_here(gateway: Gateway, change: Change, offer: Offer | None) -> Answer:
    shown = _of_offer(gateway, change, offer) if offer else listed_elsewhere.shown(gateway, change)
    if shown is None:
        return Answer(change.job_id, False, "eBay shows no such listing (judged here, because it has no trial run)")
    return Answer(change.job_id, True, f"would be sent (judged here, because eBay has no trial run; it shows {shown} now)")


def _shown(gateway: Gateway, change: Change) -> int | None:
    offer = offer_of(gateway, change)
    return _of_offer(gateway, change, offer) if offer else listed_elsewhere.shown(gateway, change)


def _of_offer(gateway: Gateway, change: Change, offer: Offer) -> int | None:
    if isinstance(change, PriceChange):
        price = (offer.record.get("pricingSummary") or {}).get("price") or {}
        return listed_elsewhere.minor_of(price.get("value"), price.get("currency"), change.currency)
    item = item_of(gateway, change.sku)
    told = [value for value in (_quantity(item), offer.record.get("availableQuantity")) if type(value) is int]
    return min(told) if told else None


def item_of(gateway: Gateway, sku: str) -> Mapping[str, Any] | None:
    """The inventory item of an SKU; None where there is none."""
    ask = Ask("getInventoryItem", f"{INVENTORY}/inventory_item/{quote(sku, safe='')}", note=f"SKU {sku}", tolerates=(404,))
    reply = gateway.send(ask)
    return reply.json if reply.status == 200 and isinstance(reply.json, Mapping) else None


def _quantity(item: Any) -> Any:
    for step in ("availability", "shipToLocationAvailability", "quantity"):
        item = item.get(step) if isinstance(item, Mapping) else None
    return item
