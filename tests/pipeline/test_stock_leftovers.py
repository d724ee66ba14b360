"""Plans that follow plans: what an earlier night left behind is taken up, or taken back, never forgotten."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pandas as pd
import pytest
from sqlalchemy import text

from pipeline import opened, stock
from transforms.hashing import stamp_hash
from transforms.tables import CANONICAL
from warehouse import jobs
from warehouse.database import client_session
from warehouse.merge import merge

CLIENT, SHOP = "lumora", "lumora_lazada_sg"
START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def brand(tmp_path, database_url, monkeypatch):
    """One client with one shop of ten articles, each showing 10; ``drop`` writes its master."""
    clients = tmp_path / "clients"
    clients.mkdir()
    (clients / "lumora.yaml").write_text(
        f"name: {CLIENT}\nbrand: Lumora\nlanguage: en\ncurrency: SGD\nzone: Asia/Singapore\n"
        f"shops: [{{name: {SHOP}, marketplace: lazada, sites: [SG]}}]\n",
        encoding="utf-8",
    )
    drop = tmp_path / "drop"
    (drop / CLIENT).mkdir(parents=True)
    values = {
        "DATABASE_URL": database_url, "LANDING": str(tmp_path / "landing"), "CLIENTS": str(clients), "DROP": str(drop),
        "SECRET_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(), "CLOCK": "system",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"DAIYUN_{name}", value)
    opened.forget()
    show({f"A{n}": 10 for n in range(10)}, hour=1)
    yield lambda **wanted: (drop / CLIENT / stock.MASTER).write_text(
        "sku,on hand\n" + "".join(f"{sku},{count}\n" for sku, count in wanted.items()), encoding="utf-8"
    )
    opened.engine().dispose()
    opened.forget()


def show(quantities: dict[str, int], hour: int) -> None:
    """What the shop shows, as the night's pull would have merged it."""
    at = START.replace(hour=hour)
    version = {"source_updated_at": at, "seen_at": at, "derivation": 1, "landing_ref": "p/0#0", "content_hash": 0}
    scope = {"client": CLIENT, "shop": SHOP, "site": "SG", "fulfilled_by": "seller", **version}
    listings = [{**scope, "listing_id": sku, "sku": sku, "status": "active", "status_raw": "active"} for sku in quantities]
    inventory = [{**scope, "sku": sku, "location": "DEFAULT", "sellable_quantity": count} for sku, count in quantities.items()]
    frames = {"listings": listings, "inventory": inventory}
    made = {name: CANONICAL[name].conform(_frame(name, rows)) for name, rows in frames.items()}
    with client_session(opened.engine(), CLIENT) as conn:
        merge(conn, {name: stamp_hash(CANONICAL[name], frame, {}) for name, frame in made.items()})


def _frame(table: str, rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame({c.name: pd.Series([row.get(c.name) for row in rows], dtype=c.kind.dtype) for c in CANONICAL[table].columns})


def plan(night: int) -> dict:
    return stock.plan_client(CLIENT, run_id=f"night {night}")


def sendable(batch: str) -> list[tuple[str, int]]:
    with client_session(opened.engine(), CLIENT) as conn:
        return [(job.sku, job.wanted_quantity) for job in jobs.pushable(conn, CLIENT, batch)]


def step(verb, *args) -> None:
    with client_session(opened.engine(), CLIENT) as conn:
        verb(conn, *args)


def ids(batch: str) -> list[str]:
    with client_session(opened.engine(), CLIENT) as conn:
        return [job.job_id for job in jobs.of_batch(conn, CLIENT, batch)]


@pytest.mark.parametrize("was_sent", [False, True], ids=["never sent", "stopped while it was sent"])
def test_a_change_that_last_nights_push_could_not_send_is_sent_tonight(brand, was_sent):
    brand(A0=7)
    first = plan(1)
    assert sendable(first["batch"]) == [("A0", 7)]
    if was_sent:
        step(jobs.mark_pushed, ids(first["batch"]))
    second = plan(2)
    assert second["jobs"] == 1 and sendable(second["batch"]) == [("A0", 7)]
    assert sendable(first["batch"]) == [], "and not twice"


def test_an_approved_change_that_was_not_sent_keeps_its_approval(brand):
    brand(A0=0)
    first = plan(1)
    assert first["needs_approval"]
    stock.record_decision(CLIENT, batch=first["batch"], approved=True, by="ann", reason="")
    second = plan(2)
    assert second["jobs"] == 1 and not second["needs_approval"] and sendable(second["batch"]) == [("A0", 0)]


def test_an_acknowledged_change_nobody_saw_is_looked_for_again(brand):
    brand(A0=7)
    first = plan(1)
    step(jobs.mark_pushed, ids(first["batch"]))
    step(jobs.mark_acknowledged, ids(first["batch"]))
    second = plan(2)
    with client_session(opened.engine(), CLIENT) as conn:
        assert second["jobs"] == 1 and [job.sku for job in jobs.acknowledged(conn, CLIENT, second["batch"])] == ["A0"]


def test_a_change_left_over_is_judged_by_tonights_guard(brand):
    brand(A0=7)
    plan(1)
    brand(**{f"A{n}": 7 for n in range(10)})
    second = plan(2)
    assert second["needs_approval"] and second["jobs"] == 10 and sendable(second["batch"]) == []


def test_a_change_still_waiting_for_a_person_is_not_asked_for_twice(brand):
    brand(A0=0)
    first = plan(1)
    second = plan(2)
    assert (second["jobs"], second["needs_approval"]) == (0, False)
    stock.record_decision(CLIENT, batch=first["batch"], approved=True, by="ann", reason="")
    assert sendable(first["batch"]) == [("A0", 0)]


def test_a_question_nobody_can_answer_any_more_is_asked_anew(brand):
    brand(A0=0)
    first = plan(1)
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text("UPDATE sync_jobs SET planned_at = now() - interval '25 hours'"))
    second = plan(2)
    assert second["needs_approval"] and second["jobs"] == 1
    stock.record_decision(CLIENT, batch=first["batch"], approved=True, by="late", reason="")
    assert sendable(second["batch"]) == [], "an answer to the former question decides nothing"


def test_a_change_that_is_not_wanted_any_more_is_taken_back_even_when_it_was_approved(brand):
    brand(A0=0)
    first = plan(1)
    show({"A0": 3}, hour=2)
    brand(A0=3)  # the brand restocked: the shop shows what is wanted
    assert plan(2)["jobs"] == 0
    stock.record_decision(CLIENT, batch=first["batch"], approved=True, by="ann", reason="")
    assert sendable(first["batch"]) == [], "an approval of last night's zero must not empty the shop"


def test_the_approver_is_shown_what_a_yes_would_let_go_and_nothing_else(brand):
    brand(A0=0)
    first = plan(1)
    stock.record_decision(CLIENT, batch=first["batch"], approved=True, by="ann", reason="")
    brand(A0=0, A1=0)
    second = plan(2)
    assert second["jobs"] == 2 and "A1" in second["body"] and "| A0 |" not in second["body"]
