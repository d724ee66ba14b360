"""Orders, their lines and parcels → ``orders``, ``order_lines``, ``shipments``, ``shipment_lines``.

Paged answers and files give the same records, so one mapping serves both. Test orders are left out altogether.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.columns import instants
from connectors.contract import Page, Shop
from connectors.flatten import Flattener, explode, sums
from connectors.frames import Draft, Records
from connectors.loose import at
from connectors.shopify.documents import ORPHANS, Documents, gather, key_of, last_of_each, numbers
from connectors.shopify.map_parcels import Parcels, map_parcels
from connectors.shopify.money import added_up, bag, or_nothing
from connectors.shopify.queries import OTHERS_AT_MOST
from connectors.shopify.standing import line_words, order_words
from connectors.shopify.ways import WAYS, is_test
from connectors.shopify.words import FULFILLMENT_WORDS, IS_PAID, RETURN_WORDS
from transforms.sites import SITES
from transforms.tables import ORDER_LINES, ORDERS

HEADER = Flattener(
    {
        "id": "id", "number": "legacyResourceId", "updated": "updatedAt", "placed": "processedAt", "cancelled": "cancelledAt",
        "currency": "currencyCode", "tax_included": "taxesIncluded", "duties_included": "dutiesIncluded",
        "financial": "displayFinancialStatus", "fulfillment": "displayFulfillmentStatus", "return": "returnStatus",
        "total": bag("totalPriceSet"), "discounts": bag("totalDiscountsSet"), "shipping": bag("totalShippingPriceSet"),
        "tax": bag("totalTaxSet"), "tip": bag("totalTipReceivedSet"), "duties": bag("originalTotalDutiesSet"),
        "fees": bag("originalTotalAdditionalFeesSet"), "country": "shippingAddress.countryCodeV2", "customer": "customer.id",
        "transactions": "transactions", "fulfillments": "fulfillments", "lines": "lineItems.nodes",
    }
)
LINE = Flattener(
    {
        "id": "id", "sku": "sku", "name": "name", "quantity": "quantity", "current": "currentQuantity", "waiting": "unfulfilledQuantity",
        "product": "product.id", "unit": bag("originalUnitPriceSet"), "items": bag("originalTotalSet"),
        "discounts": "discountAllocations", "taxes": "taxLines",
    }
)
ALLOCATION, TAX = Flattener({"amount": bag("allocatedAmountSet")}), Flattener({"amount": bag("priceSet")})
TRANSACTION = Flattener({"kind": "kind", "status": "status", "at": "processedAt"})
BRINGS_MONEY = ("SALE", "CAPTURE")


def map_orders(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    way = WAYS["orders"]
    headers = {part: read for part, read in way.select.items() if part in ("orders", "order")}
    found = gather(pages, headers, way.joins)
    real = [row for row, record in enumerate(found.records.values) if not is_test(record)]
    whole = found.keep(real)
    newest = whole.keep(last_of_each(whole.records.values))
    records = newest.records
    orders = Draft(ORDERS, shop, records)
    header = HEADER(records.values, orders.faults)
    _note_unseen(orders, records, header)
    lines, line, parent = _lines(shop, pages, newest, orders, header)
    parcels = Parcels.gather(pages, newest, header, orders.faults)

    currency = [header["currency"][row] for row in parent.tolist()]
    taxed = np.array([value is True for value in header["tax_included"]], dtype=bool)
    told_tax = _map_lines(lines, line, currency, taxed[parent] if len(parent) else np.array([], dtype=bool))
    left = parcels.units_by_line(line["id"])
    lines.put("shipped_quantity", pa.array(left.left, pa.int64()))
    paid = orders.word("status", header["financial"], IS_PAID)
    words = line_words(line, left, [paid[row].as_py() for row in parent.tolist()], [header["cancelled"][row] for row in parent.tolist()])
    lines.text("status", words)
    orders.text("status", order_words(words, parent, header["cancelled"], paid.to_pylist()))
    _map_header(orders, shop, header, pseudonym)
    _map_sums(orders, header, lines, parent, told_tax, taxed)
    lines.put("order_id", orders["order_id"].take(pa.array(parent)))
    orders.faults.lift(lines.faults, parent, "line")
    updated = orders.instant("source_updated_at", header["updated"])
    lines.put("source_updated_at", updated.take(pa.array(parent)))
    frames = map_parcels(shop, parcels, orders, lines, updated)
    lines.faults.spread(orders.faults, parent, "order")
    return {"orders": orders.frame(), "order_lines": lines.frame(), **frames}


def _note_unseen(orders: Draft, records: Records, header: dict[str, list[Any]]) -> None:
    """Children of nobody in a file, and orders with more parcels than one reading can show: kept, and refused by the checks."""
    for row, record in enumerate(records.values):
        if isinstance(record, dict) and ORPHANS in record:
            orders.faults.add(row, "order_id", "a line whose order is not in the file")
    for row, parcels in enumerate(header["fulfillments"]):
        is_cut = isinstance(parcels, list) and len(parcels) >= OTHERS_AT_MOST and at("lineItems", "pageInfo")(records.values[row])
        if is_cut:  # a file shows them all
            orders.faults.add(row, "shipments", f"{OTHERS_AT_MOST} parcels were shown, there may be more")


def _lines(
    shop: Shop, pages: Sequence[Page], newest: Documents, orders: Draft, header: dict[str, list[Any]]
) -> tuple[Draft, dict[str, list[Any]], np.ndarray]:
    """Lines inside the orders, and behind them those of further pages (``lines``), each once."""
    items, parent = explode(header["lines"], "lineItems", orders.faults)
    rows = {(group, gid): row for row, (group, gid) in enumerate(zip(newest.groups, header["id"], strict=True)) if isinstance(gid, str)}
    more = gather(pages, {"lines": WAYS["orders"].select["lines"]})
    for group, each in zip(more.groups, more.records.values, strict=True):
        owner, extra = rows.get((group, key_of(each))), at("lineItems", "nodes")(each)
        if owner is None or not isinstance(extra, list):
            continue
        items = [*items, *extra]
        parent = np.concatenate([parent, np.full(len(extra), owner, dtype=np.int64)])
    page, record = newest.records.page[parent], newest.records.record[parent]
    for row in np.setdiff1d(np.arange(len(newest)), parent).tolist():
        orders.faults.add(row, "lines", "Shopify showed none for this order")
    draft = Draft(ORDER_LINES, shop, Records([], page, record))
    return draft, LINE(items, draft.faults), parent


def _map_lines(lines: Draft, line: dict[str, list[Any]], currency: list[Any], taxed: np.ndarray) -> pa.Array:
    """Everything a line says of itself; returns the tax it tells, which is on top only where prices do not include it.

    An order's voucher is spread over its lines as allocations; shipping is the order's alone, so a line has no total.
    """
    lines.text("line_id", numbers(line["id"]))
    lines.text("sku", [value or None for value in line["sku"]])
    lines.text("product_id", numbers(line["product"]))
    lines.text("title", line["name"])
    lines.integer("quantity", line["quantity"])
    lines.text("currency", currency)
    lines.amount("unit_price_minor", line["unit"], currency)
    lines.amount("items_minor", line["items"], currency)
    lines.put("discount_minor", added_up(line["discounts"], "discountAllocations", ALLOCATION, currency, lines.faults))
    told = added_up(line["taxes"], "taxLines", TAX, currency, lines.faults)
    lines.put("tax_minor", pc.if_else(pa.array(taxed), 0, told))
    return told


def _map_header(orders: Draft, shop: Shop, header: dict[str, list[Any]], pseudonym: Callable[[str], str]) -> None:
    orders.text("order_id", [number or gid for number, gid in zip(header["number"], numbers(header["id"]), strict=True)])
    orders.constant("site", shop.sites[0])
    for name, known in (("fulfillment", FULFILLMENT_WORDS), ("return", RETURN_WORDS)):
        for row, word in enumerate(header[name]):
            if word not in known:
                orders.faults.add_value(row, "status_raw", word, "is not a known word")
    raw = zip(header["financial"], header["fulfillment"], header["return"], strict=True)
    orders.text("status_raw", [",".join(sorted({str(word) for word in words if word is not None})) for words in raw])
    orders.instant("placed_at", header["placed"])
    orders.day("placed_date", "placed_at", [SITES[shop.sites[0]].zone] * orders.size)
    orders.put("paid_at", _paid_at(orders, header["transactions"]))
    orders.constant("fulfilled_by", "seller")
    orders.text("currency", header["currency"])
    orders.text("ship_country", header["country"])
    keys = {gid: pseudonym(f"shopify:{gid}") for gid in {gid for gid in header["customer"] if isinstance(gid, str)}}
    orders.text("buyer_key", [keys.get(gid) if isinstance(gid, str) else None for gid in header["customer"]])


def _paid_at(orders: Draft, transactions: Sequence[Any]) -> pa.Array:
    """The earliest money that came in; attempts that failed and mere authorisations are none."""
    rows, parent = explode(transactions, "transactions", orders.faults)
    told = TRANSACTION(rows, orders.faults)
    brings = [kind in BRINGS_MONEY and status == "SUCCESS" for kind, status in zip(told["kind"], told["status"], strict=True)]
    moments = instants([at if good else None for at, good in zip(told["at"], brings, strict=True)], "paid_at", orders.faults)
    first: list[Any] = [None] * orders.size
    for row, moment in zip(parent.tolist(), moments.to_pylist(), strict=True):
        if moment is not None and (first[row] is None or moment < first[row]):
            first[row] = moment
    return pa.array(first, moments.type)


def _map_sums(
    orders: Draft, header: dict[str, list[Any]], lines: Draft, parent: np.ndarray, told_tax: pa.Array, taxed: np.ndarray
) -> None:
    """Goods, discount and tax are the lines'; what is left of the order's own sums belongs to shipping.

    A voucher on shipping stands in ``totalDiscountsSet`` and the tax on shipping in ``totalTaxSet`` only; tips, duties and
    fees the buyer pays stand beside shipping. The total is the vendor's own number, so the sums prove each other.
    """
    size, currency = orders.size, header["currency"]
    orders.put("unit_count", sums(parent, lines["quantity"], size))
    orders.put("items_minor", sums(parent, lines["items_minor"], size))
    discount = orders.put("discount_minor", sums(parent, lines["discount_minor"], size))
    orders.put("tax_minor", sums(parent, lines["tax_minor"], size))
    orders.amount("total_minor", header["total"], currency)

    def amount(name: str) -> pa.Array:
        return or_nothing(orders.amount("shipping_minor", header[name], currency))

    tax_on_shipping = pc.if_else(pa.array(taxed), 0, pc.subtract(amount("tax"), sums(parent, told_tax, size)))
    duties = pc.if_else(pa.array([value is True for value in header["duties_included"]], pa.bool_()), 0, amount("duties"))
    waived = pc.subtract(amount("discounts"), discount)
    extras = pc.add(pc.add(amount("tip"), amount("fees")), pc.add(duties, tax_on_shipping))
    orders.put("shipping_minor", pc.add(pc.subtract(amount("shipping"), waived), extras))
