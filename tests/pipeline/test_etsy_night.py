"""Whole nights of the Etsy shop over real sockets and a real database, against the sandbox's own truth."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

DAY, SHOP = timedelta(days=1), "kiln_etsy"
ETSY = ["--marketplaces", "etsy"]
SEEDS = [int(seed) for seed in os.environ.get("DAIYUN_ETSY_SEEDS", "3").split(",")]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_nights_of_the_shop_end_at_the_truth_in_every_table(world, seed):
    here = world(seed=seed, days=16, orders_per_day=14, sandbox=ETSY)
    assert here.night([SHOP]) == {}
    assert here.mismatches([SHOP]) == {}
    before = here.fingerprints()
    assert here.night([SHOP], run_id="again") == {}
    assert here.fingerprints() == before, "a night that learns nothing touched a row"
    here.move_to(here.horizon + DAY)
    assert here.night([SHOP]) == {}
    assert here.mismatches([SHOP]) == {}


def test_stock_is_pushed_read_back_and_wanted_only_once(world):
    here = world(sandbox=ETSY)
    assert here.night([SHOP]) == {}
    assert here.stock(["kiln"])["kiln"] > 0
    assert here.mismatches([SHOP]) == {}
    assert {row["status"] for row in here.rows("SELECT status FROM sync_jobs")} == {"observed"}
    assert here.stock(["kiln"])["kiln"] == 0, "what Etsy shows already was wanted again"
