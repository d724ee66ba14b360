"""One SKU as Listings Items 2021-08-01 shows it, over the marketplaces that were asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import decimal_text, instant, money
from sandbox.amazon.places import PLACES
from sandbox.amazon.siblings import lead_time
from sandbox.market import House
from sandbox.world.cast import SITES
from sandbox.world.model import Listing

PRODUCT_TYPES = {"lamps": "LAMP", "outdoor": "SPORTING_GOODS", "tea": "TEA"}


def changed_at(house: House, listing: Listing) -> datetime:
    """The last change of the listing itself: the world's, or a stock written from outside that has taken effect."""
    key, now = (listing.shop, listing.site, listing.sku), house.clock.now()
    written = [write.applies_at for write in house.stock.writes() if write.key == key and write.applies_at and write.applies_at <= now]
    return max([listing.changed_at, *written])


def statuses(listing: Listing) -> list[str]:
    """An inactive listing is either still found by buyers or not even that; a suppressed one is taken down."""
    if listing.status == "active":
        return ["BUYABLE", "DISCOVERABLE"]
    return ["DISCOVERABLE"] if listing.status == "inactive" and listing.number % 2 else []


def issues_of(listing: Listing) -> list[dict[str, Any]]:
    place = PLACES[listing.site]
    if listing.status == "suppressed":
        return [{
            "code": "18027", "message": "The listing lacks a main image.", "severity": "ERROR",
            "attributeNames": ["main_product_image_locator"], "categories": ["MISSING_ATTRIBUTE"], "marketplaceIds": [place.marketplace_id],
            "enforcements": {"actions": [{"action": "LISTING_SUPPRESSED"}], "exemption": {"status": "NOT_EXEMPT"}},
        }]
    if listing.number % 5 == 0:
        return [{
            "code": "99300", "message": "A bullet point is longer than recommended.", "severity": "WARNING",
            "attributeNames": ["bullet_point"], "categories": ["INVALID_ATTRIBUTE"], "marketplaceIds": [place.marketplace_id],
        }]
    return []


@dataclass
class Item:
    """One SKU and its listing on each marketplace asked for."""

    house: House
    sku: str
    listings: list[Listing]

    def created_at(self) -> datetime:
        return min(listing.listed_at for listing in self.listings)

    def updated_at(self) -> datetime:
        return max(changed_at(self.house, listing) for listing in self.listings)

    def severities(self) -> set[str]:
        return {issue["severity"] for listing in self.listings for issue in issues_of(listing)}

    @property
    def is_by_marketplace(self) -> bool:
        return self.listings[0].fulfilled_by == "marketplace"


def item_body(item: Item, included: Collection[str]) -> dict[str, Any]:
    return {"sku": item.sku, **{part: made(item) for part, made in _PARTS.items() if part in included}}


def _summaries(item: Item) -> list[dict[str, Any]]:
    return [_summary(item.house, listing) for listing in item.listings]


def _summary(house: House, listing: Listing) -> dict[str, Any]:
    place = PLACES[listing.site]
    return {
        "marketplaceId": place.marketplace_id, "asin": numbers.asin(listing.product),
        "productType": PRODUCT_TYPES[listing.product.category], "conditionType": "new_new", "status": statuses(listing),
        **({"fnSku": numbers.fnsku(listing)} if listing.fulfilled_by == "marketplace" else {}),
        "itemName": listing.product.titles[SITES[listing.site].language],
        "createdDate": instant(listing.listed_at), "lastUpdatedDate": instant(changed_at(house, listing)),
        "mainImage": {"link": f"https://images.example/{numbers.asin(listing.product)}.jpg", "height": 500, "width": 500},
    }


def _offers(item: Item) -> list[dict[str, Any]]:
    """The price for everybody; for some articles also one for businesses, a tenth below."""
    found = []
    for listing in item.listings:
        site = SITES[listing.site]
        prices = [("B2C", listing.price_minor)] + ([("B2B", listing.price_minor * 9 // 10)] if listing.number % 3 == 0 else [])
        found += [
            {
                "marketplaceId": PLACES[listing.site].marketplace_id, "offerType": kind,
                "price": money(minor, site.currency, site.decimals), "audience": {"value": "ALL" if kind == "B2C" else "B2B"},
            }
            for kind, minor in prices
        ]
    return found


def _availability(item: Item) -> list[dict[str, Any]]:
    first = item.listings[0]
    if item.is_by_marketplace:
        return [{"fulfillmentChannelCode": PLACES[first.site].channel}]
    return [{"fulfillmentChannelCode": "DEFAULT", "quantity": item.house.stock.quantity(first.shop, first.site, first.sku)}]


def _attributes(item: Item) -> Mapping[str, Any]:
    first = item.listings[0]
    shown: dict[str, Any] = {
        "item_name": [
            {"value": each.product.titles[SITES[each.site].language], "marketplace_id": PLACES[each.site].marketplace_id}
            for each in item.listings
        ],
        "purchasable_offer": [_purchasable(each) for each in item.listings],
    }
    if not item.is_by_marketplace:
        entry: dict[str, Any] = {
            "fulfillment_channel_code": "DEFAULT", "quantity": item.house.stock.quantity(first.shop, first.site, first.sku),
        }
        lead = lead_time(item.house, first)
        shown["fulfillment_availability"] = [entry | ({"lead_time_to_ship_max_days": lead} if lead is not None else {})]
    return shown


def _purchasable(listing: Listing) -> dict[str, Any]:
    site = SITES[listing.site]
    price = float(decimal_text(listing.price_minor, site.decimals)) if site.decimals else listing.price_minor
    return {
        "marketplace_id": PLACES[listing.site].marketplace_id, "currency": site.currency, "audience": "ALL",
        "our_price": [{"schedule": [{"value_with_tax": price}]}],
    }


def _issues(item: Item) -> list[dict[str, Any]]:
    return [issue for listing in item.listings for issue in issues_of(listing)]


def _product_types(item: Item) -> list[dict[str, Any]]:
    return [
        {"marketplaceId": PLACES[each.site].marketplace_id, "productType": PRODUCT_TYPES[each.product.category]} for each in item.listings
    ]


_PARTS = {
    "summaries": _summaries, "attributes": _attributes, "issues": _issues, "offers": _offers,
    "fulfillmentAvailability": _availability, "procurement": lambda item: [], "relationships": lambda item: [],
    "productTypes": _product_types,
}
