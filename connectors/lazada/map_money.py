"""Finance rows → ``ledger_entries``; statements → ``payouts``. Neither names a currency: the site's is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from connectors.columns import instants_by
from connectors.contract import Page, Shop
from connectors.flatten import Flattener
from connectors.frames import Draft
from connectors.lazada.documents import Documents
from connectors.lazada.times import read_day, read_instant
from connectors.lazada.words import ENTRY_KIND
from connectors.loose import at, blanked, key_of, last_of_each
from transforms.tables import LEDGER_ENTRIES, PAYOUTS

ENTRY = Flattener(
    {
        "transaction": "transaction_number", "fee": "fee_type", "fee_name": "fee_name", "type": "transaction_type", "item": "orderItem_no",
        "order": "order_no", "sku": "seller_sku", "paid": "paid_status", "amount": "amount",
        "day": "transaction_date", "statement": "statement",
    }
)
THEIRS = {"transaction_id": "transaction", "order_id": "order", "line_id": "item", "sku": "sku", "payout_id": "statement"}
STATEMENT = Flattener(
    {"number": "statement_number", "created": "created_at", "updated": "updated_at", "payout": "payout", "paid": "paid"}
)
PAYOUT_STATUS = {"1": "paid", "0": "pending", "true": "paid", "false": "pending"}


def map_ledger(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    found = Documents.gather(pages, "entries", at("data"))
    rows = found.keep(_without_repetitions(found.records.values))
    entries = Draft(LEDGER_ENTRIES, shop, rows.records)
    raw = ENTRY(rows.records.values, entries.faults)
    entries.text("entry_id", [entry_id(record) for record in rows.records.values])
    for name, theirs in THEIRS.items():
        entries.text(name, blanked(raw[theirs]))
    entries.text("kind", [ENTRY_KIND.get(str(fee), "other") for fee in raw["fee"]])
    entries.text("kind_raw", _kind_raw(raw))
    entries.text("status", ["released" if str(paid).lower() == "paid" else "deferred" for paid in raw["paid"]])
    entries.text("currency", rows.currencies)
    entries.amount("amount_minor", blanked(raw["amount"]), rows.currencies)
    entries.put("posted_at", instants_by(blanked(raw["day"]), read_day, "posted_at", entries.faults, rows.zones))
    entries.day("posted_date", "posted_at", rows.zones)
    return {"ledger_entries": entries.frame()}


def entry_id(record: Any) -> str | None:
    """``transaction_number/fee_type/orderItem_no``: the number alone stands on each fee of a sale."""
    number = key_of(record, "transaction_number")
    return None if number is None else "/".join((number, key_of(record, "fee_type") or "", key_of(record, "orderItem_no") or ""))


def _without_repetitions(records: Sequence[Any]) -> list[int]:
    """Rows that a shifted page showed twice are one; two that differ in anything are a clash for the checks to see."""
    return last_of_each([None if entry_id(record) is None else repr(record) for record in records])


def _kind_raw(raw: dict[str, list[Any]]) -> list[str]:
    """The vendor's fee number and names: ``13 Item Price Credit (Orders-Sales)``."""
    words = zip(blanked(raw["fee"]), blanked(raw["fee_name"]), blanked(raw["type"]), strict=True)
    return [" ".join(str(word) for word in (fee, name, f"({kind})" if kind else None) if word is not None) for fee, name, kind in words]


def map_payouts(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    found = Documents.gather(pages, "payouts", at("data"))
    rows = found.keep(last_of_each([key_of(record, "statement_number") for record in found.records.values]))
    payouts = Draft(PAYOUTS, shop, rows.records)
    raw = STATEMENT(rows.records.values, payouts.faults)
    payouts.text("payout_id", blanked(raw["number"]))
    words = [None if paid is None else str(paid).lower() for paid in blanked(raw["paid"])]
    payouts.word("status", words, PAYOUT_STATUS)
    payouts.text("status_raw", words)
    payouts.text("currency", rows.currencies)
    amounts = [_bare(amount, currency) for amount, currency in zip(blanked(raw["payout"]), rows.currencies, strict=True)]
    payouts.amount("amount_minor", amounts, rows.currencies)
    payouts.put("initiated_at", instants_by(blanked(raw["created"]), read_instant, "initiated_at", payouts.faults, rows.zones))
    payouts.day("initiated_date", "initiated_at", rows.zones)
    payouts.put("source_updated_at", instants_by(blanked(raw["updated"]), read_instant, "source_updated_at", payouts.faults, rows.zones))
    return {"payouts": payouts.frame()}


def _bare(amount: Any, currency: str) -> Any:
    """``"1204.50 SGD"`` at a site of SGD is ``"1204.50"``; another currency stays, and is a fault."""
    return amount.removesuffix(currency).strip() if isinstance(amount, str) else amount
