"""Products with their SKUs → ``listings`` (one row a SKU), ``price_tiers`` and ``inventory``.

A product is priced by a ladder, by a range (then nobody can order it directly), or SKU by SKU. A SKU with a price of its own has one
step: that price, from the product's least order on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.alibaba.amounts import whole
from connectors.alibaba.envelope import field, is_ungranted, listed
from connectors.alibaba.read_listings import items_of, product_of
from connectors.alibaba.words import AUDIT_STATUS, PRODUCT_STATUS
from connectors.contract import Page, Shop
from connectors.documents import Documents
from connectors.epochs import epochs
from connectors.exact import read_json
from connectors.flatten import Flattener, explode
from connectors.frames import Draft
from connectors.loose import blanked, either, entries, key_of, last_of_each, text
from transforms.sites import site
from transforms.tables import INVENTORY, LISTINGS, PRICE_TIERS

PRODUCT = Flattener(
    {
        "product_id": "basic_info.product_id", "title": "basic_info.title", "model": "basic_info.model_number",
        "status": "basic_info.status", "audit": "basic_info.audit_status",
        "created": "basic_info.create_timestamp", "updated": "basic_info.last_modified_timestamp",
        "price_type": "trade_info.price.price_type", "currency": "trade_info.price.currency", "steps": "trade_info.price.tiered_price",
        "low": "trade_info.price.range_price.min_price", "high": "trade_info.price.range_price.max_price", "least": "trade_info.moq",
        "unit": "trade_info.unit", "stock": "trade_info.inventory", "skus": "trade_info.sku_info",
    }
)
SKU = Flattener({"sku_id": "sku_id", "code": "sku_code", "price": "sku_price", "stock": "inventory"})
UNGRANTED = "the app is not granted product details: apply for the product package in the app's console"
Columns = dict[str, list[Any]]


def products_of(document: Any) -> list[Any]:
    found = product_of(document)
    return [] if found is None else [found]


def map_listings(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    shown = Documents.gather(pages, "products", items_of)
    items = shown.keep(last_of_each([key_of(record, "id") for record in shown.records.values]))
    found = Documents.gather(pages, "product", products_of)
    products = found.keep(last_of_each([_product_id(record) for record in found.records.values]))
    above = Draft(LISTINGS, shop, products.records)  # never shown: only its faults are, on the SKUs
    product = PRODUCT(products.records.values, above.faults)
    skus, parent = explode([listed(value) for value in product.pop("skus")], "sku_info", above.faults)
    bare = np.setdiff1d(np.arange(len(products)), parent)  # a product without SKUs is one listing itself
    skus, parent = [*skus, *({} for _ in bare)], np.concatenate([parent, bare]).astype(np.int64)
    listings = Draft(LISTINGS, shop, products.within(skus, parent).records)
    sku = SKU(skus, listings.faults)
    _map_product(listings, above, product, parent, shop)
    _map_sku(listings, product, sku, parent)
    listings.faults.spread(above.faults, parent, "product")
    tiers = _map_tiers(shop, products, listings, product, sku, parent)
    lost = _unread(shop, items, {_product_id(record) for record in products.records.values}, pages)
    return {
        "listings": pd.concat([listings.frame(), *lost]), "price_tiers": tiers,
        "inventory": _inventory(shop, listings, products, product, sku, parent),
    }


def _product_id(record: Any) -> str | None:
    return key_of(field(record, "basic_info"), "product_id")


def _of_product(values: Sequence[Any], parent: np.ndarray) -> list[Any]:
    return [values[row] for row in parent.tolist()]


def _map_product(listings: Draft, above: Draft, product: Columns, parent: np.ndarray, shop: Shop) -> None:
    words = [_status(*pair) for pair in zip(product["status"], product["audit"], strict=True)]
    for row, word in enumerate(words):
        if word is None:
            told = f"{text(product['status'][row]) or 'no status'}/{text(product['audit'][row]) or 'no audit status'}"
            above.faults.add_value(row, "status", told, "is not a known word")
    home = site(shop.sites[0])
    listings.constant("site", home.code)
    listings.text("product_id", _of_product(blanked(product["product_id"]), parent))
    listings.text("title", _of_product(blanked(product["title"]), parent))
    listings.text("status", _of_product(words, parent))
    said = zip(product["status"], product["audit"], strict=True)
    raws = [",".join(sorted({text(each) for each in pair if text(each)})) or None for pair in said]
    listings.text("status_raw", _of_product(raws, parent))
    listings.constant("fulfilled_by", "seller")
    for name, column in (("listed_at", "created"), ("source_updated_at", "updated")):
        listings.put(name, epochs(blanked(product[column]), name, above.faults).take(pa.array(parent)))
    listings.day("listed_date", "listed_at", [home.zone] * listings.size)


def _status(status: Any, audit: Any) -> str | None:
    """An audit that has not passed outweighs on or off; an unknown word of either is none of ours."""
    if not isinstance(status, str) or (audit is not None and audit not in AUDIT_STATUS):
        return None
    ours = PRODUCT_STATUS.get(status)
    return ours if ours in (None, "deleted") else AUDIT_STATUS.get(audit) or ours


def _map_sku(listings: Draft, product: Columns, sku: Columns, parent: np.ndarray) -> None:
    ids = either(sku["sku_id"], _of_product(product["product_id"], parent))
    listings.text("listing_id", ids)
    has_sku = [value is not None for value in blanked(sku["sku_id"])]
    models = [None if has else model for has, model in zip(has_sku, _of_product(product["model"], parent), strict=True)]
    listings.text("sku", either(sku["code"], models, ids))
    currency = _of_product(blanked(product["currency"]), parent)
    listings.text("currency", currency)
    first = [_least_step(steps) for steps in product["steps"]]
    prices = either(sku["price"], _of_product(first, parent))
    listings.amount("price_minor", whole(prices, currency), currency)


def _least_step(steps: Any) -> Any:
    """The price of the least order: the first step's, by quantity."""
    known = [step for step in entries(listed(steps)) if text(step.get("quantity")).isdecimal()]
    return min(known, key=lambda step: int(text(step["quantity"]))).get("price") if known else None


def _map_tiers(
    shop: Shop, products: Documents, listings: Draft, product: Columns, sku: Columns, parent: np.ndarray
) -> pd.DataFrame:
    rows: list[tuple[int, Any, Any, Any]] = []  # (listing's row, from how many, price, highest)
    own, above = blanked(sku["price"]), parent.tolist()
    for row, place in enumerate(above):
        if own[row] is not None:
            rows.append((row, product["least"][place], own[row], None))
        elif product["price_type"][place] == "RANGE":
            rows.append((row, product["least"][place], product["low"][place], product["high"][place]))
        else:
            rows += [(row, step.get("quantity"), step.get("price"), None) for step in entries(listed(product["steps"][place]))]
    mine = np.array([row for row, *_ in rows], dtype=np.int64)
    tiers = Draft(PRICE_TIERS, shop, products.within([None] * len(rows), parent[mine] if len(rows) else mine).records)
    for name in ("site", "listing_id", "currency", "source_updated_at"):
        tiers.put(name, listings[name].take(pa.array(mine, pa.int64())))
    tiers.text("unit", blanked([product["unit"][above[row]] for row in mine.tolist()]))
    columns = ("minimum_quantity", "unit_price", "highest_price")
    for place, name in enumerate(columns, start=1):
        tiers.decimal(name, blanked([each[place] for each in rows]))
    listings.faults.lift(tiers.faults, mine, "price")
    tiers.faults.spread(listings.faults, mine, "listing")
    return tiers.frame()


def _inventory(
    shop: Shop, listings: Draft, products: Documents, product: Columns, sku: Columns, parent: np.ndarray
) -> pd.DataFrame:
    held = Draft(INVENTORY, shop, products.within([None] * len(parent), parent).records)
    for name in ("site", "sku", "fulfilled_by"):
        held.put(name, listings[name])
    held.constant("location", "DEFAULT")
    has_sku = [value is not None for value in blanked(sku["sku_id"])]
    whole_product = [None if has else stock for has, stock in zip(has_sku, _of_product(product["stock"], parent), strict=True)]
    held.integer("sellable_quantity", either(sku["stock"], whole_product))
    return held.frame()


def _unread(shop: Shop, items: Documents, read: set[str | None], pages: Sequence[Page]) -> list[pd.DataFrame]:
    """Products of the list whose details no page shows: kept, with the reason why they cannot be stored."""
    rows = [row for row, record in enumerate(items.records.values) if key_of(record, "id") not in read]
    if not rows:
        return []
    lost = Draft(LISTINGS, shop, items.keep(rows).records)
    lost.constant("site", site(shop.sites[0]).code)
    lost.text("product_id", [key_of(items.records.values[row], "id") for row in rows])
    details = ((page.group, read_json(page.body)) for page in pages if page.part.startswith("product/"))
    ungranted = {group for group, answer in details if is_ungranted(answer)}
    for at, row in enumerate(rows):
        shown = "the marketplace listed it and showed no detail of it, or refused it"
        lost.faults.add(at, "product", UNGRANTED if items.groups[row] in ungranted else shown)
    return [lost.frame()]
