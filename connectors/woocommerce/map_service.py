"""Refunds → ``returns``, reviews → ``reviews``, the store's status → ``seller_accounts``.

A refund is the only thing WooCommerce knows of a return, and it is told once, here: one row a refunded line, and one row
``amount`` for what its amount holds beyond its lines, so that the rows of a refund add up to it. Nothing of it is in ``payments``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.columns import amounts
from connectors.contract import Page, Shop
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft
from connectors.woocommerce import lists
from connectors.woocommerce.read_service import environment
from connectors.woocommerce.records import blanked, columns, gather, zoned
from connectors.woocommerce.sites import site_of
from connectors.woocommerce.words import REFUNDED_ITEM
from transforms.tables import RETURNS, REVIEWS, SELLER_ACCOUNTS

REFUND = Flattener(columns(("id", "parent_id", "amount", "reason", "refunded_payment", "date_created_gmt", "line_items")))
LINE = Flattener(columns(("id", "quantity", "total", "total_tax", "sku", "meta_data")))
REVIEW = Flattener(columns(("id", "product_id", "review", "rating", "date_created_gmt")))
AMOUNT = "amount"
_TAG = re.compile(r"<[^<>]*>")


def map_returns(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = gather(pages, "refunds")
    above = Draft(RETURNS, shop, records)  # never shown: its columns and faults go to the lines
    refund = REFUND(records.values, above.faults)
    currencies = _currencies(refund["parent_id"], pages, above)
    amount = above.amount("refund_minor", blanked(refund["amount"]), currencies)
    for row in np.flatnonzero(amount.is_null().to_numpy(zero_copy_only=False)).tolist():
        above.faults.add(row, "refund_minor", "its amount is missing")
    lines, parent = explode(refund["line_items"], "line_items", above.faults)
    faults = Faults(len(lines))
    line = LINE(lines, faults)
    back = _refunded(line, [currencies[row] for row in parent.tolist()], faults)
    rest = _rest(above, amount, back, parent)
    # a refund has a row of its own where its lines leave something open, or where it has none
    more = np.array([row for row in range(above.size) if rest[row] > 0 or not np.any(parent == row)], dtype=np.int64)
    whole = np.concatenate([parent, more]).astype(np.int64)
    faults.append(Faults(len(more)))
    returns = Draft(RETURNS, shop, records.take(whole), faults)
    _map_refund(returns, refund, whole, currencies, site_of(shop).zone)
    _map_line(returns, line, len(more))
    returns.put("refund_minor", pa.array([*back.tolist(), *rest[more].tolist()], pa.int64()))
    returns.faults.spread(above.faults, whole, "refund")
    return {"returns": returns.frame()}


def _currencies(orders: Sequence[Any], pages: Sequence[Page], above: Draft) -> list[Any]:
    """Each refund's currency, which only its order tells."""
    shown = {lists.number(order): order.get("currency") for order in gather(pages, "currencies").values if isinstance(order, Mapping)}
    found = [shown.get(order) if isinstance(order, int) else None for order in orders]
    for row, code in enumerate(found):
        if not code:
            above.faults.add(row, "currency", "the store does not show the order of this refund")
    return found


def _refunded(line: dict[str, list[Any]], currencies: Sequence[Any], faults: Faults) -> np.ndarray:
    """What went back for each line, tax with it; negative there, positive here."""
    parts = [amounts(blanked(line[name]), currencies, name, faults).fill_null(0) for name in ("total", "total_tax")]
    return -sum(part.to_numpy(zero_copy_only=False).astype(np.int64) for part in parts)


def _rest(above: Draft, amount: pa.Array, back: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """What each refund's amount holds beyond its lines (shipping, goodwill); its last line gives way to a rounding cent a line."""
    rest = amount.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64).copy()
    np.subtract.at(rest, parent, back)
    for row in np.flatnonzero(rest < 0).tolist():
        mine = np.flatnonzero(parent == row)
        if -rest[row] > len(mine):
            above.faults.add(row, "refund_minor", "its lines come to more than its amount")
        else:
            back[mine[-1]] += rest[row]
    return np.maximum(rest, 0)


def _map_refund(returns: Draft, refund: dict[str, list[Any]], whole: np.ndarray, currencies: Sequence[Any], zone: str) -> None:
    rows = whole.tolist()
    returns.text("return_id", [refund["id"][row] for row in rows])
    returns.text("order_id", [refund["parent_id"][row] or None for row in rows])
    returns.constant("status", "refunded")
    returns.text("status_raw", ["refunded_payment" if refund["refunded_payment"][row] is True else "refunded by hand" for row in rows])
    returns.text("reason", blanked([refund["reason"][row] for row in rows]))
    returns.text("currency", [currencies[row] for row in rows])
    created = returns.instant("requested_at", zoned([refund["date_created_gmt"][row] for row in rows]))
    returns.day("requested_date", "requested_at", [zone] * returns.size)
    returns.put("source_updated_at", created)


def _map_line(returns: Draft, line: dict[str, list[Any]], more: int) -> None:
    """Units that came with the money make it a return; money alone does not."""
    returns.text("return_line_id", [*line["id"], *[AMOUNT] * more])
    returns.text("line_id", [*(_item(meta) for meta in line["meta_data"]), *[None] * more])
    returns.text("sku", [*blanked(line["sku"]), *[None] * more])
    units = [*(abs(value) if isinstance(value, int) else value for value in line["quantity"]), *[0] * more]
    returns.integer("quantity", units)
    returns.text("kind", ["return" if isinstance(each, int) and each > 0 else "refund_only" for each in units])


def _item(meta: Any) -> str | None:
    """The order's line that a refund's line is about."""
    found = [each.get("value") for each in meta or () if isinstance(each, Mapping) and each.get("key") == REFUNDED_ITEM]
    return str(found[0]) if found and isinstance(found[0], str | int) else None


def map_reviews(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = gather(pages, "reviews")
    reviews = Draft(REVIEWS, shop, records)
    raw = REVIEW(records.values, reviews.faults)
    reviews.text("review_id", raw["id"])
    reviews.constant("kind", "product")
    reviews.text("product_id", [value or None for value in raw["product_id"]])
    reviews.integer("rating", [None if value == 0 else value for value in raw["rating"]])  # 0: no stars were given
    reviews.text("text", [plain(value) if isinstance(value, str) else value for value in raw["review"]])
    reviews.instant("reviewed_at", zoned(raw["date_created_gmt"]))
    reviews.day("reviewed_date", "reviewed_at", [site_of(shop).zone] * reviews.size)
    return {"reviews": reviews.frame()}


def plain(text: str) -> str | None:
    """What the buyer wrote: lists wrap it into paragraphs of HTML."""
    return html.unescape(_TAG.sub("", text)).strip() or None


def map_account(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = gather(pages, "status")
    account = Draft(SELLER_ACCOUNTS, shop, records)
    told = [environment(each) for each in records.values]
    account.constant("account_id", shop.name)  # a store has no number but its address, which may move
    account.constant("status", "verified")
    account.text("status_raw", [versions(each) for each in told])
    return {"seller_accounts": account.frame()}


def versions(told: Mapping[str, Any]) -> str:
    return f"WooCommerce {told.get('version') or '?'},WordPress {told.get('wp_version') or '?'}"


def account_ids(shop: Shop, pages: Sequence[Page]) -> list[str]:
    return [shop.name] if pages else []

