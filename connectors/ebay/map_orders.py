"""Orders → ``orders`` and ``order_lines``; their parcels are :mod:`connectors.ebay.map_parcels`'.

Amounts are those of the sale's own currency. An order's parts are the sums of its lines', its total is eBay's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import Page, Shop
from connectors.ebay.map_parcels import Parcels, map_parcels
from connectors.ebay.money import minor, paths, per_unit, told, zero
from connectors.ebay.sites import COUNTRY, zone
from connectors.ebay.words import ORDER_STATUS
from connectors.exact import read_json
from connectors.flatten import Faults, Flattener, explode, first_child, sums
from connectors.frames import Draft, Records
from transforms.tables import ORDER_LINES, ORDERS

ORDER = Flattener({
    "order_id": "orderId", "created": "creationDate", "updated": "lastModifiedDate", "cancel": "cancelStatus.cancelState",
    "requests": "cancelStatus.cancelRequests", "payment": "orderPaymentStatus", "fulfilment": "orderFulfillmentStatus",
    "buyer": "buyer.username", "lines": "lineItems", "payments": "paymentSummary.payments", "starts": "fulfillmentStartInstructions",
    "keeper": "program.fulfillmentProgram.fulfilledBy", **paths("total", "pricingSummary.total"),
    **paths("adjustment", "pricingSummary.adjustment"), **paths("fee", "pricingSummary.fee"),
})
LINE = Flattener({
    "line_id": "lineItemId", "item_id": "legacyItemId", "sku": "sku", "title": "title", "quantity": "quantity",
    "fulfilment": "lineItemFulfillmentStatus", "bought_at": "purchaseMarketplaceId", "listed_at": "listingMarketplaceId",
    "taxes": "taxes", "collected": "ebayCollectAndRemitTaxes", "refunds": "refunds", **paths("cost", "lineItemCost"),
    **paths("discounted", "discountedLineItemCost"), **paths("total", "total"), **paths("shipping", "deliveryCost.shippingCost"),
    **paths("handling", "deliveryCost.handlingCost"), **paths("import", "deliveryCost.importCharges"),
    **paths("shipping_discount", "deliveryCost.discountAmount"),
})
TAX = Flattener({"type": "taxType", **paths("amount", "amount")})
REFUND = Flattener(paths("amount", "amount"))


def map_orders(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """An order's faults are its children's too, and theirs its own: it is stored whole or not at all."""
    records = newest_orders(pages)
    orders = Draft(ORDERS, shop, records)
    flat = ORDER(records.values, orders.faults)
    items, parent = explode(flat["lines"], "lineItems", orders.faults)
    lines = Draft(ORDER_LINES, shop, records.take(parent))
    line = LINE(items, lines.faults)
    parcels = Parcels.of(pages, flat["order_id"])
    _describe(orders, flat, line, parent, pseudonym)
    _describe_lines(lines, line, orders, parent, parcels)
    _add_money(lines, line, flat, parent)
    _set_line_status(lines, line, flat, parent)
    _add_up(orders, flat, lines, parent)
    shipments, contents = map_parcels(shop, parcels, orders, lines, parent)
    children = ((lines, parent), (shipments, parcels.order), (contents, parcels.order_of_contents))
    for draft, owner in children:
        orders.faults.lift(draft.faults, owner, draft.table.name)
    for draft, owner in children:
        draft.faults.spread(orders.faults, owner, "its order")
    return {draft.table.name: draft.frame() for draft in (orders, lines, shipments, contents)}


def newest_orders(pages: Sequence[Page]) -> Records:
    """The orders of list and single pages; of one that comes several times the last reading, which is the fuller one."""
    lists = [(at, _orders_of(read_json(page.body))) for at, page in enumerate(pages) if page.part in ("orders", "order") and page.body]
    found = Records.of(lists)
    keys = [record.get("orderId") if isinstance(record, dict) else None for record in found.values]
    last = {key: row for row, key in enumerate(keys) if isinstance(key, str)}
    rows = [row for row, key in enumerate(keys) if not isinstance(key, str) or last[key] == row]
    chosen = np.array(rows, dtype=np.int64)
    return Records([found.values[row] for row in rows], found.page[chosen], found.record[chosen])


def _orders_of(document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    if "orderId" in document:  # getOrder
        return [document]
    return [] if "errors" in document else document.get("orders")


def _describe(
    orders: Draft, flat: dict[str, list[Any]], line: dict[str, list[Any]], parent: np.ndarray, pseudonym: Callable[[str], str]
) -> None:
    orders.text("order_id", flat["order_id"])
    site = orders.word("site", _first_of(line["bought_at"], line["listed_at"], parent, orders.size), COUNTRY)
    orders.word("status", list(zip(flat["cancel"], flat["payment"], flat["fulfilment"], strict=True)), ORDER_STATUS)
    told_words = zip(flat["cancel"], flat["payment"], flat["fulfilment"], flat["requests"], strict=True)
    orders.text("status_raw", [_raw(*words) for words in told_words])
    orders.instant("placed_at", flat["created"])
    orders.day("placed_date", "placed_at", [zone(country) for country in site.to_pylist()])
    orders.instant("source_updated_at", flat["updated"])
    orders.instant("paid_at", [_paid(payments) for payments in flat["payments"]])
    orders.text("fulfilled_by", ["marketplace" if keeper == "EBAY" else "seller" for keeper in flat["keeper"]])
    orders.text("ship_country", [_destination(starts) for starts in flat["starts"]])
    orders.instant("deliver_by_at", [_promise(starts) for starts in flat["starts"]])
    keys = {buyer: pseudonym(f"ebay:{buyer}") for buyer in {buyer for buyer in flat["buyer"] if isinstance(buyer, str)}}
    orders.text("buyer_key", [keys.get(buyer) if isinstance(buyer, str) else None for buyer in flat["buyer"]])


def _first_of(bought: list[Any], listed: list[Any], parent: np.ndarray, size: int) -> list[Any]:
    """Where each order was bought, by its first line: a listing also surfaces on other sites than its own."""
    words: list[Any] = [None] * size
    for row, *pair in zip(parent.tolist(), bought, listed, strict=True):
        words[row] = words[row] or pair[0] or pair[1]
    return words


def _raw(cancel: Any, payment: Any, fulfilment: Any, requests: Any) -> str:
    """All of eBay's words, those of single cancellation requests included."""
    inner = [request.get("cancelRequestState") for request in requests if isinstance(request, dict)] if isinstance(requests, list) else []
    return ",".join(sorted({str(word) for word in (cancel, payment, fulfilment, *inner) if word is not None}))


def _paid(payments: Any) -> Any:
    dates = [each.get("paymentDate") for each in payments if isinstance(each, dict)] if isinstance(payments, list) else []
    told_dates = [date for date in dates if isinstance(date, str)]
    return max(told_dates) if told_dates else None


def _promise(starts: Any) -> Any:
    """The latest day eBay told the buyer, where it tells one."""
    told = [each.get("maxEstimatedDeliveryDate") for each in starts if isinstance(each, dict)] if isinstance(starts, list) else []
    return max((each for each in told if isinstance(each, str)), default=None)


def _destination(starts: Any) -> Any:
    """Where the goods end up: behind eBay's own hub where they go there first."""
    start = starts[0] if isinstance(starts, list) and starts and isinstance(starts[0], dict) else {}
    place = start.get("finalDestinationAddress") if start.get("ebaySupportedFulfillment") is True else None
    if not isinstance(place, dict):
        for step in ("shippingStep", "shipTo", "contactAddress"):
            start = start.get(step) if isinstance(start.get(step), dict) else {}
        place = start
    return place.get("countryCode")


def _describe_lines(
    lines: Draft, line: dict[str, list[Any]], orders: Draft, parent: np.ndarray, parcels: Parcels
) -> None:
    for name in ("order_id", "source_updated_at"):
        lines.put(name, orders[name].take(pa.array(parent)))
    lines.text("line_id", line["line_id"])
    lines.text("sku", [sku or None for sku in line["sku"]])
    lines.text("product_id", line["item_id"])
    lines.text("title", line["title"])
    lines.text("status_raw", line["fulfilment"])
    quantity = lines.integer("quantity", line["quantity"])
    sent = parcels.units_sent(parent, line["line_id"], quantity.to_pylist())
    known = zip(line["fulfilment"], quantity.to_pylist(), sent, strict=True)
    lines.integer("shipped_quantity", [ordered if word == "FULFILLED" else units for word, ordered, units in known])


def _add_money(lines: Draft, line: dict[str, list[Any]], flat: dict[str, list[Any]], parent: np.ndarray) -> None:
    """A line's parts. What eBay books on the order alone (adjustments, special fees) stands on its first line."""
    _, kinds = told(line, "cost")
    currency = lines.text("currency", kinds)
    part = {name: minor(line, name, lines.faults, kinds) for name in
            ("cost", "discounted", "total", "shipping", "handling", "import", "shipping_discount")}
    adjustment, fee = (_on_first_line(minor(flat, name, Faults(len(flat[name]))), parent, lines.size) for name in ("adjustment", "fee"))
    less = pc.subtract(part["cost"], pc.coalesce(part["discounted"], part["cost"]))
    lines.put("unit_price_minor", per_unit(part["cost"], lines["quantity"]))
    lines.put("items_minor", pc.add(part["cost"], pc.max_element_wise(adjustment, 0)))
    lines.put("discount_minor", pc.add(less, pc.negate(pc.min_element_wise(adjustment, 0))))
    carried = pc.add(pc.add(zero(part["shipping"]), zero(part["handling"])), zero(part["import"]))
    lines.put("shipping_minor", pc.subtract(carried, pc.abs(zero(part["shipping_discount"]))))
    lines.put("tax_minor", pc.add(_taxes(line, lines, currency.to_pylist()), fee))
    lines.put("total_minor", pc.add(pc.add(part["total"], adjustment), fee))


def _on_first_line(of_order: pa.Array, parent: np.ndarray, size: int) -> pa.Array:
    found = np.zeros(size, dtype=np.int64)
    first = first_child(parent, len(of_order))
    for amount, row in zip(of_order.to_pylist(), first.to_pylist(), strict=True):
        if amount and row is not None:
            found[row] = amount
    return pa.array(found)


def _taxes(line: dict[str, list[Any]], lines: Draft, kinds: list[Any]) -> pa.Array:
    """Taxes of each line; what eBay collects and remits itself is shown twice in a breakdown, and counts once."""
    shown: set[tuple[int, Any]] = set()
    total = pa.array(np.zeros(lines.size, dtype=np.int64))
    for name in ("taxes", "collected"):
        found, owner = explode(line[name], name, lines.faults)
        flat = TAX(found, inner := Faults(len(found)))
        amounts = minor(flat, "amount", inner, [kinds[row] for row in owner.tolist()])
        lines.faults.lift(inner, owner, name)
        places = list(zip(owner.tolist(), flat["type"], strict=True))
        fresh = np.array([name == "taxes" or place not in shown for place in places], dtype=bool)
        shown.update(places)
        total = pc.add(total, sums(owner[fresh], amounts.filter(pa.array(fresh)), lines.size))
    return total


def _set_line_status(lines: Draft, line: dict[str, list[Any]], flat: dict[str, list[Any]], parent: np.ndarray) -> None:
    """As the order's, where a line whose goods were refunded in full stands like an order of which all was."""
    found, owner = explode(line["refunds"], "refunds", lines.faults)
    refunds = REFUND(found, inner := Faults(len(found)))
    kinds = lines["currency"].to_pylist()
    refunded = sums(owner, minor(refunds, "amount", inner, [kinds[row] for row in owner.tolist()]), lines.size)
    lines.faults.lift(inner, owner, "refunds")
    goods = pc.subtract(lines["items_minor"], lines["discount_minor"])
    whole = pc.fill_null(pc.and_(pc.greater(refunded, 0), pc.greater_equal(refunded, goods)), False).to_pylist()
    words = [
        (flat["cancel"][order], "FULLY_REFUNDED" if is_back else flat["payment"][order], fulfilment)
        for order, fulfilment, is_back in zip(parent.tolist(), line["fulfilment"], whole, strict=True)
    ]
    lines.word("status", words, ORDER_STATUS)


def _add_up(orders: Draft, flat: dict[str, list[Any]], lines: Draft, parent: np.ndarray) -> None:
    _, kinds = told(flat, "total")
    currency = orders.text("currency", kinds)
    orders.put("total_minor", minor(flat, "total", orders.faults))
    for name in ("adjustment", "fee"):
        minor(flat, name, orders.faults, [kind if value is not None else None for kind, value in zip(kinds, flat[name], strict=True)])
    of_lines, above = lines["currency"].to_pylist(), currency.to_pylist()
    for row, order in enumerate(parent.tolist()):
        if of_lines[row] != above[order]:
            orders.faults.add_value(order, "lineItems", of_lines[row], f"is not the order's currency ({above[order]})")
    for name in ("items_minor", "discount_minor", "shipping_minor", "tax_minor"):
        orders.put(name, sums(parent, lines[name], orders.size))
    orders.put("unit_count", sums(parent, lines["quantity"], orders.size))
    empty = np.setdiff1d(np.arange(orders.size), parent)
    for row in empty.tolist():
        orders.faults.add(row, "lineItems", "the marketplace showed none for this order")


