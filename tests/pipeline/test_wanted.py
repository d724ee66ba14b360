"""Wishes by hand over a real warehouse, without a marketplace: what is noted, what takes whose place, what is refused."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text
from stockroom import CLIENT, SHOP, START, approve, pay, sell, stockroom

from pipeline import opened
from pipeline.errors import SettingsError
from pipeline.want import want
from warehouse import jobs
from warehouse.database import client_session


@pytest.fixture
def wanted(tmp_path, database_url, monkeypatch):
    """``wanted(kind, header, row, …)`` notes a file of wishes; every article of the shop costs 10.00 SGD."""
    with stockroom(tmp_path, database_url, monkeypatch):
        sells_on(tmp_path, "shopify")  # which takes every wish of these
        said("UPDATE listings SET price_minor = 1000, currency = 'SGD'")
        count = iter(range(100))

        def note(kind, *lines, encoding="utf-8"):
            file = tmp_path / "wishes.csv"
            file.write_bytes("\n".join(lines).encode(encoding))
            return want(CLIENT, shop=SHOP, kind=kind, file=file, run_id=f"run {next(count)}")

        yield note


def sells_on(folder, marketplace):
    file = folder / "clients" / f"{CLIENT}.yaml"
    shop = re.sub("marketplace: [a-z]+", f"marketplace: {marketplace}", file.read_text(encoding="utf-8"))
    file.write_text(shop, encoding="utf-8")
    opened.clients.cache_clear()


def said(statement, **values):
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text(statement), values)


def statuses(told):
    with client_session(opened.engine(), CLIENT) as conn:
        return {job.sku: job.status for job in jobs.of_batch(conn, CLIENT, told["batch"])}


def parcels(told):
    with client_session(opened.engine(), CLIENT) as conn:
        return {job.wanted["tracking_number"]: job.wanted["units"] for job in jobs.of_batch(conn, CLIENT, told["batch"])}


def test_a_wish_for_what_the_tables_show_still_takes_the_place_of_one_under_way(wanted):
    dear = wanted("price", "sku,price,currency", "A0,30,SGD")
    assert dear["needs_approval"]
    back = wanted("price", "sku,price,currency", "A0,10,SGD", "A1,10,SGD")
    assert statuses(dear) == {"A0": "superseded"}, "nobody may approve it any more"
    assert statuses(back) == {"A0": "planned"} and (back["jobs"], back["unchanged"]) == (1, 1)


def test_a_wish_nobody_can_approve_any_more_can_be_wanted_again(wanted):
    first = wanted("price", "sku,price,currency", "A0,30,SGD")
    said("UPDATE sync_jobs SET planned_at = now() - interval '25 hours'")
    again = wanted("price", "sku,price,currency", "A0,30,SGD")
    assert statuses(first) == {"A0": "superseded"} and statuses(again) == {"A0": "waiting"}
    approve(again)
    assert statuses(again) == {"A0": "approved"}


def test_a_parcel_wanted_twice_without_its_time_is_one_wish(wanted):
    sell("1", "A0", 2, START)
    first, again = (wanted("shipment", "order_id,carrier,tracking_number", "1,LEX,T1") for _ in range(2))
    assert (first["jobs"], again["jobs"], again["under_way"]) == (1, 0, 1) and statuses(first) == {"1 T1": "planned"}


def test_two_parcels_of_one_file_never_hold_a_unit_twice(wanted):
    sell("1", "A0", 2, START)
    header = "order_id,carrier,tracking_number,line_id,units"
    with pytest.raises(SettingsError, match="row 3, column units: 2 of line 1, but 1 wait"):
        wanted("shipment", header, "1,LEX,T1,1,1", "1,LEX,T2,1,2")
    with pytest.raises(SettingsError, match="row 3, column order_id: '1' waits for nothing any more"):
        wanted("shipment", "order_id,carrier,tracking_number", "1,LEX,T1", "1,LEX,T2")
    assert parcels(wanted("shipment", header, "1,LEX,T1,1,1", "1,LEX,T2,1,1")) == {"T1": {"1": 1}, "T2": {"1": 1}}


def test_what_was_called_off_or_came_back_waits_for_no_parcel(wanted):
    sell("1", "A0", 2, START)
    said("UPDATE order_lines SET status = 'cancelled'")
    with pytest.raises(SettingsError, match="'1' waits for nothing any more"):
        wanted("shipment", "order_id,carrier,tracking_number", "1,LEX,T1")


def test_rows_of_one_parcel_that_contradict_each_other_are_refused(wanted):
    sell("1", "A0", 2, START)
    with pytest.raises(SettingsError, match="row 3, column carrier: says UPS, row 2 says LEX of the same parcel"):
        wanted("shipment", "order_id,carrier,tracking_number,line_id,units", "1,LEX,T1,1,1", "1,UPS,T1,1,1")


def test_a_file_with_a_nul_in_it_is_refused_with_what_to_do(wanted):
    with pytest.raises(SettingsError, match="NUL"):
        wanted("product", "sku,title", "A0,Lamp\0")


def test_a_parcel_is_told_to_a_payment_service_by_the_order_it_was_paid_for(wanted, tmp_path):
    sells_on(tmp_path, "paypal")
    pay("1001", "5TY05013RG002845M")
    pay("1001", "1ZZ05013RG002845M", amount_minor=-500)  # what the brand paid itself
    pay("1002", "8AB05013RG002845M")
    pay("1002", "9CD05013RG002845M")
    told = wanted("shipment", "order_id,carrier,tracking_number", "1001,UPS,T1", "9CD05013RG002845M,UPS,T2")
    assert parcels(told) == {"T1": {}, "T2": {}}
    for row, why in (
        ("1003,UPS,T1", "'1003' names no completed payment"),
        ("1002,UPS,T1", "several payments; write one's number: 8AB05013RG002845M, 9CD05013RG002845M"),
    ):
        with pytest.raises(SettingsError, match=why):
            wanted("shipment", "order_id,carrier,tracking_number", row)
    with pytest.raises(SettingsError, match="row 2, column line_id: paypal knows no lines"):
        wanted("shipment", "order_id,carrier,tracking_number,line_id,units", "1001,UPS,T3,1,1")
