"""Products and variations → ``listings`` (one row an article that can be bought) and ``inventory``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from connectors.contract import Page, Shop
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from connectors.woocommerce.read_listings import has_variations
from connectors.woocommerce.records import blanked, columns, gather, zoned
from connectors.woocommerce.sites import site_of
from connectors.woocommerce.words import PRODUCT_STATUS
from transforms.tables import INVENTORY, LISTINGS

ARTICLE = Flattener(
    columns(("id", "name", "status", "sku", "price", "manage_stock", "stock_quantity", "date_created_gmt", "date_modified_gmt"))
)
DEFAULT = "DEFAULT"


def map_listings(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """A variation's title and status need its product's: both lie in one group of pages."""
    products = gather(pages, "products", lambda record: not has_variations(record))
    variations = gather(pages, "variations")
    records = _together(products, variations)
    above = _above(pages)
    parents = [None] * len(products) + [_parent_of(pages[page]) for page in variations.page.tolist()]
    listings = Draft(LISTINGS, shop, records)
    article = ARTICLE(records.values, listings.faults)
    _map_article(listings, article, [above.get(parent) for parent in parents], parents)
    listings.constant("site", site_of(shop).code)
    listings.constant("fulfilled_by", "seller")
    currencies = [pages[page].part.split("/")[1] or None for page in records.page.tolist()]
    listings.text("currency", currencies)
    listings.amount("price_minor", blanked(article["price"]), currencies)
    listings.instant("listed_at", zoned(article["date_created_gmt"]))
    listings.day("listed_date", "listed_at", [site_of(shop).zone] * listings.size)
    listings.instant("source_updated_at", zoned(article["date_modified_gmt"]))
    return {"listings": listings.frame(), "inventory": _map_inventory(shop, records, listings, article)}


def _together(first: Records, second: Records) -> Records:
    return Records(
        [*first.values, *second.values], np.concatenate([first.page, second.page]), np.concatenate([first.record, second.record])
    )


def _parent_of(page: Page) -> str:
    """The product whose variations a page holds: its part is ``variations/<currency>/<product>``."""
    return page.part.rpartition("/")[2]


def _above(pages: Sequence[Page]) -> dict[str, Mapping[str, Any]]:
    """The products that have variations, by number."""
    return {str(record["id"]): record for record in gather(pages, "products", has_variations).values}


def _map_article(listings: Draft, article: dict[str, list[Any]], above: Sequence[Any], parents: Sequence[str | None]) -> None:
    listings.text("listing_id", article["id"])
    own = zip(parents, article["id"], strict=True)
    listings.text("product_id", [parent if parent is not None else number for parent, number in own])
    # WooCommerce's own name of an article without a SKU, so that two of them are not one
    listings.text("sku", [f"#{number}" if sku == "" else sku for sku, number in zip(article["sku"], article["id"], strict=True)])
    listings.text("title", [_title(*pair) for pair in zip(article["name"], above, strict=True)])
    words = [(product.get("status") if product else None, word) for product, word in zip(above, article["status"], strict=True)]
    listings.text("status", [_status(listings, row, *pair) for row, pair in enumerate(words)])
    listings.text("status_raw", [",".join(sorted({str(word) for word in pair if word is not None})) for pair in words])


def _title(name: Any, product: Mapping[str, Any] | None) -> Any:
    """``Jacket - S``: a variation's own name is its attributes only."""
    if not product or not isinstance(product.get("name"), str):
        return name or None
    return f"{product['name']} - {name}" if isinstance(name, str) and name else product["name"]


def _status(listings: Draft, row: int, product: Any, own: Any) -> str | None:
    """A product that is not published hides its variations; under a published one each has its own word."""
    above, mine = (PRODUCT_STATUS.get(word) if isinstance(word, str) else None for word in (product, own))
    for word, ours in ((product, above), (own, mine)):
        if ours is None and word is not None:
            listings.faults.add_value(row, "status", word, "is not a known word")
    if own is None:
        listings.faults.add(row, "status", "is missing")
    return mine if above in (None, "active") else above


def _map_inventory(shop: Shop, records: Records, listings: Draft, article: dict[str, list[Any]]) -> pd.DataFrame:
    """Only where the article's own stock is managed: ``parent`` (shared with its siblings) and unmanaged stock have no quantity."""
    rows = np.array([row for row, word in enumerate(article["manage_stock"]) if word is True and records.values[row]], dtype=np.int64)
    inventory = Draft(INVENTORY, shop, records.take(rows))
    for name in ("site", "sku", "fulfilled_by", "source_updated_at"):
        inventory.put(name, listings[name].take(rows))
    inventory.constant("location", DEFAULT)
    quantities = [article["stock_quantity"][row] for row in rows.tolist()]
    inventory.integer("sellable_quantity", [max(units, 0) if isinstance(units, int) else units for units in quantities])
    inventory.faults.spread(listings.faults, rows, "listing")
    return inventory.frame()
