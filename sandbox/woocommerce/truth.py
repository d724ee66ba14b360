"""What a perfect reader of a store would keep, stated from the world (never from the answers), by canonical table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from sandbox import paypal_ids
from sandbox.clock import iso
from sandbox.woocommerce import ids
from sandbox.woocommerce.body_orders import GATEWAYS, is_refunded_there, keeps_plain_meta, tracking_id, transaction
from sandbox.woocommerce.body_orders import Desk as _Desk
from sandbox.woocommerce.life import total_minor
from sandbox.woocommerce.store import Stores
from sandbox.world import SITES, ZONES
from sandbox.world.model import Listing

Row = Mapping[str, object]
_ORDER = {
    "pending": "pending", "on-hold": "pending", "processing": "paid", "in-production": "paid", "completed": "shipped",
    "cancelled": "cancelled", "failed": "cancelled", "refunded": "returned",
}
_PRODUCT = {"active": "active", "inactive": "inactive", "suppressed": "inactive", "pending": "pending"}
_PROVIDER = {"ppcp-gateway": "paypal", "stripe": "stripe", "cod": "cod"}


def day(at: datetime, site: str) -> str:
    return at.astimezone(ZONES[site]).date().isoformat()


def orders(stores: Stores, shop: str) -> Iterator[Row]:
    for found in stores.orders(shop):
        order, lines = found.order, found.state.lines
        yield {
            "order_id": str(ids.order_id(order)), "site": order.site, "status": _ORDER[found.status], "status_raw": found.status,
            "placed_at": iso(order.placed_at), "placed_date": day(order.placed_at, order.site), "paid_at": iso(found.paid_at),
            "fulfilled_by": "seller", "currency": SITES[order.site].currency, "items_minor": sum(line.items_minor for line in lines),
            "discount_minor": sum(line.discount_minor for line in lines), "shipping_minor": sum(line.shipping_minor for line in lines),
            "tax_minor": 0, "total_minor": total_minor(found.state), "unit_count": sum(line.line.quantity for line in lines),
            "ship_country": order.buyer.country, "buyer_key": paypal_ids.payer_email(order), "source_updated_at": iso(found.modified_at),
        }


def order_lines(stores: Stores, shop: str) -> Iterator[Row]:
    for found in stores.orders(shop):
        has_left = found.completed_at is not None and found.status in ("completed", "refunded")
        for line in found.state.lines:
            product, _ = ids.product_and_variation(line.line)
            yield {
                "order_id": str(ids.order_id(found.order)), "line_id": str(ids.line_id(found.order, line.line.index)),
                "sku": line.line.listing.sku, "product_id": str(product), "title": line.line.title, "status": _ORDER[found.status],
                "status_raw": found.status, "quantity": line.line.quantity, "shipped_quantity": line.line.quantity if has_left else 0,
                "currency": SITES[found.order.site].currency, "unit_price_minor": line.unit_price_minor, "items_minor": line.items_minor,
                "discount_minor": line.discount_minor, "shipping_minor": None, "tax_minor": 0, "total_minor": None,
                "source_updated_at": iso(found.modified_at),
            }


def shipments(stores: Stores, shop: str) -> Iterator[Row]:
    for found in stores.orders(shop):
        is_plain = keeps_plain_meta(_Desk(stores, shop, ""), found)
        for parcel in stores.tracked(found):
            yield {
                "order_id": str(ids.order_id(found.order)), "shipment_id": parcel.number if is_plain else tracking_id(parcel.number),
                "carrier": parcel.carrier, "tracking_number": parcel.number, "status": "in_transit", "status_raw": None,
                "shipped_at": iso(found.completed_at) if is_plain else iso(parcel.shipped_at), "delivered_at": None,
                "source_updated_at": iso(found.modified_at),
            }


def payments(stores: Stores, shop: str) -> Iterator[Row]:
    for found in stores.orders(shop):
        if not found.paid_at:
            continue
        number, gateway = str(ids.order_id(found.order)), GATEWAYS[found.order.payment_method][0]
        yield {
            "payment_id": number, "transaction_id": transaction(stores.house.seed, found) or f"{gateway}/{number}", "parent_id": None,
            "order_id": number, "kind": "payment", "kind_raw": gateway, "status": "completed", "status_raw": found.status,
            "provider": _PROVIDER[gateway], "currency": SITES[found.order.site].currency, "amount_minor": total_minor(found.state),
            "fee_minor": None, "paid_at": iso(found.paid_at), "paid_date": day(found.paid_at, found.order.site),
            "payer_key": None, "source_updated_at": iso(found.modified_at),
        }


def returns(stores: Stores, shop: str) -> Iterator[Row]:
    for found in stores.orders(shop):
        for refund in stores.remembered(found):
            head = {
                "return_id": str(refund.id), "order_id": str(ids.order_id(found.order)), "status": "refunded",
                "status_raw": "refunded_payment" if is_refunded_there(refund) else "refunded by hand", "reason": refund.reason or None,
                "currency": SITES[found.order.site].currency, "requested_at": iso(refund.at),
                "requested_date": day(refund.at, found.order.site), "source_updated_at": iso(refund.at),
            }
            for index, units, gross in refund.lines:
                yield {
                    **head, "return_line_id": str(ids.refund_line_id(refund.id, index)), "line_id": str(ids.line_id(found.order, index)),
                    "sku": found.order.lines[index].listing.sku, "kind": "return", "quantity": units, "refund_minor": gross,
                }
            if not refund.lines:
                yield {**head, "return_line_id": "amount", "line_id": None, "sku": None, "kind": "refund_only", "quantity": 0,
                       "refund_minor": refund.amount_minor}


def listings(stores: Stores, shop: str) -> Iterator[Row]:
    for listing in stores.listings(shop):
        site = listing.site
        raw = {"variation": {"active": "publish", "inactive": "private", "suppressed": "private"},
               "simple": {"active": "publish", "inactive": "draft", "suppressed": "private", "pending": "pending"}}
        own = raw["variation" if ids.is_variation(listing) else "simple"][listing.status]
        words = {own, "publish"} if ids.is_variation(listing) else {own}
        price = Decimal(stores.price(listing)).scaleb(SITES[site].decimals)
        yield {
            "site": site, "listing_id": str(ids.listing_id(listing)), "product_id": str(ids.parent_id(listing)), "sku": listing.sku,
            "title": ids.title(listing), "status": _PRODUCT[listing.status], "status_raw": ",".join(sorted(words)),
            "fulfilled_by": "seller", "currency": SITES[site].currency, "price_minor": int(price), "listed_at": iso(listing.listed_at),
            "listed_date": day(listing.listed_at, site), "source_updated_at": iso(stores.modified_at(listing)),
        }


def inventory(stores: Stores, shop: str) -> Iterator[Row]:
    for listing in stores.listings(shop):
        quantity = stores.quantity(listing)
        if quantity is not None:
            yield {
                "site": listing.site, "sku": listing.sku, "location": "DEFAULT", "fulfilled_by": "seller", "sellable_quantity": quantity,
                "reserved_quantity": None, "inbound_quantity": None, "source_updated_at": iso(stores.modified_at(listing)),
            }


def reviews(stores: Stores, shop: str) -> Iterator[Row]:
    for found in stores.reviews(shop):
        review, listing = found.review, _reviewed(found)
        yield {
            "review_id": str(ids.review_id(review)), "kind": "product", "product_id": str(ids.parent_id(listing)), "order_id": None,
            "rating": review.rating, "verdict": None, "text": review.text, "reply": None, "reviewed_at": iso(review.at),
            "reviewed_date": day(review.at, found.order.site),
        }


def seller_accounts(stores: Stores, shop: str) -> Iterator[Row]:
    yield {
        "account_id": shop, "status": "verified", "status_raw": "WooCommerce 9.2.5,WordPress 6.5.5", "kind": None, "country": None,
        "rating_count": None, "rating_percent": None, "opened_at": None,
    }


def _reviewed(found) -> Listing:
    return found.order.lines[found.review.line].listing


def rows(stores: Stores, table: str, shop: str) -> Iterator[Row]:
    stated: Mapping[str, Callable[[Stores, str], Iterator[Row]]] = {
        "orders": orders, "order_lines": order_lines, "shipments": shipments, "payments": payments, "returns": returns,
        "listings": listings, "inventory": inventory, "reviews": reviews, "seller_accounts": seller_accounts,
    }
    return stated[table](stores, shop) if table in stated else iter(())


