"""Builders of small valid rows for the tests of transforms; a test changes only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from transforms.schema import Kind, Table
from transforms.tables import CANONICAL

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)

SAMPLES = {
    "client": "lumora", "shop": "lumora_amazon_eu", "site": "DE", "currency": "EUR", "sku": "LAMP-1", "title": "Lampe",
    "status_raw": "x", "fulfilled_by": "seller", "quantity": 1, "source_updated_at": NOON, "seen_at": NOON, "derivation": 1,
    "source": "ECB", "mode": "b2c", "evidence": "orders.placed_at", "sellable_quantity": 5, "rating": 5,
    "kind_raw": "Shipment/ProductCharges", "transaction_id": "T1", "amount_minor": 100, "location": "DEFAULT",
}


def sample(table: Table, **changes) -> dict:
    """One valid row of any table."""
    row = {}
    for column in table.columns:
        name = column.name
        if name in SAMPLES and (not column.allowed or SAMPLES[name] in column.allowed):
            row[name] = SAMPLES[name]
        elif column.allowed:
            row[name] = column.allowed[0]
        elif name.endswith("_id"):
            row[name] = f"{name}-1"
        elif column.nullable:
            row[name] = None
        elif name.endswith("_at"):
            row[name] = NOON
        elif name.endswith("_date"):
            row[name] = date(2026, 11, 10)
        elif name.endswith("_minor"):
            row[name] = 1000
        else:
            row[name] = f"{name} 1" if column.kind is Kind.TEXT else 1
    row.update(landing_ref="pull-1/0#0")
    return row | changes


def frame(table: Table, rows: list[dict], *extra: str) -> pd.DataFrame:
    made = pd.DataFrame({c.name: pd.array([r.get(c.name) for r in rows], dtype=c.kind.dtype) for c in table.columns})
    for name in extra:
        made[name] = pd.array([r.get(name) for r in rows], dtype="string[pyarrow]")
    return made


@pytest.fixture
def row():
    """``row(TABLE, **changes)``: one valid row as a dict."""
    return sample


@pytest.fixture
def table_of():
    """``table_of(TABLE, [rows])``: a typed frame."""
    return frame


MONEY = {"items_minor": 2000, "discount_minor": 100, "shipping_minor": 300, "tax_minor": 0, "total_minor": 2200}


def order_frames(orders: list[dict] | None = None, lines=None, shipments=None, shipment_lines=None) -> dict[str, pd.DataFrame]:
    """Frames of one chunk: by default one order of two units in one line, shipped in one parcel."""
    orders = [{}] if orders is None else orders
    lines = [{}] if lines is None else lines
    shipments = [{}] if shipments is None else shipments
    shipment_lines = [{}] if shipment_lines is None else shipment_lines
    defaults = {
        "orders": {"unit_count": 2, "status": "shipped", **MONEY},
        "order_lines": {"quantity": 2, "shipped_quantity": 2, "status": "shipped", "unit_price_minor": 1000, **MONEY},
        "shipments": {"status": "in_transit", "shipped_at": NOON},
        "shipment_lines": {"quantity": 2},
    }
    given = {"orders": orders, "order_lines": lines, "shipments": shipments, "shipment_lines": shipment_lines}
    frames = {}
    for name, changes in given.items():
        rows = [sample(CANONICAL[name], **(defaults[name] | {"fault": None} | change)) for change in changes]
        frames[name] = frame(CANONICAL[name], rows, "fault").drop(columns="content_hash")
    return frames


@pytest.fixture
def chunk():
    """``chunk(orders=[changes], lines=[changes], …)``: mapped frames of one chunk of orders."""
    return order_frames


