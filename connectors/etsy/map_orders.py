"""Receipts → ``orders``, ``order_lines``, ``shipments``, and their refunds → ``returns``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import Page, Shop
from connectors.etsy.map_refunds import map_refunds
from connectors.etsy.values import amounts, blanked, either, instants, moments, money, read_tree, records_of
from connectors.etsy.words import order_status
from connectors.flatten import Faults, Flattener, sums
from connectors.frames import Draft
from connectors.trees import Branch, Level, Tree
from transforms.sites import site
from transforms.tables import ORDER_LINES, ORDERS, SHIPMENTS

RECEIPT = Flattener(
    {
        "id": "receipt_id", "status": "status", "is_paid": "is_paid", "is_shipped": "is_shipped", "country": "country_iso",
        "buyer": "buyer_user_id", "created": "created_timestamp", "create": "create_timestamp", "updated": "updated_timestamp",
        "update": "update_timestamp", "lines": "transactions", "parcels": "shipments", "refunds": "refunds",
        **money(
            total="grandtotal", items="total_price", discount="discount_amt", shipping="total_shipping_cost",
            tax="total_tax_cost", vat="total_vat_cost", wrap="gift_wrap_price",
        ),
    }
)
LINE = Flattener(
    {
        "id": "transaction_id", "sku": "sku", "listing": "listing_id", "variant": "product_id", "title": "title", "quantity": "quantity",
        "paid": "paid_timestamp", "shipped": "shipped_timestamp", "shop_coupon": "shop_coupon", "buyer_coupon": "buyer_coupon",
        "is_digital": "is_digital",
        **money(price="price", shipping="shipping_cost"),
    }
)
PARCEL = Flattener(
    {
        "id": "receipt_shipping_id", "carrier": "carrier_name", "tracking": "tracking_code", "told": "shipment_notification_timestamp",
    }
)
REFUND = Flattener({"created": "created_timestamp", "reason": "reason", "status": "status", **money(amount="amount")})
RECEIPTS = Tree(
    "results",
    {
        "receipt": Branch(RECEIPT),
        "line": Branch(LINE, "receipt", "lines", "transactions"),
        "parcel": Branch(PARCEL, "receipt", "parcels", "shipments"),
        "refund": Branch(REFUND, "receipt", "refunds", "refunds"),
    },
    records_of,
)


def map_orders(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    levels, places = read_tree(RECEIPTS, pages, {"receipts"})
    receipt, line, parcel = (levels[name] for name in ("receipt", "line", "parcel"))
    orders = Draft(ORDERS, shop, places, receipt.faults)
    lines = Draft(ORDER_LINES, shop, places.take(line.parent), line.faults)
    parcels = Draft(SHIPMENTS, shop, places.take(parcel.parent), parcel.faults)
    _map_header(orders, receipt, shop, pseudonym)
    _map_money(orders, receipt)
    _map_lines(lines, line, orders, receipt)
    _map_sums(orders, lines, line)
    _map_parcels(parcels, parcel, orders)
    refunds = map_refunds(shop, places, levels["refund"], receipt, zone=_zone(shop))
    for children, level, label in ((lines, line, "transaction"), (parcels, parcel, "shipment")):
        orders.faults.lift(children.faults, level.parent, label)
    for children, level in ((lines, line), (parcels, parcel)):
        children.faults.spread(orders.faults, level.parent, "receipt")
    return {"orders": orders.frame(), "order_lines": lines.frame(), "shipments": parcels.frame(), "returns": refunds}


def _zone(shop: Shop) -> str:
    return site(shop.sites[0]).zone


def _map_header(orders: Draft, receipt: Level, shop: Shop, pseudonym: Callable[[str], str]) -> None:
    raw = receipt.columns
    orders.text("order_id", raw["id"])
    orders.constant("site", shop.sites[0])
    orders.text("status_raw", raw["status"])
    orders.text("status", [_status(orders.faults, row, *told) for row, told in enumerate(_told(raw))])
    moments(orders, "placed_at", either(raw["created"], raw["create"]))
    orders.day("placed_date", "placed_at", [_zone(shop)] * orders.size)
    moments(orders, "source_updated_at", either(raw["updated"], raw["update"]))
    orders.constant("fulfilled_by", "seller")
    orders.text("ship_country", blanked(raw["country"]))
    keys = {buyer: pseudonym(f"etsy:{buyer}") for buyer in set(map(_plain, raw["buyer"])) if buyer is not None}
    orders.text("buyer_key", [keys.get(_plain(buyer)) for buyer in raw["buyer"]])


def _told(raw: dict[str, list[Any]]) -> list[tuple[Any, Any, Any]]:
    return list(zip(raw["status"], raw["is_paid"], raw["is_shipped"], strict=True))


def _plain(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)


def _status(faults: Faults, row: int, word: Any, is_paid: Any, is_shipped: Any) -> str | None:
    ours = order_status(word, is_paid is True, is_shipped is True) if isinstance(word, str) else None
    if ours is None:
        faults.add(row, "status", "is missing") if word is None else faults.add_value(row, "status", word, "is not a known word")
    return ours


def _map_money(orders: Draft, receipt: Level) -> None:
    """The grand total decides what stands on top of what: Etsy does not say whether VAT and gift wrap are in it."""
    raw = receipt.columns
    currency = orders.text("currency", raw["total_currency"]).to_pylist()
    total = amounts(orders, "total_minor", raw, "total", currency)
    items = amounts(orders, "items_minor", raw, "items", currency)
    discount = amounts(orders, "discount_minor", raw, "discount", currency).fill_null(0)
    shipping, tax, vat, wrap = (
        _beside(orders, receipt, field, currency).fill_null(0) for field in ("shipping", "tax", "vat", "wrap")
    )
    told = pc.subtract(pc.add(pc.add(items, shipping), tax), discount)
    rest = pc.subtract(total, told).to_pylist()
    extras = [_on_top(*row) for row in zip(rest, shipping.to_pylist(), vat.to_pylist(), wrap.to_pylist(), strict=True)]
    orders.put("discount_minor", discount)
    orders.put("shipping_minor", pc.add(shipping, pa.array([more for more, _ in extras], pa.int64())))
    orders.put("tax_minor", pc.add(tax, pa.array([more for _, more in extras], pa.int64())))


def _beside(orders: Draft, receipt: Level, field: str, currency: Sequence[Any]) -> pa.Array:
    """An amount that has no column of its own, its faults under the vendor's name for it."""
    names = {"shipping": "total_shipping_cost", "tax": "total_tax_cost", "vat": "total_vat_cost", "wrap": "gift_wrap_price"}
    return amounts(orders, names[field], receipt.columns, field, currency)


def _on_top(rest: int | None, shipping: int, vat: int, wrap: int) -> tuple[int, int]:
    """(more shipping, more tax) that make the sum the grand total, where one reading does; else nothing, for the checks to see.

    A coupon for free shipping is not in the discount: then the shipping cost that is told was not paid.
    """
    readings = {vat: (0, vat), wrap: (wrap, 0), vat + wrap: (wrap, vat), -shipping: (-shipping, 0), 0: (0, 0)}
    return readings.get(rest, (0, 0)) if rest is not None else (0, 0)


def _map_lines(lines: Draft, line: Level, orders: Draft, receipt: Level) -> None:
    raw, parent = line.columns, pa.array(line.parent)
    lines.put("order_id", orders["order_id"].take(parent))
    lines.put("source_updated_at", orders["source_updated_at"].take(parent))
    lines.text("line_id", raw["id"])
    lines.text("sku", either(blanked(raw["sku"]), raw["variant"]))  # as listings without an article number
    lines.text("product_id", raw["listing"])
    lines.text("title", raw["title"])
    words, shipped = [receipt.columns["status"][row] for row in line.parent.tolist()], instants(raw["shipped"], "shipped", lines.faults)
    lines.text("status_raw", words)
    above = orders["status"].take(parent).to_pylist()
    needs_no_parcel = [each is True for each in raw["is_digital"]]
    has_gone = [one or other for one, other in zip(shipped.is_valid().to_pylist(), needs_no_parcel, strict=True)]
    lines.text("status", [_line_status(*pair) for pair in zip(above, has_gone, strict=True)])
    quantity = lines.integer("quantity", raw["quantity"])
    lines.put("shipped_quantity", pc.if_else(shipped.is_valid(), quantity, 0))
    currency = lines.put("currency", orders["currency"].take(parent)).to_pylist()
    price = amounts(lines, "unit_price_minor", raw, "price", currency)
    lines.put("items_minor", pc.multiply(price, quantity))
    _map_line_extras(lines, line, orders, receipt, currency)


def _line_status(order: str | None, is_shipped: bool) -> str | None:
    """A line stands where its order stands, but one that was not sent with the others is not shipped."""
    if order in ("shipped", "returned") and not is_shipped:
        return "cancelled" if order == "returned" else "paid"
    return order


def _map_line_extras(lines: Draft, line: Level, orders: Draft, receipt: Level, currency: Sequence[Any]) -> None:
    """Coupons and shipping of a line, kept only where the lines together come to what the receipt says."""
    raw = line.columns
    coupons = [lines.amount(name, [None if each is None else str(each) for each in raw[name]], currency).fill_null(0)
               for name in ("shop_coupon", "buyer_coupon")]
    agreed = {
        "discount_minor": pc.add(*coupons),
        "shipping_minor": amounts(lines, "shipping_minor", raw, "shipping", currency).fill_null(0),
    }
    for name, values in agreed.items():
        is_same = pc.equal(sums(line.parent, values, orders.size), orders[name]).fill_null(False)
        lines.put(name, pc.if_else(is_same.take(pa.array(line.parent)), values, pa.scalar(None, pa.int64())))


def _map_sums(orders: Draft, lines: Draft, line: Level) -> None:
    counts = np.bincount(line.parent, minlength=orders.size)
    for row in np.flatnonzero(counts == 0).tolist():
        orders.faults.add(row, "transactions", "the marketplace showed none for this receipt")
    orders.put("unit_count", sums(line.parent, lines["quantity"], orders.size))
    paid = instants(line.columns["paid"], "paid", lines.faults)
    orders.put("paid_at", _earliest(paid, line.parent, orders.size))


def _earliest(told: pa.Array, parent: np.ndarray, size: int) -> pa.Array:
    micros = pc.cast(told, pa.int64()).fill_null(np.iinfo(np.int64).max).to_numpy(zero_copy_only=False)
    first = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(first, parent, micros)
    return pc.cast(pa.array(first, mask=first == np.iinfo(np.int64).max), told.type)


def _map_parcels(parcels: Draft, parcel: Level, orders: Draft) -> None:
    """Etsy knows that a parcel was told to the buyer, and nothing of its way."""
    raw, parent = parcel.columns, pa.array(parcel.parent)
    parcels.put("order_id", orders["order_id"].take(parent))
    parcels.put("source_updated_at", orders["source_updated_at"].take(parent))
    parcels.text("shipment_id", either(raw["id"], blanked(raw["tracking"]), raw["told"]))  # the number may be null
    parcels.text("carrier", blanked(raw["carrier"]))
    parcels.text("tracking_number", blanked(raw["tracking"]))
    parcels.constant("status", "in_transit")
    moments(parcels, "shipped_at", raw["told"])
