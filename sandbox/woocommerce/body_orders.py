"""Orders, refunds, notes and trackings as a store writes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sandbox import paypal_ids
from sandbox.woocommerce import ids
from sandbox.woocommerce.life import Refund, Seen
from sandbox.woocommerce.store import TRACKING_ITEMS, Stores
from sandbox.world import SITES
from sandbox.world.fold import LineState
from sandbox.world.model import Line

GATEWAYS = {"card": ("stripe", "Credit card"), "wallet": ("ppcp-gateway", "PayPal"), "cod": ("cod", "Cash on delivery")}
SYMBOLS = {"EUR": "€", "GBP": "£"}
Body = dict[str, object]


@dataclass(frozen=True)
class Desk:
    """One store answering. ``base``: its own address, for the links in its answers."""

    stores: Stores
    shop: str
    base: str

    def money(self, minor: int) -> str:
        return ids.money(minor, self.shop)

    def local(self, at) -> str | None:
        return ids.local_text(at, self.shop)

    def href(self, path: str) -> list[Body]:
        return [{"href": f"{self.base}/wp-json/wc/v3/{path}"}]

    def links(self, path: str, collection: str, up: str | None = None) -> Body:
        found = {"self": self.href(path), "collection": self.href(collection)}
        return {**found, "up": self.href(up)} if up else found


def order_body(desk: Desk, found: Seen) -> Body:
    order, number, lines = found.order, ids.order_id(found.order), found.state.lines
    split = [_split(line, desk.shop) for line in lines]
    shipping, shipping_tax = ids.net_and_tax(sum(line.shipping_minor for line in lines), desk.shop)
    off = [sum(items[part] - paid[part] for items, paid in split) for part in (0, 1)]
    cart_tax = sum(paid[1] for _, paid in split)
    gateway, gateway_title = GATEWAYS[order.payment_method]
    code, has_vat = SITES[order.site].currency, ids.setup(desk.shop).vat_percent > 0
    return {
        "id": number, "parent_id": 0, "status": found.status, "currency": code, "version": "9.2.5", "prices_include_tax": has_vat,
        "date_created": desk.local(order.placed_at), "date_modified": desk.local(found.modified_at),
        "discount_total": desk.money(off[0]), "discount_tax": desk.money(off[1]), "shipping_total": desk.money(shipping),
        "shipping_tax": desk.money(shipping_tax), "cart_tax": desk.money(cart_tax),
        "total": desk.money(sum(line.total_minor for line in lines)), "total_tax": desk.money(cart_tax + shipping_tax),
        "customer_id": order.buyer.number % 100_000 if order.buyer.number % 3 else 0, "order_key": f"wc_order_{_hash(number)[:13]}",
        "billing": {**_address(order), "email": paypal_ids.payer_email(order), "phone": f"+{order.buyer.number}"},
        "shipping": {**_address(order), "phone": ""}, "payment_method": gateway, "payment_method_title": gateway_title,
        "transaction_id": transaction(desk.stores.house.seed, found), "customer_ip_address": "203.0.113.9",
        "customer_user_agent": "Mozilla/5.0", "created_via": "checkout", "customer_note": "",
        "date_completed": desk.local(found.completed_at), "date_paid": desk.local(found.paid_at), "cart_hash": "",
        "number": f"{order.site}-{number}", "meta_data": _meta(desk, found),
        "line_items": [_order_line(desk, order, line, *parts) for line, parts in zip(lines, split, strict=True)],
        "tax_lines": [_tax_line(desk, number, cart_tax, shipping_tax)] if has_vat else [],
        "shipping_lines": [_shipping_line(desk, order, shipping, shipping_tax)] if shipping else [], "fee_lines": [],
        "coupon_lines": [_coupon_line(desk, number, *off)] if off[0] else [],
        "refunds": [{"id": each.id, "reason": each.reason, "total": f"-{desk.money(each.amount_minor)}"} for each in found.refunds],
        "payment_url": f"{desk.base}/checkout/order-pay/{number}/?pay_for_order=true&key=wc_order", "is_editable": False,
        "needs_payment": found.status in ("pending", "failed"), "needs_processing": True,
        "date_created_gmt": ids.gmt_text(order.placed_at), "date_modified_gmt": ids.gmt_text(found.modified_at),
        "date_completed_gmt": ids.gmt_text(found.completed_at), "date_paid_gmt": ids.gmt_text(found.paid_at),
        "currency_symbol": SYMBOLS.get(code, code), "_links": desk.links(f"orders/{number}", "orders"),
    }


def transaction(seed: int, found: Seen) -> str:
    """The provider's number of the payment; cash has none."""
    if not found.paid_at or found.order.payment_method == "cod":
        return ""
    if paypal_ids.is_by_paypal(found.order):
        return paypal_ids.capture_id(seed, found.order)
    return f"ch_{_hash(f'{found.order.shop}:{found.order.number}')[:24]}"


def refund_body(desk: Desk, refund: Refund, *, with_parent: bool) -> Body:
    """``with_parent``: as the list over all orders shows it; below its order it does without."""
    number = ids.order_id(refund.order)
    above = f"orders/{number}"
    return {
        "id": refund.id, **({"parent_id": number} if with_parent else {}), "date_created": desk.local(refund.at),
        "date_created_gmt": ids.gmt_text(refund.at), "amount": desk.money(refund.amount_minor), "reason": refund.reason, "refunded_by": 1,
        "refunded_payment": is_refunded_there(refund), "meta_data": [],
        "line_items": [_refund_line(desk, refund, *line) for line in refund.lines], "shipping_lines": [], "tax_lines": [], "fee_lines": [],
        "_links": desk.links(f"{above}/refunds/{refund.id}", f"{above}/refunds", above),
    }


def is_refunded_there(refund: Refund) -> bool:
    """Whether the store gave the money back through the provider; cash is given back by hand."""
    return refund.order.payment_method != "cod"


def note_body(desk: Desk, found: Seen, place: int) -> Body:
    number = ids.order_id(found.order)
    at, text, to_customer = desk.stores.written.order(desk.shop, number).notes[place - 1]
    note, above = number % 10_000_000 * 100 + place, f"orders/{number}"
    return {
        "id": note, "author": "WooCommerce", "date_created": desk.local(at), "date_created_gmt": ids.gmt_text(at), "note": text,
        "customer_note": to_customer, "_links": desk.links(f"{above}/notes/{note}", f"{above}/notes", above),
    }


def tracking_items(desk: Desk, found: Seen) -> list[Body]:
    """As both tracking plugins keep them."""
    return [
        {"tracking_provider": each.carrier, "custom_tracking_provider": "", "custom_tracking_link": "", "tracking_number": each.number,
         "date_shipped": str(int(each.shipped_at.timestamp())), "tracking_id": tracking_id(each.number)}
        for each in desk.stores.tracked(found)
    ]


def tracking_id(number: str) -> str:
    return hashlib.md5(number.encode(), usedforsecurity=False).hexdigest()


def keeps_plain_meta(desk: Desk, found: Seen) -> bool:
    """Where there is no plugin the staff write one parcel's number into the order by hand."""
    items = desk.stores.tracked(found)
    return len(items) == 1 and bool(found.parcels) and not ids.setup(desk.shop).has_tracking_plugin


def _meta(desk: Desk, found: Seen) -> list[Body]:
    number, items = ids.order_id(found.order), tracking_items(desk, found)
    if keeps_plain_meta(desk, found):
        pairs: dict[str, object] = {
            "_tracking_number": items[0]["tracking_number"], "_tracking_provider": items[0]["tracking_provider"],
        }
    else:
        pairs = {TRACKING_ITEMS: items} if items else {}
    told = {name: value for name, value in desk.stores.written.order(desk.shop, number).meta.items() if name != TRACKING_ITEMS}
    pairs = {"_wc_order_attribution_source_type": "organic", **pairs, **told}
    return [{"id": number % 10_000_000 * 10 + place, "key": name, "value": value} for place, (name, value) in enumerate(pairs.items())]


def _split(line: LineState, shop: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """(net, tax) of a line before and after its discount."""
    return ids.net_and_tax(line.items_minor, shop), ids.net_and_tax(line.items_minor - line.discount_minor, shop)


def _order_line(desk: Desk, order, line: LineState, items: tuple[int, int], paid: tuple[int, int]) -> Body:
    quantity = line.line.quantity
    return _item(desk, ids.line_id(order, line.line.index), line.line, quantity, items, paid, {"_reduced_stock": str(quantity)})


def _refund_line(desk: Desk, refund: Refund, index: int, units: int, gross: int) -> Body:
    back = tuple(-part for part in ids.net_and_tax(gross, desk.shop))
    meta = {"_refunded_item_id": str(ids.line_id(refund.order, index))}
    return _item(desk, ids.refund_line_id(refund.id, index), refund.order.lines[index], -units, back, back, meta)


def _item(desk: Desk, number: int, line: Line, quantity: int, items: tuple[int, int], paid: tuple[int, int], meta: dict[str, str]) -> Body:
    product, variation = ids.product_and_variation(line)
    taxes = [{"id": 1, "total": desk.money(paid[1]), "subtotal": desk.money(items[1])}] if ids.setup(desk.shop).vat_percent else []
    return {
        "id": number, "name": line.title, "product_id": product, "variation_id": variation, "quantity": quantity, "tax_class": "",
        "subtotal": desk.money(items[0]), "subtotal_tax": desk.money(items[1]), "total": desk.money(paid[0]),
        "total_tax": desk.money(paid[1]), "taxes": taxes,
        "meta_data": [
            {"id": number * 10 + place, "key": name, "value": value, "display_key": name, "display_value": value}
            for place, (name, value) in enumerate(meta.items())
        ],
        "sku": line.listing.sku, "price": paid[0] / quantity / 100, "image": {"id": "", "src": ""},
        "parent_name": ids.noun_and_sort(line.listing)[0] if variation else None,
    }


def _shipping_line(desk: Desk, order, net: int, tax: int) -> Body:
    return {
        "id": ids.shipping_line_id(order), "method_title": "Flat", "method_id": "flat_rate", "instance_id": "1",
        "total": desk.money(net), "total_tax": desk.money(tax),
        "taxes": [{"id": 1, "total": desk.money(tax), "subtotal": ""}] if tax else [], "meta_data": [],
    }


def _tax_line(desk: Desk, number: int, cart_tax: int, shipping_tax: int) -> Body:
    return {
        "id": number * 100 + 91, "rate_code": "VAT-1", "rate_id": 1, "label": "VAT", "compound": False,
        "tax_total": desk.money(cart_tax), "shipping_tax_total": desk.money(shipping_tax),
        "rate_percent": ids.setup(desk.shop).vat_percent, "meta_data": [],
    }


def _coupon_line(desk: Desk, number: int, net: int, tax: int) -> Body:
    return {
        "id": number * 100 + 92, "code": "welcome", "discount": desk.money(net), "discount_tax": desk.money(tax), "meta_data": [],
        "discount_type": "percent", "nominal_amount": 10, "free_shipping": False,
    }


def _address(order) -> Body:
    given, _, family = order.buyer.name.partition(" ")
    return {
        "first_name": given, "last_name": family, "company": "", "address_1": "Street 1", "address_2": "", "city": order.buyer.city,
        "state": "", "postcode": order.buyer.postcode, "country": order.buyer.country,
    }


def _hash(value: object) -> str:
    return hashlib.sha256(str(value).encode()).hexdigest()
