"""A snapshot of which nothing but quarantined rows is left, played again, takes away nothing that was shown since."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from pipeline import certify, opened
from transforms.hashing import stamp_hash
from transforms.tables import CANONICAL
from warehouse import ledger
from warehouse.merge import merge

SHOP, NIGHT = "lumora_lazada_sg", datetime(2026, 11, 16, 3, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path, database_url, monkeypatch):
    values = {"DATABASE_URL": database_url, "LANDING": str(tmp_path), "SECRET_KEY": base64.urlsafe_b64encode(b"k" * 32).decode()}
    for name, value in {**values, "CLOCK": "system"}.items():
        monkeypatch.setenv(f"DAIYUN_{name}", value)
    opened.forget()
    yield opened.open_shop(SHOP)
    opened.engine().dispose()
    opened.forget()


def stock(sku: str, at: datetime) -> dict[str, pd.DataFrame]:
    row = {
        "client": "lumora", "shop": SHOP, "site": "SG", "sku": sku, "location": "DEFAULT", "fulfilled_by": "seller", "sellable_quantity": 5,
        "source_updated_at": at, "seen_at": at, "derivation": 1, "landing_ref": "p/0#0", "content_hash": 0,
    }  # fmt: skip
    declared = CANONICAL["inventory"]
    frame = pd.DataFrame({column.name: pd.Series([row.get(column.name)], dtype=column.kind.dtype) for column in declared.columns})
    return {"inventory": stamp_hash(declared, frame, {})}


@pytest.mark.parametrize(("shown", "left"), [(timedelta(days=1), ["new"]), (timedelta(days=-1), [])], ids=["shown since", "gone since"])
def test_quarantined_rows_date_their_snapshot(shop, shown, left):
    with shop.session() as conn:
        merge(conn, stock("new", NIGHT + shown))
        pull = ledger.open_pull(conn, "lumora", SHOP, "listings", NIGHT - timedelta(days=1), NIGHT, "night")
        held = [{certify.TABLE: "inventory", "site": "SG", "sku": "odd", "location": "DEFAULT", "seen_at": NIGHT.isoformat()}]
        certify._retire(conn, shop, shop.endpoints["listings"], pull, held)
        assert conn.exec_driver_sql("SELECT sku FROM inventory").scalars().all() == left


def test_a_quarantined_row_without_its_number_may_be_any_row_so_none_is_retired(shop):
    with shop.session() as conn:
        merge(conn, stock("old", NIGHT - timedelta(days=1)))
        pull = ledger.open_pull(conn, "lumora", SHOP, "listings", NIGHT - timedelta(days=1), NIGHT, "night")
        held = [{certify.TABLE: "inventory", "site": "SG", "sku": None, "location": "DEFAULT", "seen_at": NIGHT.isoformat()}]
        certify._retire(conn, shop, shop.endpoints["listings"], pull, held)
        assert conn.exec_driver_sql("SELECT sku FROM inventory").scalars().all() == ["old"]
