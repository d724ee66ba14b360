"""Changes for a shop nothing can be written to: a workbook, a person's task, and that person's word."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import stockroom
import yaml
from openpyxl import load_workbook
from typer.testing import CliRunner

from pipeline import opened, stock, want
from pipeline.cli import jobs as commands
from pipeline.errors import PipelineError
from pipeline.job_kinds import change_of
from pipeline.settings import settings
from warehouse import jobs
from warehouse.database import client_session


@pytest.fixture
def supplier(brand):
    """The stockroom's brand, its one shop at Global Sources."""
    file = settings().clients / f"{stockroom.CLIENT}.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    shop = {"name": stockroom.SHOP, "marketplace": "globalsources", "sites": ["SG"], "account": {"upload_due_hours": "6"}}
    file.write_text(yaml.safe_dump({**data, "shops": [shop], "stock": {"approve_above_share": 0.9}}), encoding="utf-8")
    opened.clients.cache_clear()
    return brand


def listed() -> list[dict]:
    told = CliRunner().invoke(commands.app, ["list", "--json"], catch_exceptions=False)
    return json.loads(told.stdout)


def workbooks():
    return sorted((settings().drop / stockroom.CLIENT / stockroom.SHOP / "out").glob("*.xlsx"))


def test_a_stock_wish_becomes_a_workbook_and_a_task_that_only_a_person_ends(supplier):
    supplier(A0=7, A1=12)
    planned = stockroom.plan(1)
    counts = stock.push_client(stockroom.CLIENT, batch=planned["batch"])
    assert counts == {"acknowledged": 0, "refused": 0, "by_hand": 2}
    rows = list(load_workbook(workbooks()[0])["Changes"].iter_rows(values_only=True))
    assert rows[0][:2] == ("Model No.", "Stock") and {row[:2] for row in rows[1:]} == {("A0", 7), ("A1", 12)}

    assert stock.observe_client(stockroom.CLIENT, batch=planned["batch"]) == {"observed": 0, "failed": 0, "open": 0}
    waiting = listed()
    assert {row["status"] for row in waiting} == {"manual_pending"}
    due = datetime.fromisoformat(waiting[0]["due_at"])
    assert timedelta(hours=5) < due - datetime.now(UTC) <= timedelta(hours=6)
    assert waiting[0]["due"].endswith(f"by hand: out/{workbooks()[0].name}")

    again = stockroom.plan(2)
    assert stock.push_client(stockroom.CLIENT, batch=again["batch"]) == {"acknowledged": 0, "refused": 0} and len(workbooks()) == 1

    for row in waiting:
        commands.done([row["job_id"]], note="uploaded", as_json=True)
    assert {row["status"] for row in listed()} == {"manual_done"}
    with pytest.raises(PipelineError, match="waits for anybody's hand"):
        commands.done([waiting[0]["job_id"]], as_json=True)


def test_what_the_next_export_shows_as_wanted_waits_for_nobody_any_more(supplier):
    supplier(A0=7)
    stock.push_client(stockroom.CLIENT, batch=stockroom.plan(1)["batch"])
    stockroom.show({"A0": 7}, hour=2)
    stockroom.plan(2)
    with client_session(opened.engine(), stockroom.CLIENT) as conn:
        assert jobs.by_hand(conn, stockroom.CLIENT) == [] and jobs.counts(conn) == {"superseded": 1}


def test_a_push_that_was_stopped_writes_the_same_workbook_again(supplier):
    supplier(A0=7)
    batch = stockroom.plan(1)["batch"]
    stockroom.step(jobs.mark_pushed, stockroom.ids(batch))
    connector = opened.open_shop(stockroom.SHOP).connector
    with client_session(opened.engine(), stockroom.CLIENT) as conn:
        changes = [change_of(job) for job in jobs.pushable(conn, stockroom.CLIENT, batch)]
    connector.push_stock(changes)
    assert stock.push_client(stockroom.CLIENT, batch=batch)["by_hand"] == 1 and len(workbooks()) == 1


def test_an_overdue_task_says_so_in_the_list(supplier):
    row = {"status": "manual_pending", "due_at": datetime(2026, 11, 17, 3, tzinfo=UTC), "vendor_ref": "out/a.xlsx"}
    assert commands.due_text(row, datetime(2026, 11, 17, 2, tzinfo=UTC)) == "2026-11-17 03:00 by hand: out/a.xlsx"
    assert commands.due_text(row, datetime(2026, 11, 17, 4, tzinfo=UTC)).endswith("OVERDUE")


def wish(tmp_path, kind, *lines):
    file = tmp_path / "wishes.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    told = want.want(stockroom.CLIENT, shop=stockroom.SHOP, kind=kind, file=file, run_id=kind)
    if told["needs_approval"]:
        stockroom.approve(told)
    return told["batch"]


def test_a_ladder_and_a_quotation_become_workbooks_and_tasks_and_what_was_not_done_may_be_wanted_again(supplier, tmp_path):
    ladder = wish(tmp_path, "price_tiers", "sku,minimum_quantity,unit_price,currency", "A0,100,1.2,USD", "A0,1000,0.9875,USD")
    assert stock.push_client(stockroom.CLIENT, batch=ladder)["by_hand"] == 1
    rows = list(load_workbook(workbooks()[0])["Changes"].iter_rows(values_only=True))
    assert rows[0][:4] == ("Model No.", "From Quantity", "FOB Price", "Currency")
    assert [(row[0], row[1], str(row[2]), row[3]) for row in rows[1:]] == [("A0", 100, "1.2", "USD"), ("A0", 1000, "0.9875", "USD")]

    at = {"received_at": stockroom.START, "received_date": stockroom.START.date()}
    stockroom.put("inquiries", inquiry_id="I-1", subject="Price?", source="inquiry", status="read", **at)
    offer = (
        "inquiry_id,item,quantity,unit,unit_price,currency,incoterm,port,payment_terms,valid_until,message",
        "I-1,=Bolt,5000,Piece,0.0325,USD,FOB,Ningbo,T/T 30/70,2199-12-31,Dear Sir",
    )
    batch = wish(tmp_path, "quotation", *offer)
    assert stock.push_client(stockroom.CLIENT, batch=batch)["by_hand"] == 1
    file = next(each for each in workbooks() if each.name.startswith("quotation__"))
    sheet = list(load_workbook(file)["Quotation"].iter_rows(values_only=True))
    assert sheet[1][0] == "=Bolt" and str(sheet[1][6]) == "162.5" and any("I-1" in row for row in sheet)
    (job,) = (row for row in listed() if row["kind"] == "quotation")
    assert job["status"] == "manual_pending" and job["vendor_ref"].startswith("out/quotation__")
    commands.done([job["job_id"]], is_done=False, note="the buyer is gone", as_json=True)
    assert {row["status"] for row in listed() if row["kind"] == "quotation"} == {"failed"}
    again = want.want(stockroom.CLIENT, shop=stockroom.SHOP, kind="quotation", file=tmp_path / "wishes.csv", run_id="again")
    assert again["jobs"] == 1 and again["batch"] != batch
