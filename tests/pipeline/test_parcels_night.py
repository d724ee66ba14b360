"""Whole nights of the three tracking services against the sandbox's truth."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline import derive, opened
from warehouse.database import client_session

DAY = timedelta(days=1)
TRACKERS = ["lumora_17track", "northpeak_dhl", "kiln_aftership"]
SELLERS = ["lumora_shopify", "northpeak_woocommerce", "kiln_etsy"]
MARKETS = ["shopify", "woocommerce", "etsy", "track17", "aftership", "dhl"]
SEEDS = [int(seed) for seed in os.environ.get("DAIYUN_SEEDS", "3").split()]


def begin(world, seed):
    return world(sandbox=["--marketplaces", *MARKETS], days=8, orders_per_day=30, seed=seed)


def count(here, query):
    return here.rows(query)[0]["count"]


@pytest.mark.parametrize("seed", SEEDS)
def test_nights_of_the_trackers_end_at_the_truth(world, seed):
    here = begin(world, seed)
    assert here.night(SELLERS) == {}
    for night in range(3):
        assert here.night(TRACKERS) == {}
        assert here.mismatches(TRACKERS if night < 2 else [*SELLERS, *TRACKERS]) == {}
        if not night:
            before = here.fingerprints()
            assert here.night(TRACKERS) == {} and here.fingerprints() == before, "nothing new, and something was written"
        here.move_to(here.horizon + DAY)
        assert here.night(SELLERS) == {}
    found = {row["shop"]: row["count"] for row in here.rows("SELECT shop, count(*) FROM tracked_parcels GROUP BY shop")}
    assert set(found) == set(TRACKERS) and min(found.values()) > 3
    words = {row["status"] for row in here.rows("SELECT DISTINCT status FROM tracked_parcels")}
    assert {"delivered", "in_transit", "pending"} <= words
    assert count(here, "SELECT count(*) FROM tracking_events WHERE occurred_at IS NULL AND occurred_local <> ''")
    assert not count(here, "SELECT count(*) FROM quarantine WHERE table_name LIKE 'track%'")
    followed = "SELECT count(*) FROM followed_shipments WHERE"
    assert count(here, f"{followed} status = 'delivered' AND status_evidence = 'tracked_parcels.status'") > 3
    arrived = "SELECT count(*) FROM stage_events WHERE stage IN ('delivered', 'received')"
    assert count(here, f"{arrived} AND evidence = 'tracked_parcels.delivered_at'") > 3
    own = "SELECT count(*) FROM shipments WHERE shop = 'kiln_etsy' AND delivered_at IS NOT NULL"
    assert not count(here, own), "the shop's own word moved"
    derived_again_they_are_the_same(here)


def derived_again_they_are_the_same(here):
    derived = ("followed_shipments", "stage_events")
    before = {name: here.rows(f"SELECT * FROM {name} ORDER BY 1, 2, 3, 4, 5, 6") for name in derived}
    with client_session(opened.engine(), "*") as conn:
        for name in derived:
            conn.execute(text(f"DELETE FROM {name}"))
    assert all(derive.derive_client(client) > 0 for client in ("lumora", "northpeak", "kiln"))
    assert {name: here.rows(f"SELECT * FROM {name} ORDER BY 1, 2, 3, 4, 5, 6") for name in derived} == before
    assert derive.derive_client("kiln") == 0, "derived twice, and something was written"
