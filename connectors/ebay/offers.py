"""Bring offers on sale and off it, and read them back.

An offer is made once for an SKU, site and format (a second one is refused by its number), so what eBay shows is read first.
``updateOffer`` replaces the whole offer: what is there is read, changed and sent back whole. To publish what is published does
no harm. An article that is one of several variations is published by its group, not by its offer, and refused here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.ebay import listed_elsewhere
from connectors.ebay.gateway import Ask, Gateway
from connectors.ebay.read_listings import INVENTORY, offers
from connectors.ebay.sites import LOCALE, marketplace
from connectors.ebay.stock import decimal, item_of
from connectors.errors import FatalError
from connectors.loose import entries
from connectors.writes import Answer, OfferChange

FIXED = "FIXED_PRICE"
POLICIES = {
    "fulfillmentPolicyId": "fulfillment_policy_id", "paymentPolicyId": "payment_policy_id", "returnPolicyId": "return_policy_id",
}
LOCATION = "location_key"
ONLY_SHOWN = ("offerId", "sku", "marketplaceId", "format", "status", "listing")  # of an offer's answer what an update does not take


def push_offers(gateway: Gateway, changes: Sequence[OfferChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in their order. Passing trouble is raised: what was done by then is found the next time."""
    return [_pushed(gateway, change, dry_run=dry_run) for change in changes]


def observe_offers(gateway: Gateway, changes: Sequence[OfferChange]) -> dict[str, Mapping[str, Any] | None]:
    """Job id → the asked fields as eBay shows them now; an article without an offer is not published, an unknown one is None."""
    found = {}
    for change in changes:
        record = offer_at(gateway, change)
        is_there = record is not None or item_of(gateway, change.sku) is not None
        found[change.job_id] = _shown(change, record) if is_there else None
    return found


def offer_at(gateway: Gateway, change: OfferChange) -> Mapping[str, Any] | None:
    """The fixed-price offer of an SKU on a site."""
    document = gateway.send(offers(change.sku)).json_or_none()
    mine = [
        record for record in entries(document.get("offers") if isinstance(document, Mapping) else None)
        if record.get("marketplaceId") == marketplace(change.site) and record.get("format", FIXED) == FIXED
    ]
    return mine[0] if mine else None


def _pushed(gateway: Gateway, change: OfferChange, *, dry_run: bool) -> Answer:
    why = _refused_here(gateway, change)
    if why:
        return Answer(change.job_id, False, f"{why}; nothing was sent")
    record = offer_at(gateway, change)
    if _shown(change, record) == change.asked:
        return Answer(change.job_id, True, "eBay shows it so already; nothing was sent", _listing(record))
    why = _refused_there(gateway, change, record)
    if why:
        return Answer(change.job_id, False, f"{why}; nothing was sent")
    if dry_run:
        return Answer(change.job_id, True, "would be sent (judged here, because eBay has no trial run)")
    try:
        return _published(gateway, change, record) if change.is_published else _withdrawn(gateway, change, record or {})
    except FatalError as error:
        return Answer(change.job_id, False, str(error))


def _refused_here(gateway: Gateway, change: OfferChange) -> str | None:
    if change.site not in gateway.shop.sites:
        return f"the shop does not sell on site {change.site}"
    if change.price_minor is not None and (change.price_minor < 1 or not change.currency):
        return f"{change.price_minor} {change.currency or '(no currency)'} is no price"
    if change.quantity is not None and change.quantity < 0:
        return f"{change.quantity} is no stock"
    return None


def _refused_there(gateway: Gateway, change: OfferChange, record: Mapping[str, Any] | None) -> str | None:
    item = item_of(gateway, change.sku)
    if item is None:
        return "eBay holds no article of this SKU (listings made on its own pages are none): make the inventory item first"
    if item.get("inventoryItemGroupKeys"):
        return "the article is one of several variations, which are published together by their group"
    if record is not None or not change.is_published:
        return None
    wanted = {"price": change.price_minor, "quantity": change.quantity, "category_id": change.category_id}
    missing = [name for name, value in wanted.items() if value is None]
    if missing:
        return f"eBay has no offer of it, and a new one needs {', '.join(missing)}"
    account = [name for name in (*POLICIES.values(), LOCATION) if not gateway.shop.account.get(name)]
    return f"a new offer needs {', '.join(account)} in the shop's `account` (client's file)" if account else None


def _shown(change: OfferChange, record: Mapping[str, Any] | None) -> dict[str, Any]:
    record = record or {}
    price = (record.get("pricingSummary") or {}).get("price") or {}
    told = {
        "is_published": record.get("status") == "PUBLISHED" and (record.get("listing") or {}).get("listingStatus") not in _OVER,
        "price_minor": listed_elsewhere.minor_of(price.get("value"), price.get("currency"), change.currency) if change.currency else None,
        "quantity": record.get("availableQuantity"), "category_id": record.get("categoryId"),
    }
    return {name: told[name] for name in change.asked}


_OVER = ("ENDED", "EBAY_ENDED")  # published once, and not for sale any more


def _published(gateway: Gateway, change: OfferChange, record: Mapping[str, Any] | None) -> Answer:
    wanted = _wanted(change)
    if record is None:
        number = _create(gateway, change, wanted)
    else:
        number = str(record.get("offerId"))
        whole = {name: value for name, value in record.items() if name not in ONLY_SHOWN}
        if "pricingSummary" in wanted:  # beside the price stand the price it was, the lowest to advertise and the like: not ours to end
            wanted["pricingSummary"] = {**(whole.get("pricingSummary") or {}), **wanted["pricingSummary"]}
        if any(whole.get(name) != value for name, value in wanted.items()):
            _send(gateway, change, "updateOffer", "PUT", f"/{number}", {**whole, **wanted}, is_json=False)
    reply = _send(gateway, change, "publishOffer", "POST", f"/{number}/publish", {})  # without a body eBay answers 411
    return Answer(change.job_id, True, "published", str(reply.json.get("listingId") or number))


def _create(gateway: Gateway, change: OfferChange, wanted: Mapping[str, Any]) -> str:
    account = gateway.shop.account
    body = {
        "sku": change.sku, "marketplaceId": marketplace(change.site), "format": FIXED, "listingDuration": "GTC", **wanted,
        "merchantLocationKey": account[LOCATION], "listingPolicies": {theirs: account[ours] for theirs, ours in POLICIES.items()},
        "includeCatalogProductDetails": False,  # else eBay's catalogue may overwrite the article's own words
    }
    # not repeated: a lost answer is found as an offer the next time
    return str(_send(gateway, change, "createOffer", "POST", "", body, is_repeatable=False).json.get("offerId"))


def _wanted(change: OfferChange) -> dict[str, Any]:
    fields: dict[str, Any] = {"availableQuantity": change.quantity, "categoryId": change.category_id}
    if change.price_minor is not None and change.currency:
        fields["pricingSummary"] = {"price": {"value": decimal(change.price_minor, change.currency), "currency": change.currency}}
    return {name: value for name, value in fields.items() if value is not None}


def _withdrawn(gateway: Gateway, change: OfferChange, record: Mapping[str, Any]) -> Answer:
    number = str(record.get("offerId"))
    reply = _send(gateway, change, "withdrawOffer", "POST", f"/{number}/withdraw", {})
    return Answer(change.job_id, True, "withdrawn", str(reply.json.get("listingId") or number))


def _send(gateway: Gateway, change: OfferChange, operation: str, method: str, path: str, body: Any, **how: Any) -> Any:
    headers = {"Content-Language": LOCALE[change.site]}
    return gateway.send(
        Ask(operation, f"{INVENTORY}/offer{path}", method=method, json=body, headers=headers, note=f"SKU {change.sku}", **how)
    )


def _listing(record: Mapping[str, Any] | None) -> str | None:
    number = ((record or {}).get("listing") or {}).get("listingId")
    return str(number) if number else None
