"""Fulfillment v1: orders, and their shipping fulfilments."""

from __future__ import annotations

import re
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from sandbox.ebay import ids, view
from sandbox.ebay.asked import Asked, criteria, instant, span
from sandbox.ebay.errors import Refused
from sandbox.ebay.view import Seen
from sandbox.ebay.written import Written, WrittenParcel
from sandbox.promises import deliver_by
from sandbox.world import SITES
from sandbox.world.fold import LineState

DOMAIN = "API_FULFILLMENT"
STATUS_SETS = ({"NOT_STARTED", "IN_PROGRESS"}, {"FULFILLED", "IN_PROGRESS"})
CARRIERS = {"DHL", "UPS", "USPS", "FedEx", "RoyalMail", "Hermes", "Evri", "DPD", "GLS", "Parcelforce", "DeutschePost", "Other"}
LONGEST = timedelta(days=730)


class Orders:
    """Answers about one house's orders."""

    def __init__(self, written: Written) -> None:
        self._written = written

    def list(self, asked: Asked) -> Response:
        with_taxes = _field_groups(asked)
        if asked.query.get("orderIds"):
            return JSONResponse(self._by_ids(asked, with_taxes))
        limit, offset = asked.whole("limit", 50, 1, 200, 31100, DOMAIN), asked.whole("offset", 0, 0, 10**8, 31000, DOMAIN)
        found = [seen for seen in view.orders(asked.house, self._written, asked.shop) if self._matches(asked, seen)]
        found.sort(key=lambda seen: (seen.order.placed_at, seen.order.number), reverse=True)
        page = [self._order(asked, seen, with_taxes, in_full=False) for seen in found[offset : offset + limit]]
        answer = {"href": asked.href(), "total": len(found), "limit": limit, "offset": offset, "orders": page}
        if offset + limit < len(found):
            answer["next"] = asked.href(limit=limit, offset=offset + limit)
        if offset:
            answer["prev"] = asked.href(limit=limit, offset=max(0, offset - limit))
        return JSONResponse(answer)

    def _by_ids(self, asked: Asked, with_taxes: bool) -> dict[str, object]:
        wanted = asked.query["orderIds"].split(",")
        if len(wanted) > 50:
            raise Refused(400, 30900, "Exceeded maximum number of order IDs (the current limit is 50)", DOMAIN)
        found = [seen for each in wanted if (seen := view.order(asked.house, self._written, asked.shop, each))]
        orders = [self._order(asked, seen, with_taxes, in_full=False) for seen in found]
        return {"href": asked.href(), "total": len(found), "orders": orders}

    def _matches(self, asked: Asked, seen: Seen) -> bool:
        wanted = criteria(asked.query.get("filter", ""))
        unknown = set(wanted) - {"creationdate", "lastmodifieddate", "orderfulfillmentstatus"}
        if unknown or (asked.query.get("filter") and not wanted):
            raise Refused(400, 30700, f"Invalid filter name: {', '.join(sorted(unknown)) or asked.query['filter']}", DOMAIN)
        dates = {"creationdate": seen.order.placed_at, "lastmodifieddate": seen.updated_at}
        name = next((each for each in dates if each in wanted), None)  # with both, only the first counts
        if name is None:
            return seen.order.placed_at >= asked.now - timedelta(days=90) and _has_status(wanted, seen)
        start, end = span(wanted[name], 30810, asked.now, DOMAIN)
        if start > end:
            raise Refused(400, 30840, "Start date should be before end date", DOMAIN)
        if max(start, end) > asked.now:
            raise Refused(400, 30850, "Start and end dates can't be in the future", DOMAIN)
        if end - start > LONGEST:
            raise Refused(400, 30830, "Time range between start date and end date must be within '2' years.", DOMAIN)
        return start <= dates[name] <= end and _has_status(wanted, seen)

    def one(self, asked: Asked) -> Response:
        with_taxes = _field_groups(asked)
        return JSONResponse(self._order(asked, self._known(asked), with_taxes, in_full=True))

    def _known(self, asked: Asked) -> Seen:
        seen = view.order(asked.house, self._written, asked.shop, asked.arguments[0])
        if seen is None:
            raise Refused(404, 32100, f"Invalid order ID: {asked.arguments[0]}", DOMAIN)
        return seen

    def fulfilments(self, asked: Asked) -> Response:
        seen = self._known(asked)
        found = [_fulfilment(seen, place) for place in range(len(seen.parcels))]
        return JSONResponse({"fulfillments": found, "total": len(found), "warnings": []})

    def create_fulfilment(self, asked: Asked) -> Response:
        """Told twice it is there twice, as at eBay."""
        seen, body = self._known(asked), asked.json(32600)
        number, carrier = body.get("trackingNumber"), body.get("shippingCarrierCode")
        if bool(number) != bool(carrier) or (number and not re.fullmatch(r"[A-Za-z0-9]{1,50}", str(number))) or (
            carrier and carrier not in CARRIERS
        ):
            raise Refused(400, 32300, "Invalid shipment tracking number or carrier", DOMAIN)
        shipped = instant(str(body["shippedDate"])) if body.get("shippedDate") else asked.now
        if shipped is None or shipped > asked.now or shipped < seen.order.placed_at:
            raise Refused(400, 32500, "Invalid shipped date", DOMAIN)
        contents = _contents(seen, body.get("lineItems"))
        if seen.state.is_cancelled:
            raise Refused(409, 32600, "The order is cancelled", DOMAIN, "BUSINESS")
        parcel = WrittenParcel(str(number or "999"), str(carrier or ""), shipped, asked.now.replace(microsecond=0), contents)
        self._written.tell_parcel(asked.shop, seen.order.number, parcel)
        place = f"{asked.base}/sell/fulfillment/v1/order/{asked.arguments[0]}/shipping_fulfillment/{number or 999}"
        return Response(status_code=201, headers={"Location": place})

    def _order(self, asked: Asked, seen: Seen, with_taxes: bool, *, in_full: bool) -> dict[str, object]:
        order, site, shop = seen.order, seen.order.site, asked.shop
        lines = [_line(seen, line, with_taxes) for line in seen.state.lines]
        refunds = [_refund(seen, refund) for line in seen.state.lines for refund in seen.refunds(line)]
        address = {
            "fullName": order.buyer.name,
            "contactAddress": {
                "addressLine1": "12 Example Street", "city": order.buyer.city, "postalCode": order.buyer.postcode,
                "countryCode": order.buyer.country,
            },
            "primaryPhone": {"phoneNumber": "+44 20 7946 0000"}, "email": f"{order.buyer.number}@members.example",
        }
        return {
            "orderId": ids.order_id(order), "creationDate": ids.stamp(order.placed_at), "lastModifiedDate": ids.stamp(seen.updated_at),
            "orderFulfillmentStatus": seen.fulfilment, "orderPaymentStatus": seen.payment, "sellerId": ids.username(shop),
            "buyer": {"username": ids.buyer_name(order.buyer), "taxAddress": {"countryCode": order.buyer.country}},
            "cancelStatus": _cancel_status(seen, in_full), "pricingSummary": _prices(seen, with_taxes),
            "paymentSummary": {
                "totalDueSeller": ids.converted(_total(seen, False), site, shop), "refunds": refunds, "payments": [_payment(seen)],
            },
            "fulfillmentStartInstructions": [{
                "fulfillmentInstructionsType": "SHIP_TO", "ebaySupportedFulfillment": False,
                "maxEstimatedDeliveryDate": ids.stamp(deliver_by(order)),
                "shippingStep": {"shipTo": address, "shippingServiceCode": "Standard"},
            }],
            "fulfillmentHrefs": [
                f"{asked.base}/sell/fulfillment/v1/order/{ids.order_id(order)}/shipping_fulfillment/{each.number}" for each in seen.parcels
            ],
            "lineItems": lines, "salesRecordReference": "0",
            "totalFeeBasisAmount": ids.converted(_total(seen, True), site, shop),
            "totalMarketplaceFee": ids.converted(_total(seen, False) * 12 // 100, site, shop),
            **({"ebayCollectAndRemitTax": True} if any(line.tax_minor for line in seen.state.lines) else {}),
        }


def _field_groups(asked: Asked) -> bool:
    value = asked.query.get("fieldGroups", "")
    if value not in ("", "TAX_BREAKDOWN"):
        raise Refused(400, 32800, f"Invalid field group: {value}", DOMAIN)
    return bool(value)


def _has_status(wanted: dict[str, str], seen: Seen) -> bool:
    text = wanted.get("orderfulfillmentstatus")
    if text is None:
        return True
    words = set(text.strip("{}").split("|"))
    if words not in STATUS_SETS:
        raise Refused(400, 30800, f"Invalid filter value {text} for filter orderfulfillmentstatus", DOMAIN)
    return seen.fulfilment in words


def _contents(seen: Seen, told: object) -> tuple[tuple[int, int], ...]:
    rows = told if isinstance(told, list) else []
    if not rows:
        raise Refused(400, 32600, "Invalid input data", DOMAIN)
    known = {ids.line_id(seen.order, line.index): line for line in seen.order.lines}
    found: dict[int, int] = {}
    for row in rows:
        line = known.get(str(row.get("lineItemId"))) if isinstance(row, dict) else None
        if line is None:
            raise Refused(400, 32200, f"Invalid line item id: {row}", DOMAIN)
        if line.index in found:
            raise Refused(400, 32210, "Duplicate line item in the request", DOMAIN)
        units = row.get("quantity", line.quantity)
        if type(units) is not int or not 1 <= units <= line.quantity:
            raise Refused(400, 32600, "Invalid input data", DOMAIN)
        found[line.index] = units
    return tuple(found.items())


def _fulfilment(seen: Seen, place: int) -> dict[str, object]:
    parcel = seen.parcels[place]
    contents = [{"lineItemId": ids.line_id(seen.order, index), "quantity": units} for index, units in parcel.contents]
    tracking = {"shipmentTrackingNumber": parcel.tracking, "shippingCarrierCode": parcel.carrier} if parcel.tracking else {}
    return {"fulfillmentId": parcel.number, "shippedDate": ids.stamp(parcel.shipped_at), "lineItems": contents, **tracking}


def _cancel_status(seen: Seen, in_full: bool) -> dict[str, object]:
    if not seen.state.is_cancelled:
        return {"cancelState": "NONE_REQUESTED", "cancelRequests": []}
    at = ids.stamp(next(event.at for event in seen.order.events if event.kind == "cancelled"))
    request = {
        "cancelRequestId": ids.cancel_id(seen.order, 0), "cancelRequestState": "COMPLETED", "cancelInitiator": "BUYER",
        "cancelReason": "BUYER_CANCEL", "cancelRequestedDate": at, "cancelCompletedDate": at,
    }
    return {"cancelState": "CANCELED", "cancelledDate": at, "cancelRequests": [request] if in_full else []}


def _delivery_discount(seen: Seen, line: LineState) -> int:
    """Every fifth order's paid shipping was dearer by a pound before a discount."""
    return 100 if line.shipping_minor and seen.order.number // 7 % 5 == 0 else 0


def _prices(seen: Seen, with_taxes: bool) -> dict[str, object]:
    lines, site, shop = seen.state.lines, seen.order.site, seen.order.shop
    discount = sum(line.discount_minor for line in lines)
    delivery_discount = sum(_delivery_discount(seen, line) for line in lines)
    tax = sum(line.tax_minor for line in lines)
    parts = {
        "priceSubtotal": sum(line.items_minor for line in lines), "priceDiscount": -discount or None,
        "deliveryCost": sum(line.shipping_minor for line in lines) + delivery_discount, "deliveryDiscount": -delivery_discount or None,
        "tax": tax if with_taxes and tax else None, "total": _total(seen, with_taxes),
    }
    return {name: ids.converted(minor, site, shop) for name, minor in parts.items() if minor is not None}


def _total(seen: Seen, with_taxes: bool) -> int:
    return sum(line.total_minor - (0 if with_taxes else line.tax_minor) for line in seen.state.lines)


def _payment(seen: Seen) -> dict[str, object]:
    paid = seen.state.paid_at
    return {
        "paymentMethod": "EBAY", "paymentReferenceId": f"P{seen.order.number}", "paymentStatus": "PAID" if paid else "PENDING",
        "amount": ids.converted(_total(seen, False), seen.order.site, seen.order.shop),
        **({"paymentDate": ids.stamp(paid)} if paid else {}),
    }


def _refund(seen: Seen, refund: view.Refund) -> dict[str, object]:
    return {
        "refundId": refund.number, "refundDate": ids.stamp(refund.at), "refundStatus": "REFUNDED",
        "amount": ids.converted(refund.minor, seen.order.site, seen.order.shop),
    }


def _line(seen: Seen, line: LineState, with_taxes: bool) -> dict[str, object]:
    order, listing, shop = seen.order, line.line.listing, seen.order.shop
    site, tax = order.site, line.tax_minor

    def money(minor: int) -> dict[str, str]:
        return ids.converted(minor, site, shop)

    taxes = [{"amount": money(tax), "taxType": "STATE_SALES_TAX"}] if tax else []
    refunds = [{key: value for key, value in _refund(seen, each).items() if key != "refundStatus"} for each in seen.refunds(line)]
    discount = _delivery_discount(seen, line)
    delivery = {"shippingCost": money(line.shipping_minor + discount), **({"discountAmount": money(discount)} if discount else {})}
    sale = {"promotionId": "p1", "description": "Sale", "discountAmount": money(line.discount_minor)}
    promotions = [sale] if line.discount_minor else []
    return {
        "lineItemId": ids.line_id(order, line.line.index), "legacyItemId": ids.item_id(listing), "title": line.line.title,
        "quantity": line.line.quantity, "soldFormat": "FIXED_PRICE", "listingMarketplaceId": ids.marketplace(site),
        "purchaseMarketplaceId": ids.marketplace(site), "lineItemFulfillmentStatus": seen.line_fulfilment(line),
        "lineItemCost": money(line.items_minor), "deliveryCost": delivery, "appliedPromotions": promotions,
        "total": money(line.total_minor - (0 if with_taxes else tax)), "taxes": taxes if with_taxes else [], "refunds": refunds,
        "properties": {"buyerProtection": True}, "itemLocation": {"countryCode": SITES[ids.home(shop)].code, "location": "Warehouse"},
        **({"sku": ids.sku(listing)} if ids.sku(listing) else {}),
        **({"legacyVariationId": ids.variation_id(listing)} if ids.is_variation(listing) else {}),
        **({"discountedLineItemCost": money(line.items_minor - line.discount_minor)} if line.discount_minor else {}),
        **({"ebayCollectAndRemitTaxes": [{**taxes[0], "collectionMethod": "NET"}]} if tax else {}),
    }
