"""A snapshot of which nothing but quarantined rows is left, played again, takes away nothing that was shown since."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from connectors import registry
from connectors.contract import Page
from pipeline import certify, opened
from transforms.hashing import stamp_hash
from transforms.tables import CANONICAL
from warehouse import ledger
from warehouse.merge import merge, retire_absent

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


def test_an_old_snapshot_played_again_is_proven_though_a_newer_one_has_taken_rows_away(shop):
    """Its rows were stored and are rightly gone: they are neither missing nor brought back."""
    endpoint = registry.endpoints("amazon")["fba_inventory"]
    with shop.session() as conn:
        pull = ledger.open_pull(conn, "lumora", SHOP, "fba_inventory", NIGHT - timedelta(days=1), NIGHT, "night")
        ledger.save_cursor(conn, pull.pull_id, 0, None, None)
        pull = ledger.get_pull(conn, pull.pull_id)
        opened.landing().write_page(pull.ref, 0, 0, Page(b"{}", NIGHT, "getInventorySummaries"))
        for chunk, sku in enumerate(("kept", "gone")):
            opened.landing().write_batch(pull.ref, chunk, "inventory", stock(sku, NIGHT)["inventory"])
            merge(conn, stock(sku, NIGHT))
        assert retire_absent(conn, "inventory", "lumora", SHOP, {}, stock("kept", NIGHT + timedelta(days=1))["inventory"]) == 1
        for sku in ("kept", "gone"):
            merge(conn, stock(sku, NIGHT))
        assert conn.exec_driver_sql("SELECT sku FROM inventory").scalars().all() == ["kept"]
    said = SimpleNamespace(record_ids=lambda entity, pages: ["kept", "gone", "never stored"])
    reader = SimpleNamespace(connector=said, session=shop.session, client=shop.client, name=shop.name)
    assert certify.count(reader, endpoint, pull, []).missing == ["never stored"]


def test_a_quarantined_row_without_its_number_may_be_any_row_so_none_is_retired(shop):
    with shop.session() as conn:
        merge(conn, stock("old", NIGHT - timedelta(days=1)))
        pull = ledger.open_pull(conn, "lumora", SHOP, "listings", NIGHT - timedelta(days=1), NIGHT, "night")
        held = [{certify.TABLE: "inventory", "site": "SG", "sku": None, "location": "DEFAULT", "seen_at": NIGHT.isoformat()}]
        certify._retire(conn, shop, shop.endpoints["listings"], pull, held)
        assert conn.exec_driver_sql("SELECT sku FROM inventory").scalars().all() == ["old"]
