"""Listings with their inventory → ``listings`` (one row a product, which is a variant) and ``inventory``.

Their listing is our product above the variant, their product our listing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.etsy.inventory import is_forced
from connectors.etsy.values import amounts, blanked, either, gather, instants, money
from connectors.etsy.words import LISTING_STATE
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft, Records
from connectors.loose import entries
from transforms.sites import site
from transforms.tables import INVENTORY, LISTINGS

LISTING = Flattener(
    {
        "id": "listing_id", "state": "state", "title": "title", "quantity": "quantity", "first": "original_creation_timestamp",
        "created": "created_timestamp", "create": "creation_timestamp", "modified": "last_modified_timestamp",
        "updated": "updated_timestamp", "products": "inventory.products", "by": "inventory.quantity_on_property",
        "price": "price", "skus": "skus",
    }
)
PRODUCT = Flattener({"id": "product_id", "sku": "sku", "is_deleted": "is_deleted", "offerings": "offerings"})
OFFERING = Flattener({"quantity": "quantity", "is_enabled": "is_enabled", **money(price="price")})
DEFAULT = "DEFAULT"

Raw = dict[str, list[Any]]


def map_listings(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    found = gather(pages, "listings")
    above = Draft(LISTINGS, shop, found)  # never shown: its faults go to the variants
    listing = LISTING(found.values, above.faults)
    above.put("listed_at", instants(either(listing["first"], listing["created"], listing["create"]), "listed_at", above.faults))
    above.put("changed_at", instants(either(listing["modified"], listing["updated"]), "source_updated_at", above.faults))
    products, parent = _variants(listing, above.faults)
    places = Records(products, found.page[parent], found.record[parent])
    listings = Draft(LISTINGS, shop, places)
    product = PRODUCT(products, listings.faults)
    offering = OFFERING([_offering(listings.faults, row, each) for row, each in enumerate(product["offerings"])], listings.faults)
    listings.faults.spread(above.faults, parent, "listing")
    _map_variants(listings, shop, above, listing, product, offering, parent)
    return {"listings": listings.frame(), "inventory": map_inventory(shop, places, listings, listing, offering["quantity"], parent)}


def _variants(listing: Raw, faults: Faults) -> tuple[list[Any], np.ndarray]:
    """All products that are not deleted; a listing without an inventory record is its own only variant."""
    products, parent = explode(listing["products"], "inventory.products", faults)
    kept = [row for row, each in enumerate(products) if not (isinstance(each, dict) and each.get("is_deleted") is True)]
    products, parent = [products[row] for row in kept], parent[kept]
    bare = np.setdiff1d(np.arange(len(listing["id"])), parent)
    alone = [_itself(listing, row) for row in bare.tolist()]
    return [*products, *alone], np.concatenate([parent, bare]).astype(np.int64)


def _itself(listing: Raw, row: int) -> dict[str, Any]:
    skus = listing["skus"][row]
    offering = {"quantity": listing["quantity"][row], "is_enabled": True, "price": listing["price"][row]}
    sku = skus[0] if isinstance(skus, list) and skus else None
    return {"product_id": listing["id"][row], "sku": sku, "offerings": [offering]}


def _offering(faults: Faults, row: int, offerings: Any) -> Any:
    """A product's only living offering: it holds the product's stock and price."""
    living = [each for each in entries(offerings) if each.get("is_deleted") is not True]
    if not living:
        faults.add(row, "offerings", "the marketplace showed none for this product")
    return living[0] if living else {}


def _map_variants(
    listings: Draft, shop: Shop, above: Draft, listing: Raw, product: Raw, offering: Raw, parent: np.ndarray
) -> None:
    rows, take = parent.tolist(), pa.array(parent)
    listings.constant("site", shop.sites[0])
    listings.text("listing_id", product["id"])
    listings.text("product_id", [listing["id"][row] for row in rows])
    listings.text("sku", either(blanked(product["sku"]), product["id"]))
    listings.text("title", [listing["title"][row] for row in rows])
    words = [listing["state"][row] for row in rows]
    states = listings.word("status", words, LISTING_STATE).to_pylist()
    is_shown = [each is not False for each in offering["is_enabled"]]
    pairs = zip(states, is_shown, strict=True)
    listings.text("status", ["inactive" if state == "active" and not shown else state for state, shown in pairs])
    listings.text("status_raw", [_raw(word, shown) for word, shown in zip(words, is_shown, strict=True)])
    listings.constant("fulfilled_by", "seller")
    currency = listings.text("currency", offering["price_currency"]).to_pylist()
    amounts(listings, "price_minor", offering, "price", currency)
    listings.put("listed_at", above["listed_at"].take(take))
    listings.day("listed_date", "listed_at", [site(shop.sites[0]).zone] * listings.size)
    listings.put("source_updated_at", above["changed_at"].take(take))


def _raw(word: Any, is_shown: bool) -> str | None:
    """Etsy's words, sorted: the listing's state, and what a switched-off offering adds to it."""
    return None if word is None else ",".join(sorted([str(word), *([] if is_shown else ["disabled"])]))


def map_inventory(
    shop: Shop, places: Records, listings: Draft, listing: Raw, quantities: Sequence[Any], parent: np.ndarray
) -> pd.DataFrame:
    """One row an article number of a listing. Variants of one number count together, unless they share one stock."""
    leader: dict[tuple[int, Any], int] = {}
    members: dict[int, list[int]] = {}
    for row, key in enumerate(zip(parent.tolist(), listings["sku"].to_pylist(), strict=True)):
        members.setdefault(leader.setdefault(key, row), []).append(row)
    rows = list(members)
    inventory = Draft(INVENTORY, shop, places.take(np.array(rows, dtype=np.int64)))
    inventory.constant("site", shop.sites[0])
    inventory.put("sku", listings["sku"].take(pa.array(rows, pa.int64())))
    inventory.constant("location", DEFAULT)
    inventory.constant("fulfilled_by", "seller")
    held = [_held([quantities[row] for row in members[first]], listing["by"][parent[first]]) for first in rows]
    pairs = list(zip(listing["state"], listing["quantity"], strict=True))
    forced = [is_forced(*pairs[parent[first]]) for first in rows]
    inventory.integer("sellable_quantity", [0 if none and each == 1 else each for each, none in zip(held, forced, strict=True)])
    return inventory.frame()


def _held(quantities: Sequence[Any], varies_by: Any) -> Any:
    """Their sum, or the one stock they share where no property parts it; an unreadable one is the fault of the row."""
    odd = [each for each in quantities if type(each) is not int]
    if odd:
        return odd[0]
    return sum(quantities) if varies_by else quantities[0]

