"""Wishes by hand over a real warehouse, without a marketplace: what is noted, what takes whose place, what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from stockroom import CLIENT, SHOP, START, approve, pay, put, sell, stockroom

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


def refusal(wanted, kind, *lines):
    """What is said of a file that is refused; nothing where it is taken."""
    try:
        wanted(kind, *lines)
    except SettingsError as why:
        return str(why)
    return ""


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
        assert re.search(why, refusal(wanted, "shipment", "order_id,carrier,tracking_number", row)), row
    with pytest.raises(SettingsError, match="row 2, column line_id: paypal knows no lines"):
        wanted("shipment", "order_id,carrier,tracking_number,line_id,units", "1001,UPS,T3,1,1")


def shows_ladder(listing, *steps):
    for least, price in steps:
        put("price_tiers", site="SG", listing_id=listing, minimum_quantity=least, currency="SGD", unit_price=price)


def asked(rfq_id, status="open", quotes_left=3, expires_at=None):
    until = expires_at or datetime.now(UTC) + timedelta(days=9)
    told = {"posted_at": START, "posted_date": START.date(), "expires_at": until, "subject": "Bolts?"}
    put("rfqs", rfq_id=rfq_id, status=status, quotes_left=quotes_left, **told)


LADDER = "sku,minimum_quantity,unit_price,currency"
OFFER = "rfq_id,inquiry_id,item,quantity,unit,unit_price,currency,incoterm,port,payment_terms,valid_until,message"
BOLT = "Bolt,5000,Piece,0.0325,USD,fob,Ningbo,T/T 30/70,2199-12-31,Dear Sir"


def test_a_ladder_is_one_wish_a_product_and_judged_at_every_quantity(wanted, tmp_path):
    sells_on(tmp_path, "alibaba")
    said("UPDATE listings SET product_id = 'P' WHERE sku IN ('A0', 'A1')")
    for listing in ("A0", "A1"):
        shows_ladder(listing, (10, "1.50"), (100, "1.20"))
    same = wanted("price_tiers", LADDER, "A0,100,1.2,SGD", "A0,10,1.5,SGD")
    assert (same["jobs"], same["unchanged"]) == (0, 1)
    small = wanted("price_tiers", LADDER, "A0,10,1.45,SGD", "A0,100,1.2,SGD")
    assert statuses(small) == {"P": "planned"}, "its name is the product's: another variant's wish takes its place"
    far = wanted("price_tiers", LADDER, "A1,5,1.5,SGD", "A1,100,0.6,SGD")
    assert statuses(small) == {"P": "superseded"} and far["needs_approval"]
    assert far["reasons"] == ["P: its least order would become 5, it is 10", "P: its price from 100 on would change by -50% (allowed 30%)"]
    assert "from 10: 1.5; from 100: 1.2" in far["body"] and "from 5: 1.5; from 100: 0.6" in far["body"]
    for rows, why in (
        (("A0,10,1.5,SGD", "A1,10,1.4,SGD"), "row 3, column sku: 'A1' is of the same product as row 2"),
        (("A0,10,1.5,SGD", "A0,20,1.5,SGD"), "row 3, column unit_price: prices must fall"),
        (("A0,10,1.5,SGD", "A0,10,1.4,SGD"), "row 3, column minimum_quantity: row 2 has the same"),
        (("A0,10,1.5,USD",), "column currency: the shop sells 'A0' in SGD"),
        (("A0,10,1.123456789,SGD",), "row 2, column unit_price: '1.123456789' is no decimal"),
        (("A0,0,1.5,SGD",), "row 2, column minimum_quantity"),
    ):
        assert re.search(why, refusal(wanted, "price_tiers", LADDER, *rows)), rows
    said("DELETE FROM price_tiers WHERE listing_id = 'A1'")
    unknown = wanted("price_tiers", LADDER, "A0,10,1.4,SGD")
    assert unknown["reasons"] == ["P: its ladder now is unknown, or its variants show different ones"]


def test_an_offer_is_noted_for_an_open_request_once_and_always_asks_a_person(wanted, tmp_path):
    sells_on(tmp_path, "alibaba")
    asked("9001")
    asked("9002", status="expired")
    asked("9003", quotes_left=0)
    asked("9004", expires_at=START)
    told = wanted("quotation", OFFER, f"9001,,{BOLT}", f"9001,,{BOLT.replace('Bolt,5000', 'Nut,100')}")
    assert told["jobs"] == 1 and told["reasons"] == ["rfq 9001: an offer binds the brand: 165.75 USD in all"]
    assert "5000 Piece Bolt at 0.0325 USD FOB Ningbo; 100 Piece Nut at 0.0325 USD FOB Ningbo" in told["body"]
    again = wanted("quotation", OFFER, f"9001,,{BOLT}")
    assert statuses(told) == {"rfq 9001": "superseded"}, "none was sent, so a newer offer takes its place"
    said("UPDATE sync_jobs SET status = 'manual_pending', decision = 'approved' WHERE batch = :batch", batch=again["batch"])
    for row, why in (
        (f"9001,,{BOLT}", "rfq 9001 was answered before .* and takes one offer"),
        (f"9002,,{BOLT}", "'9002' is expired"),
        (f"9003,,{BOLT}", "'9003' takes no more offers"),
        (f"9004,,{BOLT}", "'9004' took offers until"),
        (f"9005,,{BOLT}", "'9005' is no rfq of the shop"),
        (f"9001,I1,{BOLT}", "fill one of the two"),
        (f"9001,,{BOLT.replace('2199', '2020')}", "2020-12-31 is over"),
        (f"9001,,{BOLT.replace('5000', '0')}", "row 2, column quantity"),
        (f"9001,,{BOLT.replace('USD', 'ZZZ')}", "no ISO 4217 code"),
    ):
        assert re.search(why, refusal(wanted, "quotation", OFFER, row)), row


def test_a_consignment_is_told_of_a_contract_that_has_goods_to_go(wanted, tmp_path):
    sells_on(tmp_path, "alibaba")
    for number, status in (("1", "paid"), ("2", "completed")):
        put(
            "contracts", contract_id=number, status=status, status_raw=status, created_at=START, created_date=START.date(), currency="USD",
            total_minor=900,
        )
    put("contract_lines", contract_id="1", line_id="7", quantity=50, currency="USD")
    header = "order_id,carrier,tracking_number,line_id,units"
    assert parcels(wanted("shipment", "order_id,carrier,tracking_number", "1,COSCO,T1")) == {"T1": {}}, "whatever has not left"
    assert parcels(wanted("shipment", header, "1,COSCO,T2,7,20")) == {"T2": {"7": 20}}
    for row, why in (
        ("1,COSCO,T3,8,1", "'8' is no line of the contract; it has 7"),
        ("1,COSCO,T3,7,51", "51 of line 7, but 50 were sold"),
        ("2,COSCO,T3,7,1", "contract '2' is completed"),
        ("3,COSCO,T3,7,1", "'3' is no contract of the shop"),
    ):
        assert re.search(why, refusal(wanted, "shipment", header, row)), row
