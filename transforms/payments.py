"""Payments of a payment service joined to the orders they paid for."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import pyarrow as pa

_TEXT, _INT64 = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())
MATCHED, UNMATCHED, AMOUNT_DIFFERS = "matched", "unmatched", "amount_differs"
TAKEN = ("completed", "reversed")  # money that came, even if it went back since
COLUMNS = {
    "client": _TEXT, "shop": _TEXT, "order_id": _TEXT, "currency": _TEXT, "paid_minor": _INT64, "payment_count": _INT64,
    "order_shop": _TEXT, "order_minor": _INT64, "outcome": _TEXT,
}


def join_payments(payments: pd.DataFrame, orders: pd.DataFrame, services: Collection[str]) -> pd.DataFrame:
    """What a payment service received, beside the order it was for.

    Only completed and reversed rows of kind ``payment`` count: what was taken, before refunds. A payment's order is the one
    whose store names the payment's transaction number in its own payment data, else the one whose number the store told the
    service; a number that orders of several shops of the client bear names none.

    Args:
        payments: rows of that table, the services' and the stores' own.
        orders: rows of that table, of the same clients.
        services: shops of ``payments`` that are payment services' accounts.
    Returns:
        One row a service account, order number and currency (amounts of two currencies are never added; without any number,
        one row a transaction, ``order_id`` null). ``outcome``: ``matched``, ``amount_differs`` (the order's total or currency
        is another), ``unmatched`` (no such order; ``order_shop`` and ``order_minor`` are null).
    """
    is_service = payments["shop"].isin(list(services))
    counted = (payments["kind"] == "payment") & payments["status"].isin(TAKEN)
    received = payments[is_service & counted].copy()
    received = _with_stores_word(received, payments[~is_service])
    received["group"] = received["order_id"].fillna(received["transaction_id"])
    keys = ["client", "shop", "order_id", "told_shop", "group", "currency"]
    summed = received.groupby(keys, dropna=False, as_index=False, sort=True).agg(
        paid_minor=("amount_minor", "sum"), payment_count=("payment_id", "count")
    )
    joined = _with_orders(summed, orders)
    joined["outcome"] = [_outcome(*row) for row in joined[["order_shop", "currency", "order_currency", "paid_minor", "order_minor"]].values]
    return joined[list(COLUMNS)].astype(COLUMNS).reset_index(drop=True)


def _with_stores_word(received: pd.DataFrame, stores: pd.DataFrame) -> pd.DataFrame:
    """``order_id`` and ``told_shop`` by the store that names the transaction, where one does."""
    told = stores[stores["order_id"].notna() & stores["transaction_id"].notna()].drop_duplicates(["client", "transaction_id"])
    told = told[["client", "transaction_id", "shop", "order_id"]].rename(columns={"shop": "told_shop", "order_id": "told_order"})
    merged = received.merge(told, on=["client", "transaction_id"], how="left")
    merged["order_id"] = merged["told_order"].fillna(merged["order_id"])
    return merged.drop(columns="told_order")


def _with_orders(summed: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    mine = orders[["client", "shop", "order_id", "currency", "total_minor"]].rename(
        columns={"shop": "order_shop", "currency": "order_currency", "total_minor": "order_minor"}
    )
    exact = summed.merge(
        mine, left_on=["client", "told_shop", "order_id"], right_on=["client", "order_shop", "order_id"], how="left"
    )
    alone = mine[~mine.duplicated(["client", "order_id"], keep=False)]
    by_number = summed.merge(alone, on=["client", "order_id"], how="left")
    for name in ("order_shop", "order_currency", "order_minor"):
        exact[name] = exact[name].where(exact["told_shop"].notna(), by_number[name])
    return exact


def _outcome(order_shop: object, currency: object, order_currency: object, paid: object, total: object) -> str:
    if pd.isna(order_shop):
        return UNMATCHED
    is_equal = not pd.isna(order_currency) and not pd.isna(total) and currency == order_currency and paid == total
    return MATCHED if is_equal else AMOUNT_DIFFERS
