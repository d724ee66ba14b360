"""Sellers v1: getMarketplaceParticipations, the cheap proof that a login works."""

from __future__ import annotations

from typing import Any

from sandbox.amazon.answers import Answer
from sandbox.amazon.gate import Call, Operation
from sandbox.amazon.places import Place
from sandbox.world.cast import SITES


def participations(call: Call) -> Answer:
    return Answer({"payload": [_participation(call, place) for place in call.places]})


def _participation(call: Call, place: Place) -> dict[str, Any]:
    return {
        "marketplace": {
            "id": place.marketplace_id, "countryCode": place.site, "name": place.name, "defaultCurrencyCode": SITES[place.site].currency,
            "defaultLanguageCode": place.language, "domainName": place.domain,
        },
        "storeName": call.shop.client.capitalize(),
        "participation": {"isParticipating": True, "hasSuspendedListings": False},
    }


OPERATIONS = (Operation("getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations", 0, 0.016, 15, participations),)
