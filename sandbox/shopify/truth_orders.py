"""Orders, lines and parcels as a perfect reader would store them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.clock import iso
from sandbox.shopify import ids
from sandbox.shopify.shelf import Shelf
from sandbox.shopify.view import OrderView
from sandbox.world.fold import LineState

Row = Mapping[str, object]
_PARCEL = {
    "LABEL_PRINTED": "pending", "IN_TRANSIT": "in_transit", "FULFILLED": "in_transit", "DELIVERED": "delivered",
    "NOT_DELIVERED": "undeliverable",
}
_SUMS = ("items_minor", "discount_minor", "shipping_minor", "tax_minor")


def line_word(seen: OrderView, line: LineState) -> str:
    """Where a line stands: gone back, called off, lost, or as far as its last unit."""
    index, units = line.line.index, line.line.quantity
    left = seen.left(index)
    if seen.cancelled_at or units == seen.removed.get(index, 0):
        return "cancelled"
    if units == seen.returned.get(index, 0):
        return "returned"
    if not left:
        return "paid" if seen.state.paid_at else "pending"
    if left < units - seen.removed.get(index, 0):
        return "partially_shipped"
    if seen.units(index, ("NOT_DELIVERED",)):
        return "failed"
    return "delivered" if seen.units(index, ("DELIVERED",)) == left else "shipped"


def order_word(seen: OrderView) -> str:
    words = {line_word(seen, line) for line in seen.lines}
    if len(words) == 1:
        return words.pop()
    going = words - {"cancelled", "failed", "returned"}
    if not going:
        return "returned" if "returned" in words else "failed"
    waiting, sent = going & {"pending", "paid"}, going & {"shipped", "delivered"}
    if "partially_shipped" in going or (waiting and sent):
        return "partially_shipped"
    return min(going, key=("pending", "paid", "shipped", "delivered").index)


def orders(shelf: Shelf) -> Iterator[Row]:
    for seen in shelf.orders().values():
        order, state = seen.order, seen.state
        raw = sorted({seen.financial, seen.fulfillment, seen.return_word})
        sums = {name: sum(getattr(line, name) for line in seen.lines) for name in _SUMS}
        yield {
            "order_id": str(ids.order_id(order)), "site": order.site, "status": order_word(seen), "status_raw": ",".join(raw),
            "placed_at": iso(state.placed_at), "placed_date": ids.day(state.placed_at, order.site), "paid_at": iso(state.paid_at),
            "fulfilled_by": "seller", "currency": seen.currency, **sums, "total_minor": seen.total_minor,
            "unit_count": sum(line.quantity for line in order.lines), "ship_country": order.buyer.country,
            "buyer_key": str(order.buyer.number), "source_updated_at": iso(seen.updated_at),
        }


def order_lines(shelf: Shelf) -> Iterator[Row]:
    for seen in shelf.orders().values():
        for line in seen.lines:
            listing = line.line.listing
            noun, _, sort = line.line.title.rpartition(", ")
            yield {
                "order_id": str(ids.order_id(seen.order)), "line_id": str(ids.line_id(seen.order, line.line.index)), "sku": listing.sku,
                "product_id": None if listing.number % 17 == 0 else str(ids.product_id(listing)), "title": f"{noun} - {sort}",
                "status": line_word(seen, line), "status_raw": None, "quantity": line.line.quantity,
                "shipped_quantity": seen.left(line.line.index),
                "currency": seen.currency, "unit_price_minor": line.unit_price_minor, "items_minor": line.items_minor,
                "discount_minor": line.discount_minor, "shipping_minor": None, "tax_minor": line.tax_minor, "total_minor": None,
                "source_updated_at": iso(seen.updated_at),
            }


def shipments(shelf: Shelf) -> Iterator[Row]:
    for seen in shelf.orders().values():
        for parcel in seen.parcels:
            yield {
                "order_id": str(ids.order_id(seen.order)), "shipment_id": str(parcel.number), "carrier": parcel.carrier,
                "tracking_number": parcel.tracking, "status": _PARCEL[parcel.word],
                "status_raw": ",".join(sorted((parcel.word, "SUCCESS"))),
                "shipped_at": iso(parcel.shipped_at), "delivered_at": iso(parcel.delivered_at), "source_updated_at": iso(seen.updated_at),
            }


def shipment_lines(shelf: Shelf) -> Iterator[Row]:
    for seen in shelf.orders().values():
        for parcel in seen.parcels:
            for index, units in parcel.contents:
                yield {
                    "order_id": str(ids.order_id(seen.order)), "shipment_id": str(parcel.number),
                    "line_id": str(ids.line_id(seen.order, index)), "quantity": units, "source_updated_at": iso(seen.updated_at),
                }


ORDER_TRUTH: Mapping[str, Callable[[Shelf], Iterator[Row]]] = {
    "orders": orders, "order_lines": order_lines, "shipments": shipments, "shipment_lines": shipment_lines,
}
