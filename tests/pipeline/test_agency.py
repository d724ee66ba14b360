"""The agency's own chain, its fees, and `daiyun stages` and `fees`, over a database alone."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pandas as pd
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from pipeline import agency, opened, stages
from pipeline.cli import app
from pipeline.clients import load_clients
from pipeline.errors import SettingsError, Stopped
from transforms.hashing import stamp_hash
from transforms.tables import CANONICAL
from warehouse.database import client_session
from warehouse.merge import merge
from warehouse.stages import refresh, touched

CLIENT, SHOP = "lumora", "lumora_lazada_sg"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
YAML = f"""name: {CLIENT}
brand: Lumora
language: zh
currency: SGD
zone: Asia/Singapore
shops: [{{name: {SHOP}, marketplace: lazada, sites: [SG]}}]
agreement:
  signed: 2026-10-11
  services: [listings, orders, logistics, analysis]
  fee: {{currency: SGD, monthly_base: "310.00", share_of_net_sales: "0.05"}}
  targets: {{net_sales: "100.00"}}
service_levels: {{b2c: {{shipped: 24}}}}
"""


class Still:
    """A clock that stands still."""

    speed = 1.0

    @staticmethod
    def now() -> datetime:
        return NOW


@pytest.fixture
def house(tmp_path, database_url, monkeypatch):
    """One client under an agreement, a clock that stands still; ``house()`` writes its file again, changed."""
    folder = tmp_path / "clients"
    folder.mkdir()

    def write(*change: str):
        (folder / "lumora.yaml").write_text(YAML.replace(*change) if change else YAML, encoding="utf-8")
        opened.forget()

    values = {
        "DATABASE_URL": database_url, "LANDING": str(tmp_path / "landing"), "CLIENTS": str(folder), "DROP": str(tmp_path / "drop"),
        "OUTBOX": str(tmp_path / "outbox"), "CLOCK": "system", "SECRET_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"DAIYUN_{name}", value)
    write()
    monkeypatch.setattr(opened, "clock", lru_cache(lambda: Still))
    yield write
    opened.engine().dispose()
    opened.forget()


def put(*orders: dict) -> None:
    """Orders with one line each, merged as the night does, their stages with them."""
    version = {"source_updated_at": NOW, "seen_at": NOW, "derivation": 1, "landing_ref": "p/0#0", "content_hash": 0}
    plain = {"client": CLIENT, "shop": SHOP, "site": "SG", "status": "paid", "status_raw": "x", "currency": "SGD", "unit_count": 1}
    plain |= version
    lines = [{"line_id": "1", "quantity": 1, "shipped_quantity": 0} | one for one in orders]
    made = {name: _frame(name, [plain | one for one in rows]) for name, rows in (("orders", orders), ("order_lines", lines))}
    head = stamp_hash(CANONICAL["orders"], made["orders"], {"order_lines": made["order_lines"]})
    frames = {"orders": head, "order_lines": stamp_hash(CANONICAL["order_lines"], made["order_lines"], {})}
    client = opened.find_client(CLIENT)
    shop = stages.staged_shop(client, client.shops[0])
    with client_session(opened.engine(), CLIENT) as conn:
        speaks_of = touched(conn, CLIENT, SHOP, frames)
        merge(conn, frames)
        refresh(conn, shop, speaks_of)


def _frame(table: str, rows: list[dict]) -> pd.DataFrame:
    columns = {each.name: pd.Series([row.get(each.name) for row in rows], dtype=each.kind.dtype) for each in CANONICAL[table].columns}
    return CANONICAL[table].conform(pd.DataFrame(columns))


def order(number: str, at: datetime, minor: int = 10_000, **changes) -> dict:
    placed = {"placed_at": at, "placed_date": at.date(), "paid_at": at}
    return {"order_id": number, **placed, "items_minor": minor, "total_minor": minor, **changes}


def prove(entity: str, until: datetime) -> None:
    """As certify would have: a certificate and its watermark."""
    row = {"client": CLIENT, "shop": SHOP, "entity": entity, "start": until - timedelta(days=60), "until": until}
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text(
            "INSERT INTO certificates (client, shop, entity, pull_id, run_id, window_start, window_end, attempt, announced, stored,"
            " quarantined, missing, is_certified) VALUES (:client, :shop, :entity, :entity, 'r', :start, :until, 0, 0, 0, 0, '[]', true)"
        ), row)
        conn.execute(text(
            "INSERT INTO watermarks (client, shop, entity, proven_until, pull_id) VALUES (:client, :shop, :entity, :until, :entity)"
            " ON CONFLICT (client, shop, entity) DO UPDATE SET proven_until = :until"
        ), row)  # fmt: skip


def chain() -> set[tuple[str, str]]:
    with client_session(opened.engine(), CLIENT) as conn:
        rows = conn.execute(text("SELECT subject_id, stage FROM stage_events WHERE mode = 'agency'"))
        return set(map(tuple, rows))


def test_the_agencys_chain_is_proven_by_what_it_did_month_by_month(house):
    put(order("1", datetime(2026, 10, 20, 4, tzinfo=UTC)))
    prove("listings", datetime(2026, 11, 2, tzinfo=UTC))
    prove("orders", datetime(2026, 11, 3, tzinfo=UTC))
    client = opened.find_client(CLIENT)
    assert agency.refresh_agency(client) == 3
    assert chain() == {("2026-10-11", "agreement_signed"), ("2026-11", "listings_managed"), ("2026-11", "served")}
    assert agency.refresh_agency(client, is_whole=True) == 0
    house("listings, orders", "orders")
    agency.refresh_agency(opened.find_client(CLIENT))
    assert ("2026-11", "listings_managed") not in chain(), "a service that is not agreed is none"


def test_a_month_is_settled_once_when_it_is_over_and_proven_and_then_stands(house):
    put(order("early", datetime(2026, 10, 10, 15, 59, tzinfo=UTC)), order("in", datetime(2026, 10, 31, 15, 59, tzinfo=UTC), 20_010))
    client = opened.find_client(CLIENT)
    october, november = agency.fees(client)
    assert (october["status"], october["lacks"], november["status"]) == ("unproven", [SHOP], "running")
    with pytest.raises(Stopped, match=r"2026-10 cannot be settled.*lumora_lazada_sg"):
        agency.settle(client, "2026-10", by="ann")
    for entity in ("orders", "returns"):
        prove(entity, datetime(2026, 11, 3, tzinfo=UTC))
    october = agency.fees(client)[0]
    amounts = [october[f"{name}_minor"] for name in ("base", "net_sales", "share", "fee")]
    assert amounts == [21_000, 20_010, 1_000, 22_000], "half a cent to the even side"
    assert october["status"] == "ready" and october["target_reached"] is True
    with pytest.raises(Stopped, match="not over"):
        agency.settle(client, "2026-11", by="ann")
    with pytest.raises(Stopped, match="2026-10, 2026-11"):
        agency.settle(client, "2026-09", by="ann")
    assert agency.settle(client, "2026-10", by="ann", note="invoice 7")["fee_minor"] == 22_000
    assert ("2026-10", "fee_settled") in chain()
    put(order("late", datetime(2026, 10, 30, tzinfo=UTC), 50_000))
    house('"0.05"', '"0.50"')
    settled = agency.fees(opened.find_client(CLIENT))[0]
    assert (settled["status"], settled["fee_minor"], settled["settled_by"], settled["note"]) == ("settled", 22_000, "ann", "invoice 7")
    with pytest.raises(Stopped, match="settled already"):
        agency.settle(opened.find_client(CLIENT), "2026-10", by="ben")


def test_the_command_tells_what_is_overdue_by_the_clients_own_service_level(house):
    placed = NOW - timedelta(hours=30)
    put(order("A", placed), order("B", NOW - timedelta(hours=3)), order("C", placed, status="cancelled"))
    run = CliRunner().invoke
    told = run(app, ["stages", "--client", CLIENT, "--mode", "b2c", "--json"])
    (board,) = json.loads(told.stdout)
    assert [item["subject_id"] for item in board["stuck"]] == ["A"] and board["ended"] == 1
    assert board["stuck"][0]["waits_for"] == "shipped" and "交运" in board["stuck"][0]["next_action"]
    assert {"client", "days", "mode", "now", "begun", "ended", "lines", "stuck", "exceptions", "waiting_parents", "waiting"} == set(board)
    table = run(app, ["stages", "--client", CLIENT, "--language", "en"]).stdout
    assert "lumora, b2c" in table and "Have it packed" in table
    page = run(app, ["stages", "--client", CLIENT, "--html"]).stdout
    assert page.lstrip().startswith("<!doctype html>") and "订单 A" in page
    assert run(app, ["stages", "--html"]).exit_code == 2 and run(app, ["stages", "--mode", "b2x"]).exit_code == 2
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text("DELETE FROM stage_events"))
    (again,) = json.loads(run(app, ["stages", "--client", CLIENT, "--mode", "b2c", "--rebuild", "--json"]).stdout)
    assert again["lines"] == board["lines"]
    assert "0 rows are others now" in run(app, ["stages", "--client", CLIENT, "--rebuild"]).stderr


def test_the_command_says_in_words_why_it_has_nothing_to_tell(house):
    run = CliRunner().invoke
    nothing = run(app, ["stages", "--client", CLIENT])
    assert nothing.exit_code == 0 and "nothing has begun in the last 90 days" in nothing.stdout and "daiyun certificate" in nothing.stdout
    assert "not on the chain b2b; by its file it is on b2c, agency" in run(app, ["stages", "--client", CLIENT, "--mode", "b2b"]).stdout
    assert json.loads(run(app, ["stages", "--client", CLIENT, "--json"]).stdout) == []
    page = run(app, ["stages", "--client", CLIENT, "--html", "--language", "en"]).stdout
    assert "Nothing has begun yet." in page and "Nov 20 11:00" in page and "Lazada (Singapore)" in page
    for words in (["stages", "--client", "nobody"], ["fees", "list", "--client", "nobody"]):
        unknown = run(app, words)
        assert unknown.exit_code == 1 and "nobody" in unknown.stderr and "lumora" in unknown.stderr
    both = run(app, ["stages", "--client", CLIENT, "--html", "--json"])
    assert both.exit_code == 2 and "the page or the numbers" in both.stderr


def test_fees_by_the_command(house):
    for entity in ("orders", "returns"):
        prove(entity, datetime(2026, 11, 3, tzinfo=UTC))
    run = CliRunner().invoke
    assert [row["status"] for row in json.loads(run(app, ["fees", "list", "--json"]).stdout)] == ["ready", "running"]
    (settled,) = json.loads(run(app, ["fees", "settle", "--client", CLIENT, "--month", "2026-10", "--json"]).stdout)
    assert settled["month"] == "2026-10" and settled["settled_by"]
    assert run(app, ["fees", "settle", "--client", CLIENT, "--month", "2026-10"]).exit_code == 1
    assert "SGD 210.00" in run(app, ["fees", "list"]).stdout.replace("\xa0", " "), "people read money, not minor units"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"0.05"', "0.05"), "quote it"), (("signed: 2026-10-11", "signed: 2026-10-11\n  ended: 2026-10-01"), "ended before"),
        (("[listings, orders", "[listing, orders"), "services"), (("shipped: 24", "delivery: 24"), "nothing waits for delivery"),
        (("b2c: {shipped", "b2x: {shipped"), "b2x"), (("sites: [SG]", "sites: [SG], deals_of: nowhere"), "deals_of"),
    ],
)  # fmt: skip
def test_an_agreement_that_cannot_be_is_refused_with_its_place(tmp_path, change, words):
    (tmp_path / "lumora.yaml").write_text(YAML.replace(*change), encoding="utf-8")
    with pytest.raises(SettingsError, match=words):
        load_clients(tmp_path)


def test_a_shop_in_a_mode_its_marketplace_does_not_serve_is_named(house):
    house("sites: [SG]", "sites: [SG], mode: c2c")
    client = opened.find_client(CLIENT)
    with pytest.raises(SettingsError, match="lazada is no place for c2c"):
        stages.staged_shop(client, client.shops[0])


def test_a_client_without_an_agreement_has_no_such_chain(house):
    house(YAML[YAML.index("agreement"):], "")
    assert agency.refresh_agency(opened.find_client(CLIENT)) == 0
    with pytest.raises(SettingsError, match="no `agreement`"):
        agency.fees(opened.find_client(CLIENT))
