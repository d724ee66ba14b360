"""Transactions of the finances API → ledger_entries: one row an amount that is not split any further.

Amazon shows a transaction's money as trees under its items and as trees of the transaction itself, and the second often
sum up the first. Which of them are taken is decided by what adds up to the transaction's total; where nothing does, the
transaction's rows carry a fault instead of a wrong sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors import columns
from connectors.amazon.mapping.breakdowns import Leaves, leaves_of
from connectors.amazon.mapping.kinds import kind_of
from connectors.amazon.mapping.words import MONEY_STATUS
from connectors.amazon.sites import COUNTRY, ZONE
from connectors.contract import Page, Shop
from connectors.flatten import Faults, Flattener, explode, sums
from connectors.frames import Draft, Records
from transforms.tables import LEDGER_ENTRIES

_TRANSACTION = Flattener({
    "id": "transactionId", "type": "transactionType", "status": "transactionStatus", "posted": "postedDate",
    "total": "totalAmount.currencyAmount", "currency": "totalAmount.currencyCode", "related": "relatedIdentifiers", "items": "items",
    "breakdowns": "breakdowns", "marketplace": "marketplaceDetails.marketplaceId", "seller_site": "sellingPartnerMetadata.marketplaceId",
})
_ITEM = Flattener({
    "breakdowns": "breakdowns", "total": "totalAmount.currencyAmount", "currency": "totalAmount.currencyCode",
    "related": "relatedIdentifiers", "contexts": "contexts",
})


def map_ledger(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    """Rows of all transactions; a transaction's faults are all its rows'."""
    records = Records.gather(pages, lambda document: (document.get("payload") or {}).get("transactions"))
    faults = Faults(len(records))
    flat = _TRANSACTION(records.values, faults)
    items, item_owner = explode(flat["items"], "items", faults)
    inner = Faults(len(items))
    item = _ITEM(items, inner)
    faults.lift(inner, item_owner, "items")
    leaves = _chosen(flat, item, item_owner, faults)
    owner = np.array(leaves.owner, dtype=np.int64)
    entries = Draft(LEDGER_ENTRIES, shop, records.take(owner))
    _describe(entries, flat, item, leaves, shop)
    entries.faults.spread(faults, owner, "transaction")
    return {"ledger_entries": entries.frame()}


def _chosen(flat: dict[str, list[Any]], item: dict[str, list[Any]], item_owner: np.ndarray, faults: Faults) -> Leaves:
    size, owner = len(flat["id"]), item_owner.tolist()
    nth = (np.arange(len(owner)) - np.searchsorted(item_owner, item_owner)).tolist()
    own = leaves_of(flat["breakdowns"], list(range(size)), [-1] * size, ["t"] * size, faults)
    of_items = leaves_of(item["breakdowns"], owner, list(range(len(owner))), [f"i{place}" for place in nth], faults)
    bare = [row for row, trees in enumerate(item["breakdowns"]) if not trees and item["total"][row] is not None]
    of_items = of_items.extend(
        Leaves([owner[row] for row in bare], bare, [f"i{nth[row]}" for row in bare], [()] * len(bare),
               [item["total"][row] for row in bare], [item["currency"][row] for row in bare])
    )
    covered = {(row, types[:1]) for row, types in zip(of_items.owner, of_items.types, strict=True)}
    rest = own.take([row for row in range(len(own)) if (own.owner[row], own.types[row][:1]) not in covered])
    silent = sorted(set(range(size)) - set(own.owner) - set(of_items.owner))
    whole = Leaves(
        silent, [-1] * len(silent), ["t"] * len(silent), [()] * len(silent),
        [flat["total"][row] for row in silent], [flat["currency"][row] for row in silent],
    )
    return _that_add_up(flat, {"items": of_items, "rest": rest, "own": own}, faults).extend(whole)


def _that_add_up(flat: dict[str, list[Any]], sets: dict[str, Leaves], faults: Faults) -> Leaves:
    """Per transaction: its items alone, its items with what they do not cover, or its own trees: the first that adds up."""
    size = len(flat["id"])
    total = columns.amounts(flat["total"], flat["currency"], "total", Faults(size)).to_pylist()
    sum_of = {name: _sum(leaves, size) for name, leaves in sets.items()}
    has_items, has_own = set(sets["items"].owner), set(sets["own"].owner)
    taken: dict[str, set[int]] = {name: set() for name in sets}
    for row in has_items | has_own:
        of_items, rest, own = (sum_of[name][row] for name in ("items", "rest", "own"))
        if row in has_items and (total[row] in (None, of_items) or of_items is None):
            taken["items"].add(row)
        elif row in has_items and rest is not None and of_items + rest == total[row]:
            taken["items"].add(row)
            taken["rest"].add(row)
        else:
            taken["own" if row in has_own else "items"].add(row)
            if total[row] is not None and total[row] != (own if row in has_own else of_items):
                faults.add(row, "total", "the amounts do not add up to the transaction's total")
    parts = [leaves.take([at for at, row in enumerate(leaves.owner) if row in taken[name]]) for name, leaves in sets.items()]
    return parts[0].extend(parts[1]).extend(parts[2])


def _sum(leaves: Leaves, size: int) -> list[int | None]:
    return sums(np.array(leaves.owner, dtype=np.int64), leaves.minor(Faults(len(leaves))), size).to_pylist()


def _describe(entries: Draft, flat: dict[str, list[Any]], item: dict[str, list[Any]], leaves: Leaves, shop: Shop) -> None:
    def of(name: str) -> list[Any]:
        return [flat[name][row] for row in leaves.owner]

    transaction = entries.text("transaction_id", of("id")).to_pylist()
    entries.text("entry_id", [f"{of_it}/{path}" if of_it else None for of_it, path in zip(transaction, leaves.path, strict=True)])
    related = [_related(identifiers, "relatedIdentifier") for identifiers in flat["related"]]
    entries.text("order_id", [related[row].get("ORDER_ID") for row in leaves.owner])
    entries.text("payout_id", [related[row].get("SETTLEMENT_ID") or related[row].get("FINANCIAL_EVENT_GROUP_ID") for row in leaves.owner])
    lines = [_related(identifiers, "itemRelatedIdentifier").get("ORDER_ITEM_ID") for identifiers in item["related"]]
    skus = [_sku(contexts) for contexts in item["contexts"]]
    entries.text("line_id", [lines[row] if row >= 0 else None for row in leaves.item])
    entries.text("sku", [skus[row] if row >= 0 else None for row in leaves.item])
    kinds = [str(each or "") for each in of("type")]
    entries.put("kind", pa.array([kind_of(*pair) for pair in zip(kinds, leaves.types, strict=True)], pa.string()))
    entries.text("kind_raw", ["/".join((kind, *types)) for kind, types in zip(kinds, leaves.types, strict=True)])
    entries.word("status", of("status"), MONEY_STATUS)
    entries.text("currency", leaves.currency)
    entries.put("amount_minor", leaves.minor(entries.faults))
    entries.instant("posted_at", of("posted"))
    entries.day("posted_date", "posted_at", _zones(entries, of("marketplace"), of("seller_site"), shop))


def _zones(entries: Draft, marketplaces: list[Any], seller_sites: list[Any], shop: Shop) -> list[str | None]:
    """The site a transaction names decides its day; one that names none counts at the shop's home."""
    home = ZONE[shop.sites[0]]
    told = [first or second for first, second in zip(marketplaces, seller_sites, strict=True)]
    for row, marketplace in enumerate(told):
        if marketplace and marketplace not in COUNTRY:
            entries.faults.add_value(row, "posted_date", marketplace, "is not a known marketplace")
    return [home if not marketplace else ZONE.get(COUNTRY.get(marketplace, "")) for marketplace in told]


def _related(identifiers: Any, prefix: str) -> dict[str, Any]:
    """Name → value of a list of identifiers; of several with one name the first."""
    found: dict[str, Any] = {}
    for each in identifiers if isinstance(identifiers, list) else ():
        if isinstance(each, dict):
            found.setdefault(each.get(f"{prefix}Name"), each.get(f"{prefix}Value"))
    return found


def _sku(contexts: Any) -> Any:
    described = contexts if isinstance(contexts, list) else ()
    return next((each["sku"] for each in described if isinstance(each, dict) and each.get("sku")), None)
