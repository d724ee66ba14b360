"""Stages in the database: whatever order rows arrive in, and however links are put right, the same history is stored."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from transforms.followed import follow
from transforms.stages import StagedShop
from warehouse.database import client_session
from warehouse.followed import refresh_followed
from warehouse.merge import merge
from warehouse.stages import forget_deals, refresh, touched

ORDERS = StagedShop("lumora", "lumora_amazon_us", "b2c", "America/Los_Angeles")
DEALS = StagedShop("lumora", "lumora_amazon_us", "b2b", "Asia/Shanghai")
ROUGH = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking over a database takes minutes


@pytest.fixture
def arrive(engine):
    """``arrive(shop, frames)``: one batch as the night merges it; returns how many stage rows it changed."""

    def store(shop, frames):
        with client_session(engine, shop.client) as conn:
            speaks_of = touched(conn, shop.client, shop.name, frames)
            merge(conn, frames)
            refresh_followed(conn, shop.client, shop.name, sorted(speaks_of.get("order", ())), follow)
            return refresh(conn, shop, speaks_of)

    return store


def shown(engine, table="stage_events", columns="mode, subject_kind, subject_id, stage, entered_at, evidence"):
    with client_session(engine, "lumora") as conn:
        return sorted(map(tuple, conn.execute(text(f"SELECT {columns} FROM {table}"))))


def stages(engine):
    """Subject → its stages."""
    found = {}
    for _, _, subject, stage, *_ in shown(engine):
        found.setdefault(subject, set()).add(stage)
    return found


def test_stages_are_replaced_as_a_set_for_the_touched_orders(engine, rows, arrive):
    paid = {"paid_at": pd.Timestamp("2026-11-01T01:00Z")}
    assert arrive(ORDERS, rows.batch([{"order_id": "1", **paid}, {"order_id": "2"}])) == 3
    assert arrive(ORDERS, rows.batch([{"order_id": "1", **paid}, {"order_id": "2"}])) == 0
    assert arrive(ORDERS, rows.batch([{"order_id": "1", "hour": 1}])) == 1, "the payment was taken back"
    assert stages(engine) == {"1": {"ordered"}, "2": {"ordered"}}


def test_a_parcel_that_is_taken_back_is_followed_no_longer(engine, rows, arrive):
    def batch(hour, *parcels):
        told = [{"order_id": "1", "shipment_id": parcel, "tracking_number": f"T-{parcel}", "hour": hour} for parcel in parcels]
        return rows.stamped({
            "orders": rows.frame("orders", [{"order_id": "1", "hour": hour}]),
            "shipments": rows.frame("shipments", told), "shipment_lines": rows.frame("shipment_lines", []),
        })

    for hour, parcels in enumerate((["a", "b"], ["b"], [])):
        arrive(ORDERS, batch(hour, *parcels))
        assert [row[0] for row in shown(engine, "followed_shipments", "shipment_id")] == parcels


def test_a_shop_that_changes_its_mode_keeps_no_history_of_the_other(engine, rows, arrive):
    arrive(ORDERS, rows.batch([{"order_id": "1"}]))
    arrive(StagedShop("lumora", "lumora_amazon_us", "c2c", "America/Los_Angeles"), rows.batch([{"order_id": "1"}]))
    assert [row[:4] for row in shown(engine)] == [("c2c", "order", "1", "ordered")]
    arrive(DEALS, rows.batch([{"order_id": "1"}]))
    assert shown(engine) == [], "in trade between businesses no order stands on a chain"


def test_papers_of_another_account_join_the_deals_of_the_shop_they_are_about(engine, rows, arrive):
    head = StagedShop("lumora", "lumora_amazon_us", "b2b", "Asia/Shanghai", feeders=("lumora_offline",))
    arrive(head, rows.one("contracts", [{"contract_id": "C"}]))
    with client_session(engine, "lumora") as conn:
        frames = rows.one("inspections", [{"inspection_id": "I", "contract_id": "C"}], shop="lumora_offline")
        speaks_of = touched(conn, "lumora", "lumora_offline", frames, head.name)
        merge(conn, frames)
        refresh(conn, head, speaks_of)
    assert shown(engine, columns="shop, subject_id, stage") == [
        ("lumora_amazon_us", "contract/C", "contract"), ("lumora_amazon_us", "contract/C", "inspected"),
    ]  # fmt: skip
    assert shown(engine, "stage_exceptions", "ref") == []
    with client_session(engine, "lumora") as conn:
        assert forget_deals(conn, "lumora", "lumora_offline") == 0 and forget_deals(conn, "lumora", "lumora_amazon_us") == 2


def test_a_quotation_whose_inquiry_is_put_right_leaves_the_wrong_deal(engine, rows, arrive):
    arrive(DEALS, rows.one("inquiries", [{"inquiry_id": "1"}, {"inquiry_id": "2"}]))
    arrive(DEALS, rows.one("quotations", [{"quotation_id": "Q", "inquiry_id": "1"}]))
    assert stages(engine) == {"inquiry/1": {"inquiry", "negotiation"}, "inquiry/2": {"inquiry"}}
    arrive(DEALS, rows.one("quotations", [{"quotation_id": "Q", "inquiry_id": "2", "hour": 1}]))
    assert stages(engine) == {"inquiry/1": {"inquiry"}, "inquiry/2": {"inquiry", "negotiation"}}


def test_an_order_joins_the_deal_of_the_quotation_that_names_it_and_leaves_it_when_that_is_put_right(engine, rows, arrive):
    arrive(DEALS, rows.one("inquiries", [{"inquiry_id": "1"}]))
    arrive(DEALS, rows.one("contracts", [{"contract_id": "C"}]))
    assert stages(engine) == {"inquiry/1": {"inquiry"}, "contract/C": {"contract"}}
    offer = {"quotation_id": "Q", "inquiry_id": "1"}
    arrive(DEALS, rows.one("quotations", [{**offer, "contract_id": "C"}]))
    assert stages(engine) == {"inquiry/1": {"inquiry", "negotiation", "contract"}}
    arrive(DEALS, rows.one("quotations", [{**offer, "hour": 1}]))
    assert stages(engine) == {"inquiry/1": {"inquiry", "negotiation"}, "contract/C": {"contract"}}


def test_deals_of_two_clients_with_the_same_numbers_never_mix(engine, rows, arrive):
    other = StagedShop("kiln", "lumora_amazon_us", "b2b", "Asia/Shanghai")
    for shop in (DEALS, other):
        arrive(shop, rows.one("quotations", [{"quotation_id": "Q", "inquiry_id": "1", "contract_id": "C"}], client=shop.client))
    arrive(other, rows.one("inquiries", [{"inquiry_id": "1"}], client="kiln"))
    arrive(other, rows.one("contracts", [{"contract_id": "C"}], client="kiln"))
    assert stages(engine) == {"inquiry/1": {"negotiation"}}
    assert shown(engine, "stage_exceptions", "ref") == [("quotations/Q > contracts/C",), ("quotations/Q > inquiries/1",)]


def test_a_missing_elder_is_waited_for_from_its_first_sight_and_gone_when_it_comes(engine, rows, arrive):
    arrive(DEALS, rows.one("contracts", [{"contract_id": "C", "quotation_id": "Q"}]))
    arrive(DEALS, rows.one("contracts", [{"contract_id": "C", "quotation_id": "Q", "hour": 48, "status": "completed"}]))
    columns = "subject_id, kind, stage, ref, since_at, due_at - since_at"
    (found,) = shown(engine, "stage_exceptions", columns)
    assert found[:4] == ("quotation/Q", "missing_parent", "negotiation", "contracts/C > quotations/Q")
    assert (found[4].isoformat(), found[5]) == ("2026-11-01T00:00:00+00:00", timedelta(days=30))
    arrive(DEALS, rows.one("quotations", [{"quotation_id": "Q"}]))
    assert shown(engine, "stage_exceptions", columns) == []
    assert stages(engine) == {"quotation/Q": {"negotiation", "contract"}}


def test_an_illegal_move_is_kept_out_of_the_events_and_told(engine, rows, arrive):
    late = pd.Timestamp("2026-11-20T00:00Z")
    arrive(DEALS, rows.one("contracts", [{"contract_id": "C", "signed_at": late}]))
    arrive(DEALS, rows.one("acceptances", [{"acceptance_id": "C/1", "contract_id": "C"}]))
    assert stages(engine) == {"contract/C": {"contract"}}
    assert shown(engine, "stage_exceptions", "kind, stage, ref, evidence") == [
        ("illegal_move", "completed", "contract", "acceptances.accepted_at")
    ]


FACTS = {
    "i1": ("inquiries", {"inquiry_id": "1"}), "i2": ("inquiries", {"inquiry_id": "2", "received_at": pd.Timestamp("2026-10-20T00:00Z")}),
    "r": ("rfqs", {"rfq_id": "R"}),
    "q1, first": ("quotations", {"quotation_id": "Q1", "inquiry_id": "2"}),
    "q1, put right": ("quotations", {"quotation_id": "Q1", "inquiry_id": "1", "hour": 5}),
    "q2": ("quotations", {"quotation_id": "Q2", "rfq_id": "R", "hour": 1}),
    "q2, with its contract": ("quotations", {"quotation_id": "Q2", "rfq_id": "R", "contract_id": "C2", "hour": 4}),
    "c1": ("contracts", {"contract_id": "C1", "quotation_id": "Q1", "hour": 2}),
    "c1, with its inquiry": ("contracts", {"contract_id": "C1", "quotation_id": "Q1", "inquiry_id": "2", "hour": 6}),
    "c2": ("contracts", {"contract_id": "C2", "quotation_id": "Q1", "created_at": pd.Timestamp("2026-11-02T00:00Z"), "hour": 2}),
    "s": ("trade_shipments", {"contract_id": "C1", "shipment_id": "S", "shipped_at": pd.Timestamp("2026-11-09T00:00Z")}),
    "a": ("acceptances", {"acceptance_id": "A", "contract_id": "C2", "accepted_at": pd.Timestamp("2026-10-01T00:00Z"),
                          "accepted_date": pd.Timestamp("2026-10-01").date()}),
    "a, moved": ("acceptances", {"acceptance_id": "A", "contract_id": "C1", "accepted_at": pd.Timestamp("2026-11-21T00:00Z"),
                                 "accepted_date": pd.Timestamp("2026-11-21").date(), "hour": 7}),
}  # fmt: skip


@settings(max_examples=8, deadline=None, phases=ROUGH, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.permutations(sorted(FACTS)), st.sets(st.sampled_from(sorted(FACTS)), max_size=4))
def test_in_any_order_of_arrival_the_same_facts_end_in_the_same_stages(engine, rows, arrive, order, left_out):
    """Some versions of some papers, one at a time, against all that is stored in the end, derived at once."""
    everything = ("stage_events", "stage_exceptions", "confirmations", *{table for table, _ in FACTS.values()})
    with client_session(engine, "lumora") as conn:
        for table in everything:
            conn.execute(text(f"DELETE FROM {table}"))
    for name in (name for name in order if name not in left_out):
        table, row = FACTS[name]
        arrive(DEALS, rows.one(table, [row]))
    shape = "subject_id, kind, stage, ref, evidence"
    grown = shown(engine), shown(engine, "stage_exceptions", shape)
    names = {*(f"inquiry/{n}" for n in "12"), "rfq/R", "quotation/Q1", "quotation/Q2", "contract/C1", "contract/C2"}
    with client_session(engine, "lumora") as conn:
        conn.execute(text("DELETE FROM stage_events"))
        conn.execute(text("DELETE FROM stage_exceptions"))
        refresh(conn, DEALS, {"deal": names})
    assert (shown(engine), shown(engine, "stage_exceptions", shape)) == grown


SELLER = StagedShop("lumora", "lumora_amazon_us", "c2c", "America/Los_Angeles")


def test_a_review_that_names_an_order_line_finds_its_order_whichever_came_first(engine, rows, arrive):
    bought = rows.batch([{"order_id": "1", "lines": [{"line_id": "11"}]}, {"order_id": "2", "lines": [{"line_id": "22"}]}])
    said = rows.one("reviews", [{"review_id": "11", "line_id": "11"}, {"review_id": "9", "line_id": "99"}, {"review_id": "8"}])
    arrive(SELLER, said)
    assert stages(engine) == {}
    arrive(SELLER, bought)
    assert stages(engine) == {"1": {"ordered", "reviewed"}, "2": {"ordered"}}
    arrive(SELLER, rows.one("reviews", [{"review_id": "22", "line_id": "22"}]))
    assert stages(engine) == {"1": {"ordered", "reviewed"}, "2": {"ordered", "reviewed"}}


def test_a_marketplaces_own_advertising_is_promoted_from_its_first_charge_on(engine, rows, arrive):
    def charge(number, kind, minor, day, raw="offsite_ads_fee"):
        at = pd.Timestamp(f"2026-11-{day:02}T12:00Z")
        money = {"kind": kind, "kind_raw": raw, "amount_minor": minor}
        return {"entry_id": number, "transaction_id": number, **money, "posted_at": at, "posted_date": at.date()}

    arrive(SELLER, rows.one("ledger_entries", [charge("2", "advertising", -300, 9), charge("4", "fee", -1, 1, "listing")]))
    arrive(SELLER, rows.one("ledger_entries", [charge("1", "advertising", -200, 2), charge("3", "advertising", 200, 1)]))
    told = shown(engine, columns="subject_kind, subject_id, stage, entered_at::text, evidence")
    assert told == [("campaign", "ledger/offsite_ads_fee", "promoted", "2026-11-02 12:00:00+00", "ledger_entries.posted_at")]


def test_the_transfers_prove_a_deals_money_whenever_they_come_and_are_nobodys_deal_alone(engine, rows, arrive):
    transfer = {"payment_id": "P", "transaction_id": "P", "order_id": "C", "amount_minor": 300}
    arrive(DEALS, rows.one("payments", [transfer]))
    assert stages(engine) == {}
    contract = rows.frame("contracts", [{"contract_id": "C"}])
    part = rows.frame("payment_milestones", [
        {"contract_id": "C", "milestone": "deposit", "due_minor": 300, "status": "paid"}
    ])
    arrive(DEALS, rows.stamped({"contracts": contract, "payment_milestones": part}))
    assert stages(engine) == {"contract/C": {"contract", "deposit_paid"}}
    arrive(DEALS, rows.one("payments", [{**transfer, "amount_minor": 200, "hour": 1}]))
    assert stages(engine) == {"contract/C": {"contract"}}
