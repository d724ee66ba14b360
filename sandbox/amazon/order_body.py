"""One order as Orders 2026-01-01 shows it: parts that were not asked for are absent, not empty."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import instant, money
from sandbox.amazon.places import PLACES
from sandbox.promises import deliver_by
from sandbox.world.cast import SITES
from sandbox.world.fold import LineState, OrderState, ParcelState


def order_status(state: OrderState) -> str:
    """Amazon's word. Parcels lost or sent back do not change it: shipped stays shipped."""
    if state.is_cancelled:
        return "CANCELLED"
    if state.paid_at is None:
        return "PENDING"
    wanted = [line for line in state.lines if line.status != "cancelled"]
    if all(line.shipped_quantity == line.line.quantity for line in wanted):
        return "SHIPPED"
    return "PARTIALLY_SHIPPED" if any(line.shipped_quantity for line in wanted) else "UNSHIPPED"


def order_body(state: OrderState, included: Collection[str]) -> dict[str, Any]:
    order, place = state.order, PLACES[state.order.site]
    body: dict[str, Any] = {
        "orderId": numbers.order_id(order),
        "createdTime": instant(state.placed_at), "lastUpdatedTime": instant(state.updated_at),
        "programs": [], "associatedOrders": [],
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": place.marketplace_id, "marketplaceName": place.name},
        "orderItems": [_item(state, line, included) for line in state.lines],
    }
    for part, name, made in _PARTS:
        if part in included:
            value = made(state)
            if value is not None:
                body[name] = value
    return body


def _buyer(state: OrderState) -> dict[str, Any]:
    buyer = state.order.buyer
    shown = {"buyerName": buyer.name}
    if state.order.fulfilled_by == "seller":
        shown["buyerEmail"] = f"{buyer.number:x}@marketplace.{PLACES[state.order.site].name.lower()}"
    return shown


def _recipient(state: OrderState) -> dict[str, Any] | None:
    if state.paid_at is None:
        return None  # nobody is told where to send what is not paid for
    buyer = state.order.buyer
    address = {"city": buyer.city, "postalCode": buyer.postcode, "countryCode": buyer.country, "addressType": "RESIDENTIAL"}
    if state.order.fulfilled_by == "seller":
        address |= {"name": buyer.name, "addressLine1": f"{buyer.number % 200 + 1} Main Road"}
    return {"deliveryAddress": address}


def _proceeds(state: OrderState) -> dict[str, Any] | None:
    return None if state.paid_at is None else {"grandTotal": _money(state, sum(line.total_minor for line in state.lines))}


def _payment(state: OrderState) -> dict[str, Any] | None:
    if state.paid_at is None:
        return None
    total = _money(state, sum(line.total_minor for line in state.lines))
    method = {"card": "CreditCard", "wallet": "Other", "cod": "CashOnDelivery"}[state.order.payment_method]
    return {"paymentExecutions": [{"paymentMethod": method, "paymentAmount": total}]}


def _tax(state: OrderState) -> dict[str, Any]:
    return {"taxRegistrations": []}


def _fulfillment(state: OrderState) -> dict[str, Any]:
    start = state.paid_at or state.placed_at
    window = {"earliestDateTime": instant(start), "latestDateTime": instant(start + timedelta(days=2))}
    by = "AMAZON" if state.order.fulfilled_by == "marketplace" else "MERCHANT"
    promised = {"deliverByWindow": {"earliestDateTime": instant(start), "latestDateTime": instant(deliver_by(state.order))}}
    return {
        "fulfillmentStatus": order_status(state), "fulfilledBy": by, "fulfillmentServiceLevel": "STANDARD", "shipByWindow": window,
        **(promised if state.paid_at else {}),
    }


def _packages(state: OrderState) -> list[dict[str, Any]] | None:
    """Only the seller's own parcels are shown."""
    return None if state.order.fulfilled_by == "marketplace" else [_package(state, parcel) for parcel in state.parcels]


def package_status(state: OrderState, parcel: ParcelState) -> tuple[str, str | None]:
    """Amazon's status and detail of a parcel; some of the undeliverable ones are on their way back."""
    detail = "RETURNING_TO_SELLER" if state.order.number % 3 == 0 else "LOST"
    return {
        "packed": ("PENDING", None), "shipped": ("IN_TRANSIT", "PICKED_UP"), "delivered": ("DELIVERED", None),
        "lost": ("UNDELIVERABLE", detail),
    }[parcel.status]


def _package(state: OrderState, parcel: ParcelState) -> dict[str, Any]:
    status, detail = package_status(state, parcel)
    body: dict[str, Any] = {
        "packageReferenceId": str(parcel.parcel.index + 1), "createdTime": instant(parcel.packed_at),
        "packageStatus": {"status": status, **({"detailedStatus": detail} if detail else {})},
        "carrier": parcel.parcel.carrier, "trackingNumber": parcel.parcel.tracking,
        "packageItems": [
            {"orderItemId": numbers.order_item_id(state.order, index), "quantity": units} for index, units in parcel.parcel.contents
        ],
    }
    if parcel.shipped_at:
        body["shipTime"] = instant(parcel.shipped_at)
    return body


_PARTS = (
    ("BUYER", "buyer", _buyer), ("RECIPIENT", "recipient", _recipient), ("PROCEEDS", "proceeds", _proceeds),
    ("PAYMENT", "payment", _payment), ("TAX", "tax", _tax), ("FULFILLMENT", "fulfillment", _fulfillment),
    ("PACKAGES", "packages", _packages),
)


def _money(state: OrderState, minor: int) -> dict[str, str]:
    site = SITES[state.order.site]
    return money(minor, site.currency, site.decimals)


def _item(state: OrderState, line: LineState, included: Collection[str]) -> dict[str, Any]:
    listing = line.line.listing
    product: dict[str, Any] = {
        "asin": numbers.asin(listing.product), "title": line.line.title, "sellerSku": listing.sku,
        "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
    }
    if state.paid_at:
        product["price"] = {"unitPrice": _money(state, line.unit_price_minor)}
    body: dict[str, Any] = {
        "orderItemId": numbers.order_item_id(state.order, line.line.index), "quantityOrdered": line.line.quantity, "product": product,
    }
    if "PROCEEDS" in included and state.paid_at:
        body["proceeds"] = _item_proceeds(state, line)
    if "PROMOTION" in included and state.paid_at and line.discount_minor:
        body["promotion"] = {"breakdowns": [{"promotionId": f"PCT-{listing.product.number}"}]}
    if "CANCELLATION" in included and line.status == "cancelled":
        body["cancellation"] = {"cancellationExecution": {"cancelledBy": "BUYER" if state.is_cancelled else "MERCHANT"}}
    if "FULFILLMENT" in included:
        body["fulfillment"] = _item_fulfillment(line)
    if "TAX" in included and line.tax_minor and state.paid_at:
        body["tax"] = {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services, Inc."}]}
    return body


def _item_fulfillment(line: LineState) -> dict[str, int]:
    open_units = 0 if line.status == "cancelled" else line.line.quantity - line.shipped_quantity
    return {"quantityFulfilled": line.shipped_quantity, "quantityUnfulfilled": open_units}


def _item_proceeds(state: OrderState, line: LineState) -> dict[str, Any]:
    """Categories that come to nothing are left out; a discount is negative, its detail repeats it (to be added only once)."""
    parts = (
        ("ITEM", line.items_minor), ("SHIPPING", line.shipping_minor - line.gift_wrap_minor), ("GIFT_WRAP", line.gift_wrap_minor),
        ("TAX", line.tax_minor), ("DISCOUNT", -line.discount_minor),
    )
    breakdowns = [_breakdown(state, name, minor) for name, minor in parts if minor or name == "ITEM"]
    return {"proceedsTotal": _money(state, line.total_minor), "breakdowns": breakdowns}


def _breakdown(state: OrderState, name: str, minor: int) -> dict[str, Any]:
    body: dict[str, Any] = {"type": name, "subtotal": _money(state, minor)}
    if name in ("TAX", "DISCOUNT"):
        body["detailedBreakdowns"] = [{"subtype": "ITEM", "value": _money(state, minor)}]
    return body
