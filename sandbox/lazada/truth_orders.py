"""Orders, lines and parcels as a perfect reader would store them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from sandbox.clock import iso
from sandbox.lazada import ids
from sandbox.market import House
from sandbox.world import SITES
from sandbox.world.fold import LineState, OrderState, ParcelState

Row = Mapping[str, object]
_LINE = {
    "pending": "pending", "paid": "paid", "packed": "paid", "shipped": "shipped", "delivered": "delivered", "cancelled": "cancelled",
    "returned": "returned", "lost": "failed",
}
_PARCEL = {
    "packed": "pending", "paid": "pending", "shipped": "in_transit", "delivered": "delivered", "lost": "undeliverable",
    "returned": "returned", "cancelled": "cancelled",
}
_LEAST_ADVANCED = ("pending", "in_transit", "delivered", "undeliverable", "returned", "cancelled")


def day(at: datetime, site: str) -> str:
    return ids.local(at, site).date().isoformat()


def order_word(lines: list[LineState]) -> str:
    """One word over the lines: what is over counts only where nothing goes on; half sent is partially shipped."""
    words = {_LINE[line.status] for line in lines}
    if len(words) == 1:
        return words.pop()
    going = words - {"cancelled", "failed", "returned"}
    if not going:
        return "returned" if "returned" in words else "failed"
    waiting, sent = going & {"pending", "paid"}, going & {"shipped", "delivered"}
    if waiting and sent:
        return "partially_shipped"
    return min(going, key=("pending", "paid", "shipped", "delivered").index)


def orders(house: House, shop: str) -> Iterator[Row]:
    for state in house.snapshot.orders(shop):
        order, site = state.order, state.order.site
        words = sorted({ids.status(order, line) for line in state.lines})
        yield {
            "order_id": str(ids.order_id(order)), "site": site, "status": order_word(state.lines), "status_raw": ",".join(words),
            "placed_at": iso(state.placed_at), "placed_date": day(state.placed_at, site), "paid_at": iso(state.paid_at),
            "fulfilled_by": order.fulfilled_by, "currency": SITES[site].currency, **_sums(state), "unit_count": len(state.lines),
            "ship_country": order.buyer.country, "buyer_key": str(order.buyer.number), "source_updated_at": iso(state.updated_at),
        }


def _sums(state: OrderState) -> dict[str, int]:
    names = ("items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")
    return {name: sum(getattr(line, name) for line in state.lines) for name in names}


def order_lines(house: House, shop: str) -> Iterator[Row]:
    for state in house.snapshot.orders(shop):
        for line in state.lines:
            listing = line.line.listing
            yield {
                "order_id": str(ids.order_id(state.order)), "line_id": str(ids.item_line_id(state.order, line.line.index)),
                "sku": listing.sku, "product_id": str(ids.item_id(listing)), "title": line.line.title, "status": _LINE[line.status],
                "status_raw": ids.status(state.order, line), "quantity": 1, "shipped_quantity": line.shipped_quantity,
                "currency": SITES[state.order.site].currency, "unit_price_minor": line.unit_price_minor, "items_minor": line.items_minor,
                "discount_minor": line.discount_minor, "shipping_minor": line.shipping_minor, "tax_minor": line.tax_minor,
                "total_minor": line.total_minor, "source_updated_at": iso(state.updated_at),
            }


def shipments(house: House, shop: str) -> Iterator[Row]:
    for state in house.snapshot.orders(shop):
        for seen in state.parcels:
            inside = _inside(state, seen)
            words = {_PARCEL[line.status] for line in inside}
            yield {
                "order_id": str(ids.order_id(state.order)), "shipment_id": ids.package_id(state.order, seen.parcel),
                "carrier": seen.parcel.carrier, "tracking_number": seen.parcel.tracking, "status": min(words, key=_LEAST_ADVANCED.index),
                "status_raw": ",".join(sorted({ids.status(state.order, line) for line in inside})), "shipped_at": iso(seen.shipped_at),
                "delivered_at": iso(seen.delivered_at), "source_updated_at": iso(state.updated_at),
            }


def shipment_lines(house: House, shop: str) -> Iterator[Row]:
    for state in house.snapshot.orders(shop):
        for seen in state.parcels:
            for line in _inside(state, seen):
                yield {
                    "order_id": str(ids.order_id(state.order)), "shipment_id": ids.package_id(state.order, seen.parcel),
                    "line_id": str(ids.item_line_id(state.order, line.line.index)), "quantity": 1,
                    "source_updated_at": iso(state.updated_at),
                }


def _inside(state: OrderState, seen: ParcelState) -> list[LineState]:
    return [state.lines[index] for index, _ in seen.parcel.contents]


ORDER_TRUTH: Mapping[str, Callable[[House, str], Iterator[Row]]] = {
    "orders": orders, "order_lines": order_lines, "shipments": shipments, "shipment_lines": shipment_lines,
}
