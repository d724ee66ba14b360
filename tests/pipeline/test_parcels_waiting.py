"""Which parcels are still to be followed, by what the warehouse holds."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import text

from pipeline.beside import beside
from pipeline.clients import load_clients
from pipeline.merge import derive_batch
from pipeline.parcels import LONGEST, parcels_for, tracking_sources, waiting_parcels
from pipeline.settings import REPOSITORY
from transforms.metrics import Period
from transforms.schema import Kind
from transforms.tables import CANONICAL
from warehouse.database import client_session
from warehouse.tables import metadata

NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
WHOLE = {Kind.TEXT: "x", Kind.INSTANT: NOW - timedelta(days=3), Kind.DAY: NOW.date(), Kind.INTEGER: 1}


def insert(conn, table, **values):
    columns = [column for column in CANONICAL[table].columns if not column.nullable]
    plain = {column.name: column.allowed[0] if column.allowed else WHOLE[column.kind] for column in columns}
    conn.execute(metadata.tables[table].insert().values(plain | {"client": "northpeak", "shop": "northpeak_ebay"} | values))


@pytest.fixture
def put(engine):
    """``put(table, **values)``: one row of northpeak, with something in every column that must not be null."""

    def committed(table, **values):
        with client_session(engine, values.get("client", "northpeak")) as conn:
            insert(conn, table, **values)

    return committed


@pytest.fixture
def client():
    return next(each for each in load_clients(REPOSITORY / "clients") if each.name == "northpeak")


@pytest.fixture
def entry(client):
    """``entry(name)``: that shop of northpeak's file."""
    return {each.name: each for each in client.shops}.__getitem__


@pytest.fixture
def send(put):
    def parcel(number, **values):
        order = {name: values[name] for name in ("client", "shop") if name in values}
        put("orders", order_id=f"order of {number}", ship_country="DE", **order)
        put("shipments", **{"order_id": f"order of {number}", "shipment_id": "1", "tracking_number": number, "carrier": "DHL",
                            "status": "in_transit", "shipped_at": NOW - timedelta(days=2)} | values)

    return parcel


def waiting(engine, client="northpeak"):
    with client_session(engine, client) as conn:
        return {parcel.tracking_number: parcel for parcel in waiting_parcels(conn, client, NOW)}


def test_undelivered_parcels_of_every_shop_of_the_client_wait_and_no_others(engine, send):
    send("A1", shop="northpeak_woocommerce")
    send("B1")
    send("GONE", delivered_at=NOW)
    send("DONE", status="delivered")
    send("DROPPED", status="cancelled")
    send("OLD", shipped_at=NOW - LONGEST - timedelta(days=1))
    send("OTHER", client="kiln", shop="kiln_ebay")
    found = waiting(engine)
    assert set(found) == {"A1", "B1"}
    assert (found["A1"].shop, found["A1"].country, found["A1"].followed_by) == ("northpeak_woocommerce", "DE", None)


def test_what_a_service_saw_arrive_come_back_or_gave_up_on_waits_no_more(engine, send, put):
    for number, status in (("A1", "delivered"), ("B1", "returned"), ("C1", "expired"), ("D1", "exception")):
        send(number)
        put("tracked_parcels", shop="northpeak_dhl", tracking_number=number, service="dhl", status=status)
    found = waiting(engine)
    assert set(found) == {"D1"}
    assert (found["D1"].followed_by, found["D1"].status, found["D1"].checked_at) == ("northpeak_dhl", "exception", WHOLE[Kind.INSTANT])


def test_an_account_is_given_its_share_and_a_shop_that_follows_nothing_none(engine, send):
    send("A1")
    send("H1", carrier="Hermes")
    client = next(each for each in load_clients(REPOSITORY / "clients") if each.name == "northpeak")
    assert set(tracking_sources(client)) == {"northpeak_dhl"}
    with client_session(engine, "northpeak") as conn:
        assert [parcel.tracking_number for parcel in parcels_for(conn, client, "northpeak_dhl", NOW)] == ["A1"]
        assert list(parcels_for(conn, client, "northpeak_ebay", NOW)) == []


def delivered(number="A1"):
    """What a tracking account's merge has just written."""
    return {"tracked_parcels": pd.DataFrame({"tracking_number": [number]})}


def test_a_shop_and_a_tracking_account_that_merge_at_once_never_both_miss_what_the_other_wrote(engine, put, client, entry):
    put("orders", order_id="7", ship_country="DE", site="DE", placed_at=NOW - timedelta(days=5))
    parcel = {"order_id": "7", "shipment_id": "1", "tracking_number": "A1", "status": "in_transit"}

    def track():
        with client_session(engine, "northpeak") as conn:
            insert(conn, "tracked_parcels", shop="northpeak_dhl", tracking_number="A1", service="dhl", status="delivered", delivered_at=NOW)
            derive_batch(conn, client, entry("northpeak_dhl"), delivered(), {})

    tracking = threading.Thread(target=track)
    with client_session(engine, "northpeak") as conn:
        insert(conn, "shipments", **parcel)
        derive_batch(conn, client, entry("northpeak_ebay"), {"shipments": pd.DataFrame({"order_id": ["7"]})}, {"order": {"7"}})
        tracking.start()
        tracking.join(1)
        assert tracking.is_alive(), "the account derived beside a shop whose parcels it cannot see yet"
    tracking.join(30)
    with client_session(engine, "northpeak") as conn:
        found = conn.execute(text("SELECT status, delivered_evidence FROM followed_shipments")).one()
        stage = conn.execute(text("SELECT evidence FROM stage_events WHERE stage = 'delivered'")).scalar()
    assert (*found, stage) == ("delivered", "tracked_parcels.delivered_at", "tracked_parcels.delivered_at")


def test_the_report_counts_an_arrival_of_which_nobody_knows_when_it_left(engine, put):
    client = next(each for each in load_clients(REPOSITORY / "clients") if each.name == "northpeak")
    arrived = {"status": "delivered", "delivered_at": NOW - timedelta(days=3), "delivered_evidence": "shipments.delivered_at"}
    for number, values in (("1", {}), ("2", {"shipped_at": NOW - timedelta(days=5)}), ("3", {"delivered_date": date(2026, 10, 1)})):
        put("followed_shipments", shipment_id=number, **arrived | {"delivered_date": date(2026, 11, 13)} | values)
    with client_session(engine, "northpeak") as conn:
        week = beside(conn, client, Period(date(2026, 11, 9), date(2026, 11, 16)), NOW).delivery
    assert (week.delivered, week.timed) == (2, 1)


def test_two_shops_of_a_client_derive_side_by_side(engine, put, client, entry):
    put("orders", order_id="7", shop="northpeak_ebay", site="DE")
    put("orders", order_id="8", shop="northpeak_woocommerce", site="DE")
    with client_session(engine, "northpeak") as one, client_session(engine, "northpeak") as other:
        derive_batch(one, client, entry("northpeak_ebay"), {"orders": pd.DataFrame({"order_id": ["7"]})}, {"order": {"7"}})
        derive_batch(other, client, entry("northpeak_woocommerce"), {"orders": pd.DataFrame({"order_id": ["8"]})}, {"order": {"8"}})
