"""The truth about orders and their children: Amazon's statuses in canonical words, amounts from the world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.order_body import order_status, package_status
from sandbox.clock import iso
from sandbox.market import House
from sandbox.promises import deliver_by
from sandbox.world.cast import SITES, ZONES
from sandbox.world.fold import LineState, OrderState
from sandbox.world.model import Shop

Rows = Iterator[dict[str, Any]]

STATUS = {
    "PENDING": "pending", "UNSHIPPED": "paid", "PARTIALLY_SHIPPED": "partially_shipped", "SHIPPED": "shipped", "CANCELLED": "cancelled",
}
PARCEL_STATUS = {"packed": "pending", "shipped": "in_transit", "delivered": "delivered", "lost": "undeliverable"}
MONEY = ("items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")


def orders(house: House, shop: Shop) -> Rows:
    for state in house.snapshot.orders(shop.name):
        order, status = state.order, order_status(state)
        is_priced = state.paid_at is not None
        yield {
            "client": shop.client, "shop": shop.name, "order_id": numbers.order_id(order), "site": order.site, "status": STATUS[status],
            "status_raw": status, "placed_at": iso(state.placed_at),
            "placed_date": state.placed_at.astimezone(ZONES[order.site]).date().isoformat(), "paid_at": None,
            "fulfilled_by": order.fulfilled_by, "currency": SITES[order.site].currency if is_priced else None,
            **{name: sum(getattr(line, name) for line in state.lines) if is_priced else None for name in MONEY},
            "unit_count": sum(line.line.quantity for line in state.lines), "ship_country": None, "buyer_key": None,
            "deliver_by_at": iso(deliver_by(order)) if is_priced else None,
            "source_updated_at": iso(state.updated_at),
        }


def order_lines(house: House, shop: Shop) -> Rows:
    for state in house.snapshot.orders(shop.name):
        order, is_priced = state.order, state.paid_at is not None
        for line in state.lines:
            listing = line.line.listing
            yield {
                "client": shop.client, "shop": shop.name, "order_id": numbers.order_id(order),
                "line_id": numbers.order_item_id(order, line.line.index), "sku": listing.sku, "product_id": numbers.asin(listing.product),
                "title": line.line.title, "status": line_status(state, line), "status_raw": None, "quantity": line.line.quantity,
                "shipped_quantity": line.shipped_quantity, "currency": SITES[order.site].currency if is_priced else None,
                "unit_price_minor": line.unit_price_minor if is_priced else None,
                **{name: getattr(line, name) if is_priced else None for name in MONEY},
                "source_updated_at": iso(state.updated_at),
            }


def line_status(state: OrderState, line: LineState) -> str:
    """A line stands for itself where it was cancelled or has begun to leave; else it stands as its order does."""
    if line.status == "cancelled":
        return "cancelled"
    if line.shipped_quantity == line.line.quantity:
        return "shipped"
    if line.shipped_quantity:
        return "partially_shipped"
    status = STATUS[order_status(state)]
    return "paid" if status == "partially_shipped" else status


def shipments(house: House, shop: Shop) -> Rows:
    for state in _own(house, shop):
        for parcel in state.parcels:
            status, detail = package_status(state, parcel)
            is_back = detail is not None and detail.startswith("RETURN")
            yield {
                "client": shop.client, "shop": shop.name, "order_id": numbers.order_id(state.order),
                "shipment_id": str(parcel.parcel.index + 1), "carrier": parcel.parcel.carrier, "tracking_number": parcel.parcel.tracking,
                "status": "returned" if is_back else PARCEL_STATUS[parcel.status], "status_raw": f"{status}/{detail}" if detail else status,
                "shipped_at": iso(parcel.shipped_at), "delivered_at": None, "source_updated_at": iso(state.updated_at),
            }


def shipment_lines(house: House, shop: Shop) -> Rows:
    for state in _own(house, shop):
        for parcel in state.parcels:
            for index, units in parcel.parcel.contents:
                yield {
                    "client": shop.client, "shop": shop.name, "order_id": numbers.order_id(state.order),
                    "shipment_id": str(parcel.parcel.index + 1), "line_id": numbers.order_item_id(state.order, index), "quantity": units,
                    "source_updated_at": iso(state.updated_at),
                }


def _own(house: House, shop: Shop) -> list[OrderState]:
    """Orders whose parcels Amazon shows: the ones the seller ships."""
    return [state for state in house.snapshot.orders(shop.name) if state.order.fulfilled_by == "seller"]
