"""Disputes → ``disputes`` and ``returns``; evaluations → ``reviews``; the seller's profile → ``seller_accounts``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from connectors.aliexpress.envelope import field, inner, listed, result
from connectors.aliexpress.map_orders import details_of
from connectors.aliexpress.times import ZONE, read_version, read_wall
from connectors.aliexpress.words import DISPUTE_STATUS, REFUND_STATUS, country, dispute_kind
from connectors.columns import instants_by
from connectors.contract import Page, Shop
from connectors.documents import Documents
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft
from connectors.loose import blanked, either, key_of, last_of_each
from transforms.tables import DISPUTES, RETURNS, REVIEWS, SELLER_ACCOUNTS

ISSUE = Flattener(
    {
        "id": "issue_id", "line_id": "order_id", "order_id": "parent_order_id", "status": "issue_status", "created": "gmt_create",
        "updated": "gmt_modified", "reason": "reason_english", "reason_zh": "reason_chinese",
    }
)
CHILD = Flattener(
    {
        "id": "child_order_id", "number": "id", "sku": "sku_code", "count": "product_count", "refund": "refund_info.refund_status",
        "amount": "refund_info.refund_cash_amt.amount", "amount_str": "refund_info.refund_cash_amt.amount_str",
        "currency": "refund_info.refund_cash_amt.currency_code",
    }
)
EVALUATION = Flattener(
    {
        "line_id": "order_id", "order_id": "parent_order_id", "product_id": "product_id", "stars": "buyer_evaluation",
        "said": "buyer_feedback", "added": "buyer_reply", "reply": "seller_reply", "written": "buyer_fb_date", "created": "gmt_create",
        "updated": "gmt_modified",
    }
)
PROFILE = Flattener(
    {"id": "shop_id", "country": "country_code", "forbidden": "product_posting_forbidden", "type": "shop_type"}
)


def issues_of(document: Any) -> Any:
    return listed(field(result(document), "data_list"))


def evaluations_of(document: Any) -> Any:
    return listed(field(result(document), "target_list"))


def map_disputes(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """A dispute is a case, and it is what a buyer asks back: a row of either table. ``returns`` needs the order's details."""
    found = Documents.gather(pages, "issues", issues_of)
    rows = found.keep(last_of_each([key_of(record, "issue_id") for record in found.records.values]))
    arrivals = [pages[page].received_at for page in rows.records.page.tolist()]
    disputes, returns = (Draft(table, shop, rows.records) for table in (DISPUTES, RETURNS))
    raw = ISSUE(rows.records.values, disputes.faults)
    opened = instants_by(blanked(raw["created"]), read_wall, "opened_at", disputes.faults)
    changed = instants_by(blanked(raw["updated"]), read_version, "source_updated_at", disputes.faults, arrivals)
    child = _children(pages, raw)
    _map_dispute(disputes, raw, child)
    _map_return(returns, raw, child)
    for draft, name in ((disputes, "opened"), (returns, "requested")):
        draft.put(f"{name}_at", opened)
        draft.day(f"{name}_date", f"{name}_at", [ZONE.key] * draft.size)
        draft.put("source_updated_at", changed)
    returns.faults.spread(disputes.faults, np.arange(returns.size), "dispute")
    return {"disputes": disputes.frame(), "returns": returns.frame()}


def _children(pages: Sequence[Page], raw: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """For each dispute the order line it is about, from its order's details (the last read); None where none is shown."""
    details = Documents.gather(pages, "detail", details_of).records.values
    held = [listed(field(record, "child_order_list")) for record in details]
    children, _ = explode(held, "child_order_list", Faults(len(held)))  # what cannot be read there is missing in the row
    told = CHILD(children, Faults(len(children)))
    rows = {str(number): row for row, number in enumerate(either(told["id"], told["number"]))}
    place = [rows.get(str(number)) for number in raw["line_id"]]
    return {name: [None if at is None else column[at] for at in place] for name, column in told.items()}


def _map_dispute(disputes: Draft, raw: dict[str, list[Any]], child: dict[str, list[Any]]) -> None:
    disputes.text("dispute_id", blanked(raw["id"]))
    disputes.text("order_id", blanked(raw["order_id"]))
    reasons = either(raw["reason"], raw["reason_zh"])
    disputes.text("kind", [dispute_kind(reason) for reason in reasons])
    disputes.text("kind_raw", reasons)
    disputes.word("status", raw["status"], DISPUTE_STATUS)
    disputes.text("status_raw", raw["status"])
    currency = blanked(child["currency"])
    disputes.text("currency", currency)
    disputes.amount("amount_minor", either(child["amount"], child["amount_str"]), currency)


def _map_return(returns: Draft, raw: dict[str, list[Any]], child: dict[str, list[Any]]) -> None:
    returns.text("return_id", blanked(raw["id"]))
    returns.text("return_line_id", blanked(raw["line_id"]))
    returns.text("order_id", blanked(raw["order_id"]))
    returns.text("line_id", blanked(raw["line_id"]))
    returns.text("sku", blanked(child["sku"]))
    returns.constant("kind", "refund_only")  # what is claimed is money; whether goods come back is settled between the two
    words = [_request(*pair) for pair in zip(raw["status"], child["refund"], strict=True)]
    returns.text("status", words)
    for row, word in enumerate(words):
        if word is None:
            unknown = child["refund"][row] if raw["status"][row] == "finish" else raw["status"][row]
            returns.faults.add_value(row, "status", unknown, "is not a known word")
    returns.text("status_raw", [_raw(*pair) for pair in zip(raw["status"], child["refund"], strict=True)])
    for row, number in enumerate(either(child["id"], child["number"])):
        if number is None:
            returns.faults.add(row, "line_id", "the order's details show no such line, or were refused")
    returns.integer("quantity", child["count"])
    returns.text("reason", either(raw["reason"], raw["reason_zh"]))
    currency = blanked(child["currency"])
    returns.text("currency", currency)
    returns.amount("refund_minor", either(child["amount"], child["amount_str"]), currency)


def _request(status: Any, refund: Any) -> str | None:
    """A finished dispute ends as its refund does, and without one it is closed."""
    if status == "finish":
        return REFUND_STATUS.get(refund) if isinstance(refund, str) and refund else "closed"
    return {"processing": "requested", "canceled_issue": "cancelled"}.get(status) if isinstance(status, str) else None


def _raw(status: Any, refund: Any) -> str:
    return ",".join(sorted({str(word) for word in (status, refund if status == "finish" else None) if word}))


def map_reviews(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """One evaluation an order line; what the buyer added later stands under what was said first."""
    found = Documents.gather(pages, "reviews", evaluations_of)
    rows = found.keep(last_of_each([key_of(record, "order_id") for record in found.records.values]))
    arrivals = [pages[page].received_at for page in rows.records.page.tolist()]
    reviews = Draft(REVIEWS, shop, rows.records)
    raw = EVALUATION(rows.records.values, reviews.faults)
    for name, theirs in (("review_id", "line_id"), ("order_id", "order_id"), ("product_id", "product_id"), ("reply", "reply")):
        reviews.text(name, blanked(raw[theirs]))
    reviews.constant("kind", "product")
    reviews.integer("rating", blanked(raw["stars"]))
    reviews.text("text", [_joined(*pair) for pair in zip(blanked(raw["said"]), blanked(raw["added"]), strict=True)])
    reviews.put("reviewed_at", instants_by(either(raw["written"], raw["created"]), read_wall, "reviewed_at", reviews.faults))
    reviews.day("reviewed_date", "reviewed_at", [ZONE.key] * reviews.size)
    reviews.put("source_updated_at", instants_by(blanked(raw["updated"]), read_version, "source_updated_at", reviews.faults, arrivals))
    return {"reviews": reviews.frame()}


def _joined(said: Any, added: Any) -> Any:
    """Both texts as lines; what is no text stays alone, to be a fault."""
    return f"{said}\n{added}" if isinstance(said, str) and isinstance(added, str) else said if said is not None else added


def map_account(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    found = Documents.gather(pages, "profile", lambda document: [inner(document)])
    rows = found.keep(last_of_each([key_of(record, "shop_id") for record in found.records.values]))
    accounts = Draft(SELLER_ACCOUNTS, shop, rows.records)
    raw = PROFILE(rows.records.values, accounts.faults)
    accounts.text("account_id", blanked(raw["id"]))
    accounts.word("status", raw["forbidden"], {False: "verified", True: "restricted"})
    posting = ["posting forbidden" if each is True else "posting allowed" if each is False else None for each in raw["forbidden"]]
    pairs = zip(posting, blanked(raw["type"]), strict=True)
    accounts.text("status_raw", [",".join(sorted(str(word) for word in pair if word is not None)) for pair in pairs])
    accounts.text("country", [country(code) for code in raw["country"]])
    return {"seller_accounts": accounts.frame()}
