"""Variants → ``listings`` (one row a variant) and ``inventory`` (one row a variant and location)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.columns import instants
from connectors.contract import Page, Shop
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft
from connectors.shopify.documents import ORPHANS, gather, last_of_each, numbers
from connectors.shopify.ways import WAYS
from connectors.shopify.words import PRODUCT_STATUS
from transforms.sites import SITES
from transforms.tables import INVENTORY, LISTINGS

VARIANT = Flattener(
    {
        "id": "id", "number": "legacyResourceId", "sku": "sku", "title": "displayName", "price": "price", "created": "createdAt",
        "updated": "updatedAt", "product": "product.id", "status": "product.status", "product_updated": "product.updatedAt",
        "currency": "product.priceRangeV2.minVariantPrice.currencyCode", "tracked": "inventoryItem.tracked",
        "levels": "inventoryItem.inventoryLevels.nodes",
    }
)
LEVEL = Flattener({"location": "location.id", "quantities": "quantities"})
NAMES = {"available": "sellable_quantity", "committed": "reserved_quantity", "incoming": "inbound_quantity"}


def map_listings(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    way = WAYS["listings"]
    found = gather(pages, way.select, way.joins)
    variants = found.keep(last_of_each(found.records.values))
    listings = Draft(LISTINGS, shop, variants.records)
    variant = VARIANT(variants.records.values, listings.faults)
    for row, record in enumerate(variants.records.values):
        if isinstance(record, dict) and ORPHANS in record:
            listings.faults.add(row, "listing_id", "a stock level whose variant is not in the file")
    _map_variant(listings, shop, variant)
    return {"listings": listings.frame(), "inventory": _map_inventory(shop, listings, variant, variants.records)}


def _map_variant(listings: Draft, shop: Shop, variant: dict[str, list[Any]]) -> None:
    listings.constant("site", shop.sites[0])
    listings.text("listing_id", [number or gid for number, gid in zip(variant["number"], numbers(variant["id"]), strict=True)])
    listings.text("product_id", numbers(variant["product"]))
    listings.text("sku", [sku if sku else None for sku in variant["sku"]])
    listings.text("title", variant["title"])
    listings.word("status", variant["status"], PRODUCT_STATUS)
    listings.text("status_raw", variant["status"])
    listings.constant("fulfilled_by", "seller")
    listings.text("currency", variant["currency"])
    listings.amount("price_minor", variant["price"], variant["currency"])
    listings.instant("listed_at", variant["created"])
    listings.day("listed_date", "listed_at", [SITES[shop.sites[0]].zone] * listings.size)
    # a new title or status moves the product's time only, a new price the variant's
    own = instants(variant["updated"], "source_updated_at", listings.faults)
    above = instants(variant["product_updated"], "source_updated_at", listings.faults)
    is_later = pc.fill_null(pc.less(own, above), False)
    listings.put("source_updated_at", pc.if_else(is_later, above, pc.coalesce(own, above)))


def _map_inventory(shop: Shop, listings: Draft, variant: dict[str, list[Any]], records: Any) -> pd.DataFrame:
    """A row for each location a variant is stocked at. A variant whose stock nobody counts (``tracked`` false) has none."""
    counted = [levels if tracked is not False else None for levels, tracked in zip(variant["levels"], variant["tracked"], strict=True)]
    levels, parent = explode(counted, "inventoryLevels", listings.faults)
    inventory = Draft(INVENTORY, shop, records.take(parent))
    level, rows = LEVEL(levels, inventory.faults), parent.tolist()
    inventory.constant("site", shop.sites[0])
    inventory.put("sku", listings["sku"].take(pa.array(parent)))
    inventory.text("location", numbers(level["location"]))
    inventory.constant("fulfilled_by", "seller")
    shown = _by_name(level["quantities"], inventory.faults)
    for theirs, ours in NAMES.items():
        inventory.integer(ours, [each.get(theirs) for each in shown])
    # oversold goods stand below zero at Shopify: nobody can order less than nothing
    sellable = inventory["sellable_quantity"]
    inventory.put("sellable_quantity", pc.if_else(pc.less(sellable, 0), 0, sellable))
    _note_twins(inventory, variant, rows, level["location"])
    inventory.faults.spread(listings.faults, parent, "listing")
    return inventory.frame()


def _by_name(lists: Sequence[Any], faults: Faults) -> list[dict[Any, Any]]:
    found = []
    for row, told in enumerate(lists):
        if not isinstance(told, list):
            faults.add_value(row, "quantities", told, "is not a list")
        pairs = told if isinstance(told, list) else ()
        found.append({each.get("name"): each.get("quantity") for each in pairs if isinstance(each, dict)})
    return found


def _note_twins(inventory: Draft, variant: dict[str, list[Any]], rows: Sequence[int], locations: Sequence[Any]) -> None:
    """Shopify lets two variants share a SKU; whose stock is whose then, nobody can tell by the SKU."""
    keys = [(variant["sku"][row], str(location)) for row, location in zip(rows, locations, strict=True)]
    count: dict[Any, int] = {}
    for key in keys:
        count[key] = count.get(key, 0) + 1
    for row in np.flatnonzero([count[key] > 1 for key in keys]).tolist():
        inventory.faults.add_value(row, "sku", keys[row][0], "stands on several variants of the shop")
