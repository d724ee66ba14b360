"""A client's reports week after week, on PostgreSQL and over SMTP: frozen once, and late changes told in the next."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace

import pandas as pd
import pytest
from sqlalchemy import text

from pipeline import opened, report
from pipeline.errors import TryLater
from pipeline.settings import settings
from reports.catcher import Catcher
from transforms.hashing import stamp_hash
from transforms.tables import CANONICAL
from warehouse import reports_ledger
from warehouse.database import client_session
from warehouse.merge import merge

CLIENT, SHOP = "lumora", "lumora_lazada_sg"
MONDAY = datetime(2026, 11, 9, 3, tzinfo=UTC)  # the night after the week of November 2
WEEK = timedelta(days=7)
YAML = f"""name: {CLIENT}
brand: Lumora
language: en
currency: SGD
zone: Asia/Singapore
shops: [{{name: {SHOP}, marketplace: lazada, sites: [SG]}}]
report: {{recipients: [owner@lumora.example]}}
"""


@pytest.fixture
def house(tmp_path, database_url, monkeypatch):
    """One client with one shop and a mail server; yields the folder of the mails."""
    (tmp_path / "clients").mkdir()
    (tmp_path / "clients" / "lumora.yaml").write_text(YAML, encoding="utf-8")
    with Catcher(tmp_path / "mail") as catcher:
        values = {
            "DATABASE_URL": database_url, "LANDING": str(tmp_path / "landing"), "CLIENTS": str(tmp_path / "clients"),
            "DROP": str(tmp_path / "drop"), "OUTBOX": str(tmp_path / "outbox"), "CLOCK": "system", "SMTP_HOST": "127.0.0.1",
            "SECRET_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(), "SMTP_PORT": str(catcher.port),
        }  # fmt: skip
        for name, value in values.items():
            monkeypatch.setenv(f"DAIYUN_{name}", value)
        opened.forget()
        yield tmp_path / "mail"
        opened.engine().dispose()
        opened.forget()


def put(table: str, seen: datetime, *given: dict) -> None:
    """Merge rows as the night's pull would have; an order brings its one line."""
    frames = {table: list(given)}
    if table == "orders":
        names = ("order_id", "currency", "items_minor")
        frames["order_lines"] = [
            {**{name: one[name] for name in names}, "line_id": "1", "status": "paid", "quantity": 1, "shipped_quantity": 0} for one in given
        ]
    version = {"source_updated_at": seen, "seen_at": seen, "derivation": 1, "landing_ref": "p/0#0", "content_hash": 0}
    made = {name: _frame(name, [{"client": CLIENT, "shop": SHOP, **version, **one} for one in rows]) for name, rows in frames.items()}
    stamped = {
        name: stamp_hash(CANONICAL[name], frame, {child: made[child] for child in made if CANONICAL[child].parent == name})
        for name, frame in made.items()
    }
    with client_session(opened.engine(), CLIENT) as conn:
        merge(conn, stamped)


def _frame(table: str, rows: list[dict]) -> pd.DataFrame:
    columns = {each.name: pd.Series([row.get(each.name) for row in rows], dtype=each.kind.dtype) for each in CANONICAL[table].columns}
    return CANONICAL[table].conform(pd.DataFrame(columns))


def order(number: int, placed: datetime, minor: int = 10_000, status: str = "paid") -> dict:
    day = {"placed_at": placed, "placed_date": placed.date(), "site": "SG", "unit_count": 1, "status_raw": status}
    return {"order_id": str(number), "currency": "SGD", "items_minor": minor, "status": status, **day}


def asked_back(number: int, asked: datetime, minor: int, status: str) -> dict:
    ids = {"return_id": str(number), "return_line_id": "1", "order_id": str(number), "kind": "return", "quantity": 1}
    day = {"requested_at": asked, "requested_date": asked.date(), "status": status, "status_raw": status}
    return {**ids, **day, "currency": "SGD", "refund_minor": minor}


def send(night: datetime) -> dict:
    """The report of the week before ``night``, mailed; its data as it is frozen."""
    period = report.report_client(CLIENT, night=night)["period"]
    with client_session(opened.engine(), CLIENT) as conn:
        return reports_ledger.find_report(conn, CLIENT, report.KIND, period)["numbers"]["data"]


def changes(data: dict) -> list[tuple]:
    return [
        (week["period_start"], one["figure"], one["was"], one["now"])
        for week in data["restated"] for shop in week["shops"] for one in shop["changes"]
    ]


def refunds(data: dict) -> int:
    return data["metrics"]["total"]["converted"]["refunds_minor"]


def test_a_refund_completed_after_its_weeks_report_is_in_the_next_one_exactly_once(house):
    friday = MONDAY - timedelta(days=3)
    put("orders", friday, order(1, friday))
    put("returns", friday, asked_back(1, friday, 4_000, "requested"))
    first = send(MONDAY)
    assert (refunds(first), first["restated"], first["metrics"]["unsettled_returns"]) == (0, [], 1)
    put("returns", MONDAY + timedelta(days=1), asked_back(1, friday, 4_000, "refunded"))
    second = send(MONDAY + WEEK)
    assert refunds(second) == 0
    assert changes(second) == [("2026-11-02", "net_sales", 10_000, 6_000), ("2026-11-02", "refunds", 0, 4_000)]
    third = send(MONDAY + 2 * WEEK)
    assert (refunds(third), changes(third), third["weeks_compared"]) == (0, [], 2)
    assert len(list(house.glob("*.eml"))) == 3


def test_a_report_stays_as_it_was_sent_whatever_comes_later(house):
    friday = MONDAY - timedelta(days=3)
    put("orders", friday, order(1, friday))
    first = send(MONDAY)
    put("orders", MONDAY, order(1, friday, status="cancelled"), order(2, friday, 2_500), order(3, friday, 100))
    assert send(MONDAY) == first
    second = send(MONDAY + WEEK)
    assert second["restated"][0]["shops"][0]["reasons"] == [{"name": "late_orders", "count": 2}, {"name": "cancelled", "count": 1}]
    assert changes(second) == [("2026-11-02", "orders", 1, 2), ("2026-11-02", "units", 1, 2), ("2026-11-02", "net_sales", 10_000, 2_600)]
    assert send(MONDAY + WEEK) == second
    assert len(list(house.glob("*.eml"))) == 2


def test_a_report_that_reached_nobody_told_nothing(house, monkeypatch):
    friday = MONDAY - timedelta(days=3)
    put("orders", friday, order(1, friday - WEEK), order(2, friday))
    send(MONDAY - WEEK)
    with monkeypatch.context() as away:
        away.setenv("DAIYUN_SMTP_PORT", "9")
        settings.cache_clear()
        with pytest.raises(TryLater):
            report.report_client(CLIENT, night=MONDAY)
    settings.cache_clear()
    later = send(MONDAY + WEEK)
    assert [(week["period_start"], week["was_reported"], week["net_now"]) for week in later["restated"]] == [("2026-11-02", False, 10_000)]
    assert changes(send(MONDAY + 2 * WEEK)) == []


def test_a_mail_is_noted_as_sent_by_the_nights_own_clock(house, monkeypatch):
    at = MONDAY + timedelta(minutes=20)
    monkeypatch.setattr(opened, "clock", lru_cache(lambda: SimpleNamespace(now=lambda: at, speed=1.0)))
    put("orders", MONDAY - timedelta(days=3), order(1, MONDAY - timedelta(days=3)))
    send(MONDAY)
    with client_session(opened.engine(), CLIENT) as conn:
        assert conn.execute(text("SELECT sent_at FROM deliveries")).scalars().all() == [at]


def test_a_preview_shows_the_same_changes_and_keeps_nothing(house):
    friday = MONDAY - timedelta(days=3)
    put("orders", friday, order(1, friday))
    send(MONDAY)
    put("orders", MONDAY, order(1, friday, 9_000))
    assert report.preview(CLIENT, MONDAY + WEEK).data["restated"] == report.preview(CLIENT, MONDAY + WEEK).data["restated"] != []
    with client_session(opened.engine(), CLIENT) as conn:
        assert len(reports_ledger.list_reports(conn, CLIENT)) == 1


def test_after_a_change_of_weekday_no_day_is_reported_twice_or_never(house):
    for day in range(-7, 9):
        put("orders", MONDAY + timedelta(days=day), order(100 + day, MONDAY + timedelta(days=day)))
    reported = [send(MONDAY)]
    file = opened.settings().clients / "lumora.yaml"
    file.write_text(YAML.replace("report: {", "report: {weekday: 2, "), encoding="utf-8")
    opened.clients.cache_clear()
    reported += [send(MONDAY + timedelta(days=2)), send(MONDAY + timedelta(days=9))]
    assert [(data["metrics"]["period_start"], data["metrics"]["total"]["orders"]) for data in reported] == [
        ("2026-11-02", 7), ("2026-11-09", 2), ("2026-11-11", 7),
    ]
    assert send(MONDAY + timedelta(days=2)) == reported[1]
    assert report.due_reports(MONDAY + timedelta(days=9)) == []
    assert [changes(data) for data in reported] == [[], [], []]


def test_a_report_is_read_at_one_instant(house):
    with client_session(opened.engine(), CLIENT, is_snapshot=True) as conn:
        count = text("SELECT count(*) FROM orders")
        assert conn.execute(count).scalar_one() == 0
        put("orders", MONDAY, order(1, MONDAY))
        assert conn.execute(count).scalar_one() == 0
    with client_session(opened.engine(), CLIENT) as conn:
        assert conn.execute(count).scalar_one() == 1
