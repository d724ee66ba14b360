"""Reverse orders → ``returns``; reviews → ``reviews``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.epochs import epochs
from connectors.flatten import Flattener, explode
from connectors.frames import Draft, Records
from connectors.lazada.documents import Documents
from connectors.lazada.sites import SITES
from connectors.lazada.words import REQUEST_KIND, RETURN_STATUS, REVIEW_KIND
from connectors.loose import at, blanked, either, key_of, last_of_each
from transforms.tables import RETURNS, REVIEWS

REQUEST = Flattener({"return_id": "reverse_order_id", "order_id": "trade_order_id", "kind": "request_type", "lines": "reverse_order_lines"})
LINE = Flattener(
    {
        "id": "reverse_order_line_id", "line_id": "trade_order_line_id", "status": "reverse_status", "refund": "refund_amount",
        "code": "reason_code", "reason": "reason_text", "sku": "seller_sku_id",
        "created": "return_order_line_gmt_create", "modified": "return_order_line_gmt_modified",
    }
)
REVIEW = Flattener(
    {
        "id": "id", "kind": "review_type", "product_id": "product_id", "order_id": "order_id", "overall": "ratings.overall_rating",
        "product": "ratings.product_rating", "text": "review_content", "reply": "seller_reply",
        "created": "create_time", "submitted": "submit_time",
    }
)


def requests_of(document: Any) -> Any:
    """Reverse orders under ``result`` (as the sample shows) or under ``data``."""
    found = at("result", "items")(document)
    return at("data", "items")(document) if found is None else found


def map_returns(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    documents = Documents.gather(pages, "returns", requests_of)
    requests = documents.keep(last_of_each([key_of(record, "reverse_order_id") for record in documents.records.values]))
    above = Draft(RETURNS, shop, requests.records)  # never shown: its faults go to the lines
    request = REQUEST(requests.records.values, above.faults)
    kinds = above.word("kind", request["kind"], REQUEST_KIND)
    lines, parent = explode(request["lines"], "reverse_order_lines", above.faults)
    bare = np.setdiff1d(np.arange(len(requests)), parent)  # a request without a line is still a record; the checks refuse it
    lines, parent = [*lines, *({} for _ in bare)], np.concatenate([parent, bare]).astype(np.int64)
    returns = Draft(RETURNS, shop, Records(lines, requests.records.page[parent], requests.records.record[parent]))
    line, rows = LINE(lines, returns.faults), parent.tolist()
    returns.faults.spread(above.faults, parent, "request")
    for name in ("return_id", "order_id"):
        returns.text(name, blanked([request[name][row] for row in rows]))
    for name, theirs in (("return_line_id", "id"), ("line_id", "line_id"), ("sku", "sku")):
        returns.text(name, blanked(line[theirs]))
    returns.put("kind", kinds.take(pa.array(parent)))
    returns.word("status", line["status"], RETURN_STATUS)
    returns.text("status_raw", line["status"])
    returns.constant("quantity", 1)
    returns.text("reason", either(line["reason"], line["code"]))
    _map_refund(returns, [requests.sites[row] for row in rows], line)
    return {"returns": returns.frame()}


def _map_refund(returns: Draft, sites: Sequence[str], line: dict[str, list[Any]]) -> None:
    """Amounts are whole numbers of cents, in Vietnam of dong; Lazada's digits, which are not always ISO 4217's."""
    currencies = [SITES[site].currency for site in sites]
    returns.text("currency", currencies)
    amounts = [_scaled(amount, SITES[site].refund_exponent) for amount, site in zip(blanked(line["refund"]), sites, strict=True)]
    returns.amount("refund_minor", amounts, currencies)
    returns.put("requested_at", epochs(blanked(line["created"]), "requested_at", returns.faults))
    returns.day("requested_date", "requested_at", [SITES[site].zone for site in sites])
    returns.put("source_updated_at", epochs(blanked(line["modified"]), "source_updated_at", returns.faults))


def _scaled(amount: Any, exponent: int) -> Any:
    """A whole number of hundredths as decimal text; anything else stays as it is, to be a fault."""
    shown = str(amount)
    return f"{Decimal(shown).scaleb(-exponent):f}" if amount is not None and shown.lstrip("-").isdecimal() and len(shown) < 19 else amount


def map_reviews(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    documents = Documents.gather(pages, "reviews", at("data", "review_list"))
    rows = documents.keep(last_of_each([key_of(record, "id") for record in documents.records.values]))
    reviews = Draft(REVIEWS, shop, rows.records)
    raw = REVIEW(rows.records.values, reviews.faults)
    for name, theirs in (("review_id", "id"), ("product_id", "product_id"), ("order_id", "order_id"), ("text", "text"), ("reply", "reply")):
        reviews.text(name, blanked(raw[theirs]))
    reviews.word("kind", raw["kind"], REVIEW_KIND)
    reviews.integer("rating", either(raw["overall"], raw["product"]))
    reviews.constant("verdict", None)
    reviews.put("reviewed_at", epochs(either(raw["created"], raw["submitted"]), "reviewed_at", reviews.faults))
    reviews.day("reviewed_date", "reviewed_at", rows.zones)
    return {"reviews": reviews.frame()}
