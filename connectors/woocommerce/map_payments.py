"""What orders say of their payment → ``payments``: one row an order that was paid.

It is the store's own word, under the store's name. A payment service that is read too (PayPal) tells the same movement from its side,
as another shop's row with the same ``transaction_id``: join the two, never add them. Refunds are in ``returns`` and not here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Shop
from connectors.frames import Draft, Records
from connectors.woocommerce.records import blanked
from connectors.woocommerce.sites import site_of
from connectors.woocommerce.words import PROVIDER
from transforms.tables import PAYMENTS

NO_METHOD = "unknown"


def map_payments(shop: Shop, records: Records, header: dict[str, list[Any]], orders: Draft) -> pd.DataFrame:
    """The key is the order's number: an order has one payment, and its transaction may be told later than that it was paid."""
    rows = np.flatnonzero(orders["paid_at"].is_valid().to_numpy(zero_copy_only=False))
    payments = Draft(PAYMENTS, shop, records.take(rows))
    places = pa.array(rows)
    for name, theirs in (
        ("payment_id", "order_id"), ("order_id", "order_id"), ("currency", "currency"), ("amount_minor", "total_minor"),
        ("paid_at", "paid_at"), ("status_raw", "status_raw"), ("source_updated_at", "source_updated_at"),
    ):
        payments.put(name, orders[theirs].take(places))
    methods = [header["payment_method"][row] or NO_METHOD for row in rows.tolist()]
    numbers = blanked([header["transaction_id"][row] for row in rows.tolist()])
    told = zip(numbers, methods, payments["order_id"].to_pylist(), strict=True)
    payments.text("transaction_id", [number if number is not None else f"{method}/{order}" for number, method, order in told])
    payments.constant("kind", "payment")
    payments.text("kind_raw", methods)
    payments.constant("status", "completed")
    payments.text("provider", [PROVIDER.get(method, method) if isinstance(method, str) else method for method in methods])
    payments.day("paid_date", "paid_at", [site_of(shop).zone] * payments.size)
    payments.faults.spread(orders.faults, rows, "order")
    return payments.frame()
