"""Ledger entries → ``ledger_entries`` and, where money leaves for the bank, ``payouts``.

Entries are bare whole numbers, in minor units of the currency beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import Page, Shop
from connectors.etsy.map_payments import receipts_by_payment
from connectors.etsy.values import either, gather, moments
from connectors.etsy.words import ENTRY_KIND, PAYOUT_PREFIX
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from connectors.loose import entries, text
from transforms.sites import site
from transforms.tables import LEDGER_ENTRIES, PAYOUTS

ENTRY = Flattener(
    {
        "id": "entry_id", "amount": "amount", "currency": "currency", "type": "ledger_type", "description": "description",
        "created": "created_timestamp", "create": "create_date", "about": "reference_type", "reference": "reference_id",
        "adjustments": "payment_adjustments",
    }
)
NOTHING = (None, "", "0", 0)


def map_ledger(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    found, zone = gather(pages, "entries"), site(shop.sites[0]).zone
    drafted = Draft(LEDGER_ENTRIES, shop, found)
    raw = ENTRY(found.values, drafted.faults)
    words = either(raw["type"], raw["description"])
    drafted.text("entry_id", raw["id"])
    drafted.text("transaction_id", raw["id"])
    _map_references(drafted, raw, receipts_by_payment(pages))
    drafted.text("kind", [ENTRY_KIND.get(text(word).lower(), "other") for word in words])
    drafted.text("kind_raw", words)
    drafted.constant("status", "released")
    drafted.text("currency", raw["currency"])
    drafted.integer("amount_minor", raw["amount"])
    moments(drafted, "posted_at", either(raw["created"], raw["create"]))
    drafted.day("posted_date", "posted_at", [zone] * drafted.size)
    drafted.put("source_updated_at", drafted["posted_at"])
    return {"ledger_entries": drafted.frame(), "payouts": _map_payouts(shop, found, drafted, words)}


def _map_references(drafted: Draft, raw: Mapping[str, list[Any]], receipts: Mapping[str, str]) -> None:
    """The order by way of the entry's payment, the line where the entry names one; VAT lines refer to 0, which is nothing."""
    rows = list(zip(raw["about"], raw["reference"], raw["adjustments"], strict=True))
    drafted.text("order_id", [_order(receipts, *row) for row in rows])
    drafted.text("line_id", [text(number) if about == "transaction" and number not in NOTHING else None for about, number, _ in rows])


def _order(receipts: Mapping[str, str], about: Any, reference: Any, adjustments: Any) -> str | None:
    payments = [text(reference)] if about == "shop_payment" else []
    payments += [text(each.get("payment_id")) for each in entries(adjustments)]
    return next((receipts[payment] for payment in payments if payment in receipts), None)


def _map_payouts(shop: Shop, found: Records, entered: Draft, words: Sequence[Any]) -> pd.DataFrame:
    """A disbursement is an entry that takes money away: the payout is what it takes."""
    rows = pa.array([row for row, word in enumerate(words) if text(word).lower().startswith(PAYOUT_PREFIX)], pa.int64())
    payouts = Draft(PAYOUTS, shop, found.take(rows.to_numpy()))
    payouts.put("payout_id", entered["entry_id"].take(rows))
    payouts.constant("status", "paid")
    payouts.put("status_raw", entered["kind_raw"].take(rows))
    payouts.put("currency", entered["currency"].take(rows))
    payouts.put("amount_minor", pc.negate(entered["amount_minor"].take(rows)))
    for ours, theirs in (("initiated_at", "posted_at"), ("initiated_date", "posted_date"), ("source_updated_at", "source_updated_at")):
        payouts.put(ours, entered[theirs].take(rows))
    payouts.faults.spread(entered.faults, rows.to_numpy(), "entry")
    return payouts.frame()
