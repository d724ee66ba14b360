"""An order and all that hangs on it, as objects of the schema: plain fields, and functions where a field takes arguments."""

from __future__ import annotations

from typing import Any

from sandbox.shopify import ids
from sandbox.shopify.asked import connection, first_of
from sandbox.shopify.shelf import Shelf
from sandbox.shopify.view import OrderView, ParcelView, RefundLine, RefundView, ReturnView
from sandbox.world import SITES
from sandbox.world.fold import LineState

Node = dict[str, Any]
REASONS = {
    "DEFECTIVE": "DEFECTIVE", "NOT_AS_DESCRIBED": "NOT_AS_DESCRIBED", "ORDERED_WRONG_ITEM": "WRONG_ITEM", "CHANGED_MIND": "UNWANTED",
    "ARRIVED_LATE": "OTHER",
}


def money(minor: int, code: str, presented: bool = False) -> Node:
    """In the shop's money, and in what the buyer saw: for some orders another currency, at a rate of their own."""
    own = {"amount": ids.amount(minor, code), "currencyCode": code}
    other = {"amount": ids.amount(minor * 9 // 10, "EUR" if code != "EUR" else "USD"), "currencyCode": "EUR" if code != "EUR" else "USD"}
    return {"shopMoney": own, "presentmentMoney": other if presented else own}


class Orders:
    """Builds order nodes of one shop."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def order(self, seen: OrderView) -> Node:
        order, code = seen.order, seen.currency
        presented = order.number % 5 == 0

        def bag(minor: int) -> Node:
            return money(minor, code, presented)

        shipping = sum(line.shipping_minor for line in seen.lines)
        waived = 100 if order.number % 4 == 0 else 0  # a voucher on shipping: it stands in both sums
        discount, tax = sum(line.discount_minor for line in seen.lines), sum(self._tax(line) for line in seen.lines)
        return {
            "__typename": "Order", "id": ids.gid("Order", ids.order_id(order)), "legacyResourceId": str(ids.order_id(order)),
            "name": f"#{order.number % 1_000_000}", **self._times(seen), "cancelReason": "CUSTOMER" if seen.cancelled_at else None,
            "test": False, "edited": bool(seen.removed) and not seen.cancelled_at, "currencyCode": code,
            "presentmentCurrencyCode": bag(0)["presentmentMoney"]["currencyCode"], "taxesIncluded": not SITES[order.site].tax_on_top,
            "dutiesIncluded": False, "displayFinancialStatus": seen.financial, "displayFulfillmentStatus": seen.fulfillment,
            "returnStatus": seen.return_word, "subtotalLineItemsQuantity": sum(line.quantity for line in order.lines),
            "totalPriceSet": bag(seen.total_minor), "totalDiscountsSet": bag(discount + waived),
            "totalShippingPriceSet": bag(shipping + waived), "totalTaxSet": bag(tax), "totalTipReceivedSet": bag(0),
            "totalRefundedSet": bag(seen.refunded_minor), "currentTotalPriceSet": bag(max(seen.total_minor - seen.refunded_minor, 0)),
            "subtotalPriceSet": bag(sum(line.items_minor for line in seen.lines) - discount),
            "originalTotalDutiesSet": None, "originalTotalAdditionalFeesSet": None, **self._buyer(seen),
            "lineItems": connection(lambda: seen.lines, lambda line: self.line(seen, line), lambda line: (0, line.line.index)),
            "transactions": lambda info, first=None: first_of(self._transactions(seen), first),
            "fulfillments": lambda info, first=None: first_of([self.fulfillment(seen, each) for each in seen.parcels], first),
            "fulfillmentOrders": connection(lambda: self._work(seen), lambda work: work, lambda work: (0, 0)),
            "refunds": lambda info, first=None: first_of([self.refund(seen, each) for each in seen.refunds], first),
            "returns": connection(lambda: seen.returns, lambda each: self.return_(seen, each), lambda each: (0, each.number)),
        }

    def test_order(self, seen: OrderView) -> Node:
        """What the seller tried out with a bogus gateway: the order's first line, as a test."""
        whole = self.order(seen)
        number = ids.order_id(seen.order, is_test=True)
        placed = ids.stamp(seen.state.placed_at)
        line = {**self.line(seen, seen.lines[0]), "id": ids.gid("LineItem", ids.line_id(seen.order, 0, is_test=True))}
        nothing = connection(lambda: [], lambda row: row, lambda row: (0, 0))
        return {
            **whole, "id": ids.gid("Order", number), "legacyResourceId": str(number), "test": True, "updatedAt": placed,
            "cancelledAt": None,
            "closedAt": None, "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED", "returnStatus": "NO_RETURN",
            "lineItems": connection(lambda: [line], lambda row: row, lambda row: (0, 0)), "transactions": [], "fulfillments": [],
            "refunds": [], "returns": nothing, "fulfillmentOrders": nothing,
        }

    def _times(self, seen: OrderView) -> Node:
        placed = seen.state.placed_at
        return {
            "createdAt": ids.stamp(placed), "processedAt": ids.stamp(placed), "updatedAt": ids.stamp(seen.updated_at),
            "cancelledAt": ids.stamp(seen.cancelled_at), "closedAt": ids.stamp(seen.cancelled_at),
        }

    def _buyer(self, seen: OrderView) -> Node:
        buyer, number = seen.order.buyer, ids.order_id(seen.order)
        customer = ids.customer_id(buyer.number)
        return {
            "customer": {
                "__typename": "Customer", "id": ids.gid("Customer", customer), "legacyResourceId": str(customer), "displayName": buyer.name,
            },
            "shippingAddress": {
                "__typename": "MailingAddress", "id": f"{ids.gid('MailingAddress', number)}?model_name=Address", "name": buyer.name,
                "city": buyer.city, "zip": buyer.postcode, "countryCodeV2": buyer.country,
            },
            "email": f"buyer{buyer.number}@mail.example",
        }

    def _tax(self, line: LineState) -> int:
        """Where prices include tax it is told all the same: a part of them."""
        return line.tax_minor if SITES[self._shelf.site].tax_on_top else (line.items_minor - line.discount_minor) * 10 // 110

    def line(self, seen: OrderView, line: LineState) -> Node:
        order, listing, index, code = seen.order, line.line.listing, line.line.index, seen.currency
        noun, sort = ids.titles(line.line.title)
        presented = order.number % 5 == 0
        is_gone = listing.number % 17 == 0  # its product was thrown away since: only the line itself still knows it
        parts = (line.discount_minor // 2, line.discount_minor - line.discount_minor // 2) if line.discount_minor else ()
        return {
            "__typename": "LineItem", "id": ids.gid("LineItem", ids.line_id(order, index)), "sku": listing.sku, "title": noun,
            "variantTitle": sort, "name": f"{noun} - {sort}", "quantity": line.line.quantity, "currentQuantity": seen.current(index),
            "refundableQuantity": seen.current(index), "unfulfilledQuantity": seen.unfulfilled(index),
            "variant": None if is_gone else {"__typename": "ProductVariant", "id": ids.gid("ProductVariant", ids.variant_id(listing))},
            "product": None if is_gone else {"__typename": "Product", "id": ids.gid("Product", ids.product_id(listing))},
            "originalUnitPriceSet": money(line.unit_price_minor, code, presented),
            "originalTotalSet": money(line.items_minor, code, presented),
            # an order's voucher is spread over its lines, and shows nowhere else on them
            "discountedTotalSet": money(line.items_minor - (parts[0] if parts else 0), code, presented),
            "discountAllocations": [{"allocatedAmountSet": money(part, code, presented)} for part in parts],
            "taxLines": lambda info, first=None: [{"title": "Sales tax", "priceSet": money(self._tax(line), code, presented)}],
        }

    def _transactions(self, seen: OrderView) -> list[Node]:
        order, code, paid = seen.order, seen.currency, seen.state.paid_at
        told = [("SALE", "FAILURE", seen.state.placed_at)] if order.number % 4 == 1 else []
        if paid:
            in_two = [("AUTHORIZATION", "SUCCESS", seen.state.placed_at), ("CAPTURE", "SUCCESS", paid)]
            told += in_two if order.number % 2 else [("SALE", "SUCCESS", paid)]
        gateway = {"card": "shopify_payments", "wallet": "paypal", "cod": "Cash on Delivery (COD)"}[order.payment_method]
        return [
            {
                "__typename": "OrderTransaction", "id": ids.gid("OrderTransaction", 9_100_000_000_000 + order.number * 10 + place),
                "kind": kind, "status": status, "processedAt": ids.stamp(at), "gateway": gateway, "test": False,
                "amountSet": money(seen.total_minor, code), "paymentId": f"#{order.number % 1_000_000}.{place}",
            }
            for place, (kind, status, at) in enumerate(told, 1)
        ]

    def fulfillment(self, seen: OrderView, parcel: ParcelView) -> Node:
        tracking = [{"company": parcel.carrier, "number": parcel.tracking, "url": None}]
        return {
            "__typename": "Fulfillment", "id": ids.gid("Fulfillment", parcel.number), "legacyResourceId": str(parcel.number),
            "name": f"#{seen.order.number % 1_000_000}-F{parcel.number % 10 + 1}", "status": "SUCCESS", "displayStatus": parcel.word,
            "createdAt": ids.stamp(parcel.created_at),
            "updatedAt": ids.stamp(parcel.delivered_at or parcel.shipped_at or parcel.created_at),
            "inTransitAt": None if parcel.word == "FULFILLED" else ids.stamp(parcel.shipped_at),
            "deliveredAt": ids.stamp(parcel.delivered_at),
            "order": lambda info: self.order(seen), "trackingInfo": lambda info, first=None: first_of(tracking, first),
            "fulfillmentLineItems": connection(
                lambda: parcel.contents, lambda part: self._inside(seen, parcel, *part), lambda part: (0, part[0])
            ),
        }

    def _inside(self, seen: OrderView, parcel: ParcelView, index: int, units: int) -> Node:
        number = 12_000_000_000_000 + parcel.number % 1_000_000_000_000 * 10 + index % 10
        return {
            "__typename": "FulfillmentLineItem", "id": ids.gid("FulfillmentLineItem", number), "quantity": units,
            "lineItem": lambda info: self.line(seen, seen.lines[index]),
        }

    def _work(self, seen: OrderView) -> list[Node]:
        """The order's fulfilment order: what is still to be sent from the warehouse."""
        order, number = seen.order, ids.fulfillment_order_id(seen.order)
        lines = [line for line in seen.lines if line.line.quantity > seen.removed.get(line.line.index, 0)]
        left = sum(seen.unfulfilled(line.line.index) for line in lines)
        word = "CANCELLED" if not lines else "CLOSED" if not left else "OPEN" if not seen.parcels else "IN_PROGRESS"
        location = {"__typename": "Location", "id": ids.gid("Location", ids.LOCATIONS["Warehouse"])}
        return [{
            "__typename": "FulfillmentOrder", "id": ids.gid("FulfillmentOrder", number), "status": word,
            "orderId": ids.gid("Order", ids.order_id(order)), "assignedLocation": {"name": "Warehouse", "location": location},
            "lineItems": connection(
                lambda: lines,
                lambda line: {
                    "__typename": "FulfillmentOrderLineItem", "id": ids.gid("FulfillmentOrderLineItem", number * 10 + line.line.index),
                    "remainingQuantity": seen.unfulfilled(line.line.index), "totalQuantity": line.line.quantity,
                    "lineItem": lambda info: self.line(seen, line),
                },
                lambda line: (0, line.line.index),
            ),
        }]

    def refund(self, seen: OrderView, refund: RefundView) -> Node:
        request = next((each for each in seen.returns if each.number == refund.request), None)
        return {
            "__typename": "Refund", "id": ids.gid("Refund", refund.number), "legacyResourceId": str(refund.number),
            "createdAt": ids.stamp(refund.at), "updatedAt": ids.stamp(refund.at),
            "return": (lambda info: self.return_(seen, request)) if request else None,
            "totalRefundedSet": money(refund.total_minor, seen.currency),
            "refundLineItems": connection(
                lambda: refund.lines, lambda line: self._back(seen, refund, line), lambda line: (0, line.index)
            ),
        }

    def _back(self, seen: OrderView, refund: RefundView, line: RefundLine) -> Node:
        included = 0 if SITES[seen.order.site].tax_on_top else line.subtotal_minor * 10 // 110
        return {
            "__typename": "RefundLineItem", "id": ids.gid("RefundLineItem", refund.number * 10 + line.index), "quantity": line.units,
            "restockType": line.restock, "subtotalSet": money(line.subtotal_minor, seen.currency),
            "totalTaxSet": money(line.tax_minor or included, seen.currency),
            "lineItem": lambda info: self.line(seen, seen.lines[line.index]),
        }

    def return_(self, seen: OrderView, request: ReturnView) -> Node:
        return {
            "__typename": "Return", "id": ids.gid("Return", request.number), "name": f"#{seen.order.number % 1_000_000}-R1",
            "status": request.status, "createdAt": ids.stamp(request.at), "closedAt": ids.stamp(request.closed_at),
            "totalQuantity": sum(units for _, _, units, _ in request.lines),
            "returnLineItems": connection(
                lambda: request.lines, lambda line: self._asked_back(seen, *line), lambda line: (0, line[1])
            ),
        }

    def _asked_back(self, seen: OrderView, number: int, index: int, units: int, reason: str) -> Node:
        parcel = next(each for each in seen.parcels if any(place == index for place, _ in each.contents))
        return {
            "__typename": "ReturnLineItem", "id": ids.gid("ReturnLineItem", number), "quantity": units, "returnReason": REASONS[reason],
            "returnReasonNote": "", "fulfillmentLineItem": lambda info: self._inside(seen, parcel, index, units),
        }
