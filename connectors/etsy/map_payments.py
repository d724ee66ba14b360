"""Payments and the adjustments inside them → ``payments``; and which receipt each payment was for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.columns import integers
from connectors.contract import Page, Shop
from connectors.etsy.values import amounts, either, moments, money, read_tree, records_of
from connectors.etsy.words import PAYMENT_STATUS
from connectors.exact import read_json
from connectors.flatten import Flattener
from connectors.frames import Draft
from connectors.loose import entries, text
from connectors.trees import Branch, Level, Tree
from transforms.sites import site
from transforms.tables import PAYMENTS

PROVIDER = "etsy_payments"
PAYMENT = Flattener(
    {
        "id": "payment_id", "receipt": "receipt_id", "buyer": "buyer_user_id", "status": "status", "currency": "currency",
        "created": "created_timestamp", "create": "create_timestamp", "updated": "updated_timestamp", "update": "update_timestamp",
        "adjustments": "payment_adjustments", **money(gross="amount_gross", fees="amount_fees"),
    }
)
ADJUSTMENT = Flattener(
    {
        "id": "payment_adjustment_id", "status": "status", "is_success": "is_success", "reason": "reason_code",
        "amount": "total_adjustment_amount", "fee": "total_fee_adjustment_amount", "created": "created_timestamp",
        "create": "create_timestamp", "updated": "updated_timestamp", "update": "update_timestamp",
    }
)
TREE = Tree(
    "results", {"payment": Branch(PAYMENT), "adjustment": Branch(ADJUSTMENT, "payment", "adjustments", "payment_adjustments")}, records_of
)


def receipts_by_payment(pages: Sequence[Page]) -> dict[str, str]:
    """Payment id → receipt id, as the payments that came with the entries tell."""
    payments = (each for page in pages if page.part == "payments" for each in entries(records_of(read_json(page.body))))
    return {text(each.get("payment_id")): text(each.get("receipt_id")) for each in payments if each.get("receipt_id")}


def map_payments(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """One row a payment, one an adjustment of it: a refund's, signed like money that leaves."""
    levels, places = read_tree(TREE, pages, {"payments"})
    payment, adjustment = levels["payment"], levels["adjustment"]
    paid = Draft(PAYMENTS, shop, places, payment.faults)
    given_back = Draft(PAYMENTS, shop, places.take(adjustment.parent), adjustment.faults)
    _map_paid(paid, payment, pseudonym, site(shop.sites[0]).zone)
    _map_given_back(given_back, adjustment, paid, payment, site(shop.sites[0]).zone)
    given_back.faults.spread(paid.faults, adjustment.parent, "payment")
    frames = [draft.frame() for draft in (paid, given_back)]
    return {"payments": pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)}


def _map_paid(paid: Draft, payment: Level, pseudonym: Callable[[str], str], zone: str) -> None:
    raw = payment.columns
    paid.text("payment_id", raw["id"])
    paid.text("transaction_id", raw["id"])
    paid.text("order_id", raw["receipt"])
    for name, word in (("kind", "payment"), ("kind_raw", "payment"), ("provider", PROVIDER)):
        paid.constant(name, word)
    _map_status(paid, raw["status"])
    currency = paid.text("currency", either(raw["currency"], raw["gross_currency"])).to_pylist()
    amounts(paid, "amount_minor", raw, "gross", currency)
    paid.put("fee_minor", pc.negate(amounts(paid, "fee_minor", raw, "fees", currency)))
    _map_times(paid, raw, zone)
    keys = {buyer: pseudonym(f"etsy:{buyer}") for buyer in {text(each) for each in raw["buyer"]} if buyer}
    paid.text("payer_key", [keys.get(text(buyer)) for buyer in raw["buyer"]])


def _map_given_back(given_back: Draft, adjustment: Level, paid: Draft, payment: Level, zone: str) -> None:
    raw, parent = adjustment.columns, pa.array(adjustment.parent)
    given_back.text("payment_id", [None if each is None else f"{_above(payment, row)}/{each}" for row, each in _with_rows(adjustment)])
    given_back.put("transaction_id", paid["transaction_id"].take(parent))
    given_back.put("parent_id", paid["payment_id"].take(parent))
    given_back.put("order_id", paid["order_id"].take(parent))
    given_back.constant("kind", "refund")
    given_back.constant("provider", PROVIDER)
    given_back.text("kind_raw", raw["reason"])
    succeeded = ["completed" if each is True else "failed" if each is False else None for each in raw["is_success"]]
    given_back.text("status", succeeded)
    given_back.text("status_raw", raw["status"])
    given_back.put("currency", paid["currency"].take(parent))
    given_back.put("amount_minor", pc.negate(integers(raw["amount"], "amount_minor", given_back.faults)))
    given_back.integer("fee_minor", raw["fee"])  # what the provider gives back of its fee
    _map_times(given_back, raw, zone)
    given_back.put("payer_key", paid["payer_key"].take(parent))


def _with_rows(adjustment: Level) -> list[tuple[int, Any]]:
    return list(zip(adjustment.parent.tolist(), adjustment.columns["id"], strict=True))


def _above(payment: Level, row: int) -> str:
    return text(payment.columns["id"][row])


def _map_status(draft: Draft, words: Sequence[Any]) -> None:
    draft.word("status", [word.lower() if isinstance(word, str) else word for word in words], PAYMENT_STATUS)
    draft.text("status_raw", words)


def _map_times(draft: Draft, raw: dict[str, list[Any]], zone: str) -> None:
    created = moments(draft, "paid_at", either(raw["created"], raw["create"]))
    draft.day("paid_date", "paid_at", [zone] * draft.size)
    updated = moments(draft, "source_updated_at", either(raw["updated"], raw["update"]))
    draft.put("source_updated_at", pc.coalesce(updated, created))


