"""Orders, their items and traces → ``orders``, ``order_lines``, ``shipments``, ``shipment_lines``.

Lazada's order header has neither status nor currency: both come from its items, of which each is one unit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import Page, Shop
from connectors.epochs import epochs
from connectors.flatten import Faults, Flattener
from connectors.frames import Draft
from connectors.lazada.documents import Documents, truths
from connectors.lazada.map_parcels import map_parcels
from connectors.lazada.read_orders import items_of
from connectors.lazada.times import stamps
from connectors.lazada.words import COUNTRY, HAS_LEFT, LINE_STATUS
from connectors.loose import at, blanked, key_of, last_of_each
from transforms.tables import ORDER_LINES, ORDERS

HEADER = Flattener(
    {
        "order_id": "order_id", "created_at": "created_at", "updated_at": "updated_at", "price": "price", "voucher": "voucher",
        "shipping_fee": "shipping_fee", "statuses": "statuses", "country": "address_shipping.country",
    }
)
ITEM = Flattener(
    {
        "order_id": "order_id", "line_id": "order_item_id", "sku": "sku", "product_id": "product_id", "name": "name", "status": "status",
        "currency": "currency", "item_price": "item_price", "voucher": "voucher_amount", "shipping": "shipping_amount",
        "payment_time": "payment_time", "buyer_id": "buyer_id", "is_fbl": "is_fbl", "package_id": "package_id",
        "carrier": "shipment_provider", "tracking": "tracking_code",
    }
)
ADVANCE = ("pending", "paid", "shipped", "delivered")
ENDED = ("returned", "failed", "cancelled")  # the first of these found is the word for an order of nothing else


def map_orders(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    headers = Documents.gather(pages, "orders", at("data", "orders"))
    newest = headers.keep(last_of_each([key_of(record, "order_id") for record in headers.records.values]))
    items = Documents.gather(pages, "items", lambda document: items_of(at("data")(document)))
    parent, orphans = _parents(newest, {key_of(record, "order_id") for record in headers.records.values}, items)
    mine = items.keep(np.flatnonzero(parent >= 0).tolist())
    parent = parent[parent >= 0]

    orders, lines = Draft(ORDERS, shop, newest.records), Draft(ORDER_LINES, shop, mine.records)
    header, item = HEADER(newest.records.values, orders.faults), ITEM(mine.records.values, lines.faults)
    _map_lines(lines, item)
    _map_header(orders, newest, header, item, parent)
    _map_from_items(orders, header, item, parent, lines.faults, pseudonym)
    updated = stamps(blanked(header["updated_at"]), "source_updated_at", orders.faults)
    orders.put("source_updated_at", updated)
    lines.put("source_updated_at", updated.take(pa.array(parent)))
    orders.faults.lift(lines.faults, parent, "line")
    parcels = map_parcels(shop, pages, mine, item, parent, orders, updated)
    lines.faults.spread(orders.faults, parent, "order")
    whole = [lines.frame(), _map_orphans(shop, items.keep(orphans))]
    return {"orders": orders.frame(), "order_lines": pd.concat([frame for frame in whole if len(frame)] or whole[:1]), **parcels}


def _parents(newest: Documents, known: set[str | None], items: Documents) -> tuple[np.ndarray, list[int]]:
    """For each item the row of its order (-1: none), and the items that no order page knows.

    An order read twice keeps its last reading, and of its items those of the same group.
    """
    headers = zip(newest.groups, newest.records.values, strict=True)
    rows = {(group, key_of(record, "order_id")): row for row, (group, record) in enumerate(headers)}
    ids = [key_of(record, "order_id") for record in items.records.values]
    parent = np.array([rows.get(pair, -1) for pair in zip(items.groups, ids, strict=True)], dtype=np.int64)
    return parent, [row for row in np.flatnonzero(parent < 0).tolist() if ids[row] is None or ids[row] not in known]


def _map_lines(lines: Draft, item: dict[str, list[Any]]) -> None:
    currency = blanked(item["currency"])
    for name, theirs in (("order_id", "order_id"), ("line_id", "line_id"), ("sku", "sku"), ("product_id", "product_id"), ("title", "name")):
        lines.text(name, blanked(item[theirs]))
    lines.word("status", item["status"], LINE_STATUS)
    lines.text("status_raw", item["status"])
    lines.constant("quantity", 1)
    lines.integer("shipped_quantity", [int(isinstance(word, str) and word in HAS_LEFT) for word in item["status"]])
    lines.text("currency", currency)
    price = lines.amount("unit_price_minor", blanked(item["item_price"]), currency)
    lines.put("items_minor", price)
    discount = lines.amount("discount_minor", blanked(item["voucher"]), currency)
    shipping = lines.amount("shipping_minor", blanked(item["shipping"]), currency)
    lines.constant("tax_minor", 0)  # prices include it
    lines.put("total_minor", pc.add(pc.subtract(price, discount), shipping))


def _map_header(orders: Draft, newest: Documents, header: dict[str, list[Any]], item: dict[str, list[Any]], parent: np.ndarray) -> None:
    orders.text("order_id", blanked(header["order_id"]))
    orders.text("site", newest.sites)
    orders.put("placed_at", stamps(blanked(header["created_at"]), "placed_at", orders.faults))
    orders.day("placed_date", "placed_at", newest.zones)
    currency = _one_each(blanked(item["currency"]), parent, newest.currencies, orders.faults)
    orders.text("currency", currency)
    price = orders.amount("items_minor", blanked(header["price"]), currency)
    discount = orders.amount("discount_minor", blanked(header["voucher"]), currency)
    shipping = orders.amount("shipping_minor", blanked(header["shipping_fee"]), currency)
    orders.constant("tax_minor", 0)
    orders.put("total_minor", pc.add(pc.subtract(price, discount), shipping))
    orders.text("ship_country", [COUNTRY.get(name.strip().lower()) if isinstance(name, str) else None for name in header["country"]])


def _one_each(values: Sequence[Any], parent: np.ndarray, otherwise: Sequence[str], faults: Faults) -> list[Any]:
    """The currency of each order's items; the site's where there is none, a fault where there are several."""
    found: list[Any] = [None] * len(otherwise)
    for row, value in zip(parent.tolist(), values, strict=True):
        if found[row] is None:
            found[row] = value
        elif value is not None and value != found[row]:
            faults.add_value(row, "currency", value, "is another currency than that of the order's other items")
    return [value if value is not None else home for value, home in zip(found, otherwise, strict=True)]


def _map_from_items(
    orders: Draft, header: dict[str, list[Any]], item: dict[str, list[Any]], parent: np.ndarray, line_faults: Faults,
    pseudonym: Callable[[str], str],
) -> None:
    size, rows = orders.size, parent.tolist()
    counts = np.bincount(parent, minlength=size)
    for row in np.flatnonzero(counts == 0).tolist():
        orders.faults.add(row, "items", "the marketplace showed none for this order")
    raw = _joined(item["status"], rows, header["statuses"])
    orders.text("status_raw", raw)
    orders.text("status", [order_status(words) for words in raw])
    orders.integer("unit_count", counts.tolist())
    orders.put("paid_at", _earliest(epochs(blanked(item["payment_time"]), "payment_time", line_faults), parent, size))
    own = np.bincount(parent[~np.array(truths(item["is_fbl"]), dtype=bool)], minlength=size) if size else counts
    held = zip(own.tolist(), counts.tolist(), strict=True)
    orders.text("fulfilled_by", ["seller" if few else "marketplace" if all_ else None for few, all_ in held])
    keys = {buyer: pseudonym(f"lazada:{buyer}") for buyer in {str(buyer) for buyer in blanked(item["buyer_id"]) if buyer is not None}}
    buyers: list[str | None] = [None] * size
    for row, buyer in zip(rows, item["buyer_id"], strict=True):
        buyers[row] = keys.get(str(buyer), buyers[row])
    orders.text("buyer_key", buyers)


def _joined(words: Sequence[Any], rows: Sequence[int], otherwise: Sequence[Any]) -> list[str]:
    """Each order's distinct item statuses, sorted and joined; its header's where it has no items."""
    found: list[set[str]] = [set() for _ in otherwise]
    for row, word in zip(rows, words, strict=True):
        found[row].add(str(word))
    told = [words or (set(map(str, header)) if isinstance(header, list) else set()) for words, header in zip(found, otherwise, strict=True)]
    return [",".join(sorted(words)) for words in told]


@lru_cache(maxsize=4096)
def order_status(raw: str) -> str | None:
    """One word for an order whose items have these (Lazada's, joined by commas); None where one is unknown."""
    words = {LINE_STATUS.get(word) for word in raw.split(",")}
    if None in words:
        return None
    if len(words) == 1:
        return words.pop()
    going = words - set(ENDED)
    if not going:
        return next(word for word in ENDED if word in words)
    if going & {"pending", "paid"} and going & {"shipped", "delivered"}:
        return "partially_shipped"
    return next(word for word in ADVANCE if word in going)


def _earliest(moments: pa.Array, parent: np.ndarray, size: int) -> pa.Array:
    """The earliest instant of each order's items, null where none has one."""
    micros = pc.cast(moments, pa.int64()).fill_null(np.iinfo(np.int64).max).to_numpy(zero_copy_only=False)
    first = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(first, parent, micros)
    return pc.cast(pa.array(first, mask=first == np.iinfo(np.int64).max), moments.type)


def _map_orphans(shop: Shop, items: Documents) -> pd.DataFrame:
    """Items of orders that no page shows: kept, with the reason why they cannot be stored."""
    lines = Draft(ORDER_LINES, shop, items.records)
    _map_lines(lines, ITEM(items.records.values, lines.faults))
    for row in range(lines.size):
        lines.faults.add(row, "order_id", "no order page shows the order of this item")
    return lines.frame()
