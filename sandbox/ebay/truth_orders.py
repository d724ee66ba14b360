"""Orders, lines and parcels as a perfect reader would store them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.clock import iso
from sandbox.ebay import ids, view
from sandbox.ebay.view import Seen
from sandbox.ebay.written import Written
from sandbox.market import House
from sandbox.promises import deliver_by
from sandbox.world import SITES, ZONES
from sandbox.world.fold import LineState

Row = Mapping[str, object]


def _word(fulfilment: str, is_paid: bool, is_back: bool) -> str:
    """Where goods stand that were not cancelled; parcels are not followed, so nothing is ever delivered."""
    if is_back:
        return "cancelled" if fulfilment == "NOT_STARTED" else "returned"
    return {"FULFILLED": "shipped", "IN_PROGRESS": "partially_shipped", "NOT_STARTED": "paid" if is_paid else "pending"}[fulfilment]


def line_word(seen: Seen, line: LineState) -> str:
    if line.status == "cancelled" and (seen.state.is_cancelled or seen.state.paid_at):
        return "cancelled"
    back = sum(refund.minor for refund in seen.refunds(line))
    is_back = seen.payment == "FULLY_REFUNDED" or (back > 0 and back >= line.items_minor - line.discount_minor)
    return _word(seen.line_fulfilment(line), seen.state.paid_at is not None, is_back)


def orders(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in view.orders(house, written, shop):
        order, state = seen.order, seen.state
        words = {seen.cancel, seen.payment, seen.fulfilment, *(("COMPLETED",) if state.is_cancelled else ())}
        word = _word(seen.fulfilment, state.paid_at is not None, seen.payment == "FULLY_REFUNDED")
        sums = {name: sum(getattr(line, name) for line in state.lines) for name in
                ("items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")}
        yield {
            "order_id": ids.order_id(order), "site": order.site, "status": "cancelled" if state.is_cancelled else word,
            "status_raw": ",".join(sorted(words)), "placed_at": iso(state.placed_at),
            "placed_date": state.placed_at.astimezone(ZONES[order.site]).date().isoformat(), "paid_at": iso(state.paid_at),
            "fulfilled_by": "seller", "currency": SITES[order.site].currency, **sums,
            "unit_count": sum(line.line.quantity for line in state.lines), "ship_country": order.buyer.country,
            "deliver_by_at": iso(deliver_by(order)),
            "buyer_key": str(order.buyer.number), "source_updated_at": iso(seen.updated_at),
        }


def order_lines(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in view.orders(house, written, shop):
        for line in seen.state.lines:
            listing = line.line.listing
            yield {
                "order_id": ids.order_id(seen.order), "line_id": ids.line_id(seen.order, line.line.index), "sku": ids.sku(listing),
                "product_id": ids.item_id(listing), "title": line.line.title, "status": line_word(seen, line),
                "status_raw": seen.line_fulfilment(line), "quantity": line.line.quantity, "shipped_quantity": seen.units(line.line.index),
                "currency": SITES[seen.order.site].currency, "unit_price_minor": line.unit_price_minor, "items_minor": line.items_minor,
                "discount_minor": line.discount_minor, "shipping_minor": line.shipping_minor, "tax_minor": line.tax_minor,
                "total_minor": line.total_minor, "source_updated_at": iso(seen.updated_at),
            }


def shipments(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in view.orders(house, written, shop):
        for number, parcel in _numbered(seen):
            yield {
                "order_id": ids.order_id(seen.order), "shipment_id": number, "carrier": parcel.carrier, "tracking_number": parcel.tracking,
                "status": "in_transit", "status_raw": None, "shipped_at": iso(parcel.shipped_at), "delivered_at": None,
                "source_updated_at": iso(seen.updated_at),
            }


def shipment_lines(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in view.orders(house, written, shop):
        for number, parcel in _numbered(seen):
            for index, units in parcel.contents:
                yield {
                    "order_id": ids.order_id(seen.order), "shipment_id": number, "line_id": ids.line_id(seen.order, index),
                    "quantity": units, "source_updated_at": iso(seen.updated_at),
                }


def _numbered(seen: Seen) -> Iterator[tuple[str, view.Sent]]:
    """Parcels with their numbers; the second without one is 999/2."""
    nameless = 0
    for parcel in seen.parcels:
        nameless += parcel.number == "999"
        yield (f"999/{nameless}" if parcel.number == "999" and nameless > 1 else parcel.number), parcel


ORDER_TRUTH: Mapping[str, Callable[[House, Written, str], Iterator[Row]]] = {
    "orders": orders, "order_lines": order_lines, "shipments": shipments, "shipment_lines": shipment_lines,
}
