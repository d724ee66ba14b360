"""Receipts with their transactions, shipments and refunds; and telling a parcel."""

from __future__ import annotations

from typing import Any

from sandbox.etsy import ids
from sandbox.etsy.asked import Asked
from sandbox.etsy.errors import unknown, wrong
from sandbox.etsy.facts import Receipt, receipt, receipts, wrap_minor, wrapped_line
from sandbox.etsy.written import Written
from sandbox.market import House
from sandbox.world.fold import LineState

DOWN = ("desc", "descending", "down")
DIRECTIONS = ("asc", "ascending", "up", *DOWN)
FREE_OF_TRACKING_MINOR = 1000  # an order within the United States up to ten dollars
LARGE = ("USPS", "UPS", "FedEx", "DHL Express", "other")


def get_receipts(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    found = [each for each in receipts(house, written, asked.shop) if _is_wanted(asked, each)]
    by = asked.word("sort_on", ("created", "updated", "receipt_id"), "created")
    keys = {
        "created": lambda each: (each.state.placed_at, each.order.number), "updated": lambda each: (each.updated_at, each.order.number),
        "receipt_id": lambda each: each.order.number,
    }
    found.sort(key=keys[by], reverse=asked.word("sort_order", DIRECTIONS, "desc") in DOWN)
    return asked.page([body(each, asked.shop) for each in found])


def _is_wanted(asked: Asked, seen: Receipt) -> bool:
    """Bounds include their second. What was cancelled hides from filters by change unless it is asked for."""
    flags = {
        "was_paid": seen.is_paid, "was_shipped": seen.is_shipped, "was_delivered": seen.is_delivered,
        "was_canceled": seen.state.is_cancelled,
    }
    if any(asked.truth(name) not in (None, value) for name, value in flags.items()):
        return False
    by_change = asked.moment("min_last_modified") is not None or asked.moment("max_last_modified") is not None
    if seen.state.is_cancelled and by_change and asked.truth("was_canceled") is not True:
        return False
    created, updated = ids.seconds(seen.state.placed_at), ids.seconds(seen.updated_at)
    bounds = (
        ("min_created", created, 1), ("max_created", created, -1), ("min_last_modified", updated, 1), ("max_last_modified", updated, -1),
    )
    return all((bound := asked.moment(name)) is None or (at - bound) * side >= 0 for name, at, side in bounds)


def get_receipt(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    return body(find(house, written, asked), asked.shop)


def get_transactions(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    lines = body(find(house, written, asked), asked.shop)["transactions"]
    return {"count": len(lines), "results": lines}


def find(house: House, written: Written, asked: Asked) -> Receipt:
    state = house.snapshot.order(asked.shop, ids.order_number(asked.path["receipt_id"]))
    if state is None:
        raise unknown(f"a Shop Receipt with receipt_id = {asked.path['receipt_id']} associated with shop_id = {ids.shop_id(asked.shop)}.")
    return receipt(house, written, state)


def tell_shipment(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """Each success mails the buyer. Under JSON nothing is read, and nothing would be told: refused loudly here."""
    seen = find(house, written, asked)
    tracking, carrier = asked.form.get("tracking_code", "").strip(), asked.form.get("carrier_name", "").strip()
    if asked.json is not None:
        raise wrong("The body must be application/x-www-form-urlencoded")
    if seen.state.is_cancelled or not seen.is_paid:
        raise wrong("The receipt cannot be shipped")
    if bool(tracking) != bool(carrier):
        raise wrong("tracking_code and carrier_name belong together")
    is_domestic = ids.site(asked.shop) == "US" and seen.order.buyer.country == "US"
    if not tracking and is_domestic and seen.total("total_minor") > FREE_OF_TRACKING_MINOR:
        raise wrong("tracking_code and carrier_name are required for this receipt")
    if carrier and carrier not in LARGE:
        raise wrong(f"Invalid carrier_name: {carrier[:40]}")
    written.tell(ids.receipt_id(seen.order), carrier, tracking)
    return get_receipt(house, written, asked)


def body(seen: Receipt, shop: str) -> dict[str, Any]:
    order, state = seen.order, seen.state
    wrap = wrap_minor(state)
    sums = {
        "grandtotal": seen.total("total_minor"), "subtotal": seen.total("items_minor") - seen.total("discount_minor"),
        "total_price": seen.total("items_minor"), "total_shipping_cost": seen.total("shipping_minor") - wrap,
        "total_tax_cost": seen.total("tax_minor"), "total_vat_cost": 0, "discount_amt": seen.total("discount_minor"),
        "gift_wrap_price": wrap,
    }
    return {
        "receipt_id": ids.receipt_id(order), "receipt_type": 0, "seller_user_id": ids.user_id(shop),
        "seller_email": f"{shop}@sellers.example",
        "buyer_user_id": order.buyer.number, "buyer_email": None, **_address(seen), "status": seen.word,
        "payment_method": {"card": "cc", "wallet": "paypal", "cod": "other"}[order.payment_method], "payment_email": None,
        "message_from_seller": None, "message_from_buyer": None, "message_from_payment": None, "is_paid": seen.is_paid,
        "is_shipped": seen.is_shipped, **ids.twins("create", state.placed_at), **ids.twins("update", seen.updated_at),
        "is_gift": bool(wrap), "gift_message": "", "gift_sender": "", **{name: ids.money(value, shop) for name, value in sums.items()},
        "shipments": [_shipment(each) for each in seen.shipments], "transactions": [_line(seen, line, shop) for line in state.lines],
        "refunds": [
            {"amount": ids.money(each.amount_minor, shop), "created_timestamp": ids.seconds(each.at), "reason": each.reason,
             "note_from_issuer": None, "status": None}
            for each in seen.refunds
        ],
    }


def _address(seen: Receipt) -> dict[str, Any]:
    """Most of an address is for preferred partners in some regions: any of it may be null."""
    buyer = seen.order.buyer
    hidden = seen.order.number // 7 % 5 == 0
    parts = {"first_line": "12 Sample Street", "second_line": None, "city": buyer.city, "state": "OR", "zip": buyer.postcode}
    return {
        "name": buyer.name, **(dict.fromkeys(parts) if hidden else parts), "country_iso": None if hidden else buyer.country,
        "formatted_address": None if hidden else f"{buyer.name}\n{buyer.city}",
    }


def _shipment(shipment) -> dict[str, Any]:
    return {
        "receipt_shipping_id": shipment.number, "shipment_notification_timestamp": ids.seconds(shipment.at),
        "carrier_name": shipment.carrier, "tracking_code": shipment.tracking,
    }


def _line(seen: Receipt, line: LineState, shop: str) -> dict[str, Any]:
    listing, order = line.line.listing, seen.order
    shipping = line.shipping_minor - (wrap_minor(seen.state) if line is wrapped_line(seen.state) else 0)
    shipped = ids.seconds(seen.shipped_at) if seen.is_line_shipped(line) else None
    glaze = {"property_id": ids.GLAZE, "property_name": "Glaze", "scale_id": None, "scale_name": None, "value_ids": [],
             "values": [ids.sort_word(listing)]}
    return {
        "transaction_id": ids.transaction_id(order, line.line.index), "title": line.line.title, "description": "Handmade stoneware.",
        "seller_user_id": ids.user_id(shop), "buyer_user_id": order.buyer.number, **ids.twins("create", seen.state.placed_at),
        "paid_timestamp": ids.seconds(seen.state.paid_at), "shipped_timestamp": shipped,
        "quantity": line.line.quantity, "listing_image_id": None, "receipt_id": ids.receipt_id(order), "is_digital": False, "file_data": "",
        "listing_id": ids.listing_id(listing), "transaction_type": "listing", "product_id": ids.product_id(listing), "sku": listing.sku,
        "price": ids.money(line.unit_price_minor, shop), "shipping_cost": ids.money(shipping, shop),
        "variations": [{"property_id": ids.GLAZE, "value_id": None, "formatted_name": "Glaze", "formatted_value": ids.sort_word(listing)}],
        "product_data": [glaze], "shipping_profile_id": None, "min_processing_days": 1, "max_processing_days": 3, "shipping_method": None,
        "shipping_upgrade": None, "expected_ship_date": ids.seconds(seen.state.placed_at) + 3 * 86_400, "buyer_coupon": 0,
        "shop_coupon": line.discount_minor / 100,
    }
