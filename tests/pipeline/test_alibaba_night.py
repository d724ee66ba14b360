"""Nights over an Alibaba.com shop against the sandbox's own truth."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from pipeline import opened, steps
from pipeline.cli import jobs as commands
from pipeline.errors import SettingsError
from warehouse import jobs
from warehouse.database import client_session

CLIENT, SHOP = "harbor", "harbor_alibaba"
DAY = timedelta(days=1)


def begin(world, **changes):
    return world(sandbox=["--marketplaces", "alibaba"], **{"orders_per_day": 2, "seed": 1, **changes})


def test_two_nights_over_alibaba_end_at_the_truth_and_a_repeated_one_changes_nothing(world):
    here = begin(world, days=10)
    assert here.wrong_after_a_night([SHOP]) == {}
    assert here.changed_by_another_night([SHOP]) == {}
    here.move_to(here.horizon + 2 * DAY)
    assert here.wrong_after_a_night([SHOP]) == {}
    assert {row["state"] for row in here.rows("SELECT state FROM pulls")} == {"certified"}
    for table in ("contracts", "contract_lines", "payment_milestones", "trade_shipments", "payments", "price_tiers", "inventory", "rfqs"):
        assert here.rows(f"SELECT 1 FROM {table} LIMIT 1"), f"this world says nothing about {table}"
    assert here.rows("SELECT count(*) AS n FROM quarantine") == [{"n": 0}]


def test_an_optional_entity_is_read_only_where_the_clients_file_names_it(world):
    begin(world, days=2, orders_per_day=1)
    opened_shop = opened.open_shop(SHOP)
    assert set(opened_shop.endpoints) == {"contracts", "listings", "rfqs"}
    silent = replace(opened_shop, entry=opened_shop.entry.model_copy(update={"entities": ()}))
    assert set(silent.endpoints) == {"contracts", "listings"}


@pytest.fixture
def wish(world, tmp_path):
    """``wish(kind, header, row)`` notes it, approves it where the guard asks, pushes and reads back; returns its job as `list` tells it."""
    here = begin(world, days=10)
    assert here.night([SHOP]) == {}

    def note(kind, *lines):
        file = tmp_path / "wishes.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        told = steps.want_changes(CLIENT, shop=SHOP, kind=kind, file=file, run_id=f"{kind} {lines}")
        if told["needs_approval"]:
            steps.record_decision(CLIENT, batch=told["batch"], approved=True, by="ann", reason="", shown=told["digest"])
        return told["batch"]

    def send(kind, *lines):
        batch = note(kind, *lines)
        here.push(CLIENT, batch)
        (job,) = listed(batch)
        return job

    send.here, send.note = here, note
    return send


def listed(batch):
    return json.loads(CliRunner().invoke(commands.app, ["list", "--batch", batch, "--json"], catch_exceptions=False).stdout)


def test_ladders_shelves_and_vouchers_are_wanted_sent_and_read_back_until_the_tables_show_them(wish):
    here = wish.here
    (laddered, *_) = here.rows(
        "SELECT l.sku, l.listing_id, l.product_id FROM listings l JOIN price_tiers t USING (client, shop, site, listing_id) "
        "WHERE l.status = 'active' GROUP BY 1, 2, 3 HAVING count(*) > 1 ORDER BY 1"
    )
    rows = [f"{laddered['sku']},{least},{price},USD" for least, price in ((10, "9.50"), (500, "9.25"))]
    job = wish("price_tiers", "sku,minimum_quantity,unit_price,currency", *rows)
    assert (job["status"], job["sku"]) == ("observed", laddered["product_id"])
    shown = here.rows("SELECT minimum_quantity AS least, unit_price AS price FROM price_tiers WHERE listing_id = :id ORDER BY 1",
                      id=laddered["listing_id"])  # fmt: skip
    assert [(int(row["least"]), str(row["price"].normalize())) for row in shown] == [(10, "9.5"), (500, "9.25")]

    assert wish("product", "sku,status", f"{laddered['sku']},inactive")["status"] == "observed"
    (now,) = here.rows("SELECT DISTINCT status FROM listings WHERE product_id = :id", id=laddered["product_id"])
    assert now == {"status": "inactive"}

    (ready, *_) = here.rows("SELECT contract_id FROM contracts WHERE status = 'paid' ORDER BY 1")
    job = wish("shipment", "order_id,carrier,tracking_number", f"{ready['contract_id']},COSCO,COS900000001")
    assert job["status"] == "observed"
    here.move_to(here.horizon + DAY)
    assert here.night([SHOP]) == {}
    assert here.rows("SELECT 1 FROM trade_shipments WHERE tracking_number = 'COS900000001'")
    assert here.mismatches([SHOP]) == {}


OFFER = "rfq_id,item,quantity,unit,unit_price,currency,incoterm,port,payment_terms,valid_until,message,remark"
BOLT = "Bolt,5000,Piece,0.0325,USD,FOB,Ningbo,T/T 30/70,2026-12-31,Dear Sir,as asked"


def test_an_offer_is_sent_once_and_only_a_person_says_that_it_stands_there(wish):
    open_ones = [row["rfq_id"] for row in wish.here.rows("SELECT rfq_id FROM rfqs WHERE status = 'open' AND expires_at > :now ORDER BY 1",
                                                         now=wish.here.horizon + DAY)]  # fmt: skip
    sent, stopped = open_ones[:2]
    job = wish("quotation", OFFER, f"{sent},{BOLT}")
    assert job["status"] == "manual_pending" and job["vendor_ref"].startswith("quotation 7") and job["needs_approval"]
    with pytest.raises(SettingsError, match="takes one offer"):
        wish.note("quotation", OFFER, f"{sent},{BOLT.replace('5000', '6000')}")
    commands.done([job["job_id"]], as_json=True)
    assert [row["status"] for row in listed(job["batch"])] == ["manual_done"]

    batch = wish.note("quotation", OFFER, f"{stopped},{BOLT}")
    (left,) = listed(batch)
    with client_session(opened.engine(), CLIENT) as conn:
        jobs.mark_pushed(conn, [left["job_id"]])  # and there its push was stopped: nobody knows whether it left
    before = wish.here.stats()["shops"][SHOP]["calls"]["alibaba.icbu.quotation.post"]
    assert steps.push_client(CLIENT, batch=batch)["by_hand"] == 1
    assert wish.here.stats()["shops"][SHOP]["calls"]["alibaba.icbu.quotation.post"] == before == 1
    commands.done([left["job_id"]], is_done=False, as_json=True)
    assert wish("quotation", OFFER, f"{stopped},{BOLT.replace('5000', '7000')}")["status"] == "manual_pending"
