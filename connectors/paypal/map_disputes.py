"""Disputes: the list's own words, and from each case what it is about and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from connectors.contract import Page, Shop
from connectors.exact import read_json
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from connectors.paypal.order_numbers import order_numbers, prefixes
from connectors.paypal.words import DISPUTE_KIND, case_status
from transforms.sites import site
from transforms.tables import DISPUTES
from transforms.tables.service import DISPUTE_STATUSES

ITEM = Flattener(
    {
        "id": "dispute_id", "created": "create_time", "updated": "update_time", "reason": "reason", "status": "status",
        "state": "dispute_state", "currency": "dispute_amount.currency_code", "amount": "dispute_amount.value",
        "due": "seller_response_due_date",
    }
)
_OURS = {word: word for word in DISPUTE_STATUSES}


def map_disputes(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = Records.gather(pages, lambda document: document.get("items") if isinstance(document, dict) else None, ("disputes",))
    disputes = Draft(DISPUTES, shop, records)
    raw = ITEM(records.values, disputes.faults)
    about = _cases(pages)
    cases = [about.get(each, {}) if isinstance(each, str) else {} for each in raw["id"]]
    disputes.text("dispute_id", raw["id"])
    _map_payment(disputes, [_first(case.get("disputed_transactions")) for case in cases], shop)
    disputes.word("kind", raw["reason"], DISPUTE_KIND)
    disputes.text("kind_raw", raw["reason"])
    outcomes = [_field(case.get("dispute_outcome"), "outcome_code") for case in cases]
    words = list(zip(raw["status"], raw["state"], outcomes, strict=True))
    disputes.word("status", [case_status(*each) for each in words], _OURS)
    disputes.text("status_raw", [",".join(str(word) for word in each if word is not None) or None for each in words])
    disputes.text("currency", raw["currency"])
    disputes.amount("amount_minor", raw["amount"], raw["currency"])
    disputes.instant("opened_at", raw["created"])
    disputes.day("opened_date", "opened_at", [site(shop.sites[0]).zone] * disputes.size)
    disputes.instant("respond_by_at", raw["due"])
    disputes.instant("source_updated_at", raw["updated"])
    return {"disputes": disputes.frame()}


def _map_payment(disputes: Draft, transactions: Sequence[Mapping[str, Any]], shop: Shop) -> None:
    """A case about several payments is told by its first."""
    known = prefixes(shop.account.get("invoice_prefix"))
    invoices, customs = ([each.get(name) for each in transactions] for name in ("invoice_number", "custom"))
    disputes.text("order_id", order_numbers(invoices, customs, known))
    disputes.text("payment_id", [each.get("seller_transaction_id") for each in transactions])


def _cases(pages: Sequence[Page]) -> dict[str, Mapping[str, Any]]:
    found = (read_json(page.body) for page in pages if page.part == "dispute")
    return {case["dispute_id"]: case for case in found if isinstance(case, dict) and isinstance(case.get("dispute_id"), str)}


def _first(value: Any) -> Mapping[str, Any]:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
