"""patchListingsItem: what can be written, what is answered, and what a replace takes with it.

A body that makes no sense as a request is refused (400). One that makes no sense for the article is answered 200 with
status INVALID and an issue; what is ACCEPTED shows a while later, under bad luck never.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, invalid
from sandbox.amazon.gate import Call
from sandbox.amazon.listing_body import PRODUCT_TYPES, Item
from sandbox.amazon.places import PLACES
from sandbox.amazon.siblings import keep_lead_time

OPS = ("add", "replace", "merge", "delete")
STOCK = "/attributes/fulfillment_availability"
_LEAD = "lead_time_to_ship_max_days"


def patch_item(call: Call, item: Item) -> Answer:
    mode = call.query.text("mode", allowed=("VALIDATION_PREVIEW",))
    included = call.query.many("includedData", allowed=("identifiers", "issues")) or ["issues"]
    product_type, patches = _request(call)
    issues = _type_issues(item, product_type) + [issue for patch in patches for issue in _issues(item, patch)]
    status = "INVALID" if issues else "VALID" if mode else "ACCEPTED"
    if status == "ACCEPTED":
        for patch in patches:
            _apply(call, item, patch)
    body: dict[str, Any] = {"sku": item.sku, "status": status, "submissionId": secrets.token_hex(16), "issues": issues}
    if "identifiers" in included and mode:
        body["identifiers"] = [
            {"marketplaceId": PLACES[each.site].marketplace_id, "asin": numbers.asin(each.product)} for each in item.listings
        ]
    return Answer(body)


def _request(call: Call) -> tuple[str, list[dict[str, Any]]]:
    """The body's product type and patches. Raises Refusal for anything that is not such a body."""
    try:
        body = json.loads(call.body)
    except ValueError:
        raise invalid("The request body is not JSON.") from None
    patches = body.get("patches") if isinstance(body, dict) else None
    if not isinstance(patches, list) or not patches or not isinstance(body.get("productType"), str):
        raise invalid("The request body needs productType and at least one of patches.")
    for patch in patches:
        _check(patch)
    return body["productType"], patches


def _check(patch: Any) -> None:
    if not isinstance(patch, dict) or patch.get("op") not in OPS or not isinstance(patch.get("path"), str):
        raise invalid("Every patch needs an op of add, replace, merge, delete, and a path.")
    steps = patch["path"].split("/")
    if len(steps) != 3 or steps[:2] != ["", "attributes"] or not steps[2]:
        raise invalid("Only top-level attributes can be patched.", f"Invalid path: {patch['path']}")
    value = patch.get("value")
    if (value is not None or patch["op"] != "delete") and (
        not isinstance(value, list) or not value or not all(isinstance(entry, dict) for entry in value)
    ):
        raise invalid("The value of a patch is a list of objects.")


def _type_issues(item: Item, product_type: str) -> list[dict[str, Any]]:
    if product_type in ("PRODUCT", PRODUCT_TYPES[item.listings[0].product.category]):
        return []
    return [_issue("4000004", f"The product type {product_type} is not this item's.", "productType", "INVALID_ATTRIBUTE")]


def _issues(item: Item, patch: dict[str, Any]) -> list[dict[str, Any]]:
    """Why the article cannot take this patch; empty where it can."""
    name = patch["path"].rsplit("/", 1)[1]
    if patch["path"] != STOCK:
        return [_issue("90000900", f"The attribute {name} cannot be changed by this seller.", name, "INVALID_ATTRIBUTE")]
    if item.is_by_marketplace:
        return [_issue("13013", "The stock of an item that Amazon fulfils cannot be written.", name, "INVALID_ATTRIBUTE")]
    return [issue for entry in patch.get("value") or () for issue in _entry_issues(entry, patch["op"])]


def _entry_issues(entry: dict[str, Any], op: str) -> list[dict[str, Any]]:
    name, channel, quantity = "fulfillment_availability", entry.get("fulfillment_channel_code"), entry.get("quantity")
    if channel is None:
        return [_issue("90220", "fulfillment_channel_code is required but missing.", name, "MISSING_ATTRIBUTE")]
    if channel != "DEFAULT":
        return [_issue("90244", f"The fulfilment channel {channel} is not enabled for this item.", name, "INVALID_ATTRIBUTE")]
    if "quantity" in entry and (not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0):
        return [_issue("90244", "quantity must be a whole number of 0 or more.", name, "INVALID_ATTRIBUTE")]
    if op != "delete" and not {"quantity", _LEAD} & set(entry):
        return [_issue("90220", "quantity is required but missing.", name, "MISSING_ATTRIBUTE")]
    return []


def _issue(code: str, message: str, attribute: str, category: str) -> dict[str, Any]:
    return {"code": code, "message": message, "severity": "ERROR", "attributeNames": [attribute], "categories": [category]}


def _apply(call: Call, item: Item, patch: dict[str, Any]) -> None:
    """merge changes the fields it names; add and replace put the entry in place of the old one, siblings and all."""
    entry: dict[str, Any] = {} if patch["op"] == "delete" else patch["value"][-1]
    for listing in item.listings:
        if patch["op"] != "merge" or "quantity" in entry:
            call.house.stock.write(listing.shop, listing.site, listing.sku, entry.get("quantity", 0))
        if patch["op"] != "merge" or _LEAD in entry:
            keep_lead_time(call.house, listing, entry.get(_LEAD))
