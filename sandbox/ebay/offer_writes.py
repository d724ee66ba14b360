"""createOffer, updateOffer, publishOffer, withdrawOffer, as the Inventory API's reference describes them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from sandbox.ebay import ids
from sandbox.ebay.answer_goods import DOMAIN, price_of
from sandbox.ebay.asked import Asked
from sandbox.ebay.errors import Refused
from sandbox.ebay.goods import Goods
from sandbox.ebay.written import WrittenOffer
from sandbox.world.model import Listing

OWN = (
    "categoryId", "listingDuration", "listingPolicies", "merchantLocationKey", "listingDescription", "includeCatalogProductDetails",
    "quantityLimitPerBuyer", "secondaryCategoryId", "storeCategoryNames", "tax",
)
BESIDE_PRICE = (  # of a pricing summary: an offer's own fields, while the price itself also has writes of its own
    "auctionReservePrice", "auctionStartPrice", "minimumAdvertisedPrice", "originalRetailPrice", "originallySoldForRetailPriceOn",
    "pricingVisibility",
)
NEEDED = ("categoryId", "merchantLocationKey")
POLICIES = ("fulfillmentPolicyId", "paymentPolicyId", "returnPolicyId")


class OfferWrites:
    def __init__(self, goods: Goods) -> None:
        self._goods = goods

    def create(self, asked: Asked) -> Response:
        body = self._body(asked)
        sku, place, form = (body.get(name) for name in ("sku", "marketplaceId", "format"))
        listing = next((each for each in self._goods.in_inventory(asked.shop) if each.sku == sku), None)
        if listing is None:
            raise Refused(404, 25702, f"SKU {sku} is not available in the system", DOMAIN)
        if place != ids.marketplace(listing.site) or form != "FIXED_PRICE":
            raise Refused(400, 25709, "Invalid value for marketplaceId or format.", DOMAIN)
        if self._goods.status(listing) != "deleted":
            raise Refused(400, 25002, f"Offer entity already exists. offerId: {ids.offer_id(listing)}", DOMAIN)
        self._set(listing, body)
        self._goods.write_offer(listing, WrittenOffer(_own(body), is_published=False, rounds=0))
        return JSONResponse({"offerId": ids.offer_id(listing)}, 201)

    def update(self, asked: Asked) -> Response:
        """Replaces the whole offer: a field that is left out is gone. Price and quantity of a live one must be there."""
        listing, body = self._offered(asked), self._body(asked)
        if not (body.get("pricingSummary") or {}).get("price") or "availableQuantity" not in body:
            raise Refused(400, 25709, "Invalid value for price or availableQuantity. They are required", DOMAIN)
        if not self._goods.is_revisable(listing):
            raise Refused(400, 25002, "The listing was revised 250 times today and cannot be revised before tomorrow.", DOMAIN, "BUSINESS")
        known = self._goods.offer(listing)
        is_published, rounds = (known.is_published, known.rounds) if known else (self._goods.status(listing) == "active", 0)
        self._set(listing, body)
        self._goods.write_offer(listing, WrittenOffer(_own(body), is_published, rounds))
        return Response(status_code=204)

    def publish(self, asked: Asked) -> Response:
        listing = self._offered(asked)
        asked.json(25002)  # no body: 411 at the real door, refused here too
        if self._goods.status(listing) == "active":
            warning = {**Refused(200, 25402, "The offer is published already.", DOMAIN).row()}
            return JSONResponse({"listingId": self._goods.item_id(listing), "warnings": [warning]})
        fields = self._goods.fields(listing)
        missing = [name for name in NEEDED if not fields.get(name)]
        policies = fields.get("listingPolicies")
        missing += [name for name in POLICIES if not (isinstance(policies, Mapping) and policies.get(name))]
        if missing:
            raise Refused(400, 25020, f"A required field is missing or empty: {', '.join(missing)}", DOMAIN, "BUSINESS")
        known = self._goods.offer(listing)
        was_live = listing.status != "pending" if known is None else listing.status != "deleted" or bool(known.rounds)
        rounds = (known.rounds if known else 0) + was_live
        self._goods.write_offer(listing, WrittenOffer(fields, is_published=True, rounds=rounds))
        return JSONResponse({"listingId": self._goods.item_id(listing)})

    def withdraw(self, asked: Asked) -> Response:
        listing = self._offered(asked)
        if self._goods.status(listing) == "pending":
            raise Refused(400, 25002, "The offer is not published.", DOMAIN, "BUSINESS")
        ended, known = self._goods.item_id(listing), self._goods.offer(listing)
        self._goods.write_offer(listing, WrittenOffer(self._goods.fields(listing), is_published=False, rounds=known.rounds if known else 0))
        return JSONResponse({"listingId": ended})

    def _offered(self, asked: Asked) -> Listing:
        wanted = asked.arguments[0]
        listing = next((each for each in self._goods.in_inventory(asked.shop) if ids.offer_id(each) == wanted), None)
        if listing is None or self._goods.status(listing) == "deleted":
            raise Refused(404, 25713, f"This Offer is not available : {wanted}.", DOMAIN)
        if ids.is_variation(listing):
            raise Refused(400, 25741, "The SKU belongs to an inventory item group: publish or withdraw the group.", DOMAIN, "BUSINESS")
        return listing

    def _body(self, asked: Asked) -> dict[str, object]:
        if not asked.headers.get("content-language"):
            raise Refused(400, 25709, "Invalid value for header Content-Language.", DOMAIN)
        return asked.json(25002)

    def _set(self, listing: Listing, body: Mapping[str, object]) -> None:
        price = (body.get("pricingSummary") or {}).get("price")
        quantity = body.get("availableQuantity")
        if quantity is not None and (type(quantity) is not int or quantity < 0):
            raise Refused(400, 25709, "Invalid value for availableQuantity.", DOMAIN)
        if price:
            self._goods.set_price(listing, price_of(price, listing))
        if quantity is not None:
            self._goods.set_quantity(listing, quantity)


def _own(body: Mapping[str, object]) -> dict[str, object]:
    pricing = body.get("pricingSummary") or {}
    beside = {name: pricing[name] for name in BESIDE_PRICE if name in pricing}
    return {**{name: body[name] for name in OWN if name in body}, **({"pricingSummary": beside} if beside else {})}
