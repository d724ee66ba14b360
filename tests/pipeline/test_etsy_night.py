"""Whole nights of the Etsy shop over real sockets and a real database, against the sandbox's own truth."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from connectors import registry

DAY, SHOP = timedelta(days=1), "kiln_etsy"
ETSY = ["--marketplaces", "etsy"]
SEEDS = [int(seed) for seed in os.environ.get("DAIYUN_ETSY_SEEDS", "3").split(",")]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_nights_of_the_shop_end_at_the_truth_in_every_table(world, seed):
    here = world(seed=seed, days=12, orders_per_day=80, sandbox=ETSY)
    assert here.wrong_after_a_night([SHOP]) == {}
    tables = {table for endpoint in registry.endpoints("etsy").values() for table in endpoint.tables}
    assert [table for table in sorted(tables) if not here.rows(f"SELECT 1 FROM {table} WHERE shop = :shop LIMIT 1", shop=SHOP)] == []
    assert here.changed_by_another_night([SHOP]) == {}, "a night that learns nothing touched a row"
    here.move_to(here.horizon + DAY)
    assert here.wrong_after_a_night([SHOP]) == {}
