"""Orders, lines and parcels as a perfect reader would store them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.aliexpress import ids
from sandbox.aliexpress.view import ACCEPTED, REFUNDED, LineView, OrderView, views
from sandbox.aliexpress.written import Written
from sandbox.clock import iso
from sandbox.market import House
from sandbox.world import SITES

Row = Mapping[str, object]
_STANDS = {
    "PLACE_ORDER_SUCCESS": "pending", "WAIT_SELLER_SEND_GOODS": "paid", "SELLER_PART_SEND_GOODS": "partially_shipped",
    "WAIT_BUYER_ACCEPT_GOODS": "shipped", "FUND_PROCESSING": "delivered",
}


def order_word(seen: OrderView) -> str:
    if seen.status == "RISK_CONTROL":
        return "pending"
    if seen.stands == "FINISH":
        return "delivered" if seen.reason in ACCEPTED else "returned" if seen.reason in REFUNDED else "cancelled"
    return _STANDS[seen.stands]


def line_word(seen: OrderView, line: LineView) -> str:
    """A line ends as its order does; before that AliExpress says of it only whether it has left."""
    of_order = order_word(seen)
    if line.state.status == "cancelled" or of_order in ("pending", "cancelled"):
        return "cancelled" if line.state.status == "cancelled" else of_order
    if line.state.status == "returned":
        return "returned" if of_order == "returned" else "delivered"
    if not line.sent_at:
        return "paid"
    if not line.is_whole:
        return "partially_shipped"
    return "delivered" if of_order == "delivered" else "shipped"


def raw_words(seen: OrderView) -> str:
    beside = seen.reason if seen.status == "FINISH" else seen.logistics if seen.status in ("IN_ISSUE", "IN_FROZEN", "IN_CANCEL") else None
    return ",".join(sorted(filter(None, (seen.status, beside))))


def version(house: House, seen: OrderView) -> str:
    return iso(ids.told_version(seen.updated_at, house.clock.now()))


def orders(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in views(house, written, shop):
        order, states = seen.order, [line.state for line in seen.lines]
        sums = {name: sum(getattr(state, name) for state in states) for name in ("items_minor", "discount_minor", "shipping_minor")}
        yield {
            "order_id": str(ids.order_id(order)), "site": order.site, "status": order_word(seen), "status_raw": raw_words(seen),
            "placed_at": iso(ids.told(order.placed_at)), "placed_date": ids.day(order.placed_at),
            "paid_at": iso(ids.told(seen.state.paid_at)),
            "fulfilled_by": "seller", "currency": SITES[order.site].currency, **sums, "tax_minor": None,
            "total_minor": sums["items_minor"] - sums["discount_minor"] + sums["shipping_minor"],
            "unit_count": sum(line.quantity for line in order.lines), "ship_country": order.buyer.country,
            "buyer_key": ids.login_id(order.buyer), "source_updated_at": version(house, seen),
        }


def order_lines(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in views(house, written, shop):
        for line in seen.lines:
            state, listing = line.state, line.state.line.listing
            yield {
                "order_id": str(ids.order_id(seen.order)), "line_id": str(ids.child_id(seen.order, state.line.index)), "sku": listing.sku,
                "product_id": str(ids.product_id(listing)), "title": state.line.title, "status": line_word(seen, line),
                "status_raw": line.status, "quantity": state.line.quantity, "shipped_quantity": state.line.quantity if line.is_whole else 0,
                "currency": SITES[seen.order.site].currency, "unit_price_minor": state.unit_price_minor, "items_minor": state.items_minor,
                "discount_minor": state.discount_minor, "shipping_minor": None, "tax_minor": None,
                "total_minor": None, "source_updated_at": version(house, seen),
            }


def shipments(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in views(house, written, shop):
        for parcel in seen.parcels:
            yield {
                "order_id": str(ids.order_id(seen.order)), "shipment_id": parcel.number, "carrier": parcel.carrier,
                "tracking_number": parcel.number, "status_raw": parcel.status,
                "status": "delivered" if parcel.received_at else "in_transit",
                "shipped_at": iso(ids.told(parcel.sent_at)), "delivered_at": iso(ids.told(parcel.received_at)),
                "source_updated_at": version(house, seen),
            }


def shipment_lines(house: House, written: Written, shop: str) -> Iterator[Row]:
    """Only of an order's only parcel is it known what it holds: what has wholly left."""
    for seen in views(house, written, shop):
        for line in seen.lines if len(seen.parcels) == 1 else ():
            if line.is_whole:
                yield {
                    "order_id": str(ids.order_id(seen.order)), "shipment_id": seen.parcels[0].number,
                    "line_id": str(ids.child_id(seen.order, line.state.line.index)), "quantity": line.state.line.quantity,
                    "source_updated_at": version(house, seen),
                }


ORDER_TRUTH: Mapping[str, Callable[[House, Written, str], Iterator[Row]]] = {
    "orders": orders, "order_lines": order_lines, "shipments": shipments, "shipment_lines": shipment_lines,
}
