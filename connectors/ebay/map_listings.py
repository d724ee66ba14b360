"""Offers with their inventory items, and the report's listings that were made elsewhere → ``listings`` and ``inventory``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.ebay.reports import listings_of
from connectors.ebay.sites import COUNTRY
from connectors.ebay.words import LISTING_STATUS
from connectors.exact import read_json
from connectors.flatten import Faults, Flattener
from connectors.frames import Draft, Records
from transforms.tables import INVENTORY, LISTINGS

OFFER = Flattener({
    "offer_id": "offerId", "sku": "sku", "marketplace": "marketplaceId", "format": "format", "status": "status",
    "available": "availableQuantity", "price": "pricingSummary.price.value", "currency": "pricingSummary.price.currency",
    "item_id": "listing.listingId", "listing_status": "listing.listingStatus", "on_hold": "listing.listingOnHold",
})
ITEM = Flattener({
    "sku": "sku", "title": "product.title", "quantity": "availability.shipToLocationAvailability.quantity",
    "groups": "inventoryItemGroupKeys", "group_ids": "groupIds",
})
REPORTED = Flattener({
    "item_id": "item_id", "sku": "sku", "price": "price", "currency": "currency", "quantity": "quantity", "is_variation": "is_variation",
})


def map_listings(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """Offers first; of the report what no offer shows: ids and all its words come from the report then, a title does not."""
    items = _items(pages)
    offers = Records.gather(pages, lambda document: document.get("offers") if isinstance(document, dict) else None, ("offers",))
    listings, stock = _of_offers(shop, offers, items)
    known = {value for value in listings["product_id"].to_pylist() if value}
    others, other_stock = _of_reports(shop, pages, known)
    return {
        "listings": _joined(listings.frame(), others.frame()), "inventory": _joined(stock.frame(), other_stock.frame()),
    }


def listing_id(item_id: Any, sku: Any, is_variation: bool, offer_id: Any = None) -> str | None:
    """eBay numbers listings, not their variations: those carry the SKU behind the number. An unpublished offer has no listing yet."""
    if not item_id:
        return f"offer-{offer_id}" if offer_id else None
    return f"{item_id}/{sku}" if is_variation else str(item_id)


def _joined(*frames: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if len(filled) > 1 else (filled or list(frames))[0]


def _items(pages: Sequence[Page]) -> dict[str, dict[str, Any]]:
    """SKU → title, quantity, whether it is one of several variations."""
    documents = [read_json(page.body) for page in pages if page.part == "items"]
    records = [record for document in documents if isinstance(document, dict) for record in document.get("inventoryItems") or ()]
    flat = ITEM(records, Faults(len(records)))
    grouped = [bool(one or other) for one, other in zip(flat["groups"], flat["group_ids"], strict=True)]
    rows = zip(flat["sku"], flat["title"], flat["quantity"], grouped, strict=True)
    return {str(sku): {"title": title, "quantity": quantity, "is_variation": is_one} for sku, title, quantity, is_one in rows if sku}


def _of_offers(shop: Shop, records: Records, items: Mapping[str, Mapping[str, Any]]) -> tuple[Draft, Draft]:
    listings = Draft(LISTINGS, shop, records)
    flat = OFFER(records.values, listings.faults)
    item = [items.get(str(sku), {}) for sku in flat["sku"]]
    listings.word("site", flat["marketplace"], COUNTRY)
    ids = zip(flat["item_id"], flat["sku"], item, flat["offer_id"], strict=True)
    listings.text("listing_id", [listing_id(number, sku, each.get("is_variation", False), offer) for number, sku, each, offer in ids])
    listings.text("product_id", flat["item_id"])
    listings.text("sku", flat["sku"])
    listings.text("title", [each.get("title") for each in item])
    raw = [",".join(sorted({str(word) for word in pair if word})) for pair in zip(flat["status"], flat["listing_status"], strict=True)]
    is_held = [value is True for value in flat["on_hold"]]
    listings.word("status", [None if held else word for held, word in zip(is_held, raw, strict=True)], LISTING_STATUS, required=False)
    words = listings["status"].to_pylist()
    listings.put("status", pa.array(["suppressed" if held else word for held, word in zip(is_held, words, strict=True)], pa.string()))
    listings.text("status_raw", [f"ON_HOLD,{word}" if held else word for held, word in zip(is_held, raw, strict=True)])
    listings.constant("fulfilled_by", "seller")
    listings.text("currency", flat["currency"])
    listings.amount("price_minor", flat["price"], flat["currency"])
    quantities = [_sellable(each.get("quantity"), available) for each, available in zip(item, flat["available"], strict=True)]
    return listings, _stock(shop, listings, records, quantities, flat["format"])


def _sellable(of_item: Any, of_offer: Any) -> Any:
    """What a buyer can order: the item's quantity is the ceiling of its offers'. What is no number is the checks' to refuse."""
    told = [value for value in (of_item, of_offer) if value is not None]
    return min(told) if told and all(type(value) is int for value in told) else next(iter(told), None)


def _of_reports(shop: Shop, pages: Sequence[Page], known: set[Any]) -> tuple[Draft, Draft]:
    """Live listings that no offer shows; the page says of which site its report is."""
    found = Records.of([(at, listings_of(page.body)) for at, page in enumerate(pages) if page.part.startswith("report/")])
    rows = [row for row, value in enumerate(found.values) if not isinstance(value, dict) or value["item_id"] not in known]
    chosen = np.array(rows, dtype=np.int64)
    records = Records([found.values[row] for row in rows], found.page[chosen], found.record[chosen])
    listings = Draft(LISTINGS, shop, records)
    flat = REPORTED(records.values, listings.faults)
    listings.text("site", [pages[at].part.partition("/")[2] for at in records.page.tolist()])
    sku = [sku or number for sku, number in zip(flat["sku"], flat["item_id"], strict=True)]  # nameless ones go by their number
    ids = zip(flat["item_id"], sku, flat["is_variation"], strict=True)
    listings.text("listing_id", [listing_id(*each) for each in ids])
    listings.text("product_id", flat["item_id"])
    listings.text("sku", sku)
    listings.constant("status", "active")
    listings.constant("status_raw", "ACTIVE")
    listings.constant("fulfilled_by", "seller")
    listings.text("currency", flat["currency"])
    listings.amount("price_minor", flat["price"], flat["currency"])
    return listings, _stock(shop, listings, records, flat["quantity"], [None] * len(records))


def _stock(shop: Shop, listings: Draft, records: Records, quantities: list[Any], formats: list[Any]) -> Draft:
    """One row an SKU and site: where it is offered twice, its fixed price counts and not its auction."""
    places = list(zip(listings["site"].to_pylist(), listings["sku"].to_pylist(), strict=True))
    chosen: dict[Any, int] = {}
    for row, place in enumerate(places):
        if place not in chosen or formats[chosen[place]] == "AUCTION":
            chosen[place] = row
    rows = np.array(sorted(chosen.values()), dtype=np.int64)
    stock = Draft(INVENTORY, shop, records.take(rows))
    for name in ("site", "sku"):
        stock.put(name, listings[name].take(pa.array(rows)))
    stock.constant("location", "DEFAULT")
    stock.constant("fulfilled_by", "seller")
    stock.integer("sellable_quantity", [quantities[row] for row in rows.tolist()])
    stock.faults.spread(listings.faults, rows, "its listing")
    return stock
