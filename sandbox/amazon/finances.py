"""Finances 2024-06-19: listTransactions. https://developer-docs.amazon.com/sp-api/docs/finances-api-v2024-06-19-reference"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, currency_amount, instant, invalid
from sandbox.amazon.gate import Call, Operation, same_question
from sandbox.amazon.places import PLACES, Place
from sandbox.market import House
from sandbox.world.cast import SITES
from sandbox.world.model import Posting, Shop

PAGE = 100
FRESHEST = timedelta(minutes=2)
LONGEST = timedelta(days=180)
UNSETTLED = timedelta(hours=48)  # what orders brought in this time is not shown yet
STATUSES = ("DEFERRED", "RELEASED", "DEFERRED_RELEASED")
RELATED = ("FINANCIAL_EVENT_GROUP_ID", "ORDER_ID")
FIXED = ("postedAfter", "postedBefore", "marketplaceId", "transactionStatus", "relatedIdentifierName", "relatedIdentifierValue")

TYPES = {
    "sale": ("Shipment", "Order Payment"), "refund": ("Refund", "Refund Order"), "service_fee": ("ServiceFee", "Subscription"),
    "adjustment": ("Adjustment", "FBA Inventory Reimbursement"),
}
# Where an amount stands in the breakdown tree: the branch's type, then the leaf's.
LEAVES = {
    "principal": ("ProductCharges", "Principal"), "tax": ("Tax", "ProductTax"), "shipping": ("Shipping", "ShippingCharge"),
    "discount": ("PromotionalRebates", "PromoDiscount"), "commission": ("AmazonFees", "Commission"),
    "fulfilment_fee": ("AmazonFees", "FBAPerUnitFulfillmentFee"), "subscription": ("AmazonFees", "SubscriptionFee"),
    "adjustment": ("Adjustment", "FreeReplacementRefundItems"),
}


def visible(house: House, shop: Shop) -> list[Posting]:
    """A shop's bookings as far as Amazon shows them: what comes from orders only after two days."""
    edge = house.clock.horizon - UNSETTLED
    return [posting for posting in house.snapshot.postings[shop.name] if posting.order is None or posting.at < edge]


def status_of(posting: Posting, at: datetime) -> str:
    if posting.released_at <= posting.at:
        return "RELEASED"
    return "DEFERRED_RELEASED" if posting.released_at < at else "DEFERRED"


def branches(posting: Posting) -> list[tuple[str, list[tuple[str, int]]]]:
    """The breakdown tree: (branch type, [(leaf type, minor units)]), in order of first appearance."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name, minor in posting.amounts:
        branch, leaf = LEAVES[name]
        found.setdefault(branch, []).append((leaf, minor))
    return list(found.items())


def list_transactions(call: Call) -> Answer:
    after, before = _span(call)
    place = _place(call)
    wanted = _related(call)
    status = call.query.text("transactionStatus", allowed=STATUSES)
    token = call.query.text("nextToken")
    facts = _facts(call, token)
    too_long = after is not None and before - after > LONGEST
    found = [] if too_long else [
        posting for posting in visible(call.house, call.shop)
        if (after is None or after <= posting.at) and posting.at < before and _of_place(posting, place)
        and (status is None or status_of(posting, call.house.clock.horizon) == status)
        and (wanted is None or wanted in _identifiers(posting))
    ]
    return Answer({"payload": _page(call, found, facts)})


def _page(call: Call, found: list[Posting], facts: Mapping[str, Any]) -> dict[str, Any]:
    """A page, and after the first one that is not the last an empty one: that happens, and is no end."""
    start, is_empty = facts["start"], facts["is_empty"]
    end = start if is_empty else start + PAGE
    body: dict[str, Any] = {"transactions": [_transaction(call, posting) for posting in found[start:end]]}
    if end < len(found):
        following = {"asked": call.query.fixed(FIXED), "start": end, "is_empty": start == 0 and not is_empty}
        body["nextToken"] = call.seals.close(f"finances:{call.shop.name}", following)
    return body


def _facts(call: Call, token: str | None) -> Mapping[str, Any]:
    if token is None:
        return {"start": 0, "is_empty": False}
    return same_question(call.seals.open(f"finances:{call.shop.name}", token), call.query.fixed(FIXED), "nextToken")


def _span(call: Call) -> tuple[datetime | None, datetime]:
    query = call.query
    after, before = query.instant("postedAfter"), query.instant("postedBefore")
    if after is None and "relatedIdentifierName" not in query:
        raise invalid("Start date cannot be null", "postedAfter is required without a related identifier.")
    latest = call.now - FRESHEST
    if (after and after > latest) or (before and before > latest):
        raise invalid("postedAfter and postedBefore must be more than two minutes before the time of the request.")
    before = before or latest
    if after and before <= after:
        raise invalid("postedBefore must be later than postedAfter.")
    return after, before


def _place(call: Call) -> Place | str | None:
    """The marketplace asked for; an id of ours where the seller does not sell leads to nothing."""
    wanted = call.query.text("marketplaceId")
    if wanted is None:
        return None
    return next(iter(call.marketplaces([wanted])), wanted)


def _of_place(posting: Posting, place: Place | str | None) -> bool:
    """Asked for the US store by name, Amazon leaves out what its merchants shipped themselves."""
    if place is None:
        return True
    is_us_merchant = posting.site == "US" and posting.order is not None and posting.order.fulfilled_by == "seller"
    return PLACES[posting.site] == place and not is_us_merchant


def _related(call: Call) -> tuple[str, str] | None:
    name = call.query.text("relatedIdentifierName", allowed=RELATED)
    value = call.query.text("relatedIdentifierValue")
    if (name is None) != (value is None):
        raise invalid("relatedIdentifierName and relatedIdentifierValue must be provided together.")
    return (name, value) if name and value else None


def _identifiers(posting: Posting) -> list[tuple[str, str]]:
    found = [("FINANCIAL_EVENT_GROUP_ID", numbers.event_group_id(posting.payout)), ("SETTLEMENT_ID", numbers.settlement_id(posting.payout))]
    return ([("ORDER_ID", numbers.order_id(posting.order))] if posting.order else []) + found


def _transaction(call: Call, posting: Posting) -> dict[str, Any]:
    place, total = PLACES[posting.site], sum(minor for _, minor in posting.amounts)
    kind, description = TYPES[posting.kind]
    body: dict[str, Any] = {
        "sellingPartnerMetadata": {
            "sellingPartnerId": numbers.seller_id(call.shop), "accountType": "STANDARD_ORDERS", "marketplaceId": place.marketplace_id,
        },
        "relatedIdentifiers": [
            {"relatedIdentifierName": name, "relatedIdentifierValue": value} for name, value in _identifiers(posting)
        ],
        "transactionType": kind, "transactionId": numbers.transaction_id(posting),
        "transactionStatus": status_of(posting, call.house.clock.horizon), "description": description,
        "postedDate": instant(posting.at), "totalAmount": _amount(posting, total),
        "marketplaceDetails": {"marketplaceId": place.marketplace_id, "marketplaceName": place.name},
    }
    if posting.order is None:
        return body | {"items": [], "contexts": [], "breakdowns": _breakdowns(posting)}
    deferred = {"contextType": "DeferredContext", "deferralReason": "DD7", "maturityDate": instant(posting.released_at)}
    return body | {
        "items": [_item(posting, total)], "contexts": [deferred] if posting.released_at > posting.at else [], "breakdowns": [],
    }


def _item(posting: Posting, total: int) -> dict[str, Any]:
    line = posting.order.lines[posting.line]
    network = "AFN" if line.fulfilled_by == "marketplace" else "MFN"
    product = {
        "contextType": "ProductContext", "asin": numbers.asin(line.listing.product), "sku": line.listing.sku,
        "quantityShipped": line.quantity, "fulfillmentNetwork": network,
    }
    return {
        "description": line.title, "totalAmount": _amount(posting, total), "relatedIdentifiers": [],
        "breakdowns": _breakdowns(posting), "contexts": [product],
    }


def _breakdowns(posting: Posting) -> list[dict[str, Any]]:
    return [
        {
            "breakdownType": branch, "breakdownAmount": _amount(posting, sum(minor for _, minor in leaves)),
            "breakdowns": [
                {"breakdownType": leaf, "breakdownAmount": _amount(posting, minor), "breakdowns": []} for leaf, minor in leaves
            ],
        }
        for branch, leaves in branches(posting)
    ]


def _amount(posting: Posting, minor: int) -> dict[str, Any]:
    site = SITES[posting.site]
    return currency_amount(minor, site.currency, site.decimals)


OPERATIONS = (Operation("listTransactions", "GET", "/finances/2024-06-19/transactions", 0, 0.5, 10, list_transactions),)
