"""Inventory v1: items, offers, and the bulk write. Both listings' offset is a page number."""

from __future__ import annotations

import re
from decimal import Decimal

from starlette.responses import JSONResponse, Response

from sandbox.ebay import ids
from sandbox.ebay.asked import Asked
from sandbox.ebay.errors import Refused
from sandbox.ebay.goods import Goods
from sandbox.world import SITES
from sandbox.world.model import Listing

DOMAIN = "API_INVENTORY"
MOST_ROWS = 25
LISTING_STATUS = {"active": "ACTIVE", "inactive": "ENDED", "suppressed": "EBAY_ENDED"}


class Inventory:
    """Answers about one house's goods."""

    def __init__(self, goods: Goods) -> None:
        self._goods = goods

    def items(self, asked: Asked) -> Response:
        limit = asked.whole("limit", 25, 1, 200, 25706, DOMAIN)
        page = asked.whole("offset", 0, 0, 10**6, 25706, DOMAIN)
        found = self._goods.in_inventory(asked.shop)
        rows = [self._item(listing) for listing in found[page * limit : (page + 1) * limit]]
        return JSONResponse({**_paged(asked, len(found), limit, page), "inventoryItems": rows})

    def item(self, asked: Asked) -> Response:
        found = next((each for each in self._goods.in_inventory(asked.shop) if each.sku == asked.arguments[0]), None)
        if found is None:
            raise Refused(404, 25710, "We didn't find the resource/entity you are requesting. Please verify the request", DOMAIN)
        return JSONResponse(self._item(found))

    def _item(self, listing: Listing) -> dict[str, object]:
        site = SITES[listing.site]
        title = listing.product.titles[site.language]
        return {
            "sku": listing.sku, "locale": f"{site.language}_{site.code}", "condition": "NEW",
            "product": {"title": title, "description": f"<p>{title}</p>", "imageUrls": ["https://images.example/1.jpg"]},
            "packageWeightAndSize": {"weight": {"value": listing.product.weight_g / 1000, "unit": "KILOGRAM"}},
            "availability": {"shipToLocationAvailability": {"quantity": self._goods.quantity(listing)}},
            **({"inventoryItemGroupKeys": [f"group{ids.item_id(listing)}"]} if ids.is_variation(listing) else {}),
        }

    def offers(self, asked: Asked) -> Response:
        sku = asked.query.get("sku")
        if not sku:
            raise Refused(400, 25709, "Invalid value for sku. sku is required", DOMAIN)
        limit = asked.whole("limit", 100, 1, 100, 25706, DOMAIN)
        page = asked.whole("offset", 0, 0, 10**6, 25706, DOMAIN)
        found = self._goods.offered(asked.shop, sku)
        if not found:
            raise Refused(404, 25713, "This Offer is not available : no offer of this SKU.", DOMAIN)
        rows = [self._offer(listing) for listing in found[page * limit : (page + 1) * limit]]
        return JSONResponse({**_paged(asked, len(found), limit, page), "offers": rows})

    def _offer(self, listing: Listing) -> dict[str, object]:
        quantity, status = self._goods.quantity(listing), self._goods.status(listing)
        is_published = status != "pending"
        word = LISTING_STATUS.get(status, "")
        word = "OUT_OF_STOCK" if word == "ACTIVE" and not quantity else word
        own = self._goods.fields(listing)
        return {
            **own,
            "offerId": ids.offer_id(listing), "sku": listing.sku, "marketplaceId": ids.marketplace(listing.site), "format": "FIXED_PRICE",
            "availableQuantity": quantity,
            "status": "PUBLISHED" if is_published else "UNPUBLISHED",
            "pricingSummary": {**(own.get("pricingSummary") or {}), "price": ids.amount(self._goods.price(listing), listing.site)},
            **({"listing": {"listingId": self._goods.item_id(listing), "listingStatus": word, "soldQuantity": 0}} if is_published else {}),
        }

    def bulk_update(self, asked: Asked) -> Response:
        """Rows are judged one by one: 207 where some were refused."""
        rows = asked.json(25002).get("requests")
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
            raise Refused(400, 25709, f"Invalid value for requests. 1 to {MOST_ROWS} are allowed", DOMAIN)
        answers = [answer for row in rows for answer in self._update(asked, row if isinstance(row, dict) else {})]
        is_whole = all(answer["statusCode"] == 200 for answer in answers)
        return JSONResponse({"responses": answers}, 200 if is_whole else 207)

    def _update(self, asked: Asked, row: dict[str, object]) -> list[dict[str, object]]:
        sku = row.get("sku")
        listing = next((each for each in self._goods.in_inventory(asked.shop) if each.sku == sku), None)
        offers = row.get("offers") or []
        try:
            if listing is None:
                raise Refused(404, 25702, f"SKU {sku} is not available in the system", DOMAIN)
            ceiling = row.get("shipToLocationAvailability")
            quantity = ceiling.get("quantity") if isinstance(ceiling, dict) else None
            changes = [self._judged(asked, listing, offer) for offer in offers]
            self._apply(listing, quantity, changes)
        except Refused as refused:
            return [{"statusCode": refused.status, "sku": sku, "errors": [refused.row()], "warnings": []}]
        done = [{"offerId": offer["offerId"]} for offer in offers] or [{}]
        return [{"statusCode": 200, "sku": sku, **each, "errors": [], "warnings": []} for each in done]

    def _judged(self, asked: Asked, listing: Listing, offer: object) -> tuple[object, int | None]:
        """(quantity, price in minor units) of one offer's change."""
        told = offer if isinstance(offer, dict) else {}
        if told.get("offerId") != ids.offer_id(listing) or self._goods.status(listing) == "deleted":
            raise Refused(404, 25713, f"This Offer is not available : {told.get('offerId')}.", DOMAIN)
        return told.get("availableQuantity"), price_of(told["price"], listing) if told.get("price") else None

    def _apply(self, listing: Listing, ceiling: object, changes: list[tuple[object, int | None]]) -> None:
        quantities = [value for value in (ceiling, *(each for each, _ in changes)) if value is not None]
        if any(type(value) is not int or value < 0 for value in quantities):
            raise Refused(400, 25709, "Invalid value for quantity.", DOMAIN)
        if not self._goods.is_revisable(listing):
            raise Refused(400, 25002, "The listing was revised 250 times today and cannot be revised before tomorrow.", DOMAIN, "BUSINESS")
        if quantities:
            self._goods.set_quantity(listing, min(quantities))
        for _, minor in changes:
            if minor is not None:
                self._goods.set_price(listing, minor)


def price_of(told: object, listing: Listing) -> int:
    """Minor units of a wanted price. Raises Refused: no amount, or another currency than the site's."""
    site = SITES[listing.site]
    value = told.get("value") if isinstance(told, dict) else None
    if not re.fullmatch(r"\d+(\.\d{1,2})?", str(value)) or told.get("currency") != site.currency:
        raise Refused(400, 25709, "Invalid value for price.", DOMAIN)
    return int(Decimal(str(value)).scaleb(site.decimals))


def _paged(asked: Asked, total: int, limit: int, page: int) -> dict[str, object]:
    more = {"next": asked.href(limit=limit, offset=page + 1)} if (page + 1) * limit < total else {}
    return {"href": asked.href(), "total": total, "size": -(-total // limit), "limit": limit, **more}
