"""Whole nights of the two WooCommerce stores against the sandbox's truth."""

from __future__ import annotations

from datetime import timedelta

import pytest

SHOPS = ["northpeak_woocommerce", "kiln_woocommerce"]
DAY = timedelta(days=1)


def begin(world, **changes):
    return world(sandbox=["--marketplaces", "woocommerce"], days=7, **{"orders_per_day": 30, **changes})


@pytest.mark.parametrize("seed", [3])
def test_two_nights_of_the_stores_end_at_the_truth(world, seed):
    here = begin(world, seed=seed)
    assert here.wrong_after_a_night(SHOPS) == {}
    assert here.changed_by_another_night(SHOPS) == {}, "open orders are read again, and nothing is written"
    here.move_to(here.horizon + DAY)
    assert here.wrong_after_a_night(SHOPS) == {}


def test_stock_of_a_store_is_pushed_read_back_and_wanted_only_once(world):
    here = begin(world, seed=2, orders_per_day=12)
    assert here.night(SHOPS[1:]) == {}
    assert here.stock(["kiln"])["kiln"] > 0
    assert {row["status"] for row in here.rows("SELECT status FROM sync_jobs")} == {"observed"}
    assert here.mismatches(SHOPS[1:]) == {}
    assert here.stock(["kiln"])["kiln"] == 0, "what the store shows already was wanted again"
