"""Listings items → listings, and the seller's own stock of them → inventory (location DEFAULT)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.amazon.flatfile import site_of
from connectors.amazon.sites import COUNTRY, SITES, ZONE
from connectors.contract import Page, Shop
from connectors.exact import read_json
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft, Records
from transforms.tables import INVENTORY, LISTINGS

SELLERS_OWN = "DEFAULT"

_ITEM = Flattener({
    "sku": "sku", "summaries": "summaries", "offers": "offers", "issues": "issues", "channels": "fulfillmentAvailability",
})
_SUMMARY = Flattener({
    "marketplace": "marketplaceId", "asin": "asin", "title": "itemName", "statuses": "status", "created": "createdDate",
    "updated": "lastUpdatedDate",
})
_OFFER = Flattener({"marketplace": "marketplaceId", "type": "offerType", "amount": "price.amount", "currency": "price.currencyCode"})
_CHANNEL = Flattener({"code": "fulfillmentChannelCode", "quantity": "quantity"})


def map_listings(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    """One listings row an item and site; an item without any summary keeps the site it was asked for on."""
    parts = [page.part.partition("@")[0] for page in pages]
    records = Records.of([(at, _items(read_json(page.body))) for at, page in enumerate(pages) if parts[at] in ("items", "item", "records")])
    outer = Faults(len(records))
    flat = _ITEM(records.values, outer)
    asked = [site_of(pages[at]) for at in records.page.tolist()]
    found, item = explode(_with_bare_summaries(flat["summaries"], asked), "summaries", outer)
    listings = Draft(LISTINGS, shop, records.take(item))
    _describe(listings, _SUMMARY(found, listings.faults), flat["sku"], item)
    _set_status(listings, found, flat["issues"], item)
    _set_price(listings, flat["offers"], item, outer)
    inventory = _own_stock(listings, records, flat, item, outer, shop)
    return {"listings": listings.frame(), "inventory": inventory.frame()}


def _items(document: Any) -> list[Any] | None:
    if "items" in document:
        return document["items"]
    return [document] if "sku" in document else None


def _with_bare_summaries(lists: list[Any], asked: list[str | None]) -> list[Any]:
    return [
        found or [{"marketplaceId": SITES[site].marketplace_id} if site in SITES else {}]
        for found, site in zip(lists, asked, strict=True)
    ]


def _describe(listings: Draft, flat: dict[str, list[Any]], skus: list[Any], item: np.ndarray) -> None:
    site = listings.word("site", flat["marketplace"], COUNTRY)
    listings.put("listing_id", listings.text("sku", [skus[row] for row in item.tolist()]))
    listings.text("product_id", flat["asin"])
    listings.text("title", flat["title"])
    listings.text("status_raw", [",".join(sorted(map(str, words))) if isinstance(words, list) else "" for words in flat["statuses"]])
    listings.instant("listed_at", flat["created"])
    listings.day("listed_date", "listed_at", [ZONE.get(country) for country in site.to_pylist()])
    listings.instant("source_updated_at", flat["updated"])


def _set_status(listings: Draft, summaries: list[Any], issues: list[Any], item: np.ndarray) -> None:
    """Buyable → active; taken down by Amazon → suppressed; else nobody can buy it → inactive."""
    words = []
    for row, (owner, site) in enumerate(zip(item.tolist(), listings["site"].to_pylist(), strict=True)):
        shown = summaries[row].get("status") if isinstance(summaries[row], dict) else None
        is_buyable = isinstance(shown, list) and "BUYABLE" in shown
        words.append("active" if is_buyable else "suppressed" if _is_taken_down(issues[owner], site) else "inactive")
    listings.put("status", pa.array(words, pa.string()))


def _is_taken_down(issues: Any, site: str | None) -> bool:
    for issue in issues if isinstance(issues, list) else ():
        if not isinstance(issue, dict):
            continue
        concerned = [COUNTRY.get(each) for each in issue.get("marketplaceIds") or ()]
        actions = (issue.get("enforcements") or {}).get("actions") or ()
        if (not concerned or site in concerned) and any(action.get("action") == "LISTING_SUPPRESSED" for action in actions):
            return True
    return False


def _set_price(listings: Draft, offers: list[Any], item: np.ndarray, outer: Faults) -> None:
    """What private buyers pay on the row's site; the first such offer counts."""
    found, owner = explode(offers, "offers", outer)
    flat = _OFFER(found, inner := Faults(len(found)))
    outer.lift(inner, owner, "offers")
    prices: dict[tuple[int, str | None], tuple[Any, Any]] = {}
    for row, of_item in enumerate(owner.tolist()):
        if flat["type"][row] == "B2C":
            prices.setdefault((of_item, COUNTRY.get(flat["marketplace"][row])), (flat["amount"][row], flat["currency"][row]))
    places = zip(item.tolist(), listings["site"].to_pylist(), strict=True)
    price = [prices.get(place, (None, None)) for place in places]
    listings.text("currency", [currency for _, currency in price])
    listings.amount("price_minor", [amount for amount, _ in price], [currency for _, currency in price])


def _own_stock(
    listings: Draft, records: Records, flat: dict[str, list[Any]], item: np.ndarray, outer: Faults, shop: Shop
) -> Draft:
    """Set who ships each listing; return the stock rows of those the seller ships (where Amazon shows a quantity)."""
    found, owner = explode(flat["channels"], "fulfillmentAvailability", outer)
    channel = _CHANNEL(found, inner := Faults(len(found)))
    outer.lift(inner, owner, "fulfillmentAvailability")
    codes = list(zip(owner.tolist(), channel["code"], channel["quantity"], strict=True))
    by_amazon = {of_item for of_item, code, _ in codes if isinstance(code, str) and code.startswith("AMAZON_")}
    own = {of_item: quantity for of_item, code, quantity in codes if code == SELLERS_OWN and quantity is not None}
    whose = ["marketplace" if row in by_amazon else "seller" for row in item.tolist()]
    listings.put("fulfilled_by", pa.array(whose, pa.string()))
    rows = np.array([at for at, of_item in enumerate(item.tolist()) if of_item in own], dtype=np.int64)
    stock = Draft(INVENTORY, shop, records.take(item[rows]))
    stock.put("site", listings["site"].take(pa.array(rows)))
    stock.put("sku", listings["sku"].take(pa.array(rows)))
    stock.constant("location", SELLERS_OWN)
    stock.constant("fulfilled_by", "seller")
    stock.integer("sellable_quantity", [own[of_item] for of_item in item[rows].tolist()])
    listings.faults.spread(outer, item, "item")
    stock.faults.spread(outer, item[rows], "item")
    return stock
