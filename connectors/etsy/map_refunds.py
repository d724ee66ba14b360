"""A receipt's refunds → ``returns``: Etsy has no resource for returns, and a refund names neither lines nor units."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pyarrow as pa

from connectors.contract import Shop
from connectors.etsy.values import amounts, moments
from connectors.etsy.words import REFUND_STATUS
from connectors.frames import Draft, Records
from connectors.loose import text
from connectors.trees import Level
from transforms.tables import RETURNS

WHOLE = "refund"  # the one line of a refund


def map_refunds(shop: Shop, places: Records, refund: Level, receipt: Level, *, zone: str) -> pd.DataFrame:
    """One row a refund; ``quantity`` is 0, for Etsy tells no units. Its key is receipt, second and amount, as it has no id."""
    returns = Draft(RETURNS, shop, places.take(refund.parent), refund.faults)
    raw, rows = refund.columns, refund.parent.tolist()
    orders = [receipt.columns["id"][row] for row in rows]
    returns.text("order_id", orders)
    returns.text("return_id", _ids(rows, orders, raw["created"], raw["amount"]))
    returns.constant("return_line_id", WHOLE)
    is_called_off = [text(receipt.columns["status"][row]).lower() == "canceled" for row in rows]
    returns.text("kind", ["cancel" if each else "refund_only" for each in is_called_off])
    words = [word.lower() if isinstance(word, str) and word else None if word == "" else word for word in raw["status"]]
    returns.put("status", pa.array([REFUND_STATUS.get(word) if isinstance(word, str | None) else None for word in words], pa.string()))
    for row, word in enumerate(words):
        if word is not None and (not isinstance(word, str) or word not in REFUND_STATUS):
            returns.faults.add_value(row, "status", word, "is not a known word")
    returns.text("status_raw", [word or "" for word in words])
    returns.constant("quantity", 0)
    returns.text("reason", raw["reason"])
    currency = returns.text("currency", raw["amount_currency"]).to_pylist()
    amounts(returns, "refund_minor", raw, "amount", currency)
    moments(returns, "requested_at", raw["created"])
    returns.day("requested_date", "requested_at", [zone] * returns.size)
    returns.put("source_updated_at", returns["requested_at"])
    return returns.frame()


def _ids(rows: list[int], orders: list, created: list, amount: list) -> list[str | None]:
    """``receipt/second/amount``, and a number behind it where a receipt shows two alike (one read twice has each twice)."""
    seen: Counter[tuple[int, str]] = Counter()
    found: list[str | None] = []
    for row, *key in zip(rows, orders, created, amount, strict=True):
        if any(part is None or isinstance(part, dict | list) for part in key):
            found.append(None)
            continue
        name = "/".join(map(str, key))
        seen[row, name] += 1
        found.append(name if seen[row, name] == 1 else f"{name}/{seen[row, name]}")
    return found
