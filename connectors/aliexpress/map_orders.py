"""Orders, their lines and details → ``orders``, ``order_lines``, ``shipments``, ``shipment_lines``.

The list gives status, times, buyer and lines; the details give discounts, freight, parcels and destination. A line's
own freight is filled in and means nothing, as AliExpress says itself: it is not read, so a line has no total either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.aliexpress.endpoints import SITE
from connectors.aliexpress.envelope import business_error, field, listed, result
from connectors.aliexpress.map_parcels import map_parcels
from connectors.aliexpress.times import ZONE, read_version, read_wall
from connectors.aliexpress.words import PARTLY_SENT, SENDER, country, line_word, order_raw, order_word
from connectors.columns import instants_by
from connectors.contract import Page, Shop
from connectors.documents import Documents
from connectors.flatten import Faults, Flattener, explode, sums
from connectors.frames import Draft
from connectors.loose import blanked, either, key_of, last_of_each
from transforms.tables import ORDER_LINES, ORDERS

HEADER = Flattener(
    {
        "order_id": "order_id", "status": "order_status", "logistics": "logistics_status", "fund": "fund_status", "reason": "end_reason",
        "created": "gmt_create", "paid": "gmt_pay_time", "updated": "gmt_update", "total": "pay_amount.amount",
        "currency": "pay_amount.currency_code", "buyer": "buyer_login_id", "lines": "product_list",
    }
)
LINE = Flattener(
    {
        "line_id": "child_id", "product_id": "product_id", "sku": "sku_code", "title": "product_name", "count": "product_count",
        "status": "son_order_status", "sent": "send_goods_time", "price": "product_unit_price.amount",
        "currency": "product_unit_price.currency_code", "items": "total_product_amount.amount", "sender": "send_goods_operator",
    }
)
DETAIL = Flattener(
    {
        "id": "id", "discount": "order_discount_info.amount", "shipping": "logistics_amount.amount", "total": "order_amount.amount",
        "discount_currency": "order_discount_info.currency_code", "shipping_currency": "logistics_amount.currency_code",
        "currency": "order_amount.currency_code", "country": "receipt_address.country", "children": "child_order_list",
        "parcels": "logistic_info_list",
    }
)
CHILD = Flattener(
    {
        "id": "child_order_id", "number": "id", "discount": "child_order_discount_info.amount",
        "discount_str": "child_order_discount_info.amount_str", "discount_currency": "child_order_discount_info.currency_code",
    }
)


def orders_of(document: Any) -> Any:
    return listed(field(result(document), "target_list"))


def details_of(document: Any) -> list[Any]:
    """The one order of a details page; a refusal has none."""
    data = field(result(document), "data")
    return [] if data is None or business_error(document) else [data]


def map_orders(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    headers = Documents.gather(pages, "orders", orders_of)
    newest = headers.keep(last_of_each([key_of(record, "order_id") for record in headers.records.values]))
    details = Documents.gather(pages, "detail", details_of)
    orders = Draft(ORDERS, shop, newest.records)
    header = HEADER(newest.records.values, orders.faults)
    held, parent = explode([listed(value) for value in header.pop("lines")], "product_list", orders.faults)
    lines = Draft(ORDER_LINES, shop, newest.within(held, parent).records)
    line = LINE(held, lines.faults)
    detail = DETAIL(_details(orders, newest, details), orders.faults)

    _map_header(orders, header, detail, [pages[page].received_at for page in newest.records.page.tolist()], pseudonym)
    _map_lines(lines, line, orders, parent, _discounts(detail, orders))
    _map_from_lines(orders, line, lines, parent, header, detail)
    parcels = map_parcels(shop, newest, detail["parcels"], orders, lines, parent)
    orders.faults.lift(lines.faults, parent, "line")
    lines.faults.spread(orders.faults, parent, "order")
    for draft, of_order in parcels.values():
        draft.faults.spread(orders.faults, of_order, "order")
    frames = {name: draft.frame() for name, (draft, _) in parcels.items()}
    return {"orders": orders.frame(), "order_lines": lines.frame(), **frames}


def _details(orders: Draft, newest: Documents, details: Documents) -> list[Any]:
    """For each order its details in its own group, the last where there are several; without any it is faulty."""
    ids = [key_of(record, "id") for record in details.records.values]
    found = dict(zip(zip(details.groups, ids, strict=True), details.records.values, strict=True))
    headers = zip(newest.groups, newest.records.values, strict=True)
    mine = [found.get((group, key_of(record, "order_id") or "")) for group, record in headers]
    for row, record in enumerate(mine):
        if record is None:
            orders.faults.add(row, "details", "the marketplace showed none for this order, or refused them")
    return [{} if record is None else record for record in mine]


def _map_header(
    orders: Draft, header: dict[str, list[Any]], detail: dict[str, list[Any]], arrivals: Sequence[datetime], pseudonym: Callable[[str], str]
) -> None:
    orders.text("order_id", blanked(header["order_id"]))
    orders.constant("site", SITE)
    said = zip(*(header[name] for name in ("status", "logistics", "fund", "reason")), strict=True)
    words = [order_word(*map(_word, row)) for row in said]
    orders.text("status", [word for word, _ in words])
    deciding = {"end_reason": header["reason"], "logistics_status": header["logistics"], "order_status": header["status"]}
    for row, (word, name) in enumerate(words):
        if word is None:
            orders.faults.add_value(row, name, deciding[name][row], "is not a known word")
    pairs = zip(header["status"], header["logistics"], header["reason"], strict=True)
    orders.text("status_raw", [order_raw(*map(_word, row)) for row in pairs])
    orders.put("placed_at", instants_by(blanked(header["created"]), read_wall, "placed_at", orders.faults))
    orders.day("placed_date", "placed_at", [ZONE.key] * orders.size)
    orders.put("paid_at", instants_by(blanked(header["paid"]), read_wall, "paid_at", orders.faults))
    orders.put("source_updated_at", instants_by(blanked(header["updated"]), read_version, "source_updated_at", orders.faults, arrivals))
    orders.text("ship_country", [country(value) for value in detail["country"]])
    keys = {buyer: pseudonym(f"aliexpress:{buyer}") for buyer in {str(buyer) for buyer in blanked(header["buyer"]) if buyer is not None}}
    orders.text("buyer_key", [None if buyer is None else keys[str(buyer)] for buyer in blanked(header["buyer"])])


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _discounts(detail: dict[str, list[Any]], orders: Draft) -> dict[tuple[int, str], tuple[Any, Any]]:
    """(row of the order, line) → amount and currency of its discount."""
    children, parent = explode([listed(value) for value in detail["children"]], "child_order_list", orders.faults)
    faults = Faults(len(children))
    child = CHILD(children, faults)
    orders.faults.lift(faults, parent, "child")
    amounts, ids = either(child["discount"], child["discount_str"]), either(child["id"], child["number"])
    rows = zip(parent.tolist(), ids, amounts, child["discount_currency"], strict=True)
    return {(row, str(number)): (amount, currency) for row, number, amount, currency in rows}


def _map_lines(
    lines: Draft, line: dict[str, list[Any]], orders: Draft, parent: np.ndarray, discounts: dict[tuple[int, str], tuple[Any, Any]]
) -> None:
    rows, order_words = parent.tolist(), orders["status"].to_pylist()
    for name in ("line_id", "product_id", "sku", "title"):
        lines.text(name, blanked(line[name]))
    lines.text("status_raw", blanked(line["status"]))
    lines.put("order_id", orders["order_id"].take(pa.array(parent)))
    lines.put("source_updated_at", orders["source_updated_at"].take(pa.array(parent)))
    is_sent = [value is not None for value in blanked(line["sent"])]
    any_sent = set(row for row, sent in zip(rows, is_sent, strict=True) if sent)
    words = zip(line["status"], is_sent, rows, strict=True)
    lines.text("status", [line_word(_word(word), sent, row in any_sent, order_words[row]) for word, sent, row in words])
    for row, (raw, ours) in enumerate(zip(line["status"], lines["status"].to_pylist(), strict=True)):
        if ours is None:
            lines.faults.add_value(row, "status", raw, "is not a known word")
    quantity = lines.integer("quantity", line["count"])
    has_left = pa.array([sent and word != PARTLY_SENT for sent, word in zip(is_sent, line["status"], strict=True)], pa.bool_())
    lines.put("shipped_quantity", pc.if_else(has_left, quantity, 0))
    currency = blanked(line["currency"])
    lines.text("currency", currency)
    lines.amount("unit_price_minor", blanked(line["price"]), currency)
    lines.amount("items_minor", blanked(line["items"]), currency)
    told = [discounts.get((row, str(number)), (None, None)) for row, number in zip(rows, line["line_id"], strict=True)]
    discount = lines.amount("discount_minor", blanked([amount for amount, _ in told]), currency)
    for row, (_, other) in enumerate(told):
        if other is not None and other != currency[row]:
            lines.faults.add_value(row, "discount_minor", other, "is another currency than the line's")
    lines.put("discount_minor", pc.if_else(pc.is_null(discount), pa.scalar(0, pa.int64()), discount))


def _map_from_lines(
    orders: Draft, line: dict[str, list[Any]], lines: Draft, parent: np.ndarray, header: dict[str, list[Any]], detail: dict[str, list[Any]]
) -> None:
    size, rows = orders.size, parent.tolist()
    currency = either(header["currency"], detail["currency"])
    orders.text("currency", currency)
    for row, other in zip(rows, blanked(line["currency"]), strict=True):
        if other is not None and currency[row] is not None and other != currency[row]:
            orders.faults.add_value(row, "currency", other, "is another currency than the order's own")
    for name in ("discount", "shipping"):
        for row, other in enumerate(blanked(detail[f"{name}_currency"])):
            if detail[name][row] is not None and other is not None and other != currency[row]:
                orders.faults.add_value(row, f"{name}_minor", other, "is another currency than the order's own")
    orders.put("items_minor", sums(parent, lines["items_minor"], size))
    told = orders.amount("discount_minor", blanked(detail["discount"]), currency)
    orders.put("discount_minor", pc.if_else(pc.is_null(told), sums(parent, lines["discount_minor"], size), told))
    orders.amount("shipping_minor", blanked(detail["shipping"]), currency)
    orders.amount("total_minor", either(header["total"], detail["total"]), currency)
    orders.put("unit_count", sums(parent, lines["quantity"], size))
    for row in np.flatnonzero(np.bincount(parent, minlength=size) == 0).tolist():
        orders.faults.add(row, "product_list", "the marketplace showed no line of this order")
    senders: list[set[str | None]] = [set() for _ in range(size)]
    for row, word in zip(rows, line["sender"], strict=True):
        senders[row].add(SENDER.get(_word(word) or ""))
    orders.text("fulfilled_by", [_sender(words) for words in senders])


def _sender(words: set[str | None]) -> str | None:
    """The marketplace only where it sends every line, and nobody where none says who does."""
    known = words - {None}
    return None if not known else "marketplace" if known == {"marketplace"} else "seller"
