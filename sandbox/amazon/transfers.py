"""Transfers 2024-06-01: listPayouts. https://developer-docs.amazon.com/sp-api/docs/transfers-api-v2024-06-01-reference"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, currency_amount, instant
from sandbox.amazon.gate import Call, Operation, same_question
from sandbox.amazon.places import PLACES
from sandbox.market import House
from sandbox.world.cast import SITES
from sandbox.world.model import Payout, Shop

PAGE = 10
ACCOUNT_TYPE = "STANDARD_ORDERS"
SENT_AFTER = timedelta(hours=6)
FIXED = ("marketplaceIds", "createdAfter", "createdBefore", "payoutId", "accountType")


def paid_out(house: House, shop: Shop) -> list[Payout]:
    """Closed statements with something to pay: one that ends at nothing is carried over, and no payout is made of it."""
    return [payout for payout in house.snapshot.payouts[shop.name] if payout.amount_minor]


def history(payout: Payout, at: datetime) -> list[tuple[str, datetime]]:
    """(status, since), oldest first, as far as it has happened before ``at``."""
    end = "FAILED" if payout.fails else "PAID"
    steps = (("STARTED", payout.ends_at), ("IN_TRANSIT", payout.ends_at + SENT_AFTER), (end, payout.paid_at))
    return [step for step in steps if step[1] < at]


def list_payouts(call: Call) -> Answer:
    query = call.query
    ids = query.many("marketplaceIds")
    sites = [place.site for place in call.marketplaces(ids)] if ids else list(call.shop.sites)
    after, before = query.instant("createdAfter"), query.instant("createdBefore")
    kind, wanted = query.text("accountType"), query.text("payoutId")
    found = [
        payout for payout in paid_out(call.house, call.shop)
        if payout.site in sites and kind in (None, ACCOUNT_TYPE) and wanted in (None, numbers.settlement_id(payout.number))
        and (after is None or payout.ends_at >= after) and (before is None or payout.ends_at < before)
    ]
    found.sort(key=lambda payout: (call.shop.sites.index(payout.site), -payout.ends_at.timestamp()))
    asked, token, purpose = query.fixed(FIXED), query.text("nextToken"), f"payouts:{call.shop.name}"
    start = same_question(call.seals.open(purpose, token), asked, "nextToken")["start"] if token else 0
    body: dict[str, Any] = {"payouts": [_payout(call, payout) for payout in found[start:start + PAGE]]}
    if start + PAGE < len(found):
        body["nextToken"] = call.seals.close(purpose, {"asked": asked, "start": start + PAGE})
    return Answer(body)


def _payout(call: Call, payout: Payout) -> dict[str, Any]:
    site, steps, number = SITES[payout.site], history(payout, call.house.clock.horizon), numbers.settlement_id(payout.number)
    return {
        "id": number,
        "partnerMetadata": {
            "partnerId": numbers.seller_id(call.shop), "accountType": ACCOUNT_TYPE, "marketplaceId": PLACES[payout.site].marketplace_id,
        },
        "currentStatus": steps[-1][0],
        "statusHistory": [_step(status, at) for status, at in steps],
        "type": "SCHEDULED", "amount": currency_amount(payout.amount_minor, site.currency, site.decimals), "accountTail": "042",
        "paymentMethod": "BANK_ACCOUNT", "creationDate": instant(payout.ends_at),
        "period": {"startDate": instant(payout.starts_at), "endDate": instant(payout.ends_at)},
        "relatedIdentifiers": [{"relatedIdentifierName": "SETTLEMENT_ID", "relatedIdentifierValue": number}],
    }


def _step(status: str, at: datetime) -> dict[str, str]:
    told = {"status": status, "lastUpdatedDate": instant(at)}
    return told | ({"failureReason": "The account is closed."} if status == "FAILED" else {})


OPERATIONS = (Operation("listPayouts", "GET", "/finances/transfers/2024-06-01/payouts", 0, 0.5, 10, list_payouts),)
