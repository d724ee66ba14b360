"""Transactions → ``ledger_entries``, payouts → ``payouts``.

eBay books a sale's amount after its fees: the entry of the sale is what it was before them, and each fee an entry of its own, so
that a transaction's entries always add up to its amount. Direction is in ``bookingEntry``, never in the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors import columns
from connectors.contract import Page, Shop
from connectors.ebay.sites import zone
from connectors.ebay.words import ENTRY_KIND, MONEY_STATUS, PAYOUT_STATUS, SIGN
from connectors.flatten import Faults, Flattener, explode, sums
from connectors.frames import Draft, Records
from transforms.tables import LEDGER_ENTRIES, PAYOUTS

TRANSACTION = Flattener({
    "id": "transactionId", "type": "transactionType", "status": "transactionStatus", "date": "transactionDate", "booking": "bookingEntry",
    "amount": "amount.value", "currency": "amount.currency", "order_id": "orderId", "payout_id": "payoutId", "fee_type": "feeType",
    "fees": "totalFeeAmount.value", "fees_currency": "totalFeeAmount.currency", "lines": "orderLineItems",
})
LINE = Flattener({"line_id": "lineItemId", "fees": "marketplaceFees", "donations": "donations"})
FEE = Flattener({"type": "feeType", "amount": "amount.value", "currency": "amount.currency"})
PAYOUT = Flattener({
    "id": "payoutId", "status": "payoutStatus", "date": "payoutDate", "amount": "amount.value", "currency": "amount.currency",
})


def map_ledger(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """One entry a transaction, and one a fee inside it; a transaction's faults are all its entries'."""
    records = _gather(pages, "transactions")
    faults = Faults(len(records))
    flat = TRANSACTION(records.values, faults)
    fees = _fees(flat, faults)
    owner = np.concatenate([np.arange(len(records)), fees["owner"]])
    net = columns.amounts(flat["amount"], flat["currency"], "amount", faults)
    minor = columns.amounts(fees["amount"], fees["currency"], "amount_minor", inner := Faults(len(fees["amount"])))
    for row, (kind, above) in enumerate(zip(fees["currency"], fees["owner"].tolist(), strict=True)):
        if kind != flat["currency"][above]:
            inner.add_value(row, "currency", kind, f"is not the transaction's currency ({flat['currency'][above]})")
    faults.lift(inner, fees["owner"], "marketplaceFees")
    sign = columns.integers([SIGN.get(word) if isinstance(word, str) else None for word in flat["booking"]], "bookingEntry", faults)
    for row in np.flatnonzero(sign.is_null().to_numpy(zero_copy_only=False)).tolist():
        faults.add_value(row, "bookingEntry", flat["booking"][row], "is neither CREDIT nor DEBIT")
    gross = pc.multiply(sign, pc.add(net, sums(fees["owner"], minor, len(records))))
    charged = pc.negate(pc.multiply(sign.take(pa.array(fees["owner"])), minor))
    entries = Draft(LEDGER_ENTRIES, shop, records.take(owner))
    _describe(entries, flat, fees, owner, shop)
    entries.put("amount_minor", pa.concat_arrays([gross, charged]))
    entries.faults.spread(faults, owner, "transaction")
    return {"ledger_entries": entries.frame()}


def _fees(flat: dict[str, list[Any]], faults: Faults) -> dict[str, Any]:
    """All fees and donations of all transactions; the total alone where eBay lists none of them."""
    lines, above = explode(flat["lines"], "orderLineItems", faults)
    line = LINE(lines, inner := Faults(len(lines)))
    parts = [explode(line[name], name, inner) for name in ("fees", "donations")]
    faults.lift(inner, above, "orderLineItems")
    found = [*parts[0][0], *parts[1][0]]
    of_line = np.concatenate([parts[0][1], parts[1][1]])
    fee = FEE(found, deeper := Faults(len(found)))
    owner = above[of_line].tolist()
    faults.lift(deeper, np.array(owner, dtype=np.int64), "fees")
    listed = set(owner)
    bare = [row for row, value in enumerate(flat["fees"]) if row not in listed and value is not None and not is_nothing(value)]
    return {
        "owner": np.array([*owner, *bare], dtype=np.int64), "type": [*fee["type"], *["TOTAL_FEE"] * len(bare)],
        "line_id": [*(line["line_id"][row] for row in of_line.tolist()), *[None] * len(bare)],
        "amount": [*fee["amount"], *(flat["fees"][row] for row in bare)],
        "currency": [*fee["currency"], *(flat["fees_currency"][row] for row in bare)],
        "only_line": _only_line(above, line["line_id"], len(flat["id"])),
    }


def is_nothing(value: Any) -> bool:
    """Whether an amount says nothing: ``0``, ``"0.0"``."""
    return not str(value).strip("0.") if isinstance(value, str | int) else False


def _only_line(above: np.ndarray, line_ids: list[Any], size: int) -> list[Any]:
    """The order line a transaction is about, where it names exactly one."""
    found: list[list[Any]] = [[] for _ in range(size)]
    for row, line_id in zip(above.tolist(), line_ids, strict=True):
        found[row].append(line_id)
    return [lines[0] if len(lines) == 1 else None for lines in found]


def _describe(entries: Draft, flat: dict[str, list[Any]], fees: dict[str, Any], owner: np.ndarray, shop: Shop) -> None:
    size, rows = len(flat["id"]), owner.tolist()
    ids = [f"{kind}/{number}" if number else None for kind, number in zip(flat["type"], flat["id"], strict=True)]
    nth: dict[int, int] = {}
    places = []
    for row in fees["owner"].tolist():
        nth[row] = nth.get(row, 0) + 1
        places.append(f"fee{nth[row]}")
    entries.text("transaction_id", [ids[row] for row in rows])
    whole = zip(rows, ["amount"] * size + places, strict=True)
    entries.text("entry_id", [f"{ids[row]}/{place}" if ids[row] else None for row, place in whole])
    entries.text("order_id", [flat["order_id"][row] or None for row in rows])
    entries.text("line_id", [*fees["only_line"], *fees["line_id"]])
    kinds = [ENTRY_KIND.get(kind, "other") if isinstance(kind, str) else "other" for kind in flat["type"]]
    entries.text("kind", [*kinds, *["fee"] * len(places)])
    own = [f"{kind} {fee}" if fee else kind for kind, fee in zip(flat["type"], flat["fee_type"], strict=True)]
    charged = zip(fees["owner"].tolist(), fees["type"], strict=True)
    entries.text("kind_raw", [*own, *(f"{flat['type'][row]} {kind}" for row, kind in charged)])
    entries.word("status", [flat["status"][row] for row in rows], MONEY_STATUS)
    entries.text("currency", [flat["currency"][row] for row in rows])
    entries.instant("posted_at", [flat["date"][row] for row in rows])
    entries.day("posted_date", "posted_at", [zone(shop.sites[0])] * len(rows))
    entries.text("payout_id", [flat["payout_id"][row] or None for row in rows])


def map_payouts(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = _gather(pages, "payouts")
    payouts = Draft(PAYOUTS, shop, records)
    flat = PAYOUT(records.values, payouts.faults)
    payouts.text("payout_id", flat["id"])
    payouts.word("status", flat["status"], PAYOUT_STATUS)
    payouts.text("status_raw", flat["status"])
    payouts.text("currency", flat["currency"])
    payouts.amount("amount_minor", flat["amount"], flat["currency"])
    payouts.instant("initiated_at", flat["date"])
    payouts.day("initiated_date", "initiated_at", [zone(shop.sites[0])] * len(records))
    return {"payouts": payouts.frame()}


def _gather(pages: Sequence[Page], place: str) -> Records:
    """Records of all pages; a page without a body (204) holds none."""
    indexes = [at for at, page in enumerate(pages) if page.body]
    found = Records.gather([pages[at] for at in indexes], lambda document: document.get(place) if isinstance(document, dict) else document)
    return Records(found.values, np.array(indexes, dtype=np.int64)[found.page] if indexes else found.page, found.record)
