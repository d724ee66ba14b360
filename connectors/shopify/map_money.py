"""Shopify Payments and tenders → ``ledger_entries``, ``payouts``, ``payments``, ``disputes``; the shop → ``seller_accounts``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import Page, Shop
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from connectors.shopify.documents import Documents, alone, gather, last_of_each, numbers
from connectors.shopify.ways import WAYS, is_test
from connectors.shopify.words import BALANCE_STATUS, DISPUTE_KIND, DISPUTE_STATUS, ENTRY_KIND, PAYOUT_SIGN, PAYOUT_STATUS
from transforms.sites import SITES
from transforms.tables import DISPUTES, LEDGER_ENTRIES, PAYMENTS, PAYOUTS, SELLER_ACCOUNTS

ENTRY = Flattener(
    {
        "id": "id", "type": "type", "amount": "amount.amount", "currency": "amount.currencyCode", "fee": "fee.amount",
        "fee_currency": "fee.currencyCode", "at": "transactionDate", "order": "associatedOrder.id", "payout": "associatedPayout.id",
        "payout_status": "associatedPayout.status",
    }
)
PAYOUT = Flattener(
    {
        "id": "id", "number": "legacyResourceId", "status": "status", "net": "net.amount", "currency": "net.currencyCode", "at": "issuedAt",
        "direction": "transactionType",
    }
)
TENDER = Flattener(
    {
        "id": "id", "amount": "amount.amount", "currency": "amount.currencyCode", "method": "paymentMethod", "at": "processedAt",
        "reference": "remoteReference", "order": "order.id",
    }
)
DISPUTE = Flattener(
    {
        "id": "id", "number": "legacyResourceId", "amount": "amount.amount", "currency": "amount.currencyCode", "status": "status",
        "type": "type", "at": "initiatedAt", "due": "evidenceDueBy", "order": "order.id", "reason": "reasonDetails.reason",
    }
)
ACCOUNT = Flattener(
    {"domain": "myshopifyDomain", "unready": "setupRequired", "created": "createdAt", "country": "shopAddress.countryCodeV2"}
)


def _found(entity: str, pages: Sequence[Page]) -> Documents:
    """Each record once, without tests."""
    whole = gather(pages, WAYS[entity].select)
    real = whole.keep([row for row, record in enumerate(whole.records.values) if not is_test(record)])
    return real.keep(last_of_each(real.records.values))


def _zones(shop: Shop, draft: Draft) -> list[str]:
    return [SITES[shop.sites[0]].zone] * draft.size


def map_ledger(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """A transaction's amount, and its fee where it has one, as an entry each."""
    found = _found("ledger", pages)
    records = found.records
    probe = Draft(LEDGER_ENTRIES, shop, records)
    raw = ENTRY(records.values, probe.faults)
    has_fee = [not _is_zero(fee) for fee in raw["fee"]]
    rows = np.repeat(np.arange(len(records)), np.array([1 + fee for fee in has_fee], dtype=np.int64))
    is_fee = np.concatenate([[False], rows[1:] == rows[:-1]]) if len(rows) else np.array([], dtype=bool)
    entries = Draft(LEDGER_ENTRIES, shop, records.take(rows))
    entries.faults.spread(probe.faults, rows, "transaction")
    column = {name: [values[row] for row in rows.tolist()] for name, values in raw.items()}
    places = ["fee" if fee else "amount" for fee in is_fee]
    ids = numbers(column["id"])
    entries.text("entry_id", [None if number is None else f"{number}/{place}" for number, place in zip(ids, places, strict=True)])
    entries.text("transaction_id", ids)
    entries.text("order_id", numbers(column["order"]))
    kinds = zip(column["type"], is_fee, strict=True)
    entries.text("kind", ["fee" if fee else ENTRY_KIND.get(kind, "other") if isinstance(kind, str) else None for kind, fee in kinds])
    entries.text("kind_raw", [f"{kind} fee" if fee else kind for kind, fee in zip(column["type"], is_fee, strict=True)])
    entries.word("status", column["payout_status"], BALANCE_STATUS)
    currency = [other if fee else own for own, other, fee in zip(column["currency"], column["fee_currency"], is_fee, strict=True)]
    entries.text("currency", currency)
    told = [fee if is_one else amount for amount, fee, is_one in zip(column["amount"], column["fee"], is_fee, strict=True)]
    minor = entries.amount("amount_minor", told, currency)
    for row in np.flatnonzero([amount is None for amount in told]).tolist():
        entries.faults.add(row, "amount_minor", "is not told")  # the schema knows neither without an amount
    entries.put("amount_minor", pc.if_else(pa.array(is_fee, pa.bool_()), pc.negate(minor), minor))  # a fee is told as what is kept
    entries.instant("posted_at", column["at"])
    entries.day("posted_date", "posted_at", _zones(shop, entries))
    entries.text("payout_id", numbers(column["payout"]))
    return {"ledger_entries": entries.frame()}


def _is_zero(amount: Any) -> bool:
    """Whether an amount is told and nothing; an unreadable one, or none at all, is something, so that it is seen."""
    return (isinstance(amount, str) and not amount.strip("-0.") and bool(amount)) or amount == 0


def map_payouts(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = _found("payouts", pages).records
    payouts = Draft(PAYOUTS, shop, records)
    raw = PAYOUT(records.values, payouts.faults)
    payouts.text("payout_id", [number or gid for number, gid in zip(raw["number"], numbers(raw["id"]), strict=True)])
    payouts.word("status", raw["status"], PAYOUT_STATUS)
    payouts.text("status_raw", raw["status"])
    payouts.text("currency", raw["currency"])
    minor = payouts.amount("amount_minor", raw["net"], raw["currency"])
    signs = [PAYOUT_SIGN.get(word) if isinstance(word, str) else None for word in raw["direction"]]
    for row, sign in enumerate(signs):
        if sign is None:
            payouts.faults.add_value(row, "amount_minor", raw["direction"][row], "is not a known direction")
    payouts.put("amount_minor", pc.multiply(minor, pa.array(signs, pa.int64())))
    payouts.instant("initiated_at", raw["at"])
    payouts.day("initiated_date", "initiated_at", _zones(shop, payouts))
    return {"payouts": payouts.frame()}


def map_payments(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = _found("payments", pages).records
    payments = Draft(PAYMENTS, shop, records)
    raw = TENDER(records.values, payments.faults)
    ids = numbers(raw["id"])
    payments.text("payment_id", ids)
    payments.text("transaction_id", [reference or number for reference, number in zip(raw["reference"], ids, strict=True)])
    payments.text("order_id", numbers(raw["order"]))
    payments.text("currency", raw["currency"])
    minor = payments.amount("amount_minor", raw["amount"], raw["currency"])
    payments.text("kind", ["payment" if value is None or value >= 0 else "refund" for value in minor.to_pylist()])
    payments.text("kind_raw", [method or "unknown" for method in raw["method"]])
    payments.constant("status", "completed")  # a tender is money that has moved
    payments.constant("status_raw", "processed")
    payments.text("provider", [method or "unknown" for method in raw["method"]])
    payments.instant("paid_at", raw["at"])
    payments.day("paid_date", "paid_at", _zones(shop, payments))
    return {"payments": payments.frame()}


def map_disputes(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = _found("disputes", pages).records
    disputes = Draft(DISPUTES, shop, records)
    raw = DISPUTE(records.values, disputes.faults)
    disputes.text("dispute_id", [number or gid for number, gid in zip(raw["number"], numbers(raw["id"]), strict=True)])
    disputes.text("order_id", numbers(raw["order"]))
    disputes.word("kind", raw["reason"], DISPUTE_KIND)
    disputes.text("kind_raw", raw["reason"])
    disputes.word("status", raw["status"], DISPUTE_STATUS)
    pairs = zip(raw["type"], raw["status"], strict=True)
    disputes.text("status_raw", [",".join(sorted(str(word) for word in pair if word is not None)) for pair in pairs])
    disputes.text("currency", raw["currency"])
    disputes.amount("amount_minor", raw["amount"], raw["currency"])
    disputes.instant("opened_at", raw["at"])
    disputes.day("opened_date", "opened_at", _zones(shop, disputes))
    disputes.instant("respond_by_at", raw["due"])
    return {"disputes": disputes.frame()}


def map_account(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records: Records = gather(pages, {"shop": alone("data", "shop")}).records
    accounts = Draft(SELLER_ACCOUNTS, shop, records)
    raw = ACCOUNT(records.values, accounts.faults)
    accounts.text("account_id", raw["domain"])
    accounts.word("status", raw["unready"], {False: "verified", True: "pending"})
    accounts.text("status_raw", ["set up" if value is False else "setup required" for value in raw["unready"]])
    accounts.constant("kind", "business")
    accounts.text("country", raw["country"])
    accounts.instant("opened_at", raw["created"])
    return {"seller_accounts": accounts.frame()}
