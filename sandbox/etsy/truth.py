"""What a perfect reader of Etsy would store, stated from the world and what was written, by canonical table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from sandbox.clock import iso
from sandbox.etsy import answer_shop, ids
from sandbox.etsy.facts import Receipt, receipts, wrap_minor
from sandbox.etsy.stall import Product, Stalled, stall
from sandbox.etsy.truth_money import MONEY_TRUTH
from sandbox.etsy.truth_words import day
from sandbox.etsy.written import Written
from sandbox.market import House

Row = Mapping[str, object]
_SUMS = ("items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")
_LONE = {"expired": "suppressed", "sold_out": "suppressed", "draft": "pending", "inactive": "inactive"}


def order_word(seen: Receipt) -> str:
    if seen.word == "canceled":
        return "cancelled"
    if seen.word == "fully refunded":
        return "returned" if seen.is_shipped else "cancelled"
    if seen.is_shipped:
        return "shipped"
    return "paid" if seen.is_paid else "pending"


def orders(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in receipts(house, written, shop):
        buyer = seen.order.buyer
        yield {
            "order_id": str(ids.receipt_id(seen.order)), "site": ids.site(shop), "status": order_word(seen), "status_raw": seen.word,
            "placed_at": iso(seen.state.placed_at), "placed_date": day(seen.state.placed_at, shop), "paid_at": iso(seen.state.paid_at),
            "fulfilled_by": "seller", "currency": ids.currency(shop), **{name: seen.total(name) for name in _SUMS},
            "unit_count": sum(line.line.quantity for line in seen.state.lines),
            "ship_country": None if seen.order.number // 7 % 5 == 0 else buyer.country, "buyer_key": str(buyer.number),
            "source_updated_at": iso(seen.updated_at),
        }


def order_lines(house: House, written: Written, shop: str) -> Iterator[Row]:
    """Tax is told for the receipt only; shipping of a line where no gift wrap hides in the receipt's."""
    for seen in receipts(house, written, shop):
        word = order_word(seen)
        for line in seen.state.lines:
            is_sent = seen.is_line_shipped(line)
            yield {
                "order_id": str(ids.receipt_id(seen.order)), "line_id": str(ids.transaction_id(seen.order, line.line.index)),
                "sku": line.line.listing.sku, "product_id": str(ids.listing_id(line.line.listing)), "title": line.line.title,
                "status": _line_word(word, is_sent), "status_raw": seen.word, "quantity": line.line.quantity,
                "shipped_quantity": line.line.quantity if is_sent else 0, "currency": ids.currency(shop),
                "unit_price_minor": line.unit_price_minor, "items_minor": line.items_minor, "discount_minor": line.discount_minor,
                "shipping_minor": None if wrap_minor(seen.state) else line.shipping_minor, "tax_minor": None, "total_minor": None,
                "source_updated_at": iso(seen.updated_at),
            }


def _line_word(order: str, is_sent: bool) -> str:
    return {"shipped": "paid", "returned": "cancelled"}.get(order, order) if not is_sent else order


def shipments(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in receipts(house, written, shop):
        for shipment in seen.shipments:
            yield {
                "order_id": str(ids.receipt_id(seen.order)), "shipment_id": str(shipment.number), "carrier": shipment.carrier or None,
                "tracking_number": shipment.tracking or None, "status": "in_transit", "status_raw": None, "shipped_at": iso(shipment.at),
                "delivered_at": None, "source_updated_at": iso(seen.updated_at),
            }


def returns(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in receipts(house, written, shop):
        for refund in seen.refunds:
            number = f"{ids.receipt_id(seen.order)}/{ids.seconds(refund.at)}/{refund.amount_minor}"
            yield {
                "return_id": number, "return_line_id": "refund", "order_id": str(ids.receipt_id(seen.order)), "line_id": None, "sku": None,
                "kind": "cancel" if seen.word == "canceled" else "refund_only", "status": "refunded", "status_raw": "",
                "quantity": 0, "reason": refund.reason, "currency": ids.currency(shop), "refund_minor": refund.amount_minor,
                "requested_at": iso(refund.at), "requested_date": day(refund.at, shop), "source_updated_at": iso(refund.at),
            }


def listings(house: House, written: Written, shop: str) -> Iterator[Row]:
    for found in stall(house, written, shop).values():
        for product in found.products:
            raw = [found.state] if product.is_enabled else [found.state, "disabled"]
            yield {
                "site": ids.site(shop), "listing_id": str(ids.product_id(product.listing)), "product_id": str(found.number),
                "sku": product.listing.sku, "title": found.title, "status": _listing_word(found, product),
                "status_raw": ",".join(sorted(raw)), "fulfilled_by": "seller", "currency": ids.currency(shop),
                "price_minor": product.price_minor, "listed_at": iso(found.listed_at), "listed_date": day(found.listed_at, shop),
                "source_updated_at": iso(found.changed_at),
            }


def _listing_word(found: Stalled, product: Product) -> str:
    return _LONE.get(found.state) or ("active" if product.is_enabled else "inactive")


def inventory(house: House, written: Written, shop: str) -> Iterator[Row]:
    """A listing taken off sale keeps one unit nobody can order: that is none."""
    for found in stall(house, written, shop).values():
        is_forced = found.state == "inactive" and found.quantity == 1
        for product in found.products:
            yield {
                "site": ids.site(shop), "sku": product.listing.sku, "location": "DEFAULT", "fulfilled_by": "seller",
                "sellable_quantity": 0 if is_forced else product.quantity, "reserved_quantity": None, "inbound_quantity": None,
            }


def reviews(house: House, written: Written, shop: str) -> Iterator[Row]:
    for each in answer_shop.said(house, shop):
        yield {
            "review_id": str(ids.transaction_id(each.order, each.line)), "kind": "product",
            "product_id": str(ids.listing_id(each.order.lines[each.line].listing)), "order_id": None,
            "line_id": str(ids.transaction_id(each.order, each.line)), "rating": each.rating, "verdict": None, "text": each.text,
            "reply": None, "reviewed_at": iso(each.at), "reviewed_date": day(each.at, shop), "source_updated_at": iso(each.changed_at),
        }


def seller_accounts(house: House, written: Written, shop: str) -> Iterator[Row]:
    ratings = [each.rating for each in answer_shop.said(house, shop)]
    mean = answer_shop.average(ratings)
    yield {
        "account_id": str(ids.shop_id(shop)), "status": "verified", "status_raw": "is_etsy_payments_onboarded", "kind": None,
        "country": ids.site(shop), "rating_count": len(ratings), "rating_percent": None if mean is None else str(mean * Decimal(20)),
        "opened_at": iso(answer_shop.opened_at(house, shop)),
    }


TRUTH: Mapping[str, Callable[[House, Written, str], Iterator[Row]]] = {
    "orders": orders, "order_lines": order_lines, "shipments": shipments, "returns": returns, "listings": listings, "inventory": inventory,
    "reviews": reviews, "seller_accounts": seller_accounts, **MONEY_TRUTH,
}
