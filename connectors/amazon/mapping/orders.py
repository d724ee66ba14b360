"""Orders 2026-01-01 → orders, order_lines, shipments, shipment_lines.

Amounts: an order's parts are the sums of its lines' breakdowns (and of tips, which Amazon shows on the order alone); its
total is Amazon's own grand total. An order that shows no proceeds yet has no currency and no amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.amazon.mapping.parcels import PACKAGE, PACKAGE_ITEM, parcels
from connectors.amazon.mapping.proceeds import BREAKDOWN, Proceeds, add_money, refuse_foreign
from connectors.amazon.mapping.words import FULFILLED_BY, ORDER_STATUS
from connectors.amazon.sites import COUNTRY, ZONE
from connectors.contract import Page, Shop
from connectors.flatten import Flattener, first_child, sums
from connectors.frames import Draft
from connectors.trees import Branch, Level, Tree
from transforms.tables import ORDER_LINES, ORDERS

_ORDER = Flattener({
    "order_id": "orderId", "status": "fulfillment.fulfillmentStatus", "marketplace": "salesChannel.marketplaceId",
    "created": "createdTime", "updated": "lastUpdatedTime", "fulfilled_by": "fulfillment.fulfilledBy",
    "promised": "fulfillment.deliverByWindow.latestDateTime",
    "total": "proceeds.grandTotal.amount", "currency": "proceeds.grandTotal.currencyCode", "breakdowns": "proceeds.breakdowns",
    "lines": "orderItems", "packages": "packages",
})
_LINE = Flattener({
    "line_id": "orderItemId", "quantity": "quantityOrdered", "shipped": "fulfillment.quantityFulfilled", "product_id": "product.asin",
    "sku": "product.sellerSku", "title": "product.title", "price": "product.price.unitPrice.amount",
    "price_currency": "product.price.unitPrice.currencyCode", "total": "proceeds.proceedsTotal.amount",
    "currency": "proceeds.proceedsTotal.currencyCode", "breakdowns": "proceeds.breakdowns",
    "cancelled": "cancellation.cancellationExecution",
})


def _records(document: Any) -> list[Any] | None:
    if "order" in document:  # getOrder
        return [document["order"]]
    return document.get("orders")


_TREE = Tree("orders", {
    "orders": Branch(_ORDER),
    "tips": Branch(BREAKDOWN, "orders", "breakdowns", "proceeds.breakdowns"),
    "lines": Branch(_LINE, "orders", "lines", "orderItems"),
    "amounts": Branch(BREAKDOWN, "lines", "breakdowns", "proceeds.breakdowns"),
    "parcels": Branch(PACKAGE, "orders", "packages", "packages"),
    "contents": Branch(PACKAGE_ITEM, "parcels", "items", "packageItems"),
}, _records)


def map_orders(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    """Frames of whole pages; an order's faults are its children's too, and theirs its own: it is stored whole or not at all."""
    levels, records = _TREE.read(pages)
    orders = Draft(ORDERS, shop, records, levels["orders"].faults)
    parent = levels["lines"].parent
    lines = Draft(ORDER_LINES, shop, records.take(parent), levels["lines"].faults)
    _describe(orders, levels["orders"].columns)
    _describe_lines(lines, levels, orders)
    _add_up(orders, levels, lines)
    shipments, contents = parcels(levels["parcels"], levels["contents"], orders, records, shop)
    owner_of_contents = levels["parcels"].parent[levels["contents"].parent]
    children = ((lines, parent), (shipments, levels["parcels"].parent), (contents, owner_of_contents))
    for draft, owner in children:
        orders.faults.lift(draft.faults, owner, draft.table.name)
    for draft, owner in children:
        draft.faults.spread(orders.faults, owner, "its order")
    return {draft.table.name: draft.frame() for draft in (orders, lines, shipments, contents)}


def _describe(orders: Draft, flat: dict[str, list[Any]]) -> None:
    orders.text("order_id", flat["order_id"])
    site = orders.word("site", flat["marketplace"], COUNTRY)
    orders.word("status", flat["status"], ORDER_STATUS)
    orders.text("status_raw", flat["status"])
    orders.word("fulfilled_by", flat["fulfilled_by"], FULFILLED_BY, required=False)
    orders.instant("placed_at", flat["created"])
    orders.day("placed_date", "placed_at", [ZONE.get(country) for country in site.to_pylist()])
    orders.instant("deliver_by_at", flat["promised"])
    orders.instant("source_updated_at", flat["updated"])


def _describe_lines(lines: Draft, levels: dict[str, Level], orders: Draft) -> None:
    flat, owner = levels["lines"].columns, pa.array(levels["lines"].parent)
    for name in ("order_id", "source_updated_at"):
        lines.put(name, orders[name].take(owner))
    lines.text("line_id", flat["line_id"])
    lines.text("sku", flat["sku"])
    lines.text("product_id", flat["product_id"])
    lines.text("title", flat["title"])
    ordered = lines.integer("quantity", flat["quantity"])
    shipped = lines.integer("shipped_quantity", [0 if value is None else value for value in flat["shipped"]])
    lines.put("status", _line_status(ordered, shipped, flat["cancelled"], orders["status"].take(owner)))
    add_money(lines, flat, levels["amounts"])


def _line_status(ordered: pa.Array, shipped: pa.Array, cancelled: list[Any], order_status: pa.Array) -> pa.Array:
    wanted, gone = (column.fill_null(0).to_numpy(zero_copy_only=False) for column in (ordered, shipped))
    above = np.array(order_status.to_pylist(), dtype=object)
    is_cancelled = np.fromiter((value is not None for value in cancelled), dtype=bool, count=len(cancelled))
    found = np.select(
        [is_cancelled, (gone == wanted) & (wanted > 0), (gone > 0) & (gone < wanted), above == "partially_shipped"],
        ["cancelled", "shipped", "partially_shipped", "paid"], default=above,
    )
    return pa.array(found.tolist(), pa.string())


def _add_up(orders: Draft, levels: dict[str, Level], lines: Draft) -> None:
    flat, parent, size = levels["orders"].columns, levels["lines"].parent, orders.size
    orders.put("unit_count", sums(parent, lines["quantity"], size))
    first_line = first_child(parent, size)
    currency = orders.put("currency", pc.coalesce(orders.text("currency", flat["currency"]), lines["currency"].take(first_line)))
    orders.amount("total_minor", flat["total"], currency.to_pylist())
    refuse_foreign(lines["currency"], currency, parent, orders.faults, "order_lines.currency", "the order's")
    tips = Proceeds(levels["tips"], orders.faults).total(("DELIVERY_TIP",))
    for name in ("items_minor", "discount_minor", "shipping_minor", "tax_minor"):
        total = sums(parent, lines[name], size)
        if name == "shipping_minor":
            total = pa.array(np.where(total.is_null(), 0, total.fill_null(0)) + tips.fill_null(0).to_numpy(), mask=_nulls(total))
        orders.put(name, pa.array(total.fill_null(0).to_numpy(), mask=_nulls(total) | _nulls(currency) | _nulls(first_line)))


def _nulls(column: pa.Array) -> np.ndarray:
    return column.is_null().to_numpy(zero_copy_only=False)
