"""Small canonical rows, easy to check by eye."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from transforms.hashing import stamp_hash
from transforms.tables import CANONICAL

START = datetime(2026, 11, 1, tzinfo=UTC)
DEFAULTS = {
    "orders": {"site": "US", "status": "paid", "status_raw": "UNSHIPPED", "placed_at": START, "placed_date": START.date(), "unit_count": 1},
    "order_lines": {"status": "paid", "quantity": 1, "shipped_quantity": 0},
    "shipments": {"status": "pending"},
    "shipment_lines": {"quantity": 1},
    "listings": {"site": "US", "sku": "A", "status": "active", "status_raw": "BUYABLE", "fulfilled_by": "seller"},
    "inquiries": {"received_at": START, "received_date": START.date(), "subject": "bolts", "source": "inquiry", "status": "replied"},
    "rfqs": {"posted_at": START, "posted_date": START.date(), "subject": "bolts", "status": "open"},
    "quotations": {"issued_at": START, "issued_date": START.date(), "status": "sent", "currency": "USD"},
    "contracts": {
        "status": "signed", "status_raw": "x", "created_at": START, "created_date": START.date(), "currency": "USD", "total_minor": 1000,
    },
    "payment_milestones": {"milestone": "full", "currency": "USD", "due_minor": 1000, "status": "due"},
    "trade_shipments": {"status": "in_transit"},
    "inspections": {"inspected_at": START, "inspected_date": START.date(), "result": "pass", "result_raw": "PASS"},
    "acceptances": {"accepted_at": START, "accepted_date": START.date()},
    "reviews": {"kind": "product", "reviewed_at": START, "reviewed_date": START.date()},
    "ledger_entries": {"kind_raw": "x", "status": "released", "currency": "USD", "posted_at": START, "posted_date": START.date()},
    "payments": {
        "kind": "payment", "kind_raw": "x", "status": "completed", "status_raw": "x", "provider": "bank_transfer", "currency": "USD",
        "paid_at": START, "paid_date": START.date(),
    },
    "inventory": {"site": "US", "location": "DEFAULT", "fulfilled_by": "seller", "sellable_quantity": 5},
}


class Rows:
    """Builds frames as a validated batch has them."""

    @staticmethod
    def frame(table: str, rows: list[dict], client: str = "lumora", shop: str = "lumora_amazon_us") -> pd.DataFrame:
        """``hour`` is the row's ``source_updated_at`` (and, without ``seen``, its ``seen_at``) in hours after START."""
        declared = CANONICAL[table]
        filled = []
        for row in rows:
            row = dict(row)
            hour = row.pop("hour", 0)
            seen = row.pop("seen", hour)
            derivation = row.pop("derivation", 1)
            instants = {"source_updated_at": START + timedelta(hours=hour), "seen_at": START + timedelta(hours=seen)}
            version = {**instants, "derivation": derivation, "landing_ref": f"p/{seen}#0"}
            filled.append({"client": client, "shop": shop, **DEFAULTS[table], **version, **row, "content_hash": 0})
        columns = {column.name: pd.Series([row.get(column.name) for row in filled], dtype=column.kind.dtype) for column in declared.columns}
        return pd.DataFrame(columns)

    @classmethod
    def batch(cls, orders: list[dict], **scope) -> dict[str, pd.DataFrame]:
        """Orders with their ``lines`` (dicts), as the frames of one batch."""
        heads = [{name: value for name, value in order.items() if name != "lines"} for order in orders]
        version = ("order_id", "hour", "seen", "derivation")
        lines = [{**{n: order[n] for n in version if n in order}, **line} for order in orders for line in order.get("lines", ())]
        frames = {"orders": cls.frame("orders", heads, **scope), "order_lines": cls.frame("order_lines", lines, **scope)}
        return cls.stamped(frames)

    @staticmethod
    def stamped(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """With content hashes; a batch that holds one parent twice must be stamped a version at a time."""
        done = {}
        for name, frame in frames.items():
            children = {child: rows for child, rows in frames.items() if CANONICAL[child].parent == name}
            done[name] = stamp_hash(CANONICAL[name], frame, children)
        return done

    @classmethod
    def one(cls, table: str, rows: list[dict], **scope) -> dict[str, pd.DataFrame]:
        return cls.stamped({table: cls.frame(table, rows, **scope)})


@pytest.fixture
def rows() -> type[Rows]:
    return Rows
