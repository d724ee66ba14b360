"""Orders → ``orders``, ``order_lines`` and ``payments``; their parcels by ``map_parcels``.

Money: a line's amounts come without tax, whatever the shop window shows. Where prices include it (``prices_include_tax``) it is added
again, as buyers see and other marketplaces tell it; elsewhere it stands on top. What an order's total holds beyond its lines is
shipping and fees with their tax, told per order only. A negative fee is a discount: a line of no units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.columns import amounts as amounts_of
from connectors.contract import Page, Shop
from connectors.flatten import Faults, Flattener, explode, sums
from connectors.frames import Draft
from connectors.woocommerce.map_parcels import map_parcels
from connectors.woocommerce.map_payments import map_payments
from connectors.woocommerce.read_orders import is_draft
from connectors.woocommerce.records import blanked, columns, gather, zoned
from connectors.woocommerce.sites import site_of
from connectors.woocommerce.words import order_status
from transforms.tables import ORDER_LINES, ORDERS

HEADER = Flattener(
    {
        **columns(
            ("id", "status", "currency", "prices_include_tax", "total", "customer_id", "payment_method", "transaction_id", "meta_data",
             "line_items", "fee_lines", "date_created_gmt", "date_modified_gmt", "date_paid_gmt", "date_completed_gmt")
        ),
        "email": "billing.email", "billing_country": "billing.country", "shipping_country": "shipping.country",
    }
)
LINE = Flattener(columns(("id", "name", "product_id", "sku", "quantity", "subtotal", "subtotal_tax", "total", "total_tax")))
Columns = dict[str, list[Any]]


def map_orders(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = gather(pages, "orders", lambda record: not is_draft(record))
    orders = Draft(ORDERS, shop, records)
    header = HEADER(records.values, orders.faults)
    _map_header(orders, header, shop, pseudonym)
    items, parent = _lines(header, orders.faults)
    lines = Draft(ORDER_LINES, shop, records.take(parent))
    line = LINE(items, lines.faults)
    _map_lines(lines, line, header, parent, orders)
    _map_money(orders, lines, line, header, parent)
    orders.faults.lift(lines.faults, parent, "line")
    parcels = map_parcels(shop, records, header, orders)
    lines.faults.spread(orders.faults, parent, "order")
    payments = map_payments(shop, records, header, orders)
    return {"orders": orders.frame(), "order_lines": lines.frame(), **parcels, "payments": payments}


def _map_header(orders: Draft, header: Columns, shop: Shop, pseudonym: Callable[[str], str]) -> None:
    site = site_of(shop)
    orders.text("order_id", header["id"])
    orders.constant("site", site.code)
    orders.text("status_raw", blanked(header["status"]))
    is_paid = orders.instant("paid_at", zoned(header["date_paid_gmt"])).is_valid().to_pylist()
    told = zip(header["status"], is_paid, strict=True)
    orders.text("status", [order_status(word, paid) if _is_word(word) else None for word, paid in told])
    orders.instant("placed_at", zoned(header["date_created_gmt"]))
    orders.day("placed_date", "placed_at", [site.zone] * orders.size)
    orders.instant("source_updated_at", zoned(header["date_modified_gmt"]))
    orders.constant("fulfilled_by", "seller")
    orders.text("currency", blanked(header["currency"]))
    countries = zip(blanked(header["shipping_country"]), blanked(header["billing_country"]), strict=True)
    orders.text("ship_country", [there if there is not None else here for there, here in countries])
    identities = [_identity(*pair, shop) for pair in zip(header["email"], header["customer_id"], strict=True)]
    keys = {each: pseudonym(each) for each in set(identities) if each is not None}
    orders.text("buyer_key", [keys.get(each) for each in identities])


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _identity(email: Any, customer: Any, shop: Shop) -> str | None:
    """A buyer is an address, with an account or without one; the account's number where there is no address."""
    if isinstance(email, str) and email.strip():
        return f"email:{email.strip().lower()}"
    return f"woocommerce:{shop.name}:{customer}" if isinstance(customer, int) and customer > 0 else None


def _lines(header: Columns, faults: Faults) -> tuple[list[Any], np.ndarray]:
    """The orders' line items, and as lines of no units their negative fees."""
    items, parent = explode(header["line_items"], "line_items", faults)
    fees, of_fee = explode(header["fee_lines"], "fee_lines", faults)
    off = [row for row, fee in enumerate(fees) if isinstance(fee, dict) and str(fee.get("total")).startswith("-")]
    taken = [{"id": fees[row].get("id"), "name": fees[row].get("name"), "quantity": 0, "subtotal": "0", "subtotal_tax": "0",
              "total": fees[row].get("total"), "total_tax": fees[row].get("total_tax")} for row in off]
    return [*items, *taken], np.concatenate([parent, of_fee[off]]).astype(np.int64)


def _map_lines(lines: Draft, line: Columns, header: Columns, parent: np.ndarray, orders: Draft) -> None:
    rows = pa.array(parent)
    lines.text("line_id", line["id"])
    for name, theirs in (("sku", "sku"), ("title", "name")):
        lines.text(name, blanked(line[theirs]))
    lines.text("product_id", [value or None for value in line["product_id"]])  # 0: the product is gone
    lines.integer("quantity", line["quantity"])
    for name in ("order_id", "status", "status_raw", "currency", "source_updated_at"):
        lines.put(name, orders[name].take(rows))
    ended = zip(orders["status"].to_pylist(), blanked(header["date_completed_gmt"]), strict=True)
    has_left = [status in ("shipped", "returned") and completed is not None for status, completed in ended]
    units = zip(parent.tolist(), lines["quantity"].to_pylist(), strict=True)
    lines.integer("shipped_quantity", [(count or 0) if has_left[row] else 0 for row, count in units])


def _map_money(orders: Draft, lines: Draft, line: Columns, header: Columns, parent: np.ndarray) -> None:
    currency = [header["currency"][row] for row in parent.tolist()]
    parts = ("subtotal", "subtotal_tax", "total", "total_tax")
    amounts = {name: _whole(amounts_of(blanked(line[name]), currency, name, lines.faults)) for name in parts}
    is_inside = np.array([header["prices_include_tax"][row] is True for row in parent.tolist()], dtype=bool)
    items = amounts["subtotal"] + np.where(is_inside, amounts["subtotal_tax"], 0)
    paid = amounts["total"] + np.where(is_inside, amounts["total_tax"], 0)
    # a negative fee's tax is part of the discount; a line raised by hand above its price has no discount
    is_fee = np.array([quantity == 0 and each < 0 for quantity, each in zip(line["quantity"], paid.tolist(), strict=True)], dtype=bool)
    tax = np.where(is_inside | is_fee, 0, amounts["total_tax"])
    paid = np.where(is_fee & ~is_inside, paid + amounts["total_tax"], paid)
    items = np.maximum(items, paid)
    discount = items - paid
    total = _whole(orders.amount("total_minor", blanked(header["total"]), header["currency"]))
    rest = total - _by_order(parent, items - discount + tax, orders.size)
    discount = _rounded_off(discount, rest, parent, orders)
    for name, values in (("items_minor", items), ("discount_minor", discount), ("tax_minor", tax)):
        lines.put(name, pa.array(values, pa.int64()))
        orders.put(name, sums(parent, lines[name], orders.size))
    orders.put("shipping_minor", pa.array(np.maximum(rest, 0), pa.int64()))
    orders.put("unit_count", sums(parent, lines["quantity"], orders.size))
    lines.put("unit_price_minor", pa.array(_unit_prices(items, lines["quantity"].to_pylist()), pa.int64()))


def _rounded_off(discount: np.ndarray, rest: np.ndarray, parent: np.ndarray, orders: Draft) -> np.ndarray:
    """Stores round an order's sum, not each line's: a cent a line that the lines are above their order comes off the last one.

    Anything beyond that is a fault of the order.
    """
    counts = np.bincount(parent, minlength=orders.size) if orders.size else np.zeros(0, dtype=np.int64)
    discount = discount.copy()
    for row in np.flatnonzero(rest < 0).tolist():
        if -rest[row] > counts[row]:
            orders.faults.add(row, "total_minor", "the order's total is less than its lines come to")
        else:
            discount[np.flatnonzero(parent == row)[-1]] -= rest[row]
    return discount


def _by_order(parent: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, parent, values)
    return total


def _unit_prices(items: np.ndarray, quantities: Sequence[int | None]) -> list[int | None]:
    """To the nearest minor unit, half up; exact where the line's sum divides. A JSON ``price`` is a float and never read."""
    pairs = zip(items.tolist(), quantities, strict=True)
    return [(2 * whole + units) // (2 * units) if units and units > 0 else None for whole, units in pairs]


def _whole(amounts: pa.Array) -> np.ndarray:
    """Missing and unreadable amounts as 0; the unreadable ones are faults already."""
    return amounts.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)


