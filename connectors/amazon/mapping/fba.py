"""FBA inventory summaries → inventory: what lies in Amazon's own warehouses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.amazon.flatfile import site_of
from connectors.amazon.sites import COUNTRY, SITES
from connectors.contract import Page, Shop
from connectors.exact import read_json
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from transforms.tables import INVENTORY

_SUMMARY = Flattener({
    "sku": "sellerSku", "sellable": "inventoryDetails.fulfillableQuantity", "updated": "lastUpdatedTime",
    "reserved": "inventoryDetails.reservedQuantity.totalReservedQuantity", "working": "inventoryDetails.inboundWorkingQuantity",
    "shipped": "inventoryDetails.inboundShippedQuantity", "receiving": "inventoryDetails.inboundReceivingQuantity",
})


def map_fba(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    """One row a SKU and site; the network (``AMAZON_EU`` …) is its location."""
    documents = [(at, read_json(page.body).get("payload") or {}) for at, page in enumerate(pages)]
    records = Records.of([(at, payload.get("inventorySummaries")) for at, payload in documents])
    stock = Draft(INVENTORY, shop, records)
    flat = _SUMMARY(records.values, stock.faults)
    told = {at: COUNTRY.get((payload.get("granularity") or {}).get("granularityId")) or site_of(pages[at]) for at, payload in documents}
    sites = [told[at] for at in records.page.tolist()]
    stock.word("site", sites, {site: site for site in SITES})
    stock.text("sku", flat["sku"])
    stock.text("location", [SITES[site].fba_location if site in SITES else None for site in sites])
    stock.constant("fulfilled_by", "marketplace")
    stock.integer("sellable_quantity", flat["sellable"])
    stock.integer("reserved_quantity", flat["reserved"])
    stock.put("inbound_quantity", _inbound(stock, flat))
    stock.instant("source_updated_at", [value or None for value in flat["updated"]])  # Amazon also writes ""
    return {"inventory": stock.frame()}


def _inbound(stock: Draft, flat: dict[str, list[Any]]) -> pa.Array:
    """Announced, on the road and being received; null where Amazon tells none of the three."""
    parts = [stock.integer("inbound_quantity", flat[name]) for name in ("working", "shipped", "receiving")]
    total = sum(part.fill_null(0).to_numpy(zero_copy_only=False) for part in parts)
    is_silent = np.logical_and.reduce([part.is_null().to_numpy(zero_copy_only=False) for part in parts])
    return pa.array(total, mask=is_silent)
