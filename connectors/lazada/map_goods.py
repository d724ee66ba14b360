"""Products → ``listings`` (one row a variant) and ``inventory`` (one row a variant and warehouse)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.epochs import epochs
from connectors.flatten import Flattener, explode
from connectors.frames import Draft
from connectors.lazada.documents import Documents
from connectors.lazada.times import read_instant
from connectors.lazada.words import PRODUCT_STATUS
from connectors.loose import at, blanked, either, key_of, last_of_each
from transforms.tables import INVENTORY, LISTINGS

PRODUCT = Flattener(
    {
        "item_id": "item_id", "created": "created_time", "updated": "updated_time", "status": "status",
        "title": "attributes.name", "skus": "skus",
    }
)
SKU = Flattener(
    {
        "sku_id": "SkuId", "sku": "SellerSku", "status": "Status", "price": "price", "special": "special_price",
        "from": "special_from_time", "to": "special_to_time", "available": "Available", "quantity": "quantity",
        "warehouses": "multiWarehouseInventories", "fbl": "fblWarehouseInventories",
    }
)
WAREHOUSE = Flattener(
    {"code": "warehouseCode", "sellable": "sellableQuantity", "occupied": "occupyQuantity", "withheld": "withholdQuantity"}
)
DEFAULT = "DEFAULT"


def map_listings(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    documents = Documents.gather(pages, "products", at("data", "products"))
    products = documents.keep(last_of_each([key_of(record, "item_id") for record in documents.records.values]))
    above = Draft(LISTINGS, shop, products.records)  # never shown: only its faults are, on the variants
    product = PRODUCT(products.records.values, above.faults)
    skus, parent = explode(product["skus"], "skus", above.faults)
    skus, parent = _with_bare_products(product, skus, parent)
    variants = products.within(skus, parent)
    listings = Draft(LISTINGS, shop, variants.records)
    sku = SKU(skus, listings.faults)
    listed = epochs(blanked(product["created"]), "listed_at", above.faults)
    updated = epochs(blanked(product["updated"]), "source_updated_at", above.faults)
    listings.faults.spread(above.faults, parent, "product")
    _map_variant(listings, variants, product, sku, parent)
    listings.put("listed_at", listed.take(pa.array(parent)))
    listings.day("listed_date", "listed_at", variants.zones)
    listings.put("source_updated_at", updated.take(pa.array(parent)))
    _map_price(listings, variants, sku, [pages[page].received_at for page in variants.records.page.tolist()])
    return {"listings": listings.frame(), "inventory": map_inventory(shop, variants, sku)}


def _with_bare_products(product: dict[str, list[Any]], skus: list[Any], parent: np.ndarray) -> tuple[list[Any], np.ndarray]:
    """A product without a readable variant is still a record: it gets one empty variant, which its checks will refuse."""
    bare = np.setdiff1d(np.arange(len(product["skus"])), parent)
    return [*skus, *({} for _ in bare)], np.concatenate([parent, bare]).astype(np.int64)


def _map_variant(
    listings: Draft, variants: Documents, product: dict[str, list[Any]], sku: dict[str, list[Any]], parent: np.ndarray
) -> None:
    rows = parent.tolist()
    listings.text("site", variants.sites)
    listings.text("listing_id", blanked(sku["sku_id"]))
    listings.text("product_id", blanked([product["item_id"][row] for row in rows]))
    listings.text("sku", blanked(sku["sku"]))
    listings.text("title", blanked([product["title"][row] for row in rows]))
    pairs = list(zip([product["status"][row] for row in rows], sku["status"], strict=True))
    listings.text("status", [_status(listings, row, *pair) for row, pair in enumerate(pairs)])
    listings.text("status_raw", [",".join(sorted({str(word) for word in pair if word is not None})) for pair in pairs])
    listings.text("fulfilled_by", ["marketplace" if fbl else "seller" for fbl in sku["fbl"]])


def _status(listings: Draft, row: int, product: Any, variant: Any) -> str | None:
    """The product's word rules; an active product's variant may be off by itself. Unknown words are faults."""
    ours = PRODUCT_STATUS.get(str(product).lower())
    own = PRODUCT_STATUS.get(str(variant).lower()) if variant is not None else ours
    for value, word in ((product, ours), (variant, own)):
        if word is None:
            listings.faults.add_value(row, "status", value, "is not a known word")
    return own if ours == "active" else ours


def _map_price(listings: Draft, variants: Documents, sku: dict[str, list[Any]], arrivals: Sequence[datetime]) -> None:
    """``special_price`` while its window is open at the page's arrival, else ``price``."""
    currencies = variants.currencies
    listings.text("currency", currencies)
    columns = zip(sku["price"], sku["special"], sku["from"], sku["to"], variants.zones, arrivals, strict=True)
    prices = [special if _is_open(special, *when) else price for price, special, *when in columns]
    listings.amount("price_minor", blanked(prices), currencies)


def _is_open(special: Any, begins: Any, ends: Any, zone: str, now: datetime) -> bool:
    """A special price without a readable beginning runs already; without a readable end it does not stop."""
    if special in (None, "", "null", 0, "0"):
        return False
    first, last = (read_instant(each, zone) if isinstance(each, str) else None for each in (begins, ends))
    return (first is None or first <= now) and (last is None or now <= last)


def map_inventory(shop: Shop, variants: Documents, sku: dict[str, list[Any]]) -> pd.DataFrame:
    """A row for each warehouse a variant names; one row ``DEFAULT`` for a variant that names none."""
    skus = Draft(INVENTORY, shop, variants.records)
    stocks, parent = explode(blanked(sku["warehouses"]), "multiWarehouseInventories", skus.faults)
    bare = [row for row in np.setdiff1d(np.arange(len(variants)), parent).tolist() if variants.records.values[row]]
    whole = np.concatenate([parent, np.array(bare, dtype=np.int64)]).astype(np.int64)
    rows = whole.tolist()
    inventory = Draft(INVENTORY, shop, variants.records.take(whole))
    stock = WAREHOUSE([*stocks, *({} for _ in bare)], inventory.faults)
    inventory.faults.spread(skus.faults, whole, "listing")
    plain = either(sku["available"], sku["quantity"])
    is_plain = np.arange(len(rows)) >= len(stocks)
    inventory.text("site", [variants.sites[row] for row in rows])
    inventory.text("sku", blanked([sku["sku"][row] for row in rows]))
    inventory.text("location", [DEFAULT if bare else code for code, bare in zip(blanked(stock["code"]), is_plain, strict=True)])
    inventory.text("fulfilled_by", ["seller"] * len(rows))
    sellable = [plain[row] if bare else value for row, value, bare in zip(rows, stock["sellable"], is_plain, strict=True)]
    inventory.integer("sellable_quantity", blanked(sellable))
    inventory.integer("reserved_quantity", _added(stock["occupied"], stock["withheld"]))
    return inventory.frame()


def _added(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    """Sums of whole numbers sent as numbers or text; null where both are absent, the odd value itself where unreadable."""
    return [_sum(*pair) for pair in zip(blanked(first), blanked(second), strict=True)]


def _sum(first: Any, second: Any) -> Any:
    present = [value for value in (first, second) if value is not None]
    odd = [value for value in present if not str(value).lstrip("-").isdecimal()]
    return odd[0] if odd else sum(int(value) for value in present) if present else None
