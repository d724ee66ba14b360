"""Flat files: tab separated, in Amazon's columns, one header line.

Column names: https://developer-docs.amazon.com/sp-api/docs/report-type-values
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sandbox.amazon import numbers
from sandbox.amazon.answers import decimal_text
from sandbox.amazon.places import PLACES, Place
from sandbox.market import House
from sandbox.world.cast import SITES, ZONES
from sandbox.world.model import Listing, Shop
from sandbox.world.snapshot import ReturnState

Rows = tuple[Sequence[str], list[Mapping[str, str]]]

LISTING_COLUMNS = (
    "item-name", "item-description", "listing-id", "seller-sku", "price", "quantity", "open-date", "image-url", "item-is-marketplace",
    "product-id-type", "zshop-shipping-fee", "item-note", "item-condition", "zshop-category1", "zshop-browse-path",
    "zshop-storefront-feature", "asin1", "asin2", "asin3", "will-ship-internationally", "expedited-shipping", "zshop-boldface",
    "product-id", "bid-for-featured-placement", "add-delete", "pending-quantity", "fulfillment-channel", "merchant-shipping-group",
    "status",
)
RETURN_COLUMNS = (
    "Order ID", "Order date", "Return request date", "Return request status", "Amazon RMA ID", "Merchant RMA ID", "Label type",
    "Label cost", "Currency code", "Return carrier", "Tracking ID", "Label to be paid by", "A-to-Z Claim", "Is prime", "ASIN",
    "Merchant SKU", "Item Name", "Return quantity", "Return Reason", "In policy", "Return type", "Resolution", "Invoice number",
    "Return delivery date", "Order Amount", "Order quantity", "SafeT Action reason", "SafeT claim id", "SafeT claim state",
    "SafeT claim creation time", "SafeT claim reimbursement amount", "Refunded Amount",
)
RETURN_STATUS = {
    "requested": "Pending Approval", "approved": "Approved", "rejected": "Denied", "refunded": "Completed", "cancelled": "Cancelled",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def file_text(rows: Rows) -> str:
    columns, found = rows
    lines = [columns, *([row.get(column, "") for column in columns] for row in found)]
    return "".join("\t".join(line) + "\r\n" for line in lines)


def all_listings(house: House, shop: Shop, places: Sequence[Place], start: datetime, end: datetime) -> Rows:
    """GET_MERCHANT_LISTINGS_ALL_DATA: every SKU of the marketplaces, whatever its state. It knows no time."""
    return LISTING_COLUMNS, [_listing(house, each) for place in places for each in house.world.listings_of(shop.name, place.site)]


def _listing(house: House, listing: Listing) -> dict[str, str]:
    site, is_own = SITES[listing.site], listing.fulfilled_by == "seller"
    return {
        "item-name": listing.product.titles[site.language], "listing-id": f"{listing.number:07d}X", "seller-sku": listing.sku,
        "price": decimal_text(listing.price_minor, site.decimals),
        "quantity": str(house.stock.quantity(listing.shop, listing.site, listing.sku)) if is_own else "",
        "open-date": listing.listed_at.astimezone(ZONES[listing.site]).strftime("%Y-%m-%d %H:%M:%S %Z"),
        "item-is-marketplace": "y", "product-id-type": "1", "item-condition": "11", "asin1": numbers.asin(listing.product),
        "product-id": numbers.asin(listing.product), "pending-quantity": "0",
        "fulfillment-channel": "DEFAULT" if is_own else PLACES[listing.site].channel,
        "merchant-shipping-group": "Default" if is_own else "",
        "status": {"active": "Active", "suppressed": "Incomplete"}.get(listing.status, "Inactive"),
    }


def returns(house: House, shop: Shop, places: Sequence[Place], start: datetime, end: datetime) -> Rows:
    """GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE: requests made in [start, end] about what the seller ships himself."""
    sites = {place.site for place in places}
    found = [seen for seen in merchant_returns(house, shop) if seen.order.site in sites and start <= seen.requested_at <= end]
    return RETURN_COLUMNS, [_return(seen) for seen in found]


def merchant_returns(house: House, shop: Shop) -> list[ReturnState]:
    """Requests about orders the seller ships, by the time they were made; Amazon's own have another report."""
    mine = [seen for seen in house.snapshot.returns[shop.name] if seen.order.fulfilled_by == "seller"]
    return sorted(mine, key=lambda seen: (seen.requested_at, seen.request.number))


def _return(seen: ReturnState) -> dict[str, str]:
    order, request = seen.order, seen.request
    line, site = order.lines[request.line], SITES[order.site]
    return {
        "Order ID": numbers.order_id(order), "Order date": _day(order.placed_at, order.site),
        "Return request date": _day(seen.requested_at, order.site), "Return request status": RETURN_STATUS[seen.status],
        "Amazon RMA ID": numbers.rma_id(request), "Currency code": site.currency, "Label to be paid by": "Customer",
        "A-to-Z Claim": "N", "Is prime": "N", "ASIN": numbers.asin(line.listing.product), "Merchant SKU": line.listing.sku,
        "Item Name": line.title, "Return quantity": str(request.quantity), "Return Reason": f"CR-{request.reason}", "In policy": "Y",
        "Return type": "C-Returns", "Resolution": "StandardRefund",
        "Order Amount": decimal_text(line.unit_price_minor * line.quantity, site.decimals), "Order quantity": str(line.quantity),
        "Refunded Amount": decimal_text(request.refund_minor, site.decimals) if seen.status == "refunded" else "",
    }


def _day(at: datetime, site: str) -> str:
    """05-Nov-2026, the day at the site."""
    local = at.astimezone(ZONES[site])
    return f"{local.day:02d}-{_MONTHS[local.month - 1]}-{local.year}"


FILES: dict[str, Callable[[House, Shop, Sequence[Place], datetime, datetime], Rows]] = {
    "GET_MERCHANT_LISTINGS_ALL_DATA": all_listings,
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE": returns,
}
GZIPPED = ("GET_MERCHANT_LISTINGS_ALL_DATA", "GET_SALES_AND_TRAFFIC_REPORT")
