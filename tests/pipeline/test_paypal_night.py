"""Whole nights of the PayPal accounts against the sandbox's truth, and their payments beside a store's orders."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import requests

from pipeline import opened
from transforms.payments import join_payments
from warehouse.database import client_session
from warehouse.merge import read_frame

SHOPS = ["lumora_paypal", "northpeak_paypal", "kiln_paypal"]
DAY = timedelta(days=1)


def begin(world, **changes):
    return world(sandbox=["--marketplaces", "paypal"], **{"days": 12, **changes})


@pytest.mark.parametrize("seed", [3])
def test_two_nights_of_the_accounts_end_at_the_truth(world, seed):
    here = begin(world, seed=seed)
    assert here.wrong_after_a_night(SHOPS) == {}
    before = {row["payment_id"]: row["status"] for row in here.rows("SELECT payment_id, status FROM payments")}
    cases = {row["dispute_id"]: row["status"] for row in here.rows("SELECT dispute_id, status FROM disputes")}
    assert here.rows("SELECT 1 FROM payouts") and cases
    here.move_to(here.horizon + 2 * DAY)
    assert here.wrong_after_a_night(SHOPS) == {}
    after = {row["payment_id"]: row["status"] for row in here.rows("SELECT payment_id, status FROM payments")}
    assert set(before) < set(after), "two days on, money has moved"
    assert cases != {row["dispute_id"]: row["status"] for row in here.rows("SELECT dispute_id, status FROM disputes")}
    assert {row["state"] for row in here.rows("SELECT state FROM pulls")} == {"certified"}
    calls = here.stats()["shops"]
    assert all("/v1/oauth2/token" not in calls[shop]["calls"] for shop in SHOPS)


def test_open_disputes_are_followed_until_they_close_also_those_opened_before_the_first_pulls_window(world):
    """The first pull reads one hour; whatever is open is in the tables all the same, and what closes is seen to close."""
    here = begin(world, seed=3)
    since = here.horizon - timedelta(hours=1)
    ended = {"won", "lost", "withdrawn", "closed"}

    def true():
        rows = requests.get(f"{here.told['truth']}/disputes", timeout=30).json()
        return {row["dispute_id"]: (row["status"], datetime.fromisoformat(row["source_updated_at"])) for row in rows}

    def stored():
        return {row["dispute_id"]: row["status"] for row in here.rows("SELECT dispute_id, status FROM disputes")}

    assert here.night(SHOPS, since=since) == {}
    still_open = {number for number, (status, _) in true().items() if status not in ended}
    assert any(at < since for number, (_, at) in true().items() if number in still_open), "none is older than the window"
    assert still_open <= set(stored())
    here.move_to(here.horizon + 6 * DAY)
    assert here.night(SHOPS) == {}
    now, ours = true(), stored()
    assert all(ours[number] == now[number][0] for number in still_open) and {now[number][0] for number in still_open} & ended


def test_the_payments_of_a_stores_orders_join_to_them_in_the_warehouse(world):
    here = world(sandbox=["--marketplaces", "paypal", "woocommerce"], days=7, orders_per_day=100)
    shops = ["northpeak_paypal", "northpeak_woocommerce"]
    assert here.night(shops) == {} and here.mismatches(shops) == {}
    with client_session(opened.engine(), "northpeak") as conn:
        payments, orders = read_frame(conn, "payments"), read_frame(conn, "orders")
    joined = join_payments(payments, orders, {"northpeak_paypal"})
    of_store = joined[joined["order_shop"] == "northpeak_woocommerce"]
    by_paypal = payments[(payments["shop"] == "northpeak_woocommerce") & (payments["provider"] == "paypal")]
    late = here.rows("SELECT transaction_id FROM payments WHERE shop = 'northpeak_paypal' AND kind = 'payment' AND status = 'completed'")
    told = set(by_paypal["transaction_id"]) & {row["transaction_id"] for row in late}
    assert len(told) > 3 and set(by_paypal[by_paypal["transaction_id"].isin(told)]["order_id"]) <= set(of_store["order_id"])
    assert "matched" in set(of_store["outcome"]) and set(joined["outcome"]) > {"unmatched"}
