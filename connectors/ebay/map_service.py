"""Returns and cancellations → ``returns``, feedback → ``reviews``, user with privileges and ratings → ``seller_accounts``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.ebay.sites import COUNTRY, zone
from connectors.ebay.words import ACCOUNT_KIND, ACCOUNT_STATUS, CANCEL_STATUS, RETURN_STATUS, VERDICT
from connectors.exact import NotJson, read_json
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft, Records
from transforms.tables import RETURNS, REVIEWS, SELLER_ACCOUNTS

RETURN = Flattener({
    "id": "returnId", "order_id": "orderId", "status": "status", "state": "state", "reason": "creationInfo.reason",
    "line_id": "creationInfo.item.transactionId", "quantity": "creationInfo.item.returnQuantity",
    "asked": "creationInfo.creationDate.value",
    "actual": "buyerTotalRefund.actualRefundAmount.value", "actual_currency": "buyerTotalRefund.actualRefundAmount.currency",
    "estimated": "buyerTotalRefund.estimatedRefundAmount.value", "estimated_currency": "buyerTotalRefund.estimatedRefundAmount.currency",
})
CANCELLATION = Flattener({
    "id": "cancelId", "order_id": "legacyOrderId", "status": "cancelStatus", "state": "cancelState", "reason": "cancelReason",
    "asked": "cancelRequestDate.value", "amount": "requestRefundAmount.value", "currency": "requestRefundAmount.currency",
    "lines": "lineItems", "updated": "lastModifiedDate.value",
})
CANCEL_LINE = Flattener({"line_id": "transactionId", "quantity": "cancelQuantity", "item_id": "itemId"})
FEEDBACK = Flattener({
    "id": "feedbackId", "type": "commentType", "text": "feedbackComment.commentText", "reply": "replyComment.commentText",
    "at": "feedbackEnteredDate", "item_id": "orderLineItemSummary.listingId",
})


def map_returns(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """One row a return (eBay's holds one line), one a line of a cancellation. eBay numbers both alike, so cancellations say so."""
    frames = [_returns(shop, pages).frame(), _cancellations(shop, pages).frame()]
    filled = [frame for frame in frames if len(frame)]
    return {"returns": pd.concat(filled, ignore_index=True) if len(filled) > 1 else (filled or frames)[0]}


def _returns(shop: Shop, pages: Sequence[Page]) -> Draft:
    records = Records.gather(pages, lambda document: document.get("members") if isinstance(document, dict) else document, ("returns",))
    rows = Draft(RETURNS, shop, records)
    flat = RETURN(records.values, rows.faults)
    rows.text("return_id", flat["id"])
    rows.text("return_line_id", flat["line_id"])
    rows.text("order_id", flat["order_id"])
    rows.text("line_id", flat["line_id"])
    rows.constant("kind", "return")
    is_paid = [value is not None for value in flat["actual"]]
    closed = zip(is_paid, flat["status"], strict=True)  # a closed return says only by its money how it ended
    rows.word("status", ["REFUND_INITIATED" if paid and word == "CLOSED" else word for paid, word in closed], RETURN_STATUS)
    rows.text("status_raw", [_raw(*pair) for pair in zip(flat["state"], flat["status"], strict=True)])
    rows.integer("quantity", flat["quantity"])
    rows.text("reason", flat["reason"])
    amount, currency = ([one if paid else other for paid, one, other in zip(is_paid, flat[name], flat[guess], strict=True)]
                        for name, guess in (("actual", "estimated"), ("actual_currency", "estimated_currency")))
    _refund(rows, amount, currency)
    _asked(rows, flat["asked"], shop)
    return rows


def _cancellations(shop: Shop, pages: Sequence[Page]) -> Draft:
    """The refund asked for is the whole request's: it stands on its first line."""
    def select(document: Any) -> Any:
        return document.get("cancellations") if isinstance(document, dict) else document

    records = Records.gather(pages, select, ("cancellations",))
    outer = Faults(len(records))
    flat = CANCELLATION(records.values, outer)
    items, owner = explode([lines or [{}] for lines in flat["lines"]], "lineItems", outer)
    rows = Draft(RETURNS, shop, records.take(owner))
    line = CANCEL_LINE(items, rows.faults)
    of = owner.tolist()
    ids = [f"cancel/{number}" if number else None for number in flat["id"]]
    rows.text("return_id", [ids[row] for row in of])
    rows.text("return_line_id", [number or item for number, item in zip(line["line_id"], line["item_id"], strict=True)])
    rows.text("order_id", [flat["order_id"][row] for row in of])
    rows.text("line_id", line["line_id"])
    rows.constant("kind", "cancel")
    rows.word("status", [flat["status"][row] for row in of], CANCEL_STATUS)
    rows.text("status_raw", [_raw(flat["state"][row], flat["status"][row]) for row in of])
    rows.integer("quantity", line["quantity"])
    rows.text("reason", [flat["reason"][row] for row in of])
    is_first = [place == 0 or of[place - 1] != row for place, row in enumerate(of)]
    amount = [flat["amount"][row] if first else None for first, row in zip(is_first, of, strict=True)]
    _refund(rows, amount, [flat["currency"][row] for row in of])
    _asked(rows, [flat["asked"][row] for row in of], shop)
    rows.faults.spread(outer, owner, "cancellation")
    return rows


def _raw(state: Any, status: Any) -> str:
    return ",".join(sorted({str(word) for word in (state, status) if word is not None}))


def _refund(rows: Draft, amount: list[Any], currency: list[Any]) -> None:
    rows.text("currency", currency)
    rows.amount("refund_minor", amount, currency)


def _asked(rows: Draft, asked: list[Any], shop: Shop) -> None:
    rows.instant("requested_at", asked)
    rows.day("requested_date", "requested_at", [zone(shop.sites[0])] * rows.size)


def map_reviews(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """Feedback on the seller; eBay judges in words."""
    records = Records.gather(pages, lambda document: document.get("feedbackEntries") if isinstance(document, dict) else document)
    rows = Draft(REVIEWS, shop, records)
    flat = FEEDBACK(records.values, rows.faults)
    rows.text("review_id", flat["id"])
    rows.constant("kind", "seller")
    rows.text("product_id", flat["item_id"])
    rows.word("verdict", flat["type"], VERDICT)
    rows.text("text", flat["text"])
    rows.text("reply", flat["reply"])
    rows.instant("reviewed_at", flat["at"])
    rows.day("reviewed_date", "reviewed_at", [zone(shop.sites[0])] * len(records))
    return {"reviews": rows.frame()}


def map_account(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """One row: the token's own user. Name, address and mail of a private seller are read past."""
    document = {page.part: _document(page) for page in pages}
    user = document.get("user", {})
    at = next((place for place, page in enumerate(pages) if page.part == "user"), 0)
    rows = Draft(SELLER_ACCOUNTS, shop, Records([user], np.array([at]), np.array([0])))
    done, status = document.get("privileges", {}).get("sellerRegistrationCompleted"), user.get("status")
    rows.text("account_id", [user.get("userId")])
    rows.word("status", [(done, status)], ACCOUNT_STATUS)
    rows.text("status_raw", [",".join(filter(None, (str(status), "SELLER_REGISTERED" if done is True else "SELLER_NOT_REGISTERED")))])
    rows.word("kind", [user.get("accountType")], ACCOUNT_KIND, required=False)
    rows.word("country", [user.get("registrationMarketplaceId")], COUNTRY, required=False)
    count, percent = _ratings(document.get("ratings", {}))
    rows.integer("rating_count", [count])
    rows.put("rating_percent", pa.array([percent], SELLER_ACCOUNTS.by_name["rating_percent"].kind.arrow))
    return {"seller_accounts": rows.frame()}


def _document(page: Page) -> dict[str, Any]:
    try:
        document = read_json(page.body)
    except NotJson:
        return {}
    return document if isinstance(document, dict) else {}


def _ratings(document: dict[str, Any]) -> tuple[int | None, Decimal | None]:
    """How many judged, and which share of those who took sides was content (eBay leaves neutral ones out); from the counts."""
    counts: dict[str, int] = {}
    for summary in document.get("feedbackRatingSummary") or ():
        for each in summary.get("ratingSummaryByRatingType") or ():
            if each.get("userRoleType") not in (None, "SELLER"):
                continue
            for told in each.get("feedbackRatingValueDistribution") or ():
                if told.get("value") in VERDICT and type(told.get("count")) is int:
                    counts[told["value"]] = counts.get(told["value"], 0) + told["count"]
    sided = counts.get("POSITIVE", 0) + counts.get("NEGATIVE", 0)
    percent = (Decimal(100 * counts.get("POSITIVE", 0)) / sided).quantize(Decimal("0.01")) if sided else None
    return (sum(counts.values()) if counts else None), percent
