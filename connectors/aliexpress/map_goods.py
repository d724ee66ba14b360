"""Products with their SKUs → ``listings`` (one row a SKU) and ``inventory``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.aliexpress.endpoints import SITE
from connectors.aliexpress.envelope import business_error, field, listed, result
from connectors.aliexpress.times import ZONE, read_version, read_wall
from connectors.aliexpress.words import PRODUCT_STATUS, TAKEN_DOWN
from connectors.columns import instants_by
from connectors.contract import Page, Shop
from connectors.documents import Documents
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft
from connectors.loose import blanked, either, entries, key_of, last_of_each
from transforms.tables import INVENTORY, LISTINGS

ITEM = Flattener(
    {
        "product_id": "product_id", "subject": "subject", "created": "gmt_create", "updated": "gmt_modified", "why_off": "ws_display",
        "currency": "currency_code",
    }
)
PRODUCT = Flattener(
    {
        "product_id": "product_id", "status": "product_status_type", "subject": "subject", "subjects": "multi_language_subject_list",
        "created": "gmt_create", "updated": "gmt_modified", "currency": "currency_code", "skus": "aeop_ae_product_s_k_us",
    }
)
SKU = Flattener(
    {
        "id": "id", "code": "sku_code", "price": "sku_price", "discounted": "sku_discount_price", "currency": "currency_code",
        "stock": "ipm_sku_stock", "has_stock": "sku_stock",
    }
)
LANGUAGE = "en_US"  # AliExpress's titles for the site US


def items_of(document: Any) -> Any:
    return listed(field(result(document), "aeop_a_e_product_display_d_t_o_list"))


def products_of(document: Any) -> list[Any]:
    """The one product of a product page; a refusal has none."""
    found = result(document)
    return [] if business_error(document) or key_of(found, "product_id") is None else [found]


def map_listings(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    shown = Documents.gather(pages, "products", items_of)
    items = shown.keep(last_of_each([key_of(record, "product_id") for record in shown.records.values]))
    found = Documents.gather(pages, "product", products_of)
    products = found.keep(last_of_each([key_of(record, "product_id") for record in found.records.values]))
    above = Draft(LISTINGS, shop, products.records)  # never shown: only its faults are, on the SKUs
    product = PRODUCT(products.records.values, above.faults)
    skus, parent = explode([listed(value) for value in product.pop("skus")], "aeop_ae_product_s_k_us", above.faults)
    bare = np.setdiff1d(np.arange(len(products)), parent)  # a product without a SKU is still a record; the checks refuse its row
    skus, parent = [*skus, *({} for _ in bare)], np.concatenate([parent, bare]).astype(np.int64)
    listings = Draft(LISTINGS, shop, products.within(skus, parent).records)
    sku, item = SKU(skus, listings.faults), ITEM(items.records.values, Faults(len(items)))
    rows = {str(number): row for row, number in enumerate(item["product_id"])}
    _map_product(listings, above, product, item, [rows.get(str(number)) for number in product["product_id"]], parent)
    arrivals = [pages[page].received_at for page in products.records.page.tolist()]
    changed = instants_by(blanked(product["updated"]), read_version, "source_updated_at", above.faults, arrivals)
    listings.put("source_updated_at", changed.take(pa.array(parent)))
    _map_sku(listings, product, sku, parent)
    listings.faults.spread(above.faults, parent, "product")
    lost = _unread(shop, items, {str(number) for number in product["product_id"]})
    return {"listings": pd.concat([listings.frame(), *lost]), "inventory": _inventory(shop, listings, products, sku, parent)}


def _map_product(
    listings: Draft, above: Draft, product: dict[str, list[Any]], item: dict[str, list[Any]], of_item: Sequence[int | None],
    parent: np.ndarray,
) -> None:
    """Columns of the product: status from its own page, and why it is off sale from the list."""
    why_off = [None if row is None else item["why_off"][row] for row in of_item]
    statuses = [_status(*pair) for pair in zip(product["status"], why_off, strict=True)]
    for row, (word, raw) in enumerate(zip(statuses, product["status"], strict=True)):
        if word is None:
            above.faults.add_value(row, "status", raw, "is not a known word")
    listed_at = instants_by(blanked(product["created"]), read_wall, "listed_at", above.faults)
    rows = parent.tolist()
    listings.constant("site", SITE)
    listings.text("product_id", [product["product_id"][row] for row in rows])
    titles = either([_title(subjects) for subjects in product["subjects"]], product["subject"])
    listings.text("title", [titles[row] for row in rows])
    listings.text("status", [statuses[row] for row in rows])
    raws = [_raw(*pair) for pair in zip(product["status"], why_off, strict=True)]
    listings.text("status_raw", [raws[row] for row in rows])
    listings.constant("fulfilled_by", "seller")
    listings.put("listed_at", listed_at.take(pa.array(parent)))
    listings.day("listed_date", "listed_at", [ZONE.key] * listings.size)


def _status(status: Any, why_off: Any) -> str | None:
    ours = PRODUCT_STATUS.get(status) if isinstance(status, str) else None
    return "suppressed" if ours == "inactive" and isinstance(why_off, str) and why_off in TAKEN_DOWN else ours


def _raw(status: Any, why_off: Any) -> str | None:
    words = {str(word) for word in (status, why_off if status == "offline" else None) if isinstance(word, str) and word}
    return ",".join(sorted(words)) or None


def _title(subjects: Any) -> str | None:
    """The title in the site's language; ``subject`` itself is deprecated and only taken where there is none."""
    held = listed(subjects)
    return next((field(each, "subject") for each in entries(held) if each.get("locale") == LANGUAGE), None)


def _map_sku(listings: Draft, product: dict[str, list[Any]], sku: dict[str, list[Any]], parent: np.ndarray) -> None:
    """A SKU's id is unique in its product only; its seller's code may be empty, and then that id stands in for it."""
    numbers = [product["product_id"][row] for row in parent.tolist()]
    ids = [None if key is None else f"{number}:{key}" for number, key in zip(numbers, blanked(sku["id"]), strict=True)]
    listings.text("listing_id", ids)
    listings.text("sku", either(sku["code"], ids))
    currency = either(sku["currency"], [product["currency"][row] for row in parent.tolist()])
    listings.text("currency", currency)
    running = [None if isinstance(price, str) and not price.strip("0.") else price for price in sku["discounted"]]  # "0.00" is none
    listings.amount("price_minor", either(running, sku["price"]), currency)


def _unread(shop: Shop, items: Documents, read: set[str]) -> list[pd.DataFrame]:
    """Products of the list whose SKUs no page shows: kept, with the reason why they cannot be stored."""
    rows = [row for row, record in enumerate(items.records.values) if key_of(record, "product_id") not in read]
    if not rows:
        return []
    lost = Draft(LISTINGS, shop, items.keep(rows).records)
    lost.constant("site", SITE)
    lost.text("product_id", [key_of(items.records.values[row], "product_id") for row in rows])
    for row in range(lost.size):
        lost.faults.add(row, "product", "the marketplace listed it and showed no SKUs of it, or refused them")
    return [lost.frame()]


def _inventory(shop: Shop, listings: Draft, products: Documents, sku: dict[str, list[Any]], parent: np.ndarray) -> pd.DataFrame:
    held = Draft(INVENTORY, shop, products.within([None] * len(parent), parent).records)
    held.constant("site", SITE)
    held.put("sku", listings["sku"])
    held.constant("location", "DEFAULT")
    held.constant("fulfilled_by", "seller")
    nothing = [0 if stock is None and has is False else stock for stock, has in zip(blanked(sku["stock"]), sku["has_stock"], strict=True)]
    held.integer("sellable_quantity", nothing)
    return held.frame()
